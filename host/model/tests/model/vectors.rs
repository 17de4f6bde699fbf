//! The vectors of the domain notes. Those for SM2, SM3 and SM4 stay in the file until there is code for
//! them; the test here that names every group fails if one is added and nobody reads it.

use banshi_model::calendar::Calendar;
use banshi_model::checkdigit::licence_id::Error;
use banshi_model::checkdigit::{LicenceId, Verdict, citizen, uscc};
use banshi_model::clock::{Pause, due};
use banshi_model::definition::Span;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("test-vectors.json")).unwrap()
}

fn list(path: &str) -> Vec<String> {
    let list: Vec<String> = serde_json::from_value(vectors().pointer(path).unwrap().clone()).unwrap();
    assert!(!list.is_empty(), "{path}");
    list
}

#[derive(Deserialize)]
struct Deadline {
    accept: Date,
    days: u16,
    pauses: Vec<(Date, Date)>,
    due: Date,
}

#[test]
fn every_deadline_of_the_vectors_is_met() {
    let calendar = Calendar::built_in().unwrap();
    let deadlines: Vec<Deadline> = serde_json::from_value(vectors()["deadline"].clone()).unwrap();
    assert_eq!(deadlines.len(), 15);
    for vector in deadlines {
        let limit = Span::working_days(vector.days);
        let pauses: Vec<Pause> = vector.pauses.iter().map(|(from, to)| Pause { from: *from, to: Some(*to) }).collect();
        let counted = due(&calendar, vector.accept, limit, &[], &pauses, vector.accept);
        assert_eq!((counted.date, counted.provisional), (vector.due, false), "{} + {}", vector.accept, vector.days);
        if pauses.is_empty() {
            assert_eq!(calendar.add(vector.accept, limit), counted);
        }
    }
}

#[test]
fn every_credit_code_of_the_vectors_is_valid() {
    for group in ["/uscc/published_valid", "/uscc/real_gov_valid", "/uscc/synthetic_valid"] {
        for code in list(group) {
            assert_eq!(uscc::check(&code), Verdict::Valid, "{group} {code}");
        }
    }
}

#[test]
fn every_citizen_number_of_the_vectors_is_valid() {
    for group in ["/id_card/published_valid", "/id_card/synthetic_valid"] {
        for number in list(group) {
            assert_eq!(citizen::check(&number), Verdict::Valid, "{group} {number}");
        }
    }
}

#[test]
fn every_licence_identifier_of_the_vectors_is_valid_and_the_wrong_one_is_not() {
    for group in ["/zzbs/public_valid", "/zzbs/synthetic_valid"] {
        for text in list(group) {
            assert_eq!(LicenceId::parse(&text).unwrap().as_str(), text, "{group}");
        }
    }
    for wrong in list("/zzbs/public_doc_example_with_wrong_check") {
        assert_eq!(LicenceId::parse(&wrong), Err(Error::CheckDigit));
        let right = wrong.replace(".001.M", ".001.D");
        assert_eq!(LicenceId::parse(&right).unwrap().version(), "001");
    }
}

#[test]
fn no_group_of_the_vectors_is_unknown() {
    let known = ["deadline", "deadline_convention", "uscc", "id_card", "zzbs", "sm3", "sm4_ecb", "sm2_sign"];
    let vectors = vectors();
    let found: Vec<&String> = vectors.as_object().unwrap().keys().collect();
    assert_eq!(found, known);
}
