//! The whole way from the command line: tried, read, signed, run, undone.

use serde_json::Value;

use super::{anew, case, host, version};
use crate::cli::banshi;
use crate::support::Host;

/// A command that goes well; what it says.
fn well(host: &Host, args: &[&str]) -> String {
    let (code, said) = banshi(host, "platform", args);
    assert_eq!(code, 0, "{args:?}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn open_cases_are_moved_and_moved_back_from_the_command_line() {
    let host = host().await;
    let (open, failing) = (case(&host, "示例").await, case(&host, "plant-fault").await);
    let enactment = anew(&host).await;
    let start =
        ["--json", "migration", "start", &enactment, "--instrument", "测试〔2021〕3号", "--reviewed-by", "李某某"];
    let tried: Value = serde_json::from_str(&well(&host, &start)).unwrap();
    let id = tried["id"].as_str().unwrap();
    assert_eq!(tried["state"], "tried");

    let shown = well(&host, &["migration", "show", id]);
    for word in ["已试算 tried", "examples/plain-approval@0.2.0", "guest.fault", "effect:task-opened", "李某某"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let listed = well(&host, &["migration", "show", id, "--cases", "dry-run"]);
    assert!(listed.contains(&open) && listed.contains(&failing) && listed.contains("办法 fix: "), "{listed}");

    // Unsigned it does not run, and the refusal says what to do.
    let (code, said) = banshi(&host, "platform", &["migration", "run", id]);
    assert_ne!(code, 0);
    assert!(said.contains("migration sign-off"), "{said}");
    well(&host, &["migration", "sign-off", id, "--person", "周某某（处长）"]);
    assert!(well(&host, &["migration", "run", id]).contains("已迁移 done"));
    assert_eq!((version(&host, &open).await.as_str(), version(&host, &failing).await.as_str()), ("0.2.0", "0.1.0"));

    let all = well(&host, &["migration", "list"]);
    assert!(all.contains(id) && all.contains("已迁移 done"), "{all}");
    assert!(well(&host, &["case", "journal", &open]).contains("在办件迁移"));
    let back = well(&host, &["migration", "undo", id, "--instrument", "测试〔2021〕4号"]);
    assert!(back.contains("已撤销 undone") && back.contains("测试〔2021〕4号"), "{back}");
    assert_eq!(version(&host, &open).await, "0.1.0");
    let undone: Value =
        serde_json::from_str(&well(&host, &["--json", "migration", "show", id, "--cases", "undo"])).unwrap();
    assert_eq!(undone["items"][0]["case"], open.as_str());
}
