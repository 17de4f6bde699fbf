//! Which layer an effective value comes from, place by place.

use banshi_engine::api::registry::{EffectiveView, Provenance};
use banshi_model::definition::{Mode, Processing, Source};
use banshi_model::ids::Division;
use serde_json::Value;

use crate::commands::wording;
use crate::table::{Table, cut};

/// The value that is always shown, whoever set it.
const ALWAYS: &str = "promised";
/// What says nothing to a reader of the story: texts about samples.
const NEVER: [&str; 1] = ["samples"];

/// How wide values and layers are shown.
const VALUE: usize = 24;

/// A table of what stands where and which layer said so: the promise at every place, and whatever a layer of
/// another place than `city` brought or changed.
pub fn table<'v>(places: impl IntoIterator<Item = (&'v str, &'v EffectiveView)>, city: &Division) -> Table {
    let mut table = Table::new(&["区", "值 value", "现行 in force", "哪一层 layer"]).widest(40);
    for (place, view) in places {
        for value in view.provenance.iter().filter(|value| tells(value, city)) {
            let (path, said) = (format!("{} {}", view.code, value.path), cut(&short(&value.value), VALUE));
            table.row([place, &path, &said, value.name.as_str()]);
        }
    }
    table
}

fn tells(value: &Provenance, city: &Division) -> bool {
    value.path == ALWAYS || (value.authority.division != *city && !NEVER.contains(&value.path.as_str()))
}

/// A value in short, in the words of the field where they are known.
fn short(value: &Value) -> String {
    if let Ok(processing) = serde_json::from_value::<Processing>(value.clone()) {
        return wording::promised(processing);
    }
    if let Ok(sources) = serde_json::from_value::<Vec<Source>>(value.clone()) {
        let names: Vec<String> = sources.iter().map(source).collect();
        return names.join("→");
    }
    if let Ok(modes) = serde_json::from_value::<Vec<Mode>>(value.clone()) {
        let names = modes.iter().map(|mode| wording::mode(*mode).split(' ').next().unwrap_or_default());
        return names.collect::<Vec<_>>().join("、");
    }
    match value {
        Value::Null => "（取消）taken away".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let served = members.get("serves").and_then(Value::as_array).into_iter().flatten();
            let served: Vec<String> = served.filter_map(stage).collect();
            let unit = members.get("unit").and_then(Value::as_str);
            match unit {
                Some(_) if !served.is_empty() => served.join("+"),
                _ => value.to_string(),
            }
        }
        Value::Array(words) if !words.is_empty() && words.iter().all(Value::is_string) => {
            words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("、")
        }
        other => other.to_string(),
    }
}

fn stage(served: &Value) -> Option<String> {
    Some(format!("{}.{}", served.get("part")?.as_str()?, served.get("stage")?.as_str()?))
}

fn source(source: &Source) -> String {
    match source {
        Source::SharedData(field) => format!("数据共享 {}", field.service),
        Source::Licence(_) => "电子证照".to_owned(),
        Source::SubjectRecord => "一企一档".to_owned(),
        Source::Applicant => "申请人".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_said_in_the_words_of_the_field() {
        assert_eq!(short(&json!({ "promised": { "count": 3, "unit": "working-days" } })), "3个工作日");
        let lease =
            json!({ "shared-data": { "service": "housing-lease", "field": "registered-lease", "purpose": "核验" } });
        assert_eq!(short(&json!([lease, "applicant"])), "数据共享 housing-lease→申请人");
        let joint = json!({ "unit": "市场监管·联合核查组", "serves": [{ "part": "P01", "stage": "onsite" }, { "part": "P05", "stage": "onsite" }] });
        assert_eq!(short(&joint), "P01.onsite+P05.onsite");
        assert_eq!(short(&json!(["approval", "commitment"])), "审批、告知承诺");
        assert_eq!(short(&json!(50)), "50");
        assert_eq!(short(&json!(["premises-proof"])), "premises-proof");
    }
}
