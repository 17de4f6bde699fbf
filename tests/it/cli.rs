//! The command line against a running host.

use std::process::Command;

use serde_json::Value;

use crate::support::{Host, Roles, host_with_plain_approval, plain_application};

pub fn banshi(host: &Host, who: &str, args: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_banshi"))
        .env("BANSHI_HOST", host.url())
        .env("BANSHI_TOKEN", Roles::token(who))
        .args(args)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn an_officer_works_and_an_applicant_looks_from_the_command_line() {
    let host = host_with_plain_approval().await;
    let application = host.folder().join("application.json");
    std::fs::write(&application, plain_application().to_string()).unwrap();
    let (code, said) = banshi(&host, "applicant", &["--json", "case", "submit", application.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let case: Value = serde_json::from_str(said.trim()).unwrap();
    let id = case["id"].as_str().unwrap();

    let (code, said) = banshi(&host, "officer", &["task", "list"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("规划审查"), "{said}");
    let (code, said) = banshi(&host, "officer", &["task", "verdict", &format!("{id}.planning"), "approve"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = banshi(&host, "applicant", &["case", "show", id]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = banshi(&host, "applicant", &["case", "journal", id]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("模拟") || said.contains("simulated"), "{said}");
}

#[tokio::test]
async fn explain_names_the_layer_of_every_value_that_a_district_turned() {
    let host = host_with_plain_approval().await;
    let digest = host.publish("tests/variations/pudong-plain").await;
    host.enact(&digest, "EX-PLAIN", "城市管理局", "310115").await;
    let (code, said) = banshi(&host, "platform", &["matter", "explain", "310115", "EX-PLAIN"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("pudong/plain-approval"), "{said}");
    let (code, said) = banshi(&host, "platform", &["matter", "explain", "310101", "EX-PLAIN"]);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("pudong/plain-approval"), "{said}");
}
