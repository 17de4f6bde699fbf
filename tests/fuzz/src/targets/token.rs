//! The token file, and the token in a header.

use std::collections::BTreeSet;

use arbitrary::{Result, Unstructured};
use banshi_model::ids::Digest;
use serde_json::{Value, json};

use super::{bounded, without_the_value};
use crate::json;
use crate::tokens::{Error, TokenFile, bearer};

/// The first byte says what the rest is.
pub fn run(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else { return };
    match (mode % 3, std::str::from_utf8(rest)) {
        (0, Ok(text)) => {
            let _ = read(text);
        }
        (1, Ok(text)) => header(text),
        _ => {
            let _ = edited(&mut Unstructured::new(rest));
        }
    }
}

fn header(text: &str) {
    if let Some(token) = bearer(text) {
        assert!(!token.is_empty() && text.ends_with(token));
        assert_eq!(bearer(&format!("Bearer {token}")), Some(token));
    }
}

fn read(text: &str) -> Option<Error> {
    let file = match TokenFile::parse(text) {
        Ok(file) => file,
        Err(error) => return Some(error),
    };
    let names: BTreeSet<&str> = file.token.iter().map(|token| token.name.as_str()).collect();
    let hashes: BTreeSet<Digest> = file.token.iter().map(|token| token.sha256).collect();
    assert_eq!((names.len(), hashes.len()), (file.token.len(), file.token.len()), "names and hashes are there once");
    assert!(names.iter().all(|name| (1..=64).contains(&name.len()) && name.is_ascii()), "a name stands in logs");
    let written = toml::to_string(&file).expect("what was read can be written");
    assert_eq!(TokenFile::parse(&written).expect("what was written can be read"), file, "a file comes back");
    None
}

/// A file with a token of each role, edited; every text in it could be a person.
fn edited(u: &mut Unstructured<'_>) -> Result<()> {
    let hash = |byte: u8| Digest([byte; 32]).to_string();
    let authority = json!({ "department": "市场监督管理局", "division": "310101" });
    let mut file = json!({ "token": [
        { "name": "platform", "sha256": hash(1), "role": "platform" },
        { "name": "publisher", "sha256": hash(2), "role": "publisher", "authority": authority },
        { "name": "officer", "sha256": hash(3), "role": "officer", "division": "310115", "department": "市场监督管理局",
          "units": ["食品科"], "expires": "2027-01-01T00:00:00Z" },
        { "name": "partner", "sha256": hash(4), "role": "partner", "kind": "payment" },
        { "name": "applicant", "sha256": hash(5), "role": "applicant",
          "subject": { "kind": "natural-person", "id": json::MARK, "name": json::MARK } },
    ] });
    json::edit(u, &mut file)?;
    if u.ratio(1, 2)? {
        mark_one(u, &mut file)?;
    }
    without_null(&mut file);
    let Ok(text) = toml::to_string(&file) else { return Ok(()) };
    if let Some(error) = read(&text) {
        bounded(&error.to_string());
        // A name and a key are not personal by what they are; all else may be.
        if !matches!(error, Error::Name(_) | Error::UnknownKey { .. } | Error::Doubled(_)) {
            let told = error.to_string();
            assert!(!told.contains(json::MARK) || told.contains("field `"), "{told}");
            if !told.contains("field `") {
                without_the_value(&told);
            }
        }
    }
    Ok(())
}

/// Puts the mark where one of a token's members stands.
fn mark_one(u: &mut Unstructured<'_>, file: &mut Value) -> Result<()> {
    if let Some(Value::Object(token)) =
        file.get_mut("token").and_then(Value::as_array_mut).and_then(|tokens| tokens.last_mut())
        && !token.is_empty()
    {
        let nth = u.choose_index(token.len())?;
        if let Some(member) = token.values_mut().nth(nth) {
            *member = json!(format!("{}\n{}", json::MARK, json::text(u)?));
        }
    }
    Ok(())
}

/// TOML has no null.
pub(super) fn without_null(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(without_null);
        }
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(without_null);
        }
        _ => {}
    }
}
