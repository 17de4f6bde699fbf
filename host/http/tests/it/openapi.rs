//! The description of the API: the whole document as one snapshot, and what must hold of every operation.
//!
//! After a wanted change: `UPDATE_OPENAPI=1 cargo test --release -p banshi-http --test it`, and read the diff.

use std::collections::BTreeSet;

use serde_json::Value;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

fn document() -> Value {
    serde_json::to_value(banshi_http::openapi()).unwrap()
}

/// Every operation with its method and address.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
        })
        .collect()
}

#[test]
fn the_document_is_the_snapshot() {
    let text = format!("{}\n", banshi_http::openapi().to_pretty_json().unwrap());
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(SNAPSHOT, &text).unwrap();
    }
    let kept = std::fs::read_to_string(SNAPSHOT).unwrap_or_default();
    let first = text.lines().zip(kept.lines()).position(|(new, old)| new != old);
    assert!(
        text == kept,
        "openapi.json differs, first at line {:?}; see the head of this test",
        first.map(|line| line + 1)
    );
}

#[test]
fn it_is_openapi_3_1_and_every_reference_resolves() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut missing = BTreeSet::new();
    walk(&document, &mut |value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            if document.pointer(pointer).is_none() {
                missing.insert(reference.to_owned());
            }
        }
    });
    assert_eq!(missing, BTreeSet::new());
}

fn walk(value: &Value, see: &mut impl FnMut(&Value)) {
    see(value);
    match value {
        Value::Object(members) => members.values().for_each(|value| walk(value, see)),
        Value::Array(items) => items.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

/// Every address of the product.
const ADDRESSES: &[&str] = &[
    "GET /api/v1/divisions/{division}/matters",
    "GET /api/v1/divisions/{division}/matters/{code}",
    "POST /api/v1/divisions/{division}/matters/{code}/guide",
    "POST /api/v1/divisions/{division}/matters/{code}/prefill",
    "POST /api/v1/divisions/{division}/matters/{code}/precheck",
    "POST /api/v1/cases",
    "GET /api/v1/cases",
    "POST /api/v1/cases/search",
    "GET /api/v1/cases/{id}",
    "GET /api/v1/cases/{id}/journal",
    "POST /api/v1/cases/{id}/supplement",
    "POST /api/v1/cases/{id}/withdraw",
    "POST /api/v1/cases/{id}/extend",
    "POST /api/v1/cases/{id}/procedures/{procedure}/end",
    "POST /api/v1/cases/{id}/finish-by-hand",
    "POST /api/v1/cases/{id}/erase",
    "POST /api/v1/documents",
    "GET /api/v1/tasks",
    "GET /api/v1/tasks/{id}",
    "POST /api/v1/tasks/{id}/verdict",
    "POST /api/v1/licences",
    "POST /api/v1/licences/search",
    "GET /api/v1/licences/{id}",
    "POST /api/v1/licences/{id}/end",
    "GET /api/v1/certificates/{capability}",
    "GET /api/v1/certificates/{capability}/qr.png",
    "POST /api/v1/callbacks/{token}",
    "POST /api/v1/packages",
    "POST /api/v1/packages/check",
    "GET /api/v1/packages",
    "GET /api/v1/trust",
    "PUT /api/v1/trust",
    "GET /api/v1/trust/closed/{package}/cases",
    "POST /api/v1/enactments",
    "GET /api/v1/enactments",
    "POST /api/v1/enactments/{id}/take-back",
    "POST /api/v1/clock",
    "POST /api/v1/calendars",
    "GET /api/v1/outbox/dead",
    "POST /api/v1/outbox/dead/revive",
    "GET /api/v1/outbox/waiting",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /api/v1/admission/findings",
    "GET /api/v1/emergencies",
    "GET /api/v1/enactments/{id}/cases",
    "GET /api/v1/packages/{digest}/fits",
    "GET /api/v1/packages/{digest}/report",
    "GET /api/v1/quarantines",
    "GET /api/v1/shadow-key",
    "GET /api/v1/shadows",
    "GET /api/v1/shadows/{id}",
    "GET /api/v1/shadows/{id}/events",
    "POST /api/v1/emergencies",
    "POST /api/v1/emergencies/{id}/confirm",
    "POST /api/v1/emergencies/{id}/take-back",
    "POST /api/v1/quarantines/{id}/release",
    "GET /api/v1/enactments/{id}/watch",
    "POST /api/v1/enactments/{id}/release",
    "POST /api/v1/enactments/{id}/share",
    "GET /api/v1/migrations",
    "GET /api/v1/migrations/{id}",
    "GET /api/v1/migrations/{id}/cases",
    "POST /api/v1/migrations",
    "POST /api/v1/migrations/{id}/run",
    "POST /api/v1/migrations/{id}/sign-off",
    "POST /api/v1/migrations/{id}/stop",
    "POST /api/v1/migrations/{id}/undo",
    "POST /api/v1/shadows",
    "POST /api/v1/shadows/{id}/cancel",
    "POST /api/v1/shadows/{id}/sign-off",
];

#[test]
fn every_address_of_the_product_is_described() {
    let document = document();
    let described: BTreeSet<String> = operations(&document).into_iter().map(|(name, _)| name).collect();
    assert_eq!(described, ADDRESSES.iter().map(|address| (*address).to_owned()).collect());
}

#[test]
fn every_write_takes_an_idempotency_key() {
    // Questions that are asked by POST because their forms are large or personal, and the partners' own face.
    let no_writes = ["guide", "prefill", "precheck", "search", "{token}", "/check"];
    for (name, operation) in operations(&document()) {
        let takes = operation["parameters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["name"] == "Idempotency-Key"));
        let write =
            (name.starts_with("POST") || name.starts_with("PUT")) && !no_writes.iter().any(|word| name.ends_with(word));
        assert_eq!(takes, write, "{name}");
    }
}

#[test]
fn only_what_is_public_goes_without_a_token() {
    let document = document();
    let public: BTreeSet<String> = operations(&document)
        .into_iter()
        .filter(|(_, operation)| operation.get("security").is_some())
        .map(|(name, _)| name)
        .collect();
    let expected = [
        "GET /api/v1/divisions/{division}/matters",
        "GET /api/v1/divisions/{division}/matters/{code}",
        "GET /api/v1/certificates/{capability}",
        "GET /api/v1/certificates/{capability}/qr.png",
        "POST /api/v1/callbacks/{token}",
        "GET /healthz",
        "GET /readyz",
    ];
    assert_eq!(public, expected.map(str::to_owned).into());
    assert_eq!(document["security"], serde_json::json!([{ "token": [] }]));
}

#[test]
fn every_operation_has_an_id_a_tag_and_says_what_it_does() {
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document()) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name}");
        assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{name}");
        assert!(operation["summary"].is_string(), "{name}");
        let probe = name == "GET /healthz" || name == "GET /readyz";
        let problem = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
        assert_eq!(problem == "#/components/schemas/Problem", !probe, "{name}");
    }
}

#[test]
fn no_address_asks_for_personal_data() {
    for (name, operation) in operations(&document()) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = parameter["name"].as_str().unwrap();
            assert!(!["subject", "holder", "name", "phone"].contains(&parameter), "{name}: {parameter}");
        }
    }
}
