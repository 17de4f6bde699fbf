//! The work that a host is killed under: clerks who submit and decide cases, and remember what was acknowledged.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Does, Host, Message, Partner, applicant_subject, say};

/// What the clerks apply for, and the tasks that are to be decided in each.
const MATTERS: [(&str, &[&str]); 2] = [("EX-PLAIN", &["planning", "safety", "traffic"]), ("T-ASKS", &["check"])];
/// How long a host that is not killed may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at what is waited for.
const POLL: Duration = Duration::from_millis(20);

/// One write, and what was answered to it.
#[derive(Debug, Clone)]
struct Write {
    path: String,
    key: String,
    body: Value,
    /// None: the host went away, so it may or may not be there.
    answer: Option<Answer>,
}

/// One case on its way.
#[derive(Debug, Clone, Default)]
struct Work {
    matter: usize,
    writes: Vec<Write>,
}

impl Work {
    fn new(number: usize) -> Self {
        let matter = number % MATTERS.len();
        let body = json!({ "matter": MATTERS[matter].0, "division": "310115", "subject": applicant_subject() });
        let first = Write { path: "/cases".to_owned(), key: format!("w{number}-0"), body, answer: None };
        Self { matter, writes: vec![first] }
    }

    fn case(&self) -> Option<&str> {
        self.writes[0].answer.as_ref()?.body["id"].as_str()
    }

    fn all_acknowledged(&self) -> bool {
        self.writes.iter().all(|write| write.answer.is_some())
    }

    fn done(&self) -> bool {
        self.all_acknowledged() && self.writes.len() == 1 + MATTERS[self.matter].1.len()
    }
}

/// Everything that the clerks asked for, over all rounds.
#[derive(Default)]
struct Book {
    works: Vec<Work>,
    /// Those that nobody works on.
    idle: Vec<usize>,
    next: usize,
    /// Where each acknowledged write of this round stands.
    fresh: Vec<(usize, usize)>,
}

/// The clerks, their book and the partner of a host under load.
pub struct Load {
    book: Arc<Mutex<Book>>,
    /// The partner that the host delivers to.
    pub partner: Partner,
    /// Where the host listens now; none while it does not.
    address: Arc<Mutex<Option<String>>>,
}

impl Load {
    /// With a partner that answers by callbacks, some of its messages only at the second time.
    pub async fn new() -> Self {
        // An error only says that another test has installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (partner, address) = (Partner::start().await, Arc::new(Mutex::new(None)));
        let tried = Mutex::new(HashMap::<String, usize>::new());
        let calls = Caller { address: Arc::clone(&address), http: reqwest::Client::new() };
        partner.behaves(move |message| {
            let mut tried = tried.lock().unwrap();
            let times = tried.entry(message.id.clone()).or_default();
            *times += 1;
            if *times == 1 && message.body.len() % 5 == 0 {
                return Does::Says(503);
            }
            if message.token().is_some() {
                tokio::spawn(calls.clone().call_back(message.clone()));
            }
            Does::Says(202)
        });
        Self { book: Arc::default(), partner, address }
    }

    /// The configuration of the host.
    pub fn config(&self) -> String {
        self.partner.config("backoff_first_ms = 20\nbackoff_longest_ms = 200\nattempts = 1000")
    }

    /// Puts what is applied for in force.
    pub async fn enact(&self, host: &Host) {
        host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;
        host.put_in_force("tests/guests/asks-partners", "T-ASKS", "城市管理局", "310000").await;
    }

    /// Says where the host listens now, for callbacks.
    pub fn host_is_at(&self, host: Option<&Host>) {
        *self.address.lock().unwrap() = host.map(|host| host.url().to_owned());
    }

