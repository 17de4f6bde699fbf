//! What ships passes its own admission.

use super::findings;
use crate::support::{DAY_ONE, Host, Start, package, say, top};

/// The matters of `plugins/` and `examples/`: bundles last, because their parts have to be in force.
fn shipped() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["plugins", "examples"] {
        let list = std::fs::read_dir(top().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        let names = list.filter(|path| path.join("package.toml").exists());
        found.extend(names.map(|path| format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap())));
    }
    found.sort_by_key(|source| (source.contains("/b") || source.contains("bundle"), source.clone()));
    found
}

#[tokio::test]
async fn every_plugin_and_example_is_admitted_without_an_error_and_its_cases_come_to_an_end() {
    let sources = shipped();
    assert!(sources.len() >= 10, "{sources:?}");
    let files: Vec<_> = sources.iter().map(|source| package(source)).collect();
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    let mut wrong = Vec::new();
    for (source, file) in sources.iter().zip(files) {
        let answer = host.as_("platform").upload("/packages", file).await;
        if answer.status != 201 {
            wrong.push(format!("{source}: {:#}", answer.body));
            continue;
        }
        let report = say(&answer, 201);
        for (head, what) in findings(report) {
            println!("{source}: {head}: {what}");
        }
        assert!(report["tried"]["cases"].as_u64().unwrap() > 0, "{source}: {:#}", report["tried"]);
        let manifest = &report["manifest"];
        let request = serde_json::json!({
            "matter": manifest["matter"], "authority": manifest["authority"], "package": report["package"],
            "effective_from": "2021-01-01", "instrument": "测试〔2021〕1号",
        });
        if !source.ends_with("-2023") {
            say(&host.as_("platform").post("/enactments", request).await, 201);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
