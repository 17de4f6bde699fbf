//! Whatever the host gives and takes back must be equal: no member is lost, swapped or changed on the way.

use banshi_model::command::{
    Command, Decline, DeclineGround, Due, EndLicence, Ending, IssueLicence, OpenTask, Recipient, SpecialKind,
    SpecialProcedure, StepOutput, Verdict, WayForward,
};
use banshi_model::definition::{
    Answers, Bundle, Business, Choice, Cover, Definition, Expiry, Fee, Field, Issuance, JointInspection, Material,
    MatterType, Mode, Part, PartStage, Partial, Processing, Question, SharedField, SignerRule, Source, Span, SpanUnit,
    Stage, Trigger,
};
use banshi_model::guidance::Guidance;
use banshi_model::text::{Finding, Reason, Severity, Subject, SubjectKind, Text};
use serde_json::json;

use super::{Give, Reader, Take, step};
use crate::options::Options;

/// A different text at each place, so that two that were swapped are seen.
fn text(what: &str) -> Text {
    Text::new(format!("{what}中文"), format!("{what} in English"))
}

fn span(count: u16, unit: SpanUnit) -> Span {
    Span { count, unit }
}

fn reason(what: &str) -> Reason {
    Reason {
        rule: format!("{what}-rule"),
        basis: format!("{what} 第三十二条"),
        text: Text { zh: what.to_owned(), en: None },
        evidence: vec![format!("{what}-evidence"), "second".to_owned()],
    }
}

fn findings() -> Vec<Finding> {
    [Severity::Note, Severity::Warning, Severity::Blocking]
        .map(|severity| Finding { severity, reason: reason("finding") })
        .to_vec()
}

fn verdict(what: &str) -> Verdict {
    Verdict { task: what.parse().unwrap(), reasons: vec![reason("first"), reason("second")] }
}

fn ways() -> [WayForward; 3] {
    [
        WayForward::Signpost {
            matter: "other".parse().unwrap(),
            division: "310101".parse().unwrap(),
            text: text("sign"),
        },
        WayForward::Checklist(findings()),
        WayForward::Path { question: text("question"), owner: "法制科".to_owned(), limit: span(2, SpanUnit::Days) },
    ]
}

fn task(id: &str) -> OpenTask {
    OpenTask {
        id: id.parse().unwrap(),
        unit: "审批科".to_owned(),
        title: text("task"),
        limit: Some(span(3, SpanUnit::WorkingDays)),
        form: Some(json!({"type": "object"})),
        stage: "stage-of-it".parse().unwrap(),
        silence_consents: true,
    }
}

fn licence() -> IssueLicence {
    IssueLicence {
        licence_type: "T1".to_owned(),
        content: json!({"b": 1, "a": [null, 2.5]}),
        valid_until: Some("2026-04-25".parse().unwrap()),
    }
}

fn enders() -> impl Iterator<Item = Command> {
    [Ending::Revoked, Ending::WithdrawnByAuthority, Ending::Cancelled, Ending::Punished].into_iter().map(|ending| {
        Command::EndLicence(EndLicence {
            licence: "L1".to_owned(),
            ending,
            reason: reason("ending"),
            verdict: (ending != Ending::Cancelled).then(|| verdict("ended")),
        })
    })
}

fn special_procedures() -> impl Iterator<Item = Command> {
    use SpecialKind::*;
    [Hearing, Tender, Auction, InspectionOfGoods, Testing, Quarantine, Appraisal, ExpertReview].into_iter().map(
        |kind| {
            Command::StartSpecialProcedure(SpecialProcedure {
                id: "procedure".parse().unwrap(),
                kind,
                expected: span(1, SpanUnit::Months),
                task: "decided-in".parse().unwrap(),
                reason: reason("special"),
            })
        },
    )
}

