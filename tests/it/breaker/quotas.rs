//! Quotas: an authority that takes too much waits, and is then told when to come again; its neighbour is answered at once,
//! its timers and events lose nothing, and the law's clocks go on.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{DEPARTMENT, HUANGPU, PUDONG, case, counted, fault, finished_by_hand, host, plain, told};
use crate::support::{Answer, Caller, Host, Roles, applicant_subject, package, say};

/// How long a host may take to catch up.
const WITHIN: Duration = Duration::from_secs(30);

/// The same host with another configuration, on the same folder.
fn reconfigured(host: &mut Host, config: &str) {
    assert_eq!(host.terminate(), Some(0));
    std::fs::write(host.folder().join("config.toml"), config).unwrap();
    host.restart();
}

/// A host whose packages were published before there was a quota; who is beyond it is told so at once.
async fn limited(options: &str) -> Host {
    let mut host = host("").await;
    reconfigured(&mut host, &format!("[engine.quotas]\n{options}\nqueue_ms = 0\n"));
    host
}

/// Hands in until it is turned away: what is used is charged afterwards.
async fn until_turned_away(applicant: &Caller) -> Answer {
    for _ in 0..200 {
        let answer = applicant.post("/cases", plain(PUDONG)).await;
        if answer.status != 201 {
            return answer;
        }
    }
    panic!("never turned away")
}

/// The header that goes with an answer's body.
async fn retry_after(host: &Host) -> (u16, u64) {
    let request = reqwest::Client::new().post(format!("{}/api/v1/cases", host.url()));
    let answer = request.bearer_auth(Roles::token("applicant")).json(&plain(PUDONG)).send().await.unwrap();
    let header = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    (answer.status().as_u16(), header)
}

#[tokio::test]
async fn each_quota_that_is_used_up_is_named_with_its_authority_and_time_and_a_neighbour_is_answered() {
    for (name, option) in [
        ("calls", "calls_per_hour = 1\ncalls_burst = 12"),
        ("cpu", "cpu_seconds_per_hour = 1\ncpu_seconds_burst = 0"),
        ("storage", "storage_mib_per_hour = 1\nstorage_mib_burst = 0"),
        ("deliveries", "deliveries_per_hour = 1\ndeliveries_burst = 0"),
    ] {
        let host = limited(option).await;
        let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
        // Granted before anything is used up, where that takes little: a licence is told to its holder.
        if name == "deliveries" {
            let id = applicant.submit(plain(PUDONG)).await;
            officer.approve_all(&id).await;
        }
        let before = until_turned_away(&applicant).await;
        let body = say(&before, 429);
        assert_eq!(body["code"], format!("quota.{name}"), "{body:#}");
        assert_eq!(body["quota"]["name"], name);
        assert_eq!(body["quota"]["authority"], json!({ "department": DEPARTMENT, "division": PUDONG }));
        let until = body["quota"]["until"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        assert!(until > jiff::Timestamp::now() - jiff::SignedDuration::from_mins(1), "{body:#}");
        assert!(body["detail"].as_str().unwrap().contains(PUDONG) && body["detail_en"].is_string(), "{body:#}");
        assert_eq!((&body["retry_safe"], before.body["retry_after"].as_u64() > Some(0)), (&json!(true), true));
        let (status, seconds) = retry_after(&host).await;
        assert!(status == 429 && seconds > 0, "{name}: {status} {seconds}");
        assert!(counted(&host, "banshi_quota_refused_total", "quota", name).await >= 2);

        assert_eq!(case(&host, plain(HUANGPU)).await["phase"], "accepted", "{name}: a neighbour");
        let cases = applicant.get("/cases?division=310115&phase=accepted&limit=200").await;
        let open = say(&cases, 200)["items"][0]["id"].as_str().map(str::to_owned);
        if let Some(open) = open {
            // An officer's lawful way out calls no plugin and waits for no quota.
            finished_by_hand(&officer, &open).await;
        }
    }
}

#[tokio::test]
async fn a_package_of_an_authority_that_has_used_up_its_storage_is_turned_away_and_others_are_not() {
    let sources =
        ["tests/variations/pudong-plain", "examples/smallest-matter", "examples/smallest-bundle"].map(package);
    let host = limited("storage_mib_per_hour = 1\nstorage_mib_burst = 0").await;
    let platform = host.as_("platform");
    let [variation, matter, bundle] = sources;
    say(&platform.upload("/packages", matter).await, 201);
    let answer = platform.upload("/packages", bundle).await;
    assert_eq!(say(&answer, 429)["code"], "quota.storage", "{:#}", answer.body);
    assert_eq!(answer.body["quota"]["authority"], json!({ "department": DEPARTMENT, "division": "310000" }));
    say(&platform.upload("/packages", variation).await, 201);
}

#[tokio::test]
async fn a_request_beyond_the_quota_waits_in_its_place_and_the_queue_has_a_bound() {
    let queue = "[engine.quotas]\ncalls_per_hour = 36000\ncalls_burst = 1\nqueue_ms = 60000\nqueue_requests = 2\n";
    let host = host(queue).await;
    let applicant = host.as_("applicant");
    say(&applicant.post("/cases", plain(PUDONG)).await, 201);
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let applicant = applicant.clone();
        asking.spawn(async move { applicant.post("/cases", plain(PUDONG)).await });
    }
    let asked = asking.join_all().await;
    let (served, refused): (Vec<&Answer>, Vec<&Answer>) = asked.iter().partition(|answer| answer.status == 201);
    assert!(served.len() >= 2, "{}", served.len());
    assert!(refused.iter().all(|answer| answer.status == 429 && answer.body["code"] == "quota.calls"), "{refused:#?}");
    assert!(!refused.is_empty(), "all of them found a place");
    assert!(counted(&host, "banshi_quota_queued_total", "quota", "calls").await >= 2);
    assert_eq!(case(&host, plain(HUANGPU)).await["phase"], "accepted");
}

