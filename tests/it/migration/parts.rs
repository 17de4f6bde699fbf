//! Bundles and their parts: each is moved as the case that it is, and the bundle's own pin says where its part went.

use std::time::Instant;

use serde_json::{Value, json};

use super::{DAY, anew, does, host, line, moved, open_tasks, sound, told, undone, version};
use crate::support::{Host, applicant_subject, say};

/// A night market stall with music: a bundle of a stall and a plain approval.
async fn stall(host: &Host) -> String {
    let portal = host.as_("portal");
    let plan = say(&portal.upload("/documents", b"a plan".to_vec()).await, 201)["id"].clone();
    let application = json!({
        "matter": "EX-NIGHT-MARKET", "division": "310115", "subject": applicant_subject(),
        "answers": { "area": 4, "music": true },
        "values": { "org.name": "示例摊主", "stall.place": "示例路1号" }, "documents": { "plan": plan },
    });
    portal.submit(application).await
}

/// Its plain approval, once it is open and waits for its reviews.
async fn part(host: &Host, bundle: &str) -> String {
    let began = Instant::now();
    loop {
        let case = host.as_("applicant").case(bundle).await;
        let parts = case["parts"].as_array().unwrap();
        let own = parts.iter().find(|part| part["part"] == "EX-PLAIN").and_then(|part| part["case"].as_str());
        if let Some(own) = own {
            let tasks = host.as_("applicant").case(own).await["tasks"].as_array().map(Vec::len);
            if tasks == Some(3) {
                return own.to_owned();
            }
        }
        assert!(began.elapsed() < super::PATIENCE, "{case:#}");
        host.clock(&format!("{DAY}T09:00:00+08:00")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_moves_with_its_bundle_told_and_one_that_is_not_open_yet_is_listed() {
    let host = host().await;
    for (source, matter) in [("examples/smallest-matter", "EX-STALL"), ("examples/smallest-bundle", "EX-NIGHT-MARKET")]
    {
        host.put_in_force(source, matter, "城市管理局", "310000").await;
    }
    let officer = host.as_("officer");
    let (accepted, waiting) = (stall(&host).await, stall(&host).await);
    does(&officer, &accepted, &["acceptance"]).await;
    let open = part(&host, &accepted).await;
    let enactment = anew(&host).await;
    let done = moved(&host, &enactment).await;
    let id = done["id"].as_str().unwrap();
    assert_eq!(done["moved"], json!({ "looked": 2, "moved": 1, "stayed": 1 }), "{done:#}");

    assert_eq!(version(&host, &open).await, "0.2.0");
    assert_eq!(open_tasks(&host, &open).await, ["fire", "plan-review", "safety", "traffic"]);
    assert_eq!(line(&host, id, "run", &open).await["bundle"], json!(accepted));
    assert_eq!(told(&host, &accepted).await.last().map(String::as_str), Some("part-migrated"));
    let failure = line(&host, id, "run", &waiting).await["failure"].clone();
    assert_eq!(
        (&failure["code"], &failure["place"]),
        (&json!("migration.part-unopened"), &json!("parts/EX-PLAIN")),
        "{failure:#}"
    );

    undone(&host, id).await;
    assert_eq!(version(&host, &open).await, "0.1.0");
    let lines: Vec<String> = told(&host, &accepted).await;
    assert_eq!(lines.iter().filter(|what| *what == "part-migrated").count(), 2, "{lines:?}");

    // Moved again, it is granted, and the bundle joins what it knows.
    super::moved(&host, &enactment).await;
    does(&officer, &open, &["plan-review", "safety", "traffic", "fire"]).await;
    let began = Instant::now();
    loop {
        host.clock(&format!("{DAY}T09:00:01+08:00")).await;
        let case = host.as_("applicant").case(&accepted).await;
        let own = case["parts"].as_array().unwrap().iter().find(|part| part["part"] == "EX-PLAIN").unwrap().clone();
        if own["result"] != Value::Null {
            assert_eq!(own["result"]["outcome"], "granted");
            break;
        }
        assert!(began.elapsed() < super::PATIENCE, "{case:#}");
    }
    sound(host);
}
