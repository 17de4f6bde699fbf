//! A thousand cases at once, each with its own way by chance: afterwards every journal replays to the byte, every
//! index is what a full scan computes, and what the metrics say is what the journals say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::{Barrier, Semaphore};

use super::chance::Chance;
use crate::support::{Answer, Caller, DAY_ONE, Host, Start, applicant_subject, plain_application, say};

const CASES: usize = 1000;
/// Of these, how many are bundles: two parts each, which are cases of their own.
const BUNDLES: usize = 40;
/// Requests under way at once.
const AT_ONCE: usize = 64;
/// What one case goes through at most.
const ACTS: usize = 12;

/// What was acknowledged: to be found again, all of it and nothing else.
#[derive(Debug, Default, Clone, Copy)]
struct Acknowledged {
    received: usize,
    verdicts: usize,
    withdrawn: usize,
    extended: usize,
    by_hand: usize,
    licences_ended: usize,
}

/// Who acts on one case.
struct Way {
    number: usize,
    chance: Chance,
    applicant: Caller,
    officers: [Caller; 2],
    turns: Arc<Semaphore>,
    plan: Value,
    sum: Acknowledged,
}

impl Way {
    fn application(&self) -> Value {
        if self.number >= BUNDLES {
            return plain_application();
        }
        json!({
            "matter": "EX-NIGHT-MARKET", "division": "310115", "subject": applicant_subject(),
            "answers": { "area": 4, "music": true },
            "values": { "org.name": "示例摊主", "stall.place": "示例路1号" }, "documents": { "plan": self.plan },
        })
    }

    /// One request; now and then twice under the same key, which must not count twice.
    async fn post(&mut self, who: &Caller, path: &str, body: Value) -> Answer {
        let _turn = self.turns.clone().acquire_owned().await.unwrap();
        let key = format!("thousand-{}-{}", self.number, self.chance.below(usize::MAX));
        let first = who.post_once(path, &key, body.clone()).await;
        assert!(matches!(first.status, 200 | 201 | 409 | 422), "{path}: {} {:#}", first.status, first.body);
        if first.status < 300 && self.chance.percent(10) {
            let again = who.post_once(path, &key, body).await;
            assert_eq!((again.status, &again.body, again.replayed), (first.status, &first.body, true), "{path}");
        }
        first
    }

    async fn case(&self, id: &str) -> Value {
        let _turn = self.turns.acquire().await.unwrap();
        self.applicant.case(id).await
    }

    async fn go(mut self, all_received: Arc<Barrier>) -> Acknowledged {
        let (applicant, application) = (self.applicant.clone(), self.application());
        let received = self.post(&applicant, "/cases", application).await;
        let id = say(&received, 201)["id"].as_str().unwrap().to_owned();
        self.sum.received += 1;
        all_received.wait().await;
        for _ in 0..ACTS {
            let case = self.case(&id).await;
            if case["phase"] == "closed" {
                self.afterwards(&case).await;
                break;
            }
            self.act(&id, &case).await;
        }
        self.sum
    }

    async fn act(&mut self, id: &str, case: &Value) {
        let applicant = self.applicant.clone();
        let officer = self.chance.one_of(&self.officers.clone()).clone();
        match self.chance.below(100) {
            0..6 => {
                let done = self.post(&applicant, &format!("/cases/{id}/withdraw"), json!({})).await;
                self.sum.withdrawn += usize::from(done.status == 200);
            }
            6..12 => {
                let body = json!({ "working_days": 1 + self.chance.below(12), "instrument": "测试〔2021〕9号", "reason": reason() });
                let done = self.post(&officer, &format!("/cases/{id}/extend"), body).await;
                self.sum.extended += usize::from(done.status == 200);
            }
            12..15 => {
                let remedy = json!({ "zh": "可以申请行政复议" });
                let body = json!({ "outcome": "refused", "reasons": [reason()], "remedy": remedy });
                let done = self.post(&officer, &format!("/cases/{id}/finish-by-hand"), body).await;
                self.sum.by_hand += usize::from(done.status == 200);
            }
            _ => self.answer_a_task(case, &officer).await,
        }
    }

