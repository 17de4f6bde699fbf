//! A derogation (变通) for a pilot zone, with an instrument and a last day: before it, while it lasts, and after it.

use serde_json::Value;

use super::{enact, finding, published, shown};
use crate::support::{Host, Start, package, say};

const MATTER: &str = "P01";
const MARKET: &str = "市场监督管理局";
const ZONE: &str = "310115";

async fn host() -> Host {
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("pilot.toml");
    std::fs::write(&rows, include_str!("pilot.toml")).unwrap();
    let config = format!("[law]\nfiles = [{:?}]\n", rows.display().to_string());
    let host = Host::start(Start::simulated(super::START).configured(&config)).await;
    host.put_in_force("plugins/p01-food", MATTER, MARKET, "310000").await;
    host
}

async fn asked(host: &Host, division: &str) -> bool {
    let view = shown(host, division, MATTER).await;
    view["definition"]["materials"].as_array().unwrap().iter().any(|paper| paper["id"] == "fume-note")
}

#[tokio::test]
async fn what_a_pilot_zone_is_lent_it_has_from_the_first_to_the_last_day_of_its_row_and_no_longer() {
    let note = tokio::task::spawn_blocking(|| package("plugins/variations/sample-fume-note")).await.unwrap();
    let host = host().await;

    // Before: the law forbids it, here as everywhere, and the refusal names the row.
    let early = host.as_("platform").upload("/packages", note.clone()).await;
    let (place, text) = finding(&early, "law.local-materials");
    assert_eq!(place, "definition.materials.fume-note");
    assert!(text.contains("licence-law-16") && text.contains("行政许可法 第十六条"), "{text}");

    // While it lasts: an enactment that would outlive the row is refused, one that ends with it stands.
    host.clock("2021-06-01T09:00:00+08:00").await;
    let digest = published(&host, note).await;
    for until in [None, Some("2022-01-01")] {
        let refused = enact(&host, &digest, MATTER, ZONE, until).await;
        let said = say(&refused, 422);
        assert_eq!((&said["code"], &said["place"]), (&Value::from("enactment.checks"), &Value::from("/until")));
        let text = said.to_string();
        for named in
            ["enactment.derogation", "pilot-zone-sample", "示例〔2021〕20号", "2021-12-31", until.unwrap_or("none")]
        {
            assert!(text.contains(named), "{named}: {said:#}");
        }
    }
    say(&enact(&host, &digest, MATTER, ZONE, Some("2021-12-31")).await, 201);
    assert_eq!((asked(&host, ZONE).await, asked(&host, "310101").await), (true, false));
    host.clock("2021-12-31T23:59:59+08:00").await;
    assert!(asked(&host, ZONE).await);

    // After: nobody has to do anything, and it cannot be put in force again.
    host.clock("2022-01-01T00:00:00+08:00").await;
    assert!(!asked(&host, ZONE).await);
    let late = enact(&host, &digest, MATTER, ZONE, Some("2022-06-30")).await;
    assert!(say(&late, 422).to_string().contains("licence-law-16"), "{:#}", late.body);
}
