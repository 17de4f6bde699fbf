//! The form: a matter's own fields and papers, or one of each for all parts of a bundle; and how many of
//! them are declared and asked. Pure.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::definition::{Bundle, Definition, Field, Material, Source};
use banshi_model::draft::Counts;
use banshi_model::guidance::Guidance;
use banshi_model::ids::{MatterCode, Slug};
use serde_json::{Value, json};

use super::part::material_id;
use crate::api::intake::{FormField, FormMaterial, Serves};
use crate::error::Error;
use crate::registry::{schema, span};

/// A matter and what a path needs of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub code: &'a MatterCode,
    pub definition: &'a Definition,
    pub guidance: &'a Guidance,
}

impl<'a> Asked<'a> {
    /// The fields that the path needs, as declared.
    fn fields(self) -> impl Iterator<Item = &'a Field> {
        self.definition.fields.iter().filter(move |field| self.guidance.fields.contains(&field.id))
    }

    /// The papers that the path needs, as declared.
    fn materials(self) -> impl Iterator<Item = &'a Material> {
        self.definition.materials.iter().filter(move |material| self.guidance.materials.contains(&material.id))
    }

    fn serves(self, id: &Slug) -> Serves {
        Serves { matter: self.code.clone(), id: id.clone() }
    }
}

/// The form's fields. Of a bundle, one for each data element: the chosen parts' first, in their order, then
/// the bundle's own.
pub(super) fn fields(own: Asked<'_>, parts: &[Asked<'_>]) -> Result<Vec<FormField>, Error> {
    if own.definition.bundle.is_none() {
        return Ok(own.fields().map(|field| form_field(field.id.clone(), field, own)).collect());
    }
    let mut form: Vec<(FormField, Vec<Value>)> = Vec::new();
    for asked in parts.iter().chain([&own]) {
        for field in asked.fields() {
            match form.iter_mut().find(|(known, _)| known.element == field.element) {
                Some((known, schemas)) => {
                    known.required |= field.required;
                    known.serves.push(asked.serves(&field.id));
                    known.sources.extend(field.sources.iter().cloned());
                    schemas.push(field.schema.clone());
                }
                None => {
                    let id = field.element.parse().map_err(|_| not_admitted(asked.code, &field.id))?;
                    form.push((form_field(id, field, *asked), vec![field.schema.clone()]));
                }
            }
        }
    }
    let merged = |(mut field, schemas): (FormField, Vec<Value>)| {
        field.schema = schema::all_of(&schemas);
        field.sources = in_order(&field.sources);
        field
    };
    Ok(form.into_iter().map(merged).collect())
}

fn not_admitted(matter: &MatterCode, field: &Slug) -> Error {
    Error::Internal(format!("field `{field}` of matter `{matter}` has an element that admission should have refused"))
}

fn form_field(id: Slug, field: &Field, asked: Asked<'_>) -> FormField {
    FormField {
        id,
        element: field.element.clone(),
        title: field.title.clone(),
        schema: field.schema.clone(),
        required: field.required,
        sources: in_order(&field.sources),
        serves: vec![asked.serves(&field.id)],
        filled: None,
    }
}

/// Each source once, in the order in which they were named, the applicant last: whom one asks when no
/// source answered.
fn in_order(sources: &[Source]) -> Vec<Source> {
    let mut order: Vec<Source> = Vec::new();
    for source in sources.iter().filter(|source| **source != Source::Applicant) {
        if !order.contains(source) {
            order.push(source.clone());
        }
    }
    order.push(Source::Applicant);
    order
}

/// The form's papers. Of a bundle: its own, each standing for what it covers of the chosen parts, then
/// the parts' papers that nothing covers.
pub(super) fn materials(own: Asked<'_>, parts: &[Asked<'_>]) -> Vec<FormMaterial> {
    let Some(bundle) = &own.definition.bundle else {
        return own
            .materials()
            .map(|material| form_material(material.id.clone(), material, vec![own.serves(&material.id)]))
            .collect();
    };
    let mut form: Vec<FormMaterial> =
        own.materials().filter_map(|material| covering(bundle, material, own, parts)).collect();
    let covered: BTreeSet<(MatterCode, Slug)> =
        form.iter().flat_map(|paper| &paper.serves).map(|serves| (serves.matter.clone(), serves.id.clone())).collect();
    for part in parts {
        for material in part.materials() {
            if !covered.contains(&(part.code.clone(), material.id.clone())) {
                let id = material_id(part.code, &material.id);
                form.push(form_material(id, material, vec![part.serves(&material.id)]));
            }
        }
    }
    form
}

