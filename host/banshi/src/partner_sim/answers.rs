//! What simulated shared data knows: service → field → value, for everybody, and for single subjects by their id
//! under `subjects`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::failure::{Failure, Kind, OrFail, Result};

/// Service → field → value.
type Services = BTreeMap<String, Map<String, Value>>;

/// The answers file.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Answers {
    /// By a subject's id; stands above what is said for everybody.
    #[serde(default)]
    subjects: BTreeMap<String, Services>,
    /// For everybody.
    #[serde(flatten)]
    everybody: Services,
}

impl Answers {
    /// Reads TOML or JSON, by the file's ending.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).or_fail(Kind::Usage, format!("cannot read {}", path.display()))?;
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("json") => serde_json::from_str(&text).or_fail(Kind::Usage, path.display()),
            Some("toml") => toml::from_str(&text).or_fail(Kind::Usage, path.display()),
            _ => Err(Failure::usage(format!("{}: neither .json nor .toml", path.display()))),
        }
    }

    /// One field; none: there is no record of it. A subject's `null` hides what is said for everybody.
    pub fn field(&self, subject: Option<&str>, service: &str, field: &str) -> Option<&Value> {
        let own = subject.and_then(|id| self.subjects.get(id)?.get(service)?.get(field));
        own.or_else(|| self.everybody.get(service)?.get(field)).filter(|value| !value.is_null())
    }

    /// Everything that a service says of a subject; none: there is no such service.
    pub fn record(&self, subject: Option<&str>, service: &str) -> Option<Value> {
        let own = subject.and_then(|id| self.subjects.get(id)?.get(service));
        let everybody = self.everybody.get(service);
        if own.is_none() && everybody.is_none() {
            return None;
        }
        let mut record = everybody.cloned().unwrap_or_default();
        record.extend(own.cloned().unwrap_or_default());
        record.retain(|_, value| !value.is_null());
        Some(Value::Object(record))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answers() -> Answers {
        serde_json::from_value(json!({
            "real-estate": { "owner": "甲", "floor": "1层" },
            "subjects": { "S1": { "real-estate": { "owner": "乙", "floor": null } } },
        }))
        .unwrap()
    }

    #[test]
    fn a_subject_of_its_own_stands_above_everybody() {
        let answers = answers();
        assert_eq!(answers.field(None, "real-estate", "owner"), Some(&json!("甲")));
        assert_eq!(answers.field(Some("S1"), "real-estate", "owner"), Some(&json!("乙")));
        assert_eq!(answers.field(Some("S2"), "real-estate", "owner"), Some(&json!("甲")));
        assert_eq!(answers.field(Some("S1"), "real-estate", "floor"), None);
        assert_eq!(answers.field(None, "real-estate", "area"), None);
        assert_eq!(answers.field(None, "subjects", "S1"), None);
    }

    #[test]
    fn a_record_is_all_that_is_known() {
        let answers = answers();
        assert_eq!(answers.record(Some("S1"), "real-estate"), Some(json!({ "owner": "乙" })));
        assert_eq!(answers.record(None, "tax"), None);
    }
}