    /// Answers one of the case's tasks or of its parts', open or not.
    async fn answer_a_task(&mut self, case: &Value, officer: &Caller) {
        let mut tasks = case["tasks"].as_array().unwrap().clone();
        for part in case["parts"].as_array().unwrap() {
            let part = self.case(part["case"].as_str().unwrap()).await;
            tasks.extend(part["tasks"].as_array().unwrap().iter().cloned());
        }
        if tasks.is_empty() {
            return;
        }
        let open: Vec<Value> = tasks.iter().filter(|task| task["status"] == "open").cloned().collect();
        let stale = open.is_empty() || self.chance.percent(8);
        let task = self.chance.one_of(if stale { &tasks } else { &open }).clone();
        let opinion = *self.chance.one_of(&["approve", "approve", "approve", "approve", "object", "abstain"]);
        let body = json!({ "revision": task["revision"], "opinion": opinion, "reasons": [reason()] });
        let done = self.post(officer, &format!("/tasks/{}/verdict", task["id"].as_str().unwrap()), body).await;
        self.sum.verdicts += usize::from(done.status == 200);
    }

    /// Now and then what was issued ends: by its holder, or by an officer.
    async fn afterwards(&mut self, case: &Value) {
        let Some(licence) = case["licences"][0].as_str().filter(|_| self.chance.percent(20)) else { return };
        let by_holder = self.chance.percent(50);
        let who = if by_holder { self.applicant.clone() } else { self.officers[0].clone() };
        let ending = if by_holder { "cancelled" } else { "revoked" };
        let body = json!({ "ending": ending, "reason": reason(), "remedy": { "zh": "可以申请行政复议" } });
        let done = self.post(&who, &format!("/licences/{licence}/end"), body).await;
        self.sum.licences_ended += usize::from(done.status == 200);
    }
}

fn reason() -> Value {
    json!({ "rule": "officer", "basis": "行政许可法 第三十八条", "text": { "zh": "测试" } })
}

async fn host() -> Host {
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    for (source, matter) in [
        ("examples/smallest-matter", "EX-STALL"),
        ("examples/plain-approval", "EX-PLAIN"),
        ("examples/smallest-bundle", "EX-NIGHT-MARKET"),
    ] {
        host.put_in_force(source, matter, "城市管理局", "310000").await;
    }
    host
}

/// Lets all of them go, with a clock that moves on meanwhile.
async fn run(host: &Host, chance: &Chance) -> Acknowledged {
    let (turns, barrier) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(Barrier::new(CASES + 1)));
    let mut running = tokio::task::JoinSet::new();
    for number in 0..CASES {
        let plan = match number {
            0..BUNDLES => host.as_("applicant").upload("/documents", format!("plan {number}").into_bytes()).await.body
                ["id"]
                .clone(),
            _ => Value::Null,
        };
        let way = Way {
            number,
            chance: chance.of(number as u64),
            applicant: host.as_("applicant"),
            officers: [host.as_("officer"), host.as_("officer-2")],
            turns: turns.clone(),
            plan,
            sum: Acknowledged::default(),
        };
        running.spawn(way.go(barrier.clone()));
    }
    barrier.wait().await;
    for hour in 10..16 {
        host.clock(&format!("2021-04-22T{hour}:00:00+08:00")).await;
    }
    let mut sum = Acknowledged::default();
    while let Some(one) = running.join_next().await {
        let one = one.unwrap();
        sum.received += one.received;
        sum.verdicts += one.verdicts;
        sum.withdrawn += one.withdrawn;
        sum.extended += one.extended;
        sum.by_hand += one.by_hand;
        sum.licences_ended += one.licences_ended;
    }
    host.clock("2021-04-22T16:00:00+08:00").await;
    sum
}

