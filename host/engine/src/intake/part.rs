//! What a part is handed by its bundle: its own form, papers and subject, derived and never typed twice.
//! Pure.

use banshi_model::definition::{Definition, Mode};
use banshi_model::draft::{Document, Draft, FieldValue};
use banshi_model::guidance::Guidance;
use banshi_model::ids::{Digest, MatterCode, Slug};

use crate::registry::Effective;

/// The channel of a part's application.
const BUNDLE: &str = "bundle";

/// The id that a part's paper has in its bundle's form, where no paper of the bundle stands for it:
/// `PART.MATERIAL`, or as much of it as an id can hold with a digest at its end.
pub(super) fn material_id(part: &MatterCode, material: &Slug) -> Slug {
    let whole = format!("{part}.{material}");
    whole.parse().unwrap_or_else(|_| {
        let digest: String = Digest::of(whole.as_bytes()).to_string().chars().take(16).collect();
        let stem: String = whole.chars().take(47).collect();
        // An id that begins as another id does, and goes on with letters and digits, is an id.
        format!("{stem}.{digest}").parse().unwrap_or_else(|_| material.clone())
    })
}

/// A part's application, out of its bundle's: values by data element, papers by what covers them, the
/// subject as it is. `guidance` is what this path needs of the part.
pub(crate) fn part_draft(
    bundle: &Draft,
    bundle_definition: &Definition,
    part: &MatterCode,
    effective: &Effective,
    guidance: &Guidance,
    mode: Mode,
) -> Draft {
    let definition = &effective.definition;
    let declared =
        bundle_definition.bundle.as_ref().and_then(|joined| joined.parts.iter().find(|known| known.code == *part));
    let business = declared.map_or(bundle.business, |declared| declared.business);
    Draft {
        licence: bundle.licence.clone().filter(|_| business != banshi_model::definition::Business::Establish),
        division: bundle.division.clone(),
        today: bundle.today,
        channel: BUNDLE.to_owned(),
        business,
        mode,
        subject: bundle.subject.clone(),
        agent: bundle.agent.clone(),
        answers: bundle.answers.clone(),
        values: values(bundle, definition, guidance),
        documents: documents(bundle, bundle_definition, part, definition, guidance),
        parts: Vec::new(),
        parameters: effective.parameters.clone(),
    }
}

fn values(bundle: &Draft, definition: &Definition, guidance: &Guidance) -> Vec<FieldValue> {
    let needed = definition.fields.iter().filter(|field| guidance.fields.contains(&field.id));
    needed
        .filter_map(|field| {
            let value = bundle.values.iter().find(|value| value.field.as_str() == field.element)?;
            Some(FieldValue { field: field.id.clone(), ..value.clone() })
        })
        .collect()
}