#[tokio::test]
async fn a_plugin_s_timers_are_held_back_and_never_dropped_while_the_law_s_own_go_on() {
    let mut host = limited("calls_per_hour = 1\ncalls_burst = 1").await;
    // Parked, and to be tried again; what it took is already too much.
    let parked = case(&host, told(PUDONG, "trap")).await;
    let id = parked["id"].as_str().unwrap().to_owned();
    assert_eq!((fault(&parked), &parked["fault"]["attempts"]), ("guest.trap", &json!(1)));
    // Returns although a timer stays due.
    host.clock("2021-04-29T00:00:00+08:00").await;
    let held = host.as_("applicant").case(&id).await;
    assert_eq!(held["fault"]["attempts"], 1, "{:#}", held["fault"]);
    assert!(counted(&host, "banshi_quota_held_total", "quota", "calls").await >= 1);
    assert_eq!((&held["accepted"], &held["deemed_accepted"]), (&json!("2021-04-22"), &json!(true)), "{held:#}");
    // A neighbour's timer behind it fires.
    let other = case(&host, told(HUANGPU, "trap")).await;
    assert_eq!(fault(&other), "guest.trap");

    reconfigured(&mut host, "");
    until(&host, &id, |case| case["fault"]["attempts"].as_u64() > Some(1)).await;
}

#[tokio::test]
async fn events_between_cases_are_held_back_and_never_dropped() {
    let sources = [("examples/smallest-matter", "EX-STALL"), ("examples/smallest-bundle", "EX-NIGHT-MARKET")];
    for (source, _) in sources {
        package(source);
    }
    // Guide, submission and acceptance are paid for; the parts' first steps are not.
    let mut host = limited("calls_per_hour = 1\ncalls_burst = 6").await;
    for (source, matter) in sources {
        host.put_in_force(source, matter, DEPARTMENT, "310000").await;
    }
    let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
    let plan = say(&applicant.upload("/documents", b"a plan".to_vec()).await, 201)["id"].clone();
    let application = json!({
        "matter": "EX-NIGHT-MARKET", "division": PUDONG, "subject": applicant_subject(),
        "answers": { "area": 4, "music": false },
        "values": { "org.name": "示例摊主", "stall.place": "示例路1号" }, "documents": { "plan": plan },
    });
    let id = applicant.submit(application).await;
    let task = officer.tasks_of(&id).await.remove(0);
    say(&officer.verdict(&task, "approve").await, 200);
    host.clock("2021-04-22T09:00:01+08:00").await;
    let part = applicant.case(&id).await["parts"][0]["case"].as_str().unwrap().to_owned();
    assert_eq!(applicant.case(&part).await["tasks"], json!([]), "its first event is held back");
    assert!(counted(&host, "banshi_quota_held_total", "quota", "calls").await >= 1);

    reconfigured(&mut host, "");
    until(&host, &part, |case| case["tasks"].as_array().is_some_and(|tasks| !tasks.is_empty())).await;
}

/// Waits for a case to be so.
async fn until(host: &Host, id: &str, so: impl Fn(&Value) -> bool) {
    let began = Instant::now();
    loop {
        let case = host.as_("applicant").case(id).await;
        if so(&case) {
            return;
        }
        assert!(began.elapsed() < WITHIN, "{case:#}");
        host.clock("2021-04-29T00:00:01+08:00").await;
    }
}