    /// Sends clerks to work; each stops when the host goes away. New cases come while `opens`.
    pub fn clerks(&self, host: &Host, count: usize, opens: bool) -> tokio::task::JoinSet<()> {
        let mut clerks = tokio::task::JoinSet::new();
        for _ in 0..count {
            let (book, applicant, officer) = (Arc::clone(&self.book), host.as_("applicant"), host.as_("officer"));
            clerks.spawn(async move {
                while let Some(number) = take(&book, opens) {
                    let mut work = book.lock().unwrap().works[number].clone();
                    let alive = advance(&mut work, &applicant, &officer).await;
                    note(&book, number, work);
                    if !alive {
                        return;
                    }
                }
            });
        }
        clerks
    }

    /// Waits until so many writes have been acknowledged since the last check.
    pub async fn acknowledges(&self, least: usize) {
        let enough = async {
            while self.book.lock().unwrap().fresh.len() < least {
                tokio::time::sleep(POLL).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, enough).await.is_ok(), "the host acknowledges nothing");
    }

    /// How many writes were acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        let book = self.book.lock().unwrap();
        book.works.iter().flat_map(|work| &work.writes).filter(|write| write.answer.is_some()).count()
    }

    /// Sends again, under its key, each write that was acknowledged since the last time: which were answered differently?
    pub async fn missing(&self, host: &Host) -> Vec<String> {
        let writes: Vec<Write> = {
            let mut book = self.book.lock().unwrap();
            let fresh = std::mem::take(&mut book.fresh);
            fresh.into_iter().map(|(work, write)| book.works[work].writes[write].clone()).collect()
        };
        self.compare(host, writes).await
    }

    /// The same for every write that was ever acknowledged.
    pub async fn ever_missing(&self, host: &Host) -> Vec<String> {
        let writes: Vec<Write> = {
            let book = self.book.lock().unwrap();
            book.works.iter().flat_map(|work| work.writes.clone()).filter(|write| write.answer.is_some()).collect()
        };
        self.compare(host, writes).await
    }

    async fn compare(&self, host: &Host, writes: Vec<Write>) -> Vec<String> {
        let (applicant, officer) = (host.as_("applicant"), host.as_("officer"));
        let mut missing = Vec::new();
        for write in writes {
            let caller = if write.path == "/cases" { &applicant } else { &officer };
            let before = write.answer.unwrap();
            match caller.try_post_once(&write.path, &write.key, &write.body).await {
                Some(now) if now.replayed && (now.status, &now.body) == (before.status, &before.body) => {}
                now => missing.push(format!("{} {}: {now:?} instead of {before:?}", write.path, write.key)),
            }
        }
        missing
    }

    /// Finishes every case and looks at each: decided by what was said, each timer fired once, one licence.
    pub async fn finish(&self, host: &Host) {
        self.clerks(host, 16, false).join_all().await;
        let works = self.book.lock().unwrap().works.clone();
        for work in works {
            let (matter, tasks) = MATTERS[work.matter];
            let id = work.case().unwrap_or_else(|| panic!("{work:?} was never answered"));
            closed(host, id).await;
            let case = host.as_("applicant").case(id).await;
            assert_eq!(case["outcome"], "granted", "{case:#}");
            assert_eq!(case["licences"].as_array().unwrap().len(), 1, "{case:#}");
            let journal = host.as_("applicant").get(&format!("/cases/{id}/journal?limit=200")).await;
            let mut lines = BTreeMap::<String, usize>::new();
            for line in say(&journal, 200)["items"].as_array().unwrap() {
                *lines.entry(line["what"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            assert_eq!(lines["task-done"], tasks.len(), "{id}: {lines:?}");
            // The reminder of T-ASKS is cancelled where the parcel arrives before its day.
            let fired = lines.get("timer-due").copied().unwrap_or_default();
            assert!(if matter == "EX-PLAIN" { fired == 1 } else { fired <= 1 }, "{id}: {lines:?}");
            for once in ["received", "submitted", "payment", "looked-up", "delivered"] {
                assert!(lines.get(once).copied().unwrap_or_default() <= 1, "{id}: {lines:?}");
            }
        }
    }

    /// No delivery may reach the partner with two bodies, and none unsigned.
    pub fn one_body_for_each_delivery(&self) {
        let mut bodies = HashMap::new();
        for Message { id, body, .. } in self.partner.messages() {
            let first = bodies.entry(id.clone()).or_insert_with(|| body.clone());
            assert_eq!(*first, body, "{id} came with two bodies");
        }
        assert_eq!(self.partner.disbelieved(), 0);
    }
}

fn take(book: &Mutex<Book>, opens: bool) -> Option<usize> {
    let mut book = book.lock().unwrap();
    if let Some(number) = book.idle.pop() {
        return Some(number);
    }
    if !opens {
        return None;
    }
    let number = book.next;
    book.next += 1;
    book.works.push(Work::new(number));
    Some(number)
}

fn note(book: &Mutex<Book>, number: usize, work: Work) {
    let mut book = book.lock().unwrap();
    for (at, write) in work.writes.iter().enumerate() {
        let known = book.works[number].writes.get(at).is_some_and(|write| write.answer.is_some());
        if write.answer.is_some() && !known {
            book.fresh.push((number, at));
        }
    }
    if !work.done() {
        book.idle.push(number);
    }
    book.works[number] = work;
}

/// Brings a case on as far as it goes; false: the host went away.
async fn advance(work: &mut Work, applicant: &crate::support::Caller, officer: &crate::support::Caller) -> bool {
    loop {
        for write in work.writes.iter_mut().filter(|write| write.answer.is_none()) {
            let caller = if write.path == "/cases" { applicant } else { officer };
            let Some(answer) = caller.try_post_once(&write.path, &write.key, &write.body).await else { return false };
            if answer.status >= 500 {
                // It says itself that it may or may not have been done, and to send it again.
                return false;
            }
            assert!(matches!(answer.status, 200 | 201), "{} {}: {answer:?}", write.path, write.key);
            write.answer = Some(answer);
        }
        let Some(task) = MATTERS[work.matter].1.get(work.writes.len() - 1) else { return true };
        let id = work.case().unwrap().to_owned();
        let Some(found) = officer.try_get(&format!("/tasks/{id}.{task}")).await else { return false };
        if found.status >= 500 {
            return false;
        }
        let revision = &say(&found, 200)["revision"];
        let reasons = json!([{ "rule": "officer", "basis": "行政许可法 第三十八条", "text": { "zh": "符合" } }]);
        let body = json!({ "revision": revision, "opinion": "approve", "reasons": reasons });
        let (path, key) = (format!("/tasks/{id}.{task}/verdict"), work.writes[0].key.clone());
        work.writes.push(Write { path, key: format!("{key}-{task}"), body, answer: None });
    }
}

async fn closed(host: &Host, id: &str) {
    let waiting = async {
        while host.as_("applicant").case(id).await["phase"] != "closed" {
            tokio::time::sleep(POLL).await;
        }
    };
    let ended = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(ended.is_ok(), "{id} did not end: {:#}", host.as_("applicant").case(id).await);
}

/// The partner's own way back to the host.
#[derive(Clone)]
struct Caller {
    address: Arc<Mutex<Option<String>>>,
    http: reqwest::Client,
}

impl Caller {
    /// Calls back until the host, which may be down or elsewhere by now, has taken it.
    async fn call_back(self, message: Message) {
        let body = match message.partner.as_str() {
            "identity" => json!({ "kind": "identity", "verified": true }),
            "shared-data" => json!({ "kind": "looked-up", "value": { "name": "示例" } }),
            "payment" => json!({ "kind": "payment", "paid": true }),
            _ => json!({ "kind": "delivered" }),
        };
        loop {
            let address = self.address.lock().unwrap().clone();
            if let Some(address) = address {
                let to = format!("{address}/api/v1/callbacks/{}", message.token().unwrap());
                let sent = self.http.post(to).json(&body).send().await;
                // 409: the case has ended meanwhile. Everything else that is no success is a failure to be seen.
                if sent.is_ok_and(|answer| answer.status().is_success() || answer.status() == 409) {
                    return;
                }
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