fn documents(
    bundle: &Draft,
    bundle_definition: &Definition,
    part: &MatterCode,
    definition: &Definition,
    guidance: &Guidance,
) -> Vec<Document> {
    let covers = bundle_definition.bundle.as_ref().map_or(&[][..], |joined| &joined.covers);
    let needed = definition.materials.iter().filter(|material| guidance.materials.contains(&material.id));
    needed
        .filter_map(|material| {
            let covering = covers.iter().filter(|cover| cover.part == *part && cover.part_material == material.id);
            let own = material_id(part, &material.id);
            let ids = covering.map(|cover| &cover.material).chain([&own]);
            let found =
                ids.filter_map(|id| bundle.documents.iter().find(|document| document.material == *id)).next()?;
            Some(Document { material: material.id.clone(), ..found.clone() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample::{bundle as sample_bundle, definition, field, material};
    use banshi_model::definition::{Business, Cover, Source};
    use banshi_model::enactment::Chain;
    use banshi_model::text::{Subject, SubjectKind};
    use jiff::Timestamp;
    use serde_json::json;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn draft() -> Draft {
        let value = |id: &str, value| FieldValue {
            field: id.parse().unwrap(),
            value,
            origin: Source::Applicant,
            at: Timestamp::UNIX_EPOCH,
        };
        let document = |id: &str| Document {
            material: id.parse().unwrap(),
            digest: Digest::of(id.as_bytes()),
            origin: Source::Applicant,
            at: Timestamp::UNIX_EPOCH,
        };
        Draft {
            licence: Some("old".to_owned()),
            division: "310115".parse().unwrap(),
            today: jiff::civil::date(2021, 4, 26),
            channel: "portal".to_owned(),
            business: Business::Establish,
            mode: Mode::Approval,
            subject: Subject {
                kind: SubjectKind::LegalPerson,
                id: "91310115MA1K00015K".to_owned(),
                name: "某便利店".to_owned(),
            },
            agent: None,
            answers: BTreeMap::from([("medicine".to_owned(), json!(true))]),
            values: vec![value("subject.name", json!("某便利店")), value("premises.area", json!(80))],
            documents: vec![document("drawing"), document("P05.diploma"), document("P01.system")],
            parts: vec!["P05".parse().unwrap()],
            parameters: BTreeMap::new(),
        }
    }

    fn drug() -> Effective {
        let mut d = definition();
        d.fields = vec![
            field("holder", "subject.name", &[]),
            field("size", "premises.area", &[]),
            field("pharmacist", "pharmacist", &[]),
        ];
        d.materials = vec![material("layout", &[]), material("diploma", &[]), material("lease", &[])];
        Effective {
            chain: Chain { matter: "P05".parse().unwrap(), layers: vec![] },
            digest: Digest::of(b""),
            definition: Arc::new(d),
            definition_digest: Digest::of(b""),
            parameters: BTreeMap::from([("days".to_owned(), json!(5))]),
            knobs: vec![],
            origins: vec![],
        }
    }

    fn needs(fields: &[&str], materials: &[&str]) -> Guidance {
        let ids = |list: &[&str]| list.iter().map(|id| id.parse().unwrap()).collect();
        Guidance {
            next: vec![],
            fields: ids(fields),
            materials: ids(materials),
            parts: vec![],
            modes: vec![Mode::Approval],
            way: None,
        }
    }

    fn store() -> Definition {
        let mut d = definition();
        let mut joined = sample_bundle(&["P01", "P05"]);
        joined.covers = vec![Cover {
            material: "drawing".parse().unwrap(),
            part: "P05".parse().unwrap(),
            part_material: "layout".parse().unwrap(),
        }];
        d.bundle = Some(joined);
        d
    }

    #[test]
    fn a_part_gets_its_values_by_element_and_its_papers_by_covers_or_its_own() {
        let guidance = needs(&["holder", "pharmacist"], &["layout", "diploma", "lease"]);
        let derived = part_draft(&draft(), &store(), &"P05".parse().unwrap(), &drug(), &guidance, Mode::Commitment);
        let values: Vec<(&str, &serde_json::Value)> =
            derived.values.iter().map(|v| (v.field.as_str(), &v.value)).collect();
        assert_eq!(values, [("holder", &json!("某便利店"))], "the size is not needed, and nobody gave a pharmacist");
        let papers: Vec<(&str, Digest)> = derived.documents.iter().map(|d| (d.material.as_str(), d.digest)).collect();
        assert_eq!(papers, [("layout", Digest::of(b"drawing")), ("diploma", Digest::of(b"P05.diploma"))]);
        assert_eq!((derived.mode, derived.channel.as_str()), (Mode::Commitment, "bundle"));
        assert_eq!(derived.parameters["days"], json!(5));
        assert_eq!(derived.answers, draft().answers);
        assert_eq!(derived.licence, None, "an establishment changes no licence");
        assert!(derived.parts.is_empty());
    }

    #[test]
    fn a_part_has_the_business_that_the_bundle_declares_for_it() {
        let mut d = store();
        d.bundle.as_mut().unwrap().parts[1].business = Business::Change;
        let derived = part_draft(&draft(), &d, &"P05".parse().unwrap(), &drug(), &needs(&[], &[]), Mode::Approval);
        assert_eq!((derived.business, derived.licence.as_deref()), (Business::Change, Some("old")));
    }

    #[test]
    fn long_names_still_make_an_id_and_different_ones() {
        let part: MatterCode = "P".repeat(60).parse().unwrap();
        let (a, b) = (
            material_id(&part, &"a".repeat(60).parse().unwrap()),
            material_id(&part, &"b".repeat(60).parse().unwrap()),
        );
        assert_ne!(a, b);
        assert!(a.as_str().len() <= 64);
        assert_eq!(material_id(&"P05".parse().unwrap(), &"diploma".parse().unwrap()).as_str(), "P05.diploma");
    }
}
