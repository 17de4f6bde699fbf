//! Short ways to read an application.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::contract::cases::Draft;
use crate::contract::types::{Fault, Subject, SubjectKind};
use crate::guard::Answers;
use crate::settings::Settings;
use crate::text::fault;

impl Draft {
    /// The value of a field, if it is there. In a bundle, fields go by data element.
    pub fn value(&self, field: &str) -> Option<Value> {
        let found = self.values.iter().find(|value| value.field == field)?;
        serde_json::from_str(&found.json).ok()
    }

    /// The form as one JSON object by field.
    pub fn form_value(&self) -> Value {
        let read = |json: &str| serde_json::from_str(json).unwrap_or(Value::Null);
        Value::Object(self.values.iter().map(|value| (value.field.clone(), read(&value.json))).collect::<Map<_, _>>())
    }

    /// The form as the struct that declared its fields. A fault where the values do not fit it.
    pub fn form<F: DeserializeOwned>(&self) -> Result<F, Fault> {
        serde_json::from_value(self.form_value())
            .map_err(|_| fault("form", "表单不符合声明的结构 / the form does not fit the struct that declares it"))
    }

    /// The answers to the guided questions.
    pub fn answered(&self) -> Result<Answers, Fault> {
        Answers::parse(&self.answers)
    }

    /// The settings in force for this case.
    pub fn settings(&self) -> Result<Settings, Fault> {
        Settings::parse(&self.parameters)
    }

    /// Whether it is a part of a bundle: then the bundle has asked the signers, and ships and releases.
    pub fn is_part(&self) -> bool {
        self.channel == "bundle"
    }
}

/// A person or an organisation as a form holds it, for fields that name signers.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Party {
    /// 类型 / Kind
    pub kind: PartyKind,
    /// 证件号码 / Citizen number or unified social credit code
    #[schemars(length(min = 15, max = 18))]
    pub id: String,
    /// 姓名或名称 / Name
    #[schemars(length(min = 1, max = 120))]
    pub name: String,
}

/// What kind of party.
#[derive(Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PartyKind {
    /// 自然人.
    NaturalPerson,
    /// 法人.
    LegalPerson,
    /// 非法人组织.
    OtherOrganisation,
}

impl From<Party> for Subject {
    fn from(party: Party) -> Self {
        let kind = match party.kind {
            PartyKind::NaturalPerson => SubjectKind::NaturalPerson,
            PartyKind::LegalPerson => SubjectKind::LegalPerson,
            PartyKind::OtherOrganisation => SubjectKind::OtherOrganisation,
        };
        Subject { kind, id: party.id, name: party.name }
    }
}