fn decisions() -> Vec<Command> {
    let [first, second, third] = ways();
    let decline =
        |ground, way| Command::Decline(Decline { ground, verdict: verdict("declined"), way, remedy: text("remedy") });
    vec![
        Command::Accept(Processing::OnTheSpot),
        Command::Accept(Processing::Promised(span(5, SpanUnit::WorkingDays))),
        Command::ShowWay(first.clone()),
        decline(DeclineGround::NoLicenceNeeded, second),
        decline(DeclineGround::NotThisAuthority, third),
        Command::RequestSupplement(findings()),
        Command::Grant(verdict("granted")),
        Command::Refuse { verdict: verdict("refused"), remedy: text("remedy") },
        Command::IssueLicence(licence()),
        Command::ReleaseParts(Some(licence())),
        Command::ReleaseParts(None),
        Command::Close,
    ]
}

fn requests() -> Vec<Command> {
    let person = |kind| Subject { kind, id: "0123".to_owned(), name: "张三".to_owned() };
    vec![
        Command::OpenTask(task("plain")),
        Command::OpenTask(OpenTask { limit: None, form: None, silence_consents: false, ..task("bare") }),
        Command::CloseTask("closed".parse().unwrap()),
        Command::SetTimer { id: "on".parse().unwrap(), due: Due::On("2021-05-06".parse().unwrap()) },
        Command::SetTimer { id: "after".parse().unwrap(), due: Due::After(span(7, SpanUnit::Days)) },
        Command::CancelTimer("cancelled".parse().unwrap()),
        Command::VerifyIdentity(
            [SubjectKind::NaturalPerson, SubjectKind::LegalPerson, SubjectKind::OtherOrganisation].map(person).to_vec(),
        ),
        Command::LookUp {
            id: "look".parse().unwrap(),
            service: "service".to_owned(),
            purpose: "purpose".to_owned(),
            arguments: json!({"x": "y"}),
        },
        Command::RequestPayment { id: "pay".parse().unwrap(), fee: "fee".parse().unwrap(), amount: u64::MAX },
        Command::Refund("back".parse().unwrap()),
        Command::OpenPart { part: "P01".parse().unwrap(), mode: Mode::Commitment },
        Command::InspectJointly("together".parse().unwrap()),
        Command::OpenAfterCheck(task("after")),
        Command::Notify { to: Recipient::Subject, template: "t1".to_owned(), data: json!([1]) },
        Command::Notify { to: Recipient::Agent, template: "t2".to_owned(), data: json!(null) },
        Command::Notify { to: Recipient::Signers, template: "t3".to_owned(), data: json!("x") },
        Command::Ship { id: "parcel".parse().unwrap(), what: "证照".to_owned() },
        Command::PublishFact(json!({"kind": "opened"})),
    ]
}

