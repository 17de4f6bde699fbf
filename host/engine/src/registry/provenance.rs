//! Which layer each effective value comes from: found by comparing what stood before a layer with what
//! stood after it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::definition::Definition;
use banshi_model::enactment::Layer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::registry::Provenance;

/// One value and the layer that gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// What it is a value of: `promised`, `materials.lease`, `parameters.promised-days` …
    pub item: String,
    /// Which of its attributes, where a layer changed one of a thing that has several: `sources` …
    pub attribute: Option<String>,
    /// The layer's place in the chain; 0 is the ground.
    pub layer: usize,
    /// The value in short; null where the layer took it away.
    pub value: Value,
}

impl Origin {
    /// The value's place, for people: `promised`, `materials.lease`, `materials.lease.sources` …
    pub(crate) fn path(&self) -> String {
        self.attribute.as_ref().map_or_else(|| self.item.clone(), |name| format!("{}.{name}", self.item))
    }
}

/// The materials that a layer above the ground brought.
pub(crate) fn local_materials(origins: &[Origin]) -> BTreeSet<String> {
    let brought = |origin: &&Origin| origin.layer > 0 && origin.attribute.is_none() && !origin.value.is_null();
    origins
        .iter()
        .filter(brought)
        .filter_map(|origin| origin.item.strip_prefix("materials.").map(str::to_owned))
        .collect()
}

/// Follows values from layer to layer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace {
    origins: Vec<Origin>,
    items: BTreeMap<String, Value>,
}

impl Trace {
    /// What stands after a layer; the first call is the ground.
    pub(crate) fn definition(&mut self, layer: usize, definition: &Definition) {
        let list = items(definition);
        for (path, value) in &list {
            match self.items.get(path) {
                None => self.set(path, None, layer, short(path, value)),
                Some(before) if before == value => {}
                Some(before) => {
                    let before = before.clone();
                    self.changed(path, layer, &before, value);
                }
            }
        }
        let gone: Vec<String> =
            self.items.keys().filter(|path| !list.iter().any(|(own, _)| own == *path)).cloned().collect();
        for path in gone {
            self.origins.retain(|origin| origin.item != path || origin.attribute.is_none());
            self.set(&path, None, layer, Value::Null);
        }
        self.items = list.into_iter().collect();
    }

    /// The settings after a layer.
    pub(crate) fn parameters(&mut self, layer: usize, parameters: &BTreeMap<String, Value>) {
        for (id, value) in parameters {
            let item = format!("parameters.{id}");
            if self.origins.iter().find(|origin| origin.item == item).is_none_or(|origin| origin.value != *value) {
                self.set(&item, None, layer, value.clone());
            }
        }
    }

    /// The values in the order in which they came up.
    pub(crate) fn into_origins(self) -> Vec<Origin> {
        self.origins
    }

    fn changed(&mut self, path: &str, layer: usize, before: &Value, after: &Value) {
        let (Some(old), Some(new), true) = (before.as_object(), after.as_object(), path.contains('.')) else {
            self.set(path, None, layer, after.clone());
            return;
        };
        for (name, value) in new {
            if old.get(name) != Some(value) {
                self.set(path, Some(name), layer, value.clone());
            }
        }
    }

    fn set(&mut self, item: &str, attribute: Option<&str>, layer: usize, value: Value) {
        let same = |origin: &&mut Origin| origin.item == item && origin.attribute.as_deref() == attribute;
        match self.origins.iter_mut().find(same) {
            Some(origin) => {
                origin.layer = layer;
                origin.value = value;
            }
            None => {
                let attribute = attribute.map(str::to_owned);
                self.origins.push(Origin { item: item.to_owned(), attribute, layer, value });
            }
        }
    }
}

/// What is followed as one value each.
const WHOLE: [&str; 12] = [
    "title",
    "department",
    "matter_type",
    "business",
    "modes",
    "statutory",
    "statutory_basis",
    "promised",
    "issues",
    "triggers",
    "signers",
    "samples",
];

/// The parts of a definition that are followed, by path. Things with an id have a path of their own.
fn items(definition: &Definition) -> Vec<(String, Value)> {
    // The model's types always make JSON; null would only hide a change, never invent one.
    let whole = serde_json::to_value(definition).unwrap_or_default();
    let mut list = Vec::new();
    for name in WHOLE {
        list.push((name.to_owned(), whole.get(name).cloned().unwrap_or_default()));
    }
    for name in ["fields", "materials", "questions", "stages", "fees"] {
        list.extend(with_ids(name, whole.get(name)));
    }
    if let Some(bundle) = whole.get("bundle").filter(|bundle| !bundle.is_null()) {
        list.extend(with_ids("inspections", bundle.get("inspections")));
        for name in ["parts", "covers", "partial"] {
            list.push((name.to_owned(), bundle.get(name).cloned().unwrap_or_default()));
        }
    }
    list
}

