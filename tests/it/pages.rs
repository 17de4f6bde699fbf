//! The pages as a person sees them: in a real browser, where there is one.

use std::path::Path;
use std::process::Command;

use crate::support::{Host, host_with_plain_approval, plain_application};

/// The document after scripts ran, as headless Chromium has it.
fn dom(host: &Host, path: &str) -> String {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--virtual-time-budget=8000"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg("--dump-dom")
        .arg(format!("{}{path}", host.url()))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn browser_is_left_out() -> bool {
    let left_out = std::env::var_os("BANSHI_NO_BROWSER").is_some();
    assert!(left_out || Path::new("/usr/bin/chromium").exists(), "install chromium, or set BANSHI_NO_BROWSER=1");
    left_out
}

#[tokio::test]
async fn a_person_who_scans_the_code_sees_a_live_certificate_and_then_its_ending() {
    if browser_is_left_out() {
        return;
    }
    let host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    host.as_("officer").approve_all(&id).await;
    host.clock("2021-04-22T09:00:01+08:00").await;
    let case = host.as_("applicant").case(&id).await;
    let path = format!("/api/v1/certificates/{}", case["certificate"].as_str().unwrap());
    let page = dom(&host, &path);
    assert!(page.contains("普通许可证") && page.contains("有效"), "{page}");
    assert!(page.contains("模拟"), "a simulated clock is said on the page: {page}");
    assert!(!page.contains("91310115MA1K00015K"), "the holder's number is masked: {page}");

    let licence = case["licences"][0].as_str().unwrap();
    let end = serde_json::json!({
        "ending": "revoked",
        "reason": { "rule": "r", "basis": "行政许可法 第六十九条", "text": { "zh": "以欺骗手段取得" } },
        "remedy": { "zh": "可以申请行政复议或者提起行政诉讼" },
    });
    let ended = host.as_("officer").post(&format!("/licences/{licence}/end"), end).await;
    assert_eq!(ended.status, 200, "{:#}", ended.body);
    assert!(dom(&host, &path).contains("撤销"));
}

#[tokio::test]
async fn the_front_page_says_what_runs_here_and_the_reference_renders() {
    if browser_is_left_out() {
        return;
    }
    let host = host_with_plain_approval().await;
    let front = dom(&host, "/");
    assert!(front.contains("普通审批"), "{front}");
    let reference = dom(&host, "/docs");
    // The sections' words stand in /openapi.json only: they are on the page if its scripts ran under the
    // page's own content policy and read the document.
    assert!(reference.contains("opblock-tag") && reference.contains("待办"), "the reference renders: {reference}");
}
