//! The command line against a running host.

use std::process::Command;

use serde_json::Value;

use crate::support::{Host, Roles, host_with_plain_approval, plain_application, say, top};

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

#[tokio::test]
async fn a_folder_that_package_new_makes_passes_its_own_test_and_comes_into_force_as_it_is() {
    let host = host_with_plain_approval().await;
    let (folder, file) = (host.folder().join("my-permit"), host.folder().join("my-permit.banshi"));
    let (folder, file) = (folder.to_str().unwrap(), file.to_str().unwrap());
    let top = top();
    let authority = ["--department", "城市管理局", "--division", "310115"];
    let made = [&["package", "new", folder, "--matter", "PD-1", "--source", top.to_str().unwrap()][..], &authority];
    let (code, said) = banshi(&host, "platform", &made.concat());
    assert_eq!(code, 0, "{said}");
    // The versions that the repository has: what the registry has newest is another test's business.
    std::fs::copy(top.join("Cargo.lock"), format!("{folder}/Cargo.lock")).unwrap();
    let test = Command::new("cargo").args(["test", "--manifest-path"]).arg(format!("{folder}/Cargo.toml")).output();
    let test = test.unwrap();
    let said = String::from_utf8_lossy(&test.stdout);
    assert!(test.status.success(), "{said}{}", String::from_utf8_lossy(&test.stderr));
    assert!(said.contains("test a_person_permits_it ... ok"), "{said}");

    for args in [
        &["package", "build", folder, "-o", file][..],
        &["package", "publish", file],
        &["enact", file, "--from", "2021-01-01", "--instrument", "测试〔2021〕2号"],
    ] {
        let (code, said) = banshi(&host, "platform", args);
        assert_eq!(code, 0, "{said}");
    }
    let shown = host.as_("platform").get("/divisions/310115/matters/PD-1").await;
    assert_eq!(say(&shown, 200)["definition"]["department"], "城市管理局");
}