fn with_ids<'a>(name: &'a str, list: Option<&'a Value>) -> impl Iterator<Item = (String, Value)> + 'a {
    let of_id = move |item: &Value| Some((format!("{name}.{}", item.get("id")?.as_str()?), item.clone()));
    list.and_then(Value::as_array).into_iter().flatten().filter_map(of_id)
}

/// An item in short: what a reader of the origin wants to see of it.
fn short(path: &str, value: &Value) -> Value {
    let names: &[&str] = match path.split('.').next() {
        Some("fields" | "materials") => &["required", "sources"],
        Some("stages") => &["unit", "limit", "mandatory"],
        Some("inspections") => &["unit", "serves"],
        Some("questions") => &["answers"],
        Some("fees") => &["at_most", "basis"],
        _ => return value.clone(),
    };
    let picked: Map<String, Value> =
        names.iter().filter_map(|name| Some(((*name).to_owned(), value.get(*name)?.clone()))).collect();
    json!(picked)
}

/// The origins with their layers, for people.
pub(crate) fn explain(origins: &[Origin], layers: &[Layer]) -> Vec<Provenance> {
    let of_layer = |origin: &Origin| {
        let layer = layers.get(origin.layer)?;
        Some(Provenance {
            path: origin.path(),
            enactment: layer.enactment.clone(),
            authority: layer.authority.clone(),
            name: layer.name.clone(),
            version: layer.version.clone(),
            instrument: layer.instrument.clone(),
            kind: layer.kind,
            value: origin.value.clone(),
            share: None,
        })
    };
    origins.iter().filter_map(of_layer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample::{definition, material, stage};
    use banshi_model::definition::{Processing, Source, Span};

    fn origin<'a>(origins: &'a [Origin], path: &str) -> Option<(usize, &'a Value)> {
        origins.iter().find(|origin| origin.path() == path).map(|origin| (origin.layer, &origin.value))
    }

    #[test]
    fn each_value_names_the_last_layer_that_changed_it() {
        let ground = definition();
        let mut shorter = ground.clone();
        shorter.promised = Processing::Promised(Span::working_days(3));
        let mut served = shorter.clone();
        served.materials[0].sources.insert(0, Source::SubjectRecord);
        let mut trace = Trace::default();
        trace.definition(0, &ground);
        trace.definition(1, &shorter);
        trace.definition(2, &served);
        let origins = trace.into_origins();
        assert_eq!(
            origin(&origins, "promised"),
            Some((1, &json!({ "promised": { "count": 3, "unit": "working-days" } })))
        );
        assert_eq!(origin(&origins, "statutory").unwrap().0, 0);
        assert_eq!(
            origin(&origins, "materials.plan"),
            Some((0, &json!({ "required": true, "sources": ["applicant"] })))
        );
        assert_eq!(origin(&origins, "materials.plan.sources"), Some((2, &json!(["subject-record", "applicant"]))));
        assert_eq!(origin(&origins, "materials.plan.required"), None);
    }

    #[test]
    fn what_a_layer_takes_away_or_brings_is_told_with_that_layer() {
        let ground = definition();
        let mut above = ground.clone();
        above.materials = vec![material("shared", &[])];
        above.stages.push(stage("joint", &[], false));
        let mut trace = Trace::default();
        trace.definition(0, &ground);
        trace.definition(1, &above);
        let origins = trace.into_origins();
        assert_eq!(origin(&origins, "materials.plan"), Some((1, &Value::Null)));
        assert_eq!(origin(&origins, "materials.shared").unwrap().0, 1);
        assert_eq!(origin(&origins, "stages.joint").unwrap().0, 1);
        assert_eq!(origin(&origins, "stages.review").unwrap().0, 0);
        assert_eq!(local_materials(&origins), BTreeSet::from(["shared".to_owned()]));
    }

    #[test]
    fn no_member_of_a_definition_is_left_out() {
        let mut whole = definition();
        whole.bundle = Some(crate::registry::sample::bundle(&["P01", "P05"]));
        let mut trace = Trace::default();
        trace.definition(0, &whole);
        let told: BTreeSet<String> =
            trace.into_origins().iter().filter_map(|origin| origin.item.split('.').next().map(str::to_owned)).collect();
        let whole = serde_json::to_value(&whole).unwrap();
        let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let lists = ["questions", "fees", "inspections"];
        for name in members(&whole).into_iter().chain(members(&whole["bundle"])).filter(|name| name != "bundle") {
            assert!(told.contains(&name) || lists.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn a_setting_belongs_to_the_layer_that_turned_it() {
        let of = |days: u8| BTreeMap::from([("days".to_owned(), json!(days)), ("area".to_owned(), json!(100))]);
        let mut trace = Trace::default();
        trace.parameters(0, &of(5));
        trace.parameters(1, &of(3));
        trace.parameters(2, &of(3));
        let origins = trace.into_origins();
        assert_eq!(origin(&origins, "parameters.days"), Some((1, &json!(3))));
        assert_eq!(origin(&origins, "parameters.area"), Some((0, &json!(100))));
    }
}