fn definition() -> Definition {
    let sources = vec![
        Source::Licence("T1".to_owned()),
        Source::SharedData(SharedField { service: "s".to_owned(), field: "f".to_owned(), purpose: "p".to_owned() }),
        Source::SubjectRecord,
        Source::Applicant,
    ];
    let question = |id: &str, answers| Question { id: id.parse().unwrap(), text: text(id), answers };
    Definition {
        title: text("title"),
        department: "市场监督管理局".to_owned(),
        matter_type: MatterType::PublicService,
        business: vec![Business::Establish, Business::Change, Business::Renew, Business::Reissue, Business::Cancel],
        modes: vec![Mode::Approval, Mode::Commitment, Mode::Filing],
        statutory: span(20, SpanUnit::WorkingDays),
        statutory_basis: "第四十二条".to_owned(),
        promised: Processing::Promised(span(5, SpanUnit::Days)),
        fields: vec![Field {
            id: "field".parse().unwrap(),
            element: "DE1".to_owned(),
            title: text("field"),
            schema: json!({"type": "string"}),
            required: true,
            sources: sources.clone(),
        }],
        materials: vec![Material {
            id: "material".parse().unwrap(),
            title: text("material"),
            issuer: Some("公安局".to_owned()),
            required: false,
            sources,
            basis: "第十二条".to_owned(),
        }],
        questions: vec![
            question("yes", Answers::YesNo),
            question("one", Answers::OneOf(vec![Choice { value: "v".to_owned(), text: text("choice") }])),
            question("number", Answers::NumberWithCuts(vec![i64::MIN, 0, i64::MAX])),
        ],
        bundle: Some(bundle()),
        stages: vec![Stage {
            id: "second".parse().unwrap(),
            title: text("stage"),
            after: vec!["first".parse().unwrap()],
            unit: "窗口".to_owned(),
            limit: None,
            mandatory: true,
        }],
        issues: vec![Issuance { licence_type: "T2".to_owned(), title: text("issuance") }],
        triggers: vec![
            Trigger::Fact("opened".to_owned()),
            Trigger::BeforeExpiry(Expiry { licence: "T3".to_owned(), before: span(30, SpanUnit::Days) }),
        ],
        signers: vec![SignerRule { role: "股东".to_owned(), people: "/holders".to_owned(), in_person: true }],
        fees: vec![Fee { id: "fee".parse().unwrap(), basis: "价费".to_owned(), at_most: 1_000 }],
        samples: vec![text("sample")],
    }
}

fn bundle() -> Bundle {
    let part: banshi_model::ids::MatterCode = "P01".parse().unwrap();
    Bundle {
        parts: vec![Part {
            code: part.clone(),
            department: "卫健委".to_owned(),
            business: Business::Establish,
            lead: true,
        }],
        covers: vec![Cover {
            material: "whole".parse().unwrap(),
            part: part.clone(),
            part_material: "piece".parse().unwrap(),
        }],
        inspections: vec![JointInspection {
            id: "visit".parse().unwrap(),
            title: text("visit"),
            unit: "联合".to_owned(),
            serves: vec![PartStage { part, stage: "onsite".parse().unwrap() }],
        }],
        partial: Partial::WhatIsGranted,
    }
}

#[test]
fn every_command_comes_back_as_it_was_given() {
    let options = Options::default();
    let mut commands = decisions();
    commands.extend(requests());
    commands.extend(special_procedures());
    commands.extend(enders());
    let names: std::collections::BTreeSet<_> = commands.iter().map(Command::name).collect();
    assert_eq!(names.len(), 25, "every kind of command is among them: {names:?}");
    let output = StepOutput { state: "{ \"a\": 1 }".to_owned(), commands };
    assert_eq!(step(&output).take(&mut Reader::new(&options)).unwrap(), output);
}

#[test]
fn a_definition_with_everything_in_it_comes_back_as_it_was_given() {
    let options = Options::default();
    for matter_type in [
        MatterType::Licence,
        MatterType::Confirmation,
        MatterType::Benefit,
        MatterType::PublicService,
        MatterType::Filing,
    ] {
        for partial in [Partial::AllOrNone, Partial::WhatIsGranted] {
            let bundle = Some(Bundle { partial, ..bundle() });
            let definition = Definition { matter_type, bundle, ..definition() };
            assert_eq!(definition.give().take(&mut Reader::new(&options)).unwrap(), definition);
        }
    }
}

#[test]
fn guidance_and_findings_come_back_as_they_were_given() {
    let options = Options::default();
    for way in ways() {
        let guidance = Guidance {
            next: vec!["next".parse().unwrap()],
            fields: vec!["field".parse().unwrap()],
            materials: vec!["material".parse().unwrap()],
            parts: vec!["P01".parse().unwrap()],
            modes: vec![Mode::Filing],
            way: Some(way),
        };
        assert_eq!(guidance.give().take(&mut Reader::new(&options)).unwrap(), guidance);
    }
    assert_eq!(findings().give().take(&mut Reader::new(&options)).unwrap(), findings());
}
