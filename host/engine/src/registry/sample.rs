//! Small valid things for the tests of this crate's registry and intake.
#![allow(missing_docs)]

use banshi_model::definition::{
    Answers, Bundle, Business, Definition, Field, Issuance, Material, MatterType, Mode, Part, Partial, Processing,
    Question, Source, Span, Stage,
};
use banshi_model::enactment::Enactment;
use banshi_model::guidance::{Direction, Knob};
use banshi_model::ids::{Authority, Digest, EnactmentId};
use banshi_model::package::{Kind, Manifest, Permissions};
use banshi_model::text::Text;
use banshi_model::time;
use serde_json::{Value, json};

pub(crate) const FOOD_LICENCE: &str = "11310000MB2F3080XK001";

pub(crate) fn text(zh: &str) -> Text {
    Text::new(zh, zh)
}

pub(crate) fn authority(division: &str) -> Authority {
    Authority { department: "市场监督管理局".parse().unwrap(), division: division.parse().unwrap() }
}

/// In force from a day on, enacted at the start of December 2020; each id is derived from what it is.
pub(crate) fn enactment(kind: Kind, division: &str, name: &str, from: &str) -> Enactment {
    let seed = Digest::of(format!("{division}{name}{from}").as_bytes()).0;
    let random: Vec<u8> = seed.iter().take(10).copied().collect();
    Enactment {
        id: EnactmentId::new(random.try_into().unwrap()),
        matter: "P01".parse().unwrap(),
        authority: authority(division),
        package: Digest(seed),
        name: name.parse().unwrap(),
        version: "1.0.0".to_owned(),
        kind,
        base: None,
        effective_from: from.parse().unwrap(),
        until: None,
        transitional: Default::default(),
        persons: Default::default(),
        instrument: "沪市监〔2021〕1号".to_owned(),
        permissions: Permissions::default(),
        enacted: time::parse("2020-12-01T09:00:00+08:00").unwrap(),
        taken_back: None,
        gradual: None,
        watch: None,
        halts: Vec::new(),
    }
}

pub(crate) fn knob(id: &str, schema: Value, default: Value, narrows: Direction) -> Knob {
    Knob { id: id.parse().unwrap(), title: text("参数"), schema, default, narrows }
}

pub(crate) fn field(id: &str, element: &str, sources: &[Source]) -> Field {
    Field {
        id: id.parse().unwrap(),
        element: element.to_owned(),
        title: text("名称"),
        schema: json!({ "type": "string" }),
        required: true,
        sources: sources.to_vec(),
    }
}

pub(crate) fn material(id: &str, sources: &[Source]) -> Material {
    Material {
        id: id.parse().unwrap(),
        title: text("材料"),
        issuer: None,
        required: true,
        sources: sources.to_vec(),
        basis: "食品经营许可管理办法 第十二条".to_owned(),
    }
}

pub(crate) fn stage(id: &str, after: &[&str], mandatory: bool) -> Stage {
    Stage {
        id: id.parse().unwrap(),
        title: text("环节"),
        after: after.iter().map(|id| id.parse().unwrap()).collect(),
        unit: "食品科".to_owned(),
        limit: None,
        mandatory,
    }
}

pub(crate) fn question(id: &str, answers: Answers) -> Question {
    Question { id: id.parse().unwrap(), text: text("问题？"), answers }
}

/// A small licence with one field, one material and two stages.
pub(crate) fn definition() -> Definition {
    Definition {
        title: text("食品经营许可"),
        department: "市场监督管理局".to_owned(),
        matter_type: MatterType::Licence,
        business: vec![Business::Establish],
        modes: vec![Mode::Approval],
        statutory: Span::working_days(20),
        statutory_basis: "食品经营许可管理办法 第十五条".to_owned(),
        promised: Processing::Promised(Span::working_days(12)),
        fields: vec![field("name", "subject.name", &[Source::Applicant])],
        materials: vec![material("plan", &[Source::Applicant])],
        questions: Vec::new(),
        bundle: None,
        stages: vec![stage("review", &[], true), stage("decide", &["review"], true)],
        issues: vec![Issuance { licence_type: FOOD_LICENCE.to_owned(), title: text("食品经营许可证") }],
        triggers: Vec::new(),
        signers: Vec::new(),
        fees: Vec::new(),
        samples: Vec::new(),
    }
}

pub(crate) fn part(code: &str, lead: bool) -> Part {
    Part {
        code: code.parse().unwrap(), department: "市场监督管理局".to_owned(), business: Business::Establish, lead
    }
}

/// A bundle of these parts without covers or inspections.
pub(crate) fn bundle(parts: &[&str]) -> Bundle {
    let parts = parts.iter().enumerate().map(|(nth, code)| part(code, nth == 0)).collect();
    Bundle { parts, covers: Vec::new(), inspections: Vec::new(), partial: Partial::WhatIsGranted }
}

pub(crate) fn manifest(kind: Kind) -> Manifest {
    Manifest {
        name: "shanghai/food".parse().unwrap(),
        version: "1.0.0".to_owned(),
        kind,
        contract: banshi_model::package::CONTRACT.to_owned(),
        matter: "P01".parse().unwrap(),
        authority: authority("310000"),
        title: text("食品经营许可"),
        base: None,
        instrument: None,
        changelog: Vec::new(),
        authors: Vec::new(),
        sample: None,
        permissions: permissions(),
        settings: Default::default(),
    }
}

/// What `definition` needs.
pub(crate) fn permissions() -> Permissions {
    let set = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    Permissions {
        commands: set(&["accept", "open-task", "grant", "issue-licence", "close"]),
        licences: set(&[FOOD_LICENCE]),
        services: set(&[]),
        units: set(&["食品科"]),
        facts: set(&[]),
    }
}
