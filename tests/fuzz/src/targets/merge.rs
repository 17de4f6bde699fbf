//! A bundle's form out of its parts': one field for each data element, its own papers for those that they cover.

use std::collections::BTreeSet;

use arbitrary::{Result, Unstructured};
use banshi_model::definition::{Definition, Mode, Source};
use banshi_model::guidance::Guidance;
use banshi_model::ids::{MatterCode, Slug};
use serde_json::Value;

use crate::intake::{Joined, join};
use crate::json;
use crate::registry::schema::Validators;
use crate::registry::{admission, sample};

/// A bundle's definition and up to three of its parts', each right before it was edited.
pub fn run(data: &[u8]) {
    let _ = each(&mut Unstructured::new(data));
}

fn each(u: &mut Unstructured<'_>) -> Result<()> {
    let codes: Vec<MatterCode> = ["P01", "P02", "P05"].iter().map(|code| code.parse().expect("a code")).collect();
    let mut bundle = sample::definition();
    bundle.bundle = Some(sample::bundle(&["P01", "P02", "P05"]));
    let Some(bundle) = edited(u, &bundle)?.filter(|edited| edited.bundle.is_some()) else { return Ok(()) };
    let mut parts = Vec::new();
    for code in &codes {
        if let (true, Some(definition)) = (u.ratio(2, 3)?, edited(u, &sample::definition())?) {
            let guidance = path(u, &definition)?;
            parts.push((code.clone(), definition, guidance));
        }
    }
    let guidance = path(u, &bundle)?;
    let own = ("B01".parse().expect("a code"), bundle, guidance);
    let Ok(joined) = join(&own, &parts) else { return Ok(()) };
    let again = join(&own, &parts).expect("as before");
    assert_eq!(format!("{joined:?}"), format!("{again:?}"), "the same parts give the same form");
    asked_once(&joined);
    nothing_lost(&own, &parts, &joined);
    Ok(())
}

/// A definition that admission would take, after edits; none where it would not.
fn edited(u: &mut Unstructured<'_>, right: &Definition) -> Result<Option<Definition>> {
    let mut document = serde_json::to_value(right).expect("a definition is JSON");
    json::edit(u, &mut document)?;
    let Ok(definition) = serde_json::from_value::<Definition>(document) else { return Ok(None) };
    let small = definition.fields.len() < 200 && definition.materials.len() < 200;
    Ok((small && !admission::shape::check(&definition).blocks()).then_some(definition))
}

/// A path of the guide: all that is declared, or some of it, or what is not declared at all.
fn path(u: &mut Unstructured<'_>, definition: &Definition) -> Result<Guidance> {
    let mut some = |all: Vec<Slug>| -> Result<Vec<Slug>> {
        let mut kept = Vec::new();
        for id in all {
            if u.ratio(4, 5)? {
                kept.push(id);
            }
        }
        if u.ratio(1, 8)? {
            kept.push("nowhere".parse().expect("a slug"));
        }
        Ok(kept)
    };
    let fields = some(definition.fields.iter().map(|field| field.id.clone()).collect())?;
    let materials = some(definition.materials.iter().map(|material| material.id.clone()).collect())?;
    Ok(Guidance { next: vec![], fields, materials, parts: vec![], modes: vec![Mode::Approval], way: None })
}

/// Ids and elements are there once; whom one asks last is the applicant.
fn asked_once(joined: &Joined) {
    let (mut ids, mut elements) = (BTreeSet::new(), BTreeSet::new());
    for field in &joined.fields {
        assert!(
            ids.insert(field.id.as_str()) && elements.insert(field.element.as_str()),
            "`{}` is asked twice",
            field.id
        );
        assert_eq!(field.sources.last(), Some(&Source::Applicant));
        let mut known = Vec::new();
        for source in &field.sources {
            assert!(!known.contains(&source), "a source is asked twice");
            known.push(source);
        }
    }
    let papers: BTreeSet<&str> = joined.materials.iter().map(|paper| paper.id.as_str()).collect();
    assert_eq!(papers.len(), joined.materials.len(), "two papers of one id");
}

type Part = (MatterCode, Definition, Guidance);

/// What a part needs on its path is in the form once, as strictly as the part has it.
fn nothing_lost(own: &Part, parts: &[Part], joined: &Joined) {
    let validators = Validators::new(16);
    for (code, definition, guidance) in parts.iter().chain([own]) {
        for field in definition.fields.iter().filter(|field| guidance.fields.contains(&field.id)) {
            let serves = |known: &&crate::api::intake::FormField| {
                known.serves.iter().any(|served| served.matter == *code && served.id == field.id)
            };
            let asked: Vec<_> = joined.fields.iter().filter(serves).collect();
            let [asked] = asked.as_slice() else { panic!("`{}` of {code} is asked {} times", field.id, asked.len()) };
            assert!(asked.required || !field.required, "`{}` of {code} became optional", field.id);
            assert_eq!(asked.element, field.element);
            // As the engine does: what it put together names its parts, which no plugin's schema may.
            let compiled = validators.valid(&asked.schema, &Value::Null);
            assert!(compiled.is_ok(), "`{}` of {code}: {compiled:?}", field.id);
        }
    }
    for (code, definition, guidance) in parts {
        for paper in definition.materials.iter().filter(|paper| guidance.materials.contains(&paper.id)) {
            let serves = |known: &&crate::api::intake::FormMaterial| {
                known.serves.iter().any(|served| served.matter == *code && served.id == paper.id)
            };
            assert!(
                joined.materials.iter().any(|known| serves(&known)),
                "`{}` of {code} is asked for nowhere",
                paper.id
            );
        }
    }
    let declared: usize = parts
        .iter()
        .map(|(_, definition, guidance)| {
            definition.fields.iter().filter(|field| guidance.fields.contains(&field.id)).count()
        })
        .sum();
    assert_eq!(joined.counts.fields_declared, declared);
    assert!(joined.counts.fields_distinct <= declared && joined.counts.fields_asked <= joined.fields.len());
}
