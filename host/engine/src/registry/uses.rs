//! What a definition uses, against what its package asked for and the platform permits. Pure.
//!
//! Deny by default: a source that is not permitted is taken out of the definition, so that it is never
//! asked and nobody is shown it. Commands are checked when a step asks for them, by `decide::permissions`.

use std::collections::BTreeSet;

use banshi_model::definition::{Definition, Source, Trigger};
use banshi_model::package::Permissions;

use super::findings::Findings;

/// One thing that a definition uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    /// Where.
    pub place: String,
    /// `licences`, `services`, `units` or `facts`: the member of the permissions.
    pub kind: &'static str,
    /// Which.
    pub name: String,
}

impl Use {
    fn new(place: String, kind: &'static str, name: &str) -> Self {
        Self { place, kind, name: name.to_owned() }
    }

    fn allowed(&self, permissions: &Permissions) -> bool {
        let list: &BTreeSet<String> = match self.kind {
            "licences" => &permissions.licences,
            "services" => &permissions.services,
            "units" => &permissions.units,
            _ => &permissions.facts,
        };
        list.contains(&self.name)
    }
}

/// What a source uses, if anything.
fn of_source(source: &Source, place: String) -> Option<Use> {
    match source {
        Source::Licence(licence_type) => Some(Use::new(place, "licences", licence_type)),
        Source::SharedData(shared) => Some(Use::new(place, "services", &shared.service)),
        Source::SubjectRecord | Source::Applicant => None,
    }
}

/// Everything that a definition uses.
pub(crate) fn list(definition: &Definition) -> Vec<Use> {
    let mut uses = Vec::new();
    for field in &definition.fields {
        let place = format!("definition.fields.{}.sources", field.id);
        uses.extend(field.sources.iter().filter_map(|source| of_source(source, place.clone())));
    }
    for material in &definition.materials {
        let place = format!("definition.materials.{}.sources", material.id);
        uses.extend(material.sources.iter().filter_map(|source| of_source(source, place.clone())));
    }
    for stage in &definition.stages {
        uses.push(Use::new(format!("definition.stages.{}.unit", stage.id), "units", &stage.unit));
    }
    for inspection in definition.bundle.iter().flat_map(|bundle| &bundle.inspections) {
        uses.push(Use::new(format!("definition.bundle.inspections.{}.unit", inspection.id), "units", &inspection.unit));
    }
    for issued in &definition.issues {
        uses.push(Use::new("definition.issues".to_owned(), "licences", &issued.licence_type));
    }
    for trigger in &definition.triggers {
        let place = "definition.triggers".to_owned();
        uses.push(match trigger {
            Trigger::Fact(kind) => Use::new(place, "facts", kind),
            Trigger::BeforeExpiry(expiry) => Use::new(place, "licences", &expiry.licence),
        });
    }
    uses
}

/// What a definition uses and its package did not ask for. What the layer below uses already is not the
/// layer's own.
pub(crate) fn check(definition: &Definition, below: Option<&Definition>, asked: &Permissions) -> Findings {
    let known = below.map(list).unwrap_or_default();
    let mut findings = Findings::default();
    for used in list(definition) {
        let inherited = known.iter().any(|own| own.kind == used.kind && own.name == used.name);
        if !inherited && !used.allowed(asked) {
            let text = format!("uses `{}` and the manifest does not ask for it", used.name);
            let fix = format!("add it to `permissions.{}` of the manifest, or do not use it", used.kind);
            findings.block("admission.permissions", used.place, text, fix);
        }
    }
    findings
}

/// Takes the sources out that the layer may not use. What the layer below has stays.
pub(crate) fn permitted(mut definition: Definition, below: Option<&Definition>, granted: &Permissions) -> Definition {
    let allowed = |source: &Source, inherited: &[Source]| {
        inherited.contains(source) || of_source(source, String::new()).is_none_or(|used| used.allowed(granted))
    };
    for field in &mut definition.fields {
        let inherited = below.and_then(|below| below.field(field.id.as_str())).map_or(&[][..], |own| &own.sources);
        field.sources.retain(|source| allowed(source, inherited));
    }
    for material in &mut definition.materials {
        let inherited =
            below.and_then(|below| below.material(material.id.as_str())).map_or(&[][..], |own| &own.sources);
        material.sources.retain(|source| allowed(source, inherited));
    }
    definition
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::findings::english;
    use crate::registry::sample::{definition, field, permissions};
    use banshi_model::definition::SharedField;

    fn shared(service: &str) -> Source {
        Source::SharedData(SharedField {
            service: service.to_owned(),
            field: "f".to_owned(),
            purpose: "核验".to_owned(),
        })
    }

    #[test]
    fn what_is_used_and_not_asked_for_is_named_with_its_place() {
        let mut d = definition();
        d.fields[0].sources.insert(0, shared("property"));
        d.stages[0].unit = "药品科".to_owned();
        let found = check(&d, None, &permissions()).into_inner();
        let told: Vec<(&str, &str)> = found.iter().map(|f| (f.place.as_str(), english(&f.fix))).collect();
        assert_eq!(
            told,
            [
                (
                    "definition.fields.name.sources",
                    "add it to `permissions.services` of the manifest, or do not use it"
                ),
                ("definition.stages.review.unit", "add it to `permissions.units` of the manifest, or do not use it"),
            ]
        );
    }

    #[test]
    fn a_layer_answers_only_for_what_it_adds() {
        let none = Permissions::default();
        assert!(!check(&definition(), Some(&definition()), &none).blocks());
        let mut above = definition();
        above.fields[0].sources.insert(0, shared("property"));
        assert!(check(&above, Some(&definition()), &none).blocks());
    }

    #[test]
    fn a_source_that_is_not_permitted_is_gone_from_what_is_in_force() {
        let mut d = definition();
        d.fields.push(field("address", "address", &[shared("property"), shared("map"), Source::Applicant]));
        let mut granted = permissions();
        granted.services.insert("map".to_owned());
        let kept = permitted(d.clone(), None, &granted);
        assert_eq!(kept.fields[1].sources, [shared("map"), Source::Applicant]);
        let above = permitted(d.clone(), Some(&kept), &Permissions::default());
        assert_eq!(above.fields[1].sources, [shared("map"), Source::Applicant]);
    }
}