/// Every item of a list, over all its pages.
async fn all(who: &Caller, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = who.get(&format!("{path}limit=200{cursor}")).await;
        let page = say(&answer, 200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// What a scan over every case and journal adds up to.
#[derive(Debug, Default)]
struct Scanned {
    counters: BTreeMap<String, usize>,
    /// What a person did, by the entry's word, each acknowledged by an answer.
    by_people: BTreeMap<String, usize>,
    open_tasks: BTreeSet<String>,
    /// Cases, parts among them.
    cases: usize,
    entries: usize,
}

async fn scan(host: &Host) -> Scanned {
    let platform = host.as_("platform");
    let mut scanned = Scanned::default();
    for summary in all(&platform, "/cases?division=310000&").await {
        let id = summary["id"].as_str().unwrap();
        let case = platform.case(id).await;
        let whole = case["parent"].is_null();
        *scanned
            .counters
            .entry(if whole { "banshi_cases_received_total" } else { "banshi_parts_opened_total" }.to_owned())
            .or_default() += 1;
        if let Some(outcome) = case["outcome"].as_str() {
            *scanned.counters.entry(format!("banshi_cases_closed_total{{outcome=\"{outcome}\"}}")).or_default() += 1;
        }
        let open = case["tasks"].as_array().unwrap().iter().filter(|task| task["status"] == "open");
        scanned.open_tasks.extend(open.map(|task| task["id"].as_str().unwrap().to_owned()));
        let lines = all(&platform, &format!("/cases/{id}/journal?")).await;
        assert_eq!(lines.len() as u64, case["seq"].as_u64().unwrap());
        for line in &lines {
            let kind = line["kind"].as_str().unwrap();
            *scanned.counters.entry(format!("banshi_entries_total{{kind=\"{kind}\"}}")).or_default() += 1;
            if line["by"]["principal"].is_string() {
                *scanned.by_people.entry(line["what"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        scanned.cases += 1;
        scanned.entries += lines.len();
    }
    scanned
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_cases_at_once_replay_to_the_byte_and_add_up() {
    let chance = Chance::seeded("a thousand cases");
    let mut host = host().await;
    let done = run(&host, &chance).await;
    println!("acknowledged: {done:?}");
    let scanned = scan(&host).await;

    assert_eq!(done.received, CASES);
    assert_eq!(scanned.counters["banshi_cases_received_total"], CASES);
    let people = |what: &str| scanned.by_people.get(what).copied().unwrap_or_default();
    assert_eq!(people("task-done"), done.verdicts);
    assert_eq!(people("finished-by-hand"), done.by_hand);
    assert_eq!(people("licence-ended"), done.licences_ended);
    // Each extension is an act of the host and a step of the plugin; each withdrawal also ends parts.
    assert_eq!(people("extended"), 2 * done.extended);
    assert!(people("withdrawn") >= done.withdrawn);

    let metrics = host.as_("platform").metrics().await;
    for (name, count) in &scanned.counters {
        assert!(metrics.lines().any(|line| line == format!("{name} {count}")), "{name} is not {count}:\n{metrics}");
    }
    let listed = all(&host.as_("officer"), "/tasks?").await;
    let listed: BTreeSet<String> = listed.iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, scanned.open_tasks);

    assert_eq!(host.terminate(), Some(0));
    let (code, said) = host.offline(&["--json", "verify"]);
    assert_eq!(code, 0, "{said}");
    let verified = report(&said);
    let (code, said) = host.offline(&["--json", "replay"]);
    assert_eq!(code, 0, "{said}");
    let replayed = report(&said);
    for report in [&verified, &replayed] {
        assert_eq!((&report["cases"], &report["entries"]), (&json!(scanned.cases), &json!(scanned.entries)));
    }
    assert_eq!(verified["unsealed"], true);
    assert!(replayed["steps"].as_u64().unwrap() >= CASES as u64);
}

/// The report that a command said first.
fn report(said: &str) -> Value {
    serde_json::Deserializer::from_str(said).into_iter().next().unwrap().unwrap()
}
