//! Erased by law: gone for good, and the chain stays whole.

use std::process::Command;

use serde_json::json;

use crate::support::{host_with_plain_approval, plain_application, say};

#[tokio::test]
async fn after_an_erasure_an_old_copy_with_todays_keys_does_not_open_the_case() {
    let mut host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    let other = host.as_("applicant").submit(plain_application()).await;
    for case in [&id, &other] {
        host.as_("officer").approve_all(case).await;
    }
    host.clock("2021-04-23T09:00:00+08:00").await;
    assert_eq!(host.terminate(), Some(0));
    let (data, copy) = (host.folder().join("data"), host.folder().join("old-copy"));
    assert!(Command::new("cp").arg("-a").args([&data, &copy]).status().unwrap().success());
    host.restart();

    let path = format!("/cases/{id}/erase");
    let erased = host.as_("platform").post(&path, json!({ "basis": "个人信息保护法 第四十七条" })).await;
    assert!(matches!(erased.status, 200 | 204), "{:#}", erased.body);
    assert!(matches!(host.as_("applicant").get(&format!("/cases/{id}")).await.status, 404 | 410));
    assert_eq!(host.as_("applicant").case(&other).await["outcome"], "granted");
    assert_eq!(host.terminate(), Some(0));
    let (code, said) = host.offline(&["verify"]);
    assert_eq!(code, 0, "{said}");

    // The old copy takes the place of the folder; the keys are today's.
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::rename(&copy, &data).unwrap();
    host.restart();
    let gone = host.as_("applicant").get(&format!("/cases/{id}")).await;
    assert!(matches!(gone.status, 404 | 410), "{:#}", gone.body);
    say(&host.as_("applicant").get(&format!("/cases/{other}")).await, 200);
}
