//! Fuzz targets for the parsers of foreign bytes.
//!
//! The parsers of the engine, of http and of connect are pure modules inside crates that link wasmtime. Here the
//! same files are compiled by path, without those crates: nothing becomes public for the sake of a test, coverage
//! counts the parsers and not a sandbox, and a parser that starts to reach for the engine stops to compile here.
//! Each module stands where it stands in its own crate, because its paths (`crate::registry::…`) say so.
#![allow(dead_code, unused_imports, reason = "a file is compiled whole, and its callers stay behind")]

pub mod targets;

mod json;
mod schemas;

pub(crate) use error::Error;

#[path = "../../../host/engine/src/error.rs"]
mod error;

#[path = "../../../host/engine/src/principal.rs"]
mod principal;

#[path = "../../../host/engine/src/connector/callback.rs"]
mod callback;

/// What may be refined, and what a callback needs of the engine's decisions: one word of what partners are asked.
#[path = "../../../host/engine/src/decide"]
mod decide {
    pub(crate) const REMOTE: &str = "remote";

    pub(crate) mod narrowing;
    pub(crate) mod permissions;

    mod refused;

    pub(crate) use refused::Refused;
}

#[path = "../../../host/connect/src/sign.rs"]
mod sign;

#[path = "../../../host/http/src/cursor/seal.rs"]
mod seal;

#[path = "../../../host/http/src/wording.rs"]
mod wording;

#[path = "../../../host/engine/src/api"]
mod api {
    pub(crate) mod gradual;
    pub(crate) mod intake;
    pub(crate) mod registry;
    pub(crate) mod watch;
}

#[path = "../../../host/engine/src/registry"]
mod registry {
    pub(crate) mod admission;
    mod cache;
    pub(crate) mod findings;
    pub(crate) mod narrowing;
    mod requirement;
    pub(crate) mod sample;
    pub(crate) mod schema;
    pub(crate) mod settings;
    pub(crate) mod span;
    pub(crate) mod uses;
}

#[path = "../../../host/engine/src/intake"]
mod intake {
    use std::collections::BTreeMap;

    use banshi_model::definition::Definition;
    use banshi_model::draft::{Counts, FieldValue};
    use banshi_model::guidance::Guidance;
    use banshi_model::ids::MatterCode;
    use jiff::Timestamp;
    use serde_json::Value;

    use crate::api::intake::{FormField, FormMaterial};
    use crate::registry::schema::Validators;

    mod answers;
    pub(crate) mod checks;
    mod form;
    mod merge;

    /// What a form needs of its parts: the id that a part's paper has in it.
    mod part {
        use banshi_model::ids::{Digest, MatterCode, Slug};

        pub(super) fn material_id(part: &MatterCode, material: &Slug) -> Slug {
            let whole = format!("{part}.{material}");
            let digest = Digest::of(whole.as_bytes()).to_string();
            whole.parse().or_else(|_| digest.parse()).expect("an id")
        }
    }

    /// A bundle's form out of its parts'.
    #[derive(Debug)]
    pub(crate) struct Joined {
        pub(crate) fields: Vec<FormField>,
        pub(crate) materials: Vec<FormMaterial>,
        pub(crate) counts: Counts,
    }

    /// `form::fields`, `form::materials` and what they count.
    pub(crate) fn join(
        own: &(MatterCode, Definition, Guidance),
        parts: &[(MatterCode, Definition, Guidance)],
    ) -> Result<Joined, String> {
        fn asked((code, definition, guidance): &(MatterCode, Definition, Guidance)) -> form::Asked<'_> {
            form::Asked { code, definition, guidance }
        }
        let (own, parts) = (asked(own), parts.iter().map(asked).collect::<Vec<_>>());
        let fields = form::fields(own, &parts).map_err(|error| error.to_string())?;
        let materials = form::materials(own, &parts);
        let counts = form::counts(own, &parts, &fields, &materials);
        Ok(Joined { fields, materials, counts })
    }

    /// A form as it was handed in, and everything that people are told about it.
    pub(crate) struct Told {
        pub(crate) values: Vec<FieldValue>,
        pub(crate) missing: Vec<String>,
        pub(crate) invalid: Vec<String>,
        pub(crate) unknown: usize,
        pub(crate) texts: Vec<String>,
    }

    /// `merge::values` with its error and its findings.
    pub(crate) fn hand_in(
        fields: &[FormField],
        given: &BTreeMap<String, Value>,
        validators: &Validators,
    ) -> Option<Told> {
        let merged = merge::values(fields, given, Timestamp::UNIX_EPOCH, validators).ok()?;
        let mut texts: Vec<String> = merged.error().iter().map(ToString::to_string).collect();
        for found in checks::findings(&merged, &[]) {
            texts.extend([found.reason.text.zh, found.reason.text.en.unwrap_or_default()]);
        }
        Some(Told {
            missing: merged.missing.iter().map(|field| field.id.to_string()).collect(),
            invalid: merged.invalid.iter().map(|(field, _)| field.id.to_string()).collect(),
            unknown: merged.unknown,
            texts,
            values: merged.values,
        })
    }

    /// `answers::check`, and what it says.
    pub(crate) fn check_answers(answers: &BTreeMap<String, Value>, definition: &Definition) -> Result<(), String> {
        answers::check(answers, &[definition]).map_err(|error| error.to_string())
    }
}

#[path = "../../../host/http/src/tokens"]
mod tokens {
    pub(crate) use crate::principal::Role;
    pub(crate) use bearer::bearer;
    pub(crate) use file::{Error, TokenFile};

    mod bearer;
    mod file;
}
