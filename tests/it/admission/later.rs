//! The report as it is kept, read and judged again.

use serde_json::json;

use super::{findings, host, publish, with_wrong};
use crate::support::{DAY_ONE, Host, Start, package, say};

#[tokio::test]
async fn the_report_is_the_same_to_the_byte_on_every_host_and_is_kept_with_the_package() {
    let reports = [host().await, host().await].map(|host| async move {
        let published = publish(&host, with_wrong("paper")).await;
        let digest = say(&published, 201)["package"].as_str().unwrap().to_owned();
        let again = publish(&host, with_wrong("paper")).await;
        assert_eq!(say(&again, 201).to_string(), published.body.to_string(), "the same bytes, the same report");
        let read = host.as_("platform").get(&format!("/packages/{digest}/report")).await;
        assert_eq!(say(&read, 200)["report"], published.body);
        assert_eq!(read.body["since"], json!([]));
        published.body.to_string()
    });
    let [one, other] = reports;
    assert_eq!(one.await, other.await);
}

#[tokio::test]
async fn a_report_tells_its_digest_and_another_day_makes_another() {
    let host = host().await;
    let first = publish(&host, with_wrong("")).await;
    host.clock("2021-04-23T09:00:00+08:00").await;
    let later = publish(&host, with_wrong("paper")).await;
    let digests = [&say(&first, 201)["digest"], &say(&later, 201)["digest"]];
    assert!(digests.iter().all(|digest| digest.as_str().unwrap().len() == 64), "{digests:?}");
    assert_ne!(digests[0], digests[1]);
    assert_eq!((&first.body["on"], &later.body["on"]), (&json!("2021-04-22"), &json!("2021-04-23")));
}

/// The floor plan can be had from now on, and licences take ten days at most.
const WIDER: &str = r#"
[[row]]
id = "tests-papers"
clause = "测试〔2021〕7号"
title = { zh = "测试：可以取得的材料", en = "For tests" }
valid_from = 2020-01-01
matter_types = ["licence"]
modes = ["approval", "commitment"]

[row.rule.obtainable]
papers = ["营业执照"]
held_by = { zh = "电子证照库", en = "the licence library" }

[[row]]
id = "a-tests-ceiling"
clause = "测试〔2021〕8号"
title = { zh = "测试：十日", en = "For tests" }
valid_from = 2020-01-01
matter_types = ["licence"]
modes = ["approval"]
matters = ["T-WRONG"]

[row.rule.ceiling]
span = { count = 10, unit = "working-days" }

[[end]]
row = "shanghai-papers-identity-sample"
last_day = 2021-01-01
instrument = "测试〔2021〕7号"
"#;

#[tokio::test]
async fn new_rows_are_reported_for_what_is_in_force_and_stop_nothing() {
    let _built = package(super::GUEST);
    let mut host = Host::start(Start::simulated(DAY_ONE)).await;
    let published = publish(&host, with_wrong("paper")).await;
    let digest = say(&published, 201)["package"].as_str().unwrap().to_owned();
    host.enact(&digest, "T-WRONG", "城市管理局", "310000").await;
    let platform = host.as_("platform");
    assert_eq!(say(&platform.get("/admission/findings").await, 200)["items"], json!([]));

    host.terminate();
    std::fs::write(host.folder().join("law.toml"), WIDER).unwrap();
    let files = host.folder().join("law.toml");
    std::fs::write(host.folder().join("config.toml"), format!("[law]\nfiles = [{files:?}]\n")).unwrap();
    host.restart();

    let platform = host.as_("platform");
    let report = platform.get(&format!("/packages/{digest}/report")).await;
    let since = json!({ "findings": say(&report, 200)["since"] });
    let found = findings(&since);
    let heads: Vec<&str> = found.iter().map(|(head, _)| head.as_str()).collect();
    assert_eq!(
        heads,
        [
            "error admission.limits definition.statutory",
            "lint admission.materials definition.materials.licence.sources"
        ],
        "{found:#?}"
    );
    assert!(found[0].1.contains("a-tests-ceiling") && found[1].1.contains("tests-papers"), "{found:#?}");
    assert_eq!(report.body["report"], published.body, "what was kept is as it was");
    let list = platform.get("/admission/findings").await;
    let items = say(&list, 200)["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 1, "{items:#?}");
    assert_eq!((&items[0]["package"], &items[0]["findings"]), (&json!(digest), &since["findings"]));
    assert_eq!(items[0]["authorities"][0]["division"], "310000");

    // It stops nothing: the matter is in force, and takes applications.
    let application = json!({
        "matter": "T-WRONG", "division": "310115", "subject": crate::support::applicant_subject(),
        "answers": { "kind": "c0", "size": "c0" }, "values": { "name": "示例" },
    });
    let id = host.as_("portal").submit(application).await;
    assert_eq!(host.as_("portal").case(&id).await["parked"], false);
}
