//! Every refusal by its code, place and text: of a request, and of a case's move.

use serde_json::{Value, json};

use super::{anew, authority, case, host, line, look, open_tasks, ordered, request, sign, sound, tried, version};
use crate::support::{Answer, Host, say};

/// A problem: status, code, place, and a word of what it says.
fn refused(answer: &Answer, status: u16, code: &str, place: &str, word: &str) {
    let body = &answer.body;
    assert_eq!((answer.status, &body["code"]), (status, &json!(code)), "{body:#}");
    assert_eq!(body["place"].as_str().unwrap_or_default(), place, "{body:#}");
    let said = format!("{} {} {}", body["detail"], body["detail_en"], body["fix"]);
    assert!(said.contains(word), "{code}: `{word}` is not in {said}");
}

#[tokio::test]
async fn a_request_that_cannot_be_is_refused_with_place_and_fix() {
    let host = host().await;
    let platform = host.as_("platform");
    let enactment = anew(&host).await;
    for (member, value, code, place, word) in [
        ("mode", json!("run"), "migration.dry-run", "/mode", "begins with a dry run"),
        ("instrument", json!("  "), "migration.instrument", "/instrument", "文号"),
        ("matter", json!("EX-STALL"), "migration.matter", "/matter", "is of matter EX-PLAIN"),
        ("authority", authority("110000"), "migration.authority", "/authority", "reaches no case"),
        ("reviewed_by", json!([]), "migration.persons", "/reviewed_by", "a person of their own"),
        ("reviewed_by", json!(["platform"]), "migration.persons", "/reviewed_by", "neither the package's author"),
    ] {
        let mut wish = request(&enactment);
        wish[member] = value;
        refused(&platform.post("/migrations", wish).await, 422, code, place, word);
    }
    let mut unknown = request(&enactment);
    unknown["enactment"] = json!("e-0123456789");
    assert_eq!(platform.post("/migrations", unknown).await.status, 404);
    let foreign = host.as_("publisher-huangpu").post("/migrations", request(&enactment)).await;
    assert_eq!(foreign.status, 403);
    let own = host.as_("publisher-city").post("/migrations", request(&enactment)).await;
    say(&own, 202);

    // What another one superseded has no part in what is in force.
    let again = host.publish(super::ANEW).await;
    super::enact(&host, &again, "310000", super::DAY).await;
    let answer = platform.post("/migrations", request(&enactment)).await;
    refused(&answer, 409, "migration.enactment", "", "has no part in what is in force");
}

#[tokio::test]
async fn a_run_takes_the_digest_of_a_finished_dry_run_of_these_very_packages_and_a_signature() {
    let host = host().await;
    let platform = host.as_("platform");
    case(&host, "示例").await;
    let package = host.publish(super::ANEW).await;
    let coming = super::enact(&host, &package, "310000", "2021-04-23").await;
    let report = tried(&host, &coming).await;
    let id = report["id"].as_str().unwrap();
    let run = async |digest: &Value| platform.post(&format!("/migrations/{id}/run"), json!({ "report": digest })).await;
    let wrong = run(&json!("0".repeat(64))).await;
    refused(&wrong, 422, "migration.dry-run", "/report", "not the digest of this dry run's report");
    refused(&run(&report["digest"]).await, 409, "migration.not-in-force", "", "in force from 2021-04-23 on");

    host.clock("2021-04-23T00:00:00+08:00").await;
    refused(&run(&report["digest"]).await, 422, "migration.sign-off", "", "1 件有实质差异");
    let unread = json!({ "person": "周某某", "report": "0".repeat(64) });
    let unread = platform.post(&format!("/migrations/{id}/sign-off"), unread).await;
    refused(&unread, 422, "migration.dry-run", "/report", "not the digest");
    let nobody = json!({ "person": " ", "report": report["digest"] });
    let nobody = platform.post(&format!("/migrations/{id}/sign-off"), nobody).await;
    refused(&nobody, 422, "migration.person", "/person", "who signs is not named");
    sign(&host, &report).await;

    // A local layer came in between: these are not the packages that were tried.
    let local = host.publish("tests/variations/pudong-plain").await;
    let local = super::enact(&host, &local, "310115", "2021-04-22").await;
    refused(
        &run(&report["digest"]).await,
        422,
        "migration.dry-run",
        "/report",
        "at 310115 other packages are in force",
    );
    say(&platform.post(&format!("/enactments/{local}/take-back"), json!({})).await, 200);

    ordered(&host, &report).await;
    super::ended(&host, id, "done").await;
    refused(&run(&report["digest"]).await, 409, "migration.state", "", "`done`");
    let stopped = platform.post(&format!("/migrations/{id}/stop"), json!({})).await;
    refused(&stopped, 409, "migration.ended", "", "not at work");
    let blank = platform.post(&format!("/migrations/{id}/undo"), json!({ "instrument": "" })).await;
    refused(&blank, 422, "migration.instrument", "/instrument", "no instrument");
}