/// A bundle's paper with what it stands for on this path; none where it covers papers and none of them is
/// needed.
fn covering(bundle: &Bundle, material: &Material, own: Asked<'_>, parts: &[Asked<'_>]) -> Option<FormMaterial> {
    let mut covers = bundle.covers.iter().filter(|cover| cover.material == material.id).peekable();
    if covers.peek().is_none() {
        return Some(form_material(material.id.clone(), material, vec![own.serves(&material.id)]));
    }
    let serves: Vec<Serves> = covers
        .filter_map(|cover| {
            let part = parts.iter().find(|part| *part.code == cover.part)?;
            part.materials().any(|needed| needed.id == cover.part_material).then(|| part.serves(&cover.part_material))
        })
        .collect();
    (!serves.is_empty()).then(|| form_material(material.id.clone(), material, serves))
}

fn form_material(id: Slug, material: &Material, serves: Vec<Serves>) -> FormMaterial {
    FormMaterial {
        id,
        title: material.title.clone(),
        issuer: material.issuer.clone(),
        required: material.required,
        sources: in_order(&material.sources),
        basis: material.basis.clone(),
        serves,
        filled: None,
    }
}

/// What is declared and what is asked. Declared is what the chosen matters themselves ask on this path: of
/// a bundle, its parts. Asked is what no source filled in the form.
pub(super) fn counts(own: Asked<'_>, parts: &[Asked<'_>], fields: &[FormField], materials: &[FormMaterial]) -> Counts {
    let declaring: &[Asked<'_>] = if own.definition.bundle.is_some() { parts } else { &[own] };
    let elements: BTreeSet<&str> =
        declaring.iter().flat_map(|asked| asked.fields()).map(|field| field.element.as_str()).collect();
    Counts {
        fields_declared: declaring.iter().map(|asked| asked.fields().count()).sum(),
        fields_distinct: elements.len(),
        fields_asked: fields.iter().filter(|field| field.filled.is_none()).count(),
        materials_declared: declaring.iter().map(|asked| asked.materials().count()).sum(),
        materials_asked: materials.iter().filter(|material| material.filled.is_none()).count(),
        days_declared: declaring.iter().map(|asked| span::in_working_days(asked.definition.statutory)).sum(),
    }
}

/// JSON Schema of the whole form: an object by field id.
pub(super) fn whole_schema(fields: &[FormField]) -> Value {
    let properties: BTreeMap<&str, Value> = fields.iter().map(|field| (field.id.as_str(), titled(field))).collect();
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.id.as_str()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn titled(field: &FormField) -> Value {
    let mut schema = schema::embed(&field.schema);
    if let Value::Object(members) = &mut schema {
        members.entry("title").or_insert_with(|| json!(field.title.zh));
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample::{bundle, definition, field, material};
    use banshi_model::definition::{Cover, Mode, SharedField, Span};

    fn shared(service: &str) -> Source {
        Source::SharedData(SharedField {
            service: service.to_owned(),
            field: "f".to_owned(),
            purpose: "核验".to_owned(),
        })
    }

    /// Needs everything that is declared.
    fn all_of(d: &Definition) -> Guidance {
        Guidance {
            next: vec![],
            fields: d.fields.iter().map(|field| field.id.clone()).collect(),
            materials: d.materials.iter().map(|material| material.id.clone()).collect(),
            parts: vec![],
            modes: vec![Mode::Approval],
            way: None,
        }
    }

    fn code(text: &str) -> MatterCode {
        text.parse().unwrap()
    }

    fn cover(material: &str, part: &str, part_material: &str) -> Cover {
        Cover { material: material.parse().unwrap(), part: code(part), part_material: part_material.parse().unwrap() }
    }

    /// Two parts that share an element, and a bundle whose paper covers one of each.
    fn convenience_store() -> (Definition, Definition, Definition) {
        let mut food = definition();
        food.fields = vec![
            field("name", "subject.name", &[Source::Licence("L1".to_owned()), Source::Applicant]),
            field("area", "premises.area", &[]),
        ];
        food.materials = vec![material("plan", &[]), material("system", &[])];
        let mut drug = definition();
        drug.fields = vec![
            field("holder", "subject.name", &[shared("register"), Source::Applicant]),
            field("pharmacist", "pharmacist", &[]),
        ];
        drug.fields[0].schema = json!({ "maxLength": 50 });
        drug.fields[1].required = false;
        drug.materials = vec![material("layout", &[]), material("diploma", &[shared("school")])];
        drug.statutory = Span::working_days(15);
        let mut store = definition();
        store.fields = vec![field("sign", "premises.sign", &[]), field("who", "subject.name", &[])];
        store.materials = vec![material("drawing", &[]), material("promise", &[]), material("tobacco", &[])];
        let mut joined = bundle(&["P01", "P05"]);
        joined.covers =
            vec![cover("drawing", "P01", "plan"), cover("drawing", "P05", "layout"), cover("tobacco", "P04", "x")];
        store.bundle = Some(joined);
        (store, food, drug)
    }

    #[test]
    fn a_matter_s_form_keeps_its_own_ids_and_asks_only_what_the_path_needs() {
        let mut d = definition();
        d.fields.push(field("area", "premises.area", &[Source::Applicant, shared("register")]));
        let mut guidance = all_of(&d);
        guidance.fields = vec!["area".parse().unwrap()];
        let own = Asked { code: &code("P01"), definition: &d, guidance: &guidance };
        let form = fields(own, &[]).unwrap();
        assert_eq!(form.len(), 1);
        assert_eq!((form[0].id.as_str(), form[0].element.as_str()), ("area", "premises.area"));
        assert_eq!(form[0].sources, [shared("register"), Source::Applicant]);
        assert_eq!(counts(own, &[], &form, &[]).fields_declared, 1);
        assert_eq!(counts(own, &[], &form, &[]).days_declared, 20);
    }

    #[test]
    fn a_bundle_asks_an_element_once_and_every_part_s_schema_holds() {
        let (store, food, drug) = convenience_store();
        let (b, f, d) = (all_of(&store), all_of(&food), all_of(&drug));
        let codes = [code("B01"), code("P01"), code("P05")];
        let own = Asked { code: &codes[0], definition: &store, guidance: &b };
        let parts = [
            Asked { code: &codes[1], definition: &food, guidance: &f },
            Asked { code: &codes[2], definition: &drug, guidance: &d },
        ];
        let form = fields(own, &parts).unwrap();
        let ids: Vec<&str> = form.iter().map(|field| field.id.as_str()).collect();
        assert_eq!(ids, ["subject.name", "premises.area", "pharmacist", "premises.sign"]);
        assert_eq!(form[0].serves.len(), 3);
        assert_eq!(form[0].sources, [Source::Licence("L1".to_owned()), shared("register"), Source::Applicant]);
        assert_eq!(form[0].schema, json!({ "allOf": [{ "type": "string" }, { "maxLength": 50 }] }));
        assert!(form[0].required && !form[2].required);
        let papers = materials(own, &parts);
        let ids: Vec<(&str, usize)> = papers.iter().map(|paper| (paper.id.as_str(), paper.serves.len())).collect();
        assert_eq!(ids, [("drawing", 2), ("promise", 1), ("P01.system", 1), ("P05.diploma", 1)]);
        let counts = counts(own, &parts, &form, &papers);
        let expect = Counts {
            fields_declared: 4,
            fields_distinct: 3,
            fields_asked: 4,
            materials_declared: 4,
            materials_asked: 4,
            days_declared: 35,
        };
        assert_eq!(counts, expect);
    }

    #[test]
    fn a_part_that_is_not_chosen_asks_nothing_and_is_covered_by_nothing() {
        let (store, food, _) = convenience_store();
        let (b, f) = (all_of(&store), all_of(&food));
        let codes = [code("B01"), code("P01")];
        let own = Asked { code: &codes[0], definition: &store, guidance: &b };
        let parts = [Asked { code: &codes[1], definition: &food, guidance: &f }];
        let form = fields(own, &parts).unwrap();
        assert!(form.iter().all(|field| field.element != "pharmacist"));
        let papers = materials(own, &parts);
        assert_eq!(papers[0].serves, [Serves { matter: code("P01"), id: "plan".parse().unwrap() }]);
        assert_eq!(counts(own, &parts, &form, &papers).days_declared, 20);
    }

    #[test]
    fn what_a_source_filled_is_not_asked() {
        let d = definition();
        let guidance = all_of(&d);
        let own = Asked { code: &code("P01"), definition: &d, guidance: &guidance };
        let mut form = fields(own, &[]).unwrap();
        form[0].filled = Some(crate::api::intake::Filled {
            value: json!("x"),
            origin: Source::SubjectRecord,
            at: jiff::Timestamp::UNIX_EPOCH,
        });
        let counts = counts(own, &[], &form, &materials(own, &[]));
        assert_eq!((counts.fields_declared, counts.fields_asked, counts.materials_asked), (1, 0, 1));
    }

    #[test]
    fn the_whole_form_has_one_schema() {
        let d = definition();
        let guidance = all_of(&d);
        let own = Asked { code: &code("P01"), definition: &d, guidance: &guidance };
        let schema = whole_schema(&fields(own, &[]).unwrap());
        let validator = schema::compile(&schema).unwrap();
        assert!(validator.is_valid(&json!({ "name": "某店" })));
        assert!(!validator.is_valid(&json!({})));
        assert!(!validator.is_valid(&json!({ "name": "某店", "more": 1 })));
    }
}
