//! Definitions: the checks of admission, the layers above, and the walk through a guide.

use std::collections::BTreeMap;
use std::time::Duration;

use arbitrary::{Result, Unstructured};
use banshi_model::definition::{Definition, Stage};
use banshi_model::guidance::Guidance;
use banshi_model::law::Table;
use jiff::civil::date;
use serde_json::json;

use super::bounded_findings;
use crate::registry::admission::{self, walk::Walk};
use crate::registry::{narrowing, sample, schema, uses};
use crate::{json, schemas};

/// A walk makes at most so many calls.
const CALLS_MAX: usize = 5_000;

thread_local! {
    static LAW: Table = Table::built_in().expect("the built-in tables are right");
}

/// A definition that was right before it was edited, and a guide that answers from the rest of the bytes.
pub fn run(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let (Ok(below), Ok(above)) = (definition(&mut u), definition(&mut u)) else { return };
    let Some(below) = below else { return };
    let admitted = check(&below, None);
    if let Some(above) = above {
        check(&above, Some(&below));
        narrow(&below, &above, admitted);
    }
    let _ = walk(&below, &mut u);
}

/// None where the edits left something that is no definition: a guest's answer is typed, and would not read.
fn definition(u: &mut Unstructured<'_>) -> Result<Option<Definition>> {
    let mut whole = sample::definition();
    if u.ratio(1, 2)? {
        whole.bundle = Some(sample::bundle(&["P01", "P05"]));
    }
    let mut document = serde_json::to_value(whole).expect("a definition is JSON");
    document["questions"] = json!([
        { "id": "medicine", "text": { "zh": "问题？" }, "answers": "yes-no" },
        { "id": "area", "text": { "zh": "问题？" }, "answers": { "number-with-cuts": [50, 200] } },
    ]);
    document["signers"] = json!([{ "role": "法定代表人", "people": "/name", "in_person": false }]);
    if u.ratio(1, 4)? {
        document["fields"][0]["schema"] = schemas::schema(u, 3)?;
    }
    json::edit(u, &mut document)?;
    Ok(serde_json::from_value(document).ok())
}

/// Whether admission lets a definition through; what that promises.
fn check(definition: &Definition, below: Option<&Definition>) -> bool {
    let manifest = sample::manifest(banshi_model::package::Kind::Matter);
    let judge = || {
        LAW.with(|law| {
            let (division, day) = (&manifest.authority.division, date(2021, 4, 26));
            admission::definition(definition, below, &manifest, division, law, day)
        })
    };
    let found = judge();
    bounded_findings(found.iter());
    assert_eq!(found, judge(), "the same definition has the same findings");
    if found.blocks() {
        return false;
    }
    let json = serde_json::to_vec(definition).expect("a definition is JSON");
    let again: Definition = serde_json::from_slice(&json).expect("what was written can be read");
    assert_eq!(&again, definition, "a definition that is kept comes back");
    assert!(json.len() <= 1024 * 1024 && definition.fields.len() <= 1_000, "admission bounds a definition");
    assert!(ends(&definition.stages), "the stages of an admitted definition come to an end");
    for field in &definition.fields {
        assert!(schema::compile(&field.schema).is_ok(), "an admitted schema compiles");
    }
    for (nth, field) in definition.fields.iter().enumerate() {
        assert_eq!(definition.fields.iter().position(|other| other.id == field.id), Some(nth), "ids are unique");
    }
    if below.is_none() {
        let permitted = uses::permitted(definition.clone(), None, &manifest.permissions);
        assert_eq!(&permitted, definition, "what is admitted uses only what it asked for");
    }
    true
}

/// Whether every stage can be reached, by doing each as soon as what it waits for is done.
fn ends(stages: &[Stage]) -> bool {
    let mut done: Vec<&str> = Vec::new();
    loop {
        let before = done.len();
        for stage in stages.iter().filter(|stage| !done.contains(&stage.id.as_str())).collect::<Vec<_>>() {
            if stage.after.iter().all(|id| done.contains(&id.as_str())) {
                done.push(stage.id.as_str());
            }
        }
        if done.len() == stages.len() || done.len() == before {
            return done.len() == stages.len();
        }
    }
}

/// A definition that is admitted narrows itself (one with an id twice does not), and one that passes drops no mandatory stage.
fn narrow(below: &Definition, above: &Definition, admitted: bool) {
    let leeway = || narrowing::Leeway { more_materials: Ok(()), longer: None };
    let itself = narrowing::check(below, below, leeway());
    assert!(!admitted || !itself.blocks(), "an admitted definition narrows itself: {itself:?}");
    let found = narrowing::check(below, above, leeway());
    bounded_findings(found.iter());
    if !found.blocks() {
        let kept = |stage: &&Stage| above.stages.iter().any(|own| own.id == stage.id);
        let joint = above.bundle.is_some();
        assert!(joint || below.stages.iter().filter(|stage| stage.mandatory).all(|stage| kept(&stage)));
        assert!(above.samples.len() >= below.samples.len(), "a sample stays one");
    }
}

/// A guide out of bytes; the walk ends whatever it says.
fn walk(definition: &Definition, u: &mut Unstructured<'_>) -> Result<()> {
    let mut said: BTreeMap<String, Guidance> = BTreeMap::new();
    let mut walk = Walk::new(definition);
    let mut calls = 0;
    while let Some(path) = walk.next(Duration::ZERO) {
        calls += 1;
        assert!(calls <= CALLS_MAX, "a walk without an end");
        let key = format!("{path:?}");
        let guidance = match said.get(&key) {
            Some(known) => known.clone(),
            None => guidance(definition, u)?,
        };
        walk.take(&path, &guidance);
        said.insert(key, guidance);
    }
    let (leaves, found) = walk.finish();
    assert!(leaves <= calls, "{leaves} paths end in {calls} calls");
    bounded_findings(found.iter());
    Ok(())
}

fn guidance(definition: &Definition, u: &mut Unstructured<'_>) -> Result<Guidance> {
    let mut guidance = Guidance {
        next: Vec::new(),
        fields: definition.fields.iter().take(1).map(|field| field.id.clone()).collect(),
        materials: Vec::new(),
        parts: Vec::new(),
        modes: definition.modes.clone(),
        way: None,
    };
    if !definition.questions.is_empty() && u.ratio(3, 4)? {
        guidance.next.push(u.choose(&definition.questions)?.id.clone());
    }
    if u.ratio(1, 4)? {
        guidance.materials.extend(json::text(u)?.parse().ok());
        guidance.parts.extend(json::text(u)?.parse().ok());
    }
    Ok(guidance)
}