#[tokio::test]
async fn a_repeated_request_begins_one_migration() {
    let host = host().await;
    let enactment = anew(&host).await;
    let platform = host.as_("platform");
    let first = platform.post_once("/migrations", "m1", request(&enactment)).await;
    let second = platform.post_once("/migrations", "m1", request(&enactment)).await;
    assert_eq!(say(&first, 202)["id"], say(&second, 202)["id"]);
    assert!(second.replayed && !first.replayed);
    let listed = say(&platform.get("/migrations").await, 200)["items"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_version_may_not_do_leaves_the_case_where_it_is_with_code_place_and_fix() {
    let host = host().await;
    let version_2 = "examples/plain-approval 0.2.0";
    let wrongs = [
        ("plant-fault", "guest.fault", version_2, "not-this-one", "`migrate`"),
        ("plant-trap", "guest.trap", version_2, "trapped", "发布"),
        ("plant-notify", "migration.command", version_2, "`notify` is no command of a migration", "待办和定时"),
        ("plant-stage", "migration.stage", "tasks/planning", "stage `planning`", "Stages"),
        ("plant-stuck", "migration.stuck", "case", "no task, timer, partner or part", "接着要办"),
        ("plant-unit", "permission.denied", version_2, "unit `别处的科室`", "[permissions]"),
    ];
    let mut cases = Vec::new();
    for (name, ..) in &wrongs {
        cases.push(case(&host, name).await);
    }
    let well = case(&host, "示例").await;
    let enactment = anew(&host).await;
    let done = super::moved(&host, &enactment).await;
    let id = done["id"].as_str().unwrap();
    assert_eq!(done["moved"], json!({ "looked": 7, "moved": 1, "stayed": 6 }));
    for (case, (name, code, place, text, fix)) in cases.iter().zip(wrongs) {
        for pass in ["dry-run", "run"] {
            let failure = line(&host, id, pass, case).await["failure"].clone();
            assert_eq!((&failure["code"], &failure["place"]), (&json!(code), &json!(place)), "{name}: {failure:#}");
            assert!(failure["text"].as_str().unwrap().contains(text), "{name}: {failure:#}");
            assert!(failure["fix"].to_string().contains(fix), "{name}: {failure:#}");
        }
        assert_eq!((version(&host, case).await.as_str(), open_tasks(&host, case).await.len()), ("0.1.0", 3), "{name}");
    }
    assert_eq!(version(&host, &well).await, "0.2.0");
    sound(host);
}

#[tokio::test]
async fn a_case_that_differs_since_the_dry_run_showed_nothing_stays_until_somebody_signs() {
    let host = host().await;
    let enactment = anew(&host).await;
    // Nothing is open, so the report shows nothing; a case of version 1 comes by while both are in force for others.
    let report = tried(&host, &enactment).await;
    assert_eq!(report["report"]["cases"]["compared"], 0);
    let open = of_version_1(&host).await;
    let id = ordered(&host, &report).await;
    super::ended(&host, &id, "done").await;
    let failure = line(&host, &id, "run", &open).await["failure"].clone();
    assert_eq!((&failure["code"], &failure["place"]), (&json!("migration.unsigned"), &json!("case")), "{failure:#}");
    assert_eq!(version(&host, &open).await, "0.1.0");
    assert_eq!(look(&host, &id).await["moved"]["stayed"], 1);
}

/// A case that came in while version 2 was taken back for a moment.
async fn of_version_1(host: &Host) -> String {
    let platform = host.as_("platform");
    let enactments = say(&platform.get("/enactments").await, 200)["items"].clone();
    let own = enactments.as_array().unwrap().iter().find(|one| one["version"] == "0.1.0").unwrap().clone();
    let local = json!({
        "matter": "EX-PLAIN", "authority": authority("310115"), "package": own["package"],
        "effective_from": "2021-04-22", "instrument": "测试〔2021〕5号",
    });
    let local = say(&platform.post("/enactments", local).await, 201)["id"].as_str().unwrap().to_owned();
    let open = case(host, "示例").await;
    say(&platform.post(&format!("/enactments/{local}/take-back"), json!({})).await, 200);
    open
}
