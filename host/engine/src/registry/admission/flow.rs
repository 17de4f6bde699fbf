//! The flow's stages, and what a bundle joins: everything that is named is there, and nothing goes in a
//! circle.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::definition::{Bundle, Definition};
use banshi_model::ids::MatterCode;

use crate::registry::findings::Findings;

/// Checks stages and bundle of the matter with this code.
pub(crate) fn check(definition: &Definition, code: &MatterCode) -> Findings {
    let mut found = Findings::default();
    stages(definition, &mut found);
    if let Some(bundle) = &definition.bundle {
        joined(definition, bundle, code, &mut found);
    }
    found
}

fn stages(definition: &Definition, found: &mut Findings) {
    for stage in &definition.stages {
        let place = format!("definition.stages.{}.after", stage.id);
        for before in &stage.after {
            if definition.stage(before.as_str()).is_none() {
                let text = format!("comes after stage `{before}`, which is not there");
                found.block("admission.stages", place.as_str(), text, "name a stage of the definition");
            }
        }
    }
    let in_circle = circle(definition);
    if !in_circle.is_empty() {
        let text = format!("stages wait for each other: {}", in_circle.join(", "));
        found.block("admission.stages", "definition.stages", text, "take one `after` out of the circle");
    }
}

/// Takes away stages that wait for nothing that is left, until none can be; what stays waits in a circle
/// (or behind one).
fn circle(definition: &Definition) -> Vec<&str> {
    let known: BTreeSet<&str> = definition.stages.iter().map(|stage| stage.id.as_str()).collect();
    let mut left: BTreeMap<&str, BTreeSet<&str>> = definition
        .stages
        .iter()
        .map(|stage| {
            let waits = stage.after.iter().map(|before| before.as_str()).filter(|before| known.contains(before));
            (stage.id.as_str(), waits.collect())
        })
        .collect();
    loop {
        let ready: Vec<&str> = left.iter().filter(|(_, waits)| waits.is_empty()).map(|(id, _)| *id).collect();
        if ready.is_empty() {
            return left.into_keys().collect();
        }
        for id in &ready {
            left.remove(id);
        }
        for waits in left.values_mut() {
            waits.retain(|id| !ready.contains(id));
        }
    }
}

fn joined(definition: &Definition, bundle: &Bundle, code: &MatterCode, found: &mut Findings) {
    let codes: BTreeSet<&MatterCode> = bundle.parts.iter().map(|part| &part.code).collect();
    if bundle.parts.is_empty() || codes.len() != bundle.parts.len() {
        found.block("admission.bundle", "definition.bundle.parts", "no part, or a part twice", "name each part once");
    }
    if codes.contains(code) {
        found.block("admission.bundle", "definition.bundle.parts", "the bundle is a part of itself", "take it out");
    }
    if !bundle.parts.is_empty() && bundle.parts.iter().filter(|part| part.lead).count() != 1 {
        found.block(
            "admission.bundle",
            "definition.bundle.parts",
            "one part leads (牵头)",
            "set `lead` on exactly one part",
        );
    }
    for cover in &bundle.covers {
        let place = format!("definition.bundle.covers.{}", cover.material);
        if definition.material(cover.material.as_str()).is_none() {
            found.block(
                "admission.bundle",
                place.as_str(),
                format!("material `{}` is not there", cover.material),
                "cover with a material of the bundle",
            );
        }
        if !codes.contains(&cover.part) {
            found.block(
                "admission.bundle",
                place,
                format!("part `{}` is not there", cover.part),
                "cover a material of one of the parts",
            );
        }
    }
    let mut inspections = BTreeSet::new();
    for inspection in &bundle.inspections {
        let place = format!("definition.bundle.inspections.{}", inspection.id);
        if !inspections.insert(&inspection.id) {
            found.block("admission.ids", place.as_str(), "this id is there twice", "give each its own id");
        }
        if inspection.serves.is_empty() {
            found.block("admission.bundle", place.as_str(), "serves no stage", "name the stages that it stands for");
        }
        for served in inspection.serves.iter().filter(|served| !codes.contains(&served.part)) {
            found.block(
                "admission.bundle",
                place.as_str(),
                format!("part `{}` is not there", served.part),
                "serve a stage of one of the parts",
            );
        }
    }
}

