//! 在办件迁移: open cases moved to the next version of their matter, tried first, one by one, and back.

mod back;
mod command_line;
mod food;
mod layers;
mod parts;
mod refusals;
mod story;
mod under_way;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Caller, Host, host_with_plain_approval, plain_application, say};

/// How long a test waits for a pass over the cases at most.
const PATIENCE: Duration = Duration::from_secs(120);
/// The next version of the plain approval.
const ANEW: &str = "tests/guests/plain-anew";
/// The day from which it is in force.
const DAY: &str = "2021-04-22";

/// A host on which version 1 of the plain approval is in force.
async fn host() -> Host {
    host_with_plain_approval().await
}

/// An application by somebody of this name; a name can tell version 2 what to do with its case.
fn application(name: &str) -> Value {
    let mut application = plain_application();
    application["subject"]["name"] = json!(name);
    application
}

/// A case of version 1.
async fn case(host: &Host, name: &str) -> String {
    host.as_("portal").submit(application(name)).await
}

fn authority(division: &str) -> Value {
    json!({ "department": "城市管理局", "division": division })
}

/// Enacts a published package from a day on.
async fn enact(host: &Host, package: &str, division: &str, from: &str) -> String {
    let request = json!({
        "matter": "EX-PLAIN", "authority": authority(division), "package": package, "effective_from": from,
        "instrument": "测试〔2021〕2号",
    });
    let answer = host.as_("platform").post("/enactments", request).await;
    say(&answer, 201)["id"].as_str().unwrap().to_owned()
}

/// Version 2 in force for the city; its enactment.
async fn anew(host: &Host) -> String {
    let package = host.publish(ANEW).await;
    enact(host, &package, "310000", DAY).await
}

/// What begins a migration to an enactment at the city.
fn request(enactment: &str) -> Value {
    json!({
        "matter": "EX-PLAIN", "authority": authority("310000"), "enactment": enactment,
        "instrument": "测试〔2021〕3号", "reviewed_by": ["李某某"],
    })
}

/// Begins a migration and waits for the end of its dry run.
async fn tried(host: &Host, enactment: &str) -> Value {
    let begun = host.as_("platform").post("/migrations", request(enactment)).await;
    let id = say(&begun, 202)["id"].as_str().unwrap().to_owned();
    ended(host, &id, "tried").await
}

/// A migration as it stands.
async fn look(host: &Host, id: &str) -> Value {
    say(&host.as_("platform").get(&format!("/migrations/{id}")).await, 200).clone()
}

/// Waits until no pass is at work; it has to have ended so.
async fn ended(host: &Host, id: &str, state: &str) -> Value {
    let began = Instant::now();
    loop {
        let now = look(host, id).await;
        if !["trying", "running", "undoing"].contains(&now["state"].as_str().unwrap()) {
            assert_eq!(now["state"], state, "{now:#}");
            return now;
        }
        assert!(began.elapsed() < PATIENCE, "{now:#}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A person answers for what the dry run showed.
async fn sign(host: &Host, migration: &Value) {
    let path = format!("/migrations/{}/sign-off", migration["id"].as_str().unwrap());
    let word = json!({ "person": "周某某（处长）", "report": migration["digest"] });
    say(&host.as_("platform").post(&path, word).await, 200);
}

/// Orders the run, and does not wait for its end.
async fn ordered(host: &Host, migration: &Value) -> String {
    let id = migration["id"].as_str().unwrap().to_owned();
    let run = json!({ "report": migration["digest"] });
    say(&host.as_("platform").post(&format!("/migrations/{id}/run"), run).await, 200);
    id
}

/// Tried, signed and run to its end.
async fn moved(host: &Host, enactment: &str) -> Value {
    let tried = tried(host, enactment).await;
    sign(host, &tried).await;
    let id = ordered(host, &tried).await;
    ended(host, &id, "done").await
}

/// Undone to its end.
async fn undone(host: &Host, id: &str) -> Value {
    let order = json!({ "instrument": "测试〔2021〕4号" });
    say(&host.as_("platform").post(&format!("/migrations/{id}/undo"), order).await, 200);
    ended(host, id, "undone").await
}

/// The lines of a pass, all pages of it.
async fn lines(host: &Host, id: &str, pass: &str) -> Vec<Value> {
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let path = format!("/migrations/{id}/cases?of={pass}{next}");
        let page = say(&host.as_("platform").get(&path).await, 200).clone();
        all.extend(page["items"].as_array().unwrap().clone());
        match &page["next"] {
            Value::String(cursor) => next = format!("&cursor={cursor}"),
            _ => return all,
        }
    }
}

/// The line of one case.
async fn line(host: &Host, id: &str, pass: &str, case: &str) -> Value {
    let all = lines(host, id, pass).await;
    let mut own = all.iter().filter(|line| line["case"] == case);
    let found = own.next().unwrap_or_else(|| panic!("{case} has no line: {all:#?}")).clone();
    assert!(own.next().is_none(), "{case} is listed twice: {all:#?}");
    found
}

/// The version of the ground that a case is on.
async fn version(host: &Host, case: &str) -> String {
    host.as_("portal").case(case).await["layers"][0]["version"].as_str().unwrap().to_owned()
}

/// Its open tasks, by id within the case.
async fn open_tasks(host: &Host, case: &str) -> Vec<String> {
    let case = host.as_("portal").case(case).await;
    let tasks = case["tasks"].as_array().unwrap().iter().filter(|task| task["status"] == "open");
    let mut names: Vec<String> = tasks.map(|task| task["local"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// The journal's lines.
async fn journal(host: &Host, case: &str) -> Vec<Value> {
    let journal = host.as_("portal").get(&format!("/cases/{case}/journal?limit=200")).await;
    say(&journal, 200)["items"].as_array().unwrap().clone()
}

/// What happened, line by line.
async fn told(host: &Host, case: &str) -> Vec<String> {
    journal(host, case).await.iter().map(|line| line["what"].as_str().unwrap().to_owned()).collect()
}

/// An officer approves these tasks.
async fn does(officer: &Caller, case: &str, tasks: &[&str]) {
    for local in tasks {
        let task = say(&officer.get(&format!("/tasks/{case}.{local}")).await, 200).clone();
        say(&officer.verdict(&task, "approve").await, 200);
    }
}

/// Ends the host; its folder verifies, and every step and every move replays to the byte.
fn sound(mut host: Host) {
    assert_eq!(host.terminate(), Some(0));
    for command in ["verify", "replay"] {
        let (code, said) = host.offline(&[command]);
        assert_eq!(code, 0, "{command}: {said}");
    }
}