/// Checks what a bundle says of its parts against the parts that are in force where it is to be used.
pub(crate) fn parts(bundle: &Bundle, in_force: &BTreeMap<MatterCode, &Definition>) -> Findings {
    let mut found = Findings::default();
    for part in &bundle.parts {
        let place = format!("definition.bundle.parts.{}", part.code);
        match in_force.get(&part.code) {
            None => found.warn(
                "admission.bundle",
                place,
                format!("part `{}` is not in force here", part.code),
                "enact it before the bundle is used",
            ),
            Some(own) if own.bundle.is_some() => {
                found.block(
                    "admission.bundle",
                    place,
                    "a part is a bundle itself",
                    "name the parts of that bundle instead",
                );
            }
            Some(own) if !own.business.contains(&part.business) => {
                let text = format!("part `{}` does not have the business {:?}", part.code, part.business);
                found.block("admission.bundle", place, text, "name a business that the part has");
            }
            Some(_) => {}
        }
    }
    for cover in &bundle.covers {
        let missing = in_force.get(&cover.part).is_some_and(|own| own.material(cover.part_material.as_str()).is_none());
        if missing {
            let text = format!("part `{}` has no material `{}`", cover.part, cover.part_material);
            found.block(
                "admission.bundle",
                format!("definition.bundle.covers.{}", cover.material),
                text,
                "name a material of the part",
            );
        }
    }
    for inspection in &bundle.inspections {
        for served in &inspection.serves {
            let missing = in_force.get(&served.part).is_some_and(|own| own.stage(served.stage.as_str()).is_none());
            if missing {
                let text = format!("part `{}` has no stage `{}`", served.part, served.stage);
                found.block(
                    "admission.bundle",
                    format!("definition.bundle.inspections.{}", inspection.id),
                    text,
                    "name a stage of the part",
                );
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::findings::english;
    use crate::registry::sample::{bundle, definition, stage, text};
    use banshi_model::definition::{Business, Cover, JointInspection, PartStage};

    fn refused(change: impl FnOnce(&mut Definition)) -> Vec<String> {
        let mut d = definition();
        change(&mut d);
        let found = check(&d, &"B01".parse().unwrap());
        found.into_inner().into_iter().map(|found| format!("{}: {}", found.place, english(&found.what))).collect()
    }

    fn cover(material: &str, part: &str, part_material: &str) -> Cover {
        Cover {
            material: material.parse().unwrap(),
            part: part.parse().unwrap(),
            part_material: part_material.parse().unwrap(),
        }
    }

    fn inspection(id: &str, part: &str, stage: &str) -> JointInspection {
        let serves = vec![PartStage { part: part.parse().unwrap(), stage: stage.parse().unwrap() }];
        JointInspection { id: id.parse().unwrap(), title: text("联合核查"), unit: "食品科".to_owned(), serves }
    }

    #[test]
    fn stages_wait_for_what_is_there_and_not_for_each_other() {
        assert!(refused(|_| {}).is_empty());
        assert_eq!(
            refused(|d| d.stages.push(stage("x", &["nowhere"], true))),
            ["definition.stages.x.after: comes after stage `nowhere`, which is not there"]
        );
        assert_eq!(
            refused(|d| d.stages = vec![stage("a", &["c"], true), stage("b", &["a"], true), stage("c", &["b"], true)]),
            ["definition.stages: stages wait for each other: a, b, c"]
        );
        assert_eq!(
            refused(|d| d.stages = vec![stage("a", &["a"], true)]),
            ["definition.stages: stages wait for each other: a"]
        );
    }

    #[test]
    fn a_bundle_names_its_parts_once_has_one_lead_and_covers_what_is_there() {
        let of = |change: fn(&mut Bundle)| {
            refused(|d| {
                let mut joined = bundle(&["P01", "P05"]);
                joined.covers = vec![cover("plan", "P01", "plan")];
                joined.inspections = vec![inspection("visit", "P05", "onsite")];
                change(&mut joined);
                d.bundle = Some(joined);
            })
        };
        assert!(of(|_| {}).is_empty());
        assert_eq!(of(|b| b.parts[1].lead = true), ["definition.bundle.parts: one part leads (牵头)"]);
        assert_eq!(
            of(|b| b.parts[1].code = "P01".parse().unwrap())[0],
            "definition.bundle.parts: no part, or a part twice"
        );
        assert_eq!(
            of(|b| b.parts[1].code = "B01".parse().unwrap())[0],
            "definition.bundle.parts: the bundle is a part of itself"
        );
        assert_eq!(
            of(|b| b.covers[0].material = "nothing".parse().unwrap()),
            ["definition.bundle.covers.nothing: material `nothing` is not there"]
        );
        assert_eq!(of(|b| b.inspections[0].serves.clear()), ["definition.bundle.inspections.visit: serves no stage"]);
        assert_eq!(
            of(|b| b.inspections.push(b.inspections[0].clone())),
            ["definition.bundle.inspections.visit: this id is there twice"]
        );
    }

    #[test]
    fn parts_in_force_have_what_the_bundle_names_of_them() {
        let (food, mut drug) = (definition(), definition());
        drug.business = vec![Business::Renew];
        let mut joined = bundle(&["P01", "P05", "P04"]);
        joined.covers = vec![cover("plan", "P01", "plan"), cover("plan", "P01", "nothing"), cover("plan", "P04", "x")];
        joined.inspections = vec![inspection("visit", "P01", "review"), inspection("second", "P01", "nowhere")];
        let in_force = BTreeMap::from([("P01".parse().unwrap(), &food), ("P05".parse().unwrap(), &drug)]);
        let found: Vec<String> = parts(&joined, &in_force)
            .into_inner()
            .into_iter()
            .map(|f| format!("{} {}", f.refuses(), english(&f.what)))
            .collect();
        assert_eq!(
            found,
            [
                "true part `P05` does not have the business Establish",
                "false part `P04` is not in force here",
                "true part `P01` has no material `nothing`",
                "true part `P01` has no stage `nowhere`",
            ]
        );
    }
}
