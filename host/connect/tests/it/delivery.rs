//! The delivery loop: what arrives, what is written down, and what a bad partner cannot do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use banshi_connect::{Connectors, Options, Outbox};
use banshi_engine::OutboxItem;
use banshi_model::effect::{Outgoing, PartnerKind};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::partner::{Does, Partner};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// What the loop wrote down.
#[derive(Debug, PartialEq)]
enum Wrote {
    Done(String),
    Waits(String),
    Failed { key: String, error: String, wait: Option<SignedDuration> },
}

/// An outbox in memory. Its clock stands still, so that waits can be read off `next`.
#[derive(Clone)]
struct Memory {
    items: Arc<Mutex<BTreeMap<String, OutboxItem>>>,
    unserved: Arc<Mutex<Vec<PartnerKind>>>,
    changed: Arc<Notify>,
    wrote: mpsc::UnboundedSender<Wrote>,
}

fn now() -> Timestamp {
    "2021-04-26T01:00:00Z".parse().unwrap()
}

fn item(number: u32, partner: PartnerKind) -> OutboxItem {
    let case = "310115-210426-7K3M9QX2TR".parse().unwrap();
    let outgoing = Outgoing {
        key: format!("{case}/{number}/0"),
        partner,
        action: "verify".to_owned(),
        data: json!({ "name": "张三" }),
        answers: (partner != PartnerKind::Notice).then(|| "s".to_owned()),
    };
    let key = outgoing.key.clone();
    OutboxItem { key, case, outgoing, created: now(), attempts: 0, next: now(), last_error: None }
}

impl Memory {
    fn of(items: impl IntoIterator<Item = OutboxItem>) -> (Self, mpsc::UnboundedReceiver<Wrote>) {
        let (wrote, written) = mpsc::unbounded_channel();
        let items = items.into_iter().map(|item| (item.key.clone(), item)).collect();
        (Self { items: Arc::new(Mutex::new(items)), unserved: Arc::default(), changed: Arc::default(), wrote }, written)
    }

    /// Makes everything that waits due at once.
    fn hurry(&self) {
        self.items.lock().unwrap().values_mut().for_each(|item| item.next = now());
        self.changed.notify_waiters();
        self.changed.notify_one();
    }
}

impl Outbox for Memory {
    fn due(&self, limit: usize, known: impl Fn(&str) -> bool) -> Result<Vec<OutboxItem>, banshi_engine::Error> {
        let items = self.items.lock().unwrap();
        let due = items.values().filter(|item| item.next <= now() && !known(&item.key));
        Ok(due.take(limit).cloned().collect())
    }

    fn item(&self, key: &str) -> Result<Option<OutboxItem>, banshi_engine::Error> {
        Ok(self.items.lock().unwrap().get(key).cloned())
    }

    async fn wait(&self) {
        self.changed.notified().await;
    }

    fn now(&self) -> Timestamp {
        now()
    }

    fn callback_token(&self, item: &OutboxItem) -> Option<String> {
        item.outgoing.answers.as_ref().map(|answers| format!("token-{answers}"))
    }

    fn unserve(&self, kinds: &[PartnerKind]) {
        *self.unserved.lock().unwrap() = kinds.to_vec();
    }

    async fn release(&self) -> Result<BTreeMap<PartnerKind, usize>, banshi_engine::Error> {
        Ok(BTreeMap::new())
    }

    async fn waits(&self, item: OutboxItem) -> Result<(), banshi_engine::Error> {
        self.items.lock().unwrap().remove(&item.key);
        let _ = self.wrote.send(Wrote::Waits(item.key));
        Ok(())
    }

    async fn done(&self, key: &str) -> Result<(), banshi_engine::Error> {
        self.items.lock().unwrap().remove(key);
        let _ = self.wrote.send(Wrote::Done(key.to_owned()));
        Ok(())
    }

    async fn failed(&self, item: OutboxItem, error: &str, next: Option<Timestamp>) -> Result<(), banshi_engine::Error> {
        let (key, error) = (item.key.clone(), error.to_owned());
        let mut items = self.items.lock().unwrap();
        match next {
            Some(next) => drop(items.insert(key.clone(), OutboxItem { attempts: item.attempts + 1, next, ..item })),
            None => drop(items.remove(&key)),
        }
        let _ = self.wrote.send(Wrote::Failed { key, error, wait: next.map(|next| next.duration_since(now())) });
        Ok(())
    }
}

fn options(partners: &[(&str, &str)], more: &str) -> Options {
    let mut text = format!("callback_url = \"http://host.example/\"\nbackoff_longest_ms = 60000\n{more}\n");
    for (name, url) in partners {
        text += &format!("[{name}]\nurl = \"{url}\"\nsecret = \"{SECRET}\"\ntimeout_ms = 60000\n");
    }
    toml::from_str(&text).unwrap()
}

/// Runs the loop; dropping or sending to the answer stops it.
fn run(options: Options, outbox: &Memory) -> (oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    crate::provider();
    let connectors = Connectors::new(options, outbox.clone()).unwrap().with_random(|| 0);
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(connectors.run(async move { drop(stopped.await) }));
    (stop, running)
}

#[tokio::test]
async fn a_delivery_arrives_signed_and_is_done() {
    let mut partner = Partner::start(|_| Does::Status(204)).await;
    let (outbox, mut written) = Memory::of([item(2, PartnerKind::Identity)]);
    let _running = run(options(&[("identity", &partner.url)], ""), &outbox);

    let request = partner.next().await;
    assert_eq!(request.headers["content-type"], "application/cloudevents+json");
    assert_eq!(request.verify(SECRET.as_bytes()), Ok(()));
    assert!(request.verify(b"another secret!!").is_err());
    let message = request.json();
    assert_eq!(message["id"], "310115-210426-7K3M9QX2TR/2/0");
    assert_eq!(message["type"], "cn.banshi.identity.verify.v1");
    assert_eq!(message["data"]["name"], "张三");
    assert_eq!(message["data"]["callback"], "http://host.example/api/v1/callbacks/token-s");
    assert_eq!(written.recv().await, Some(Wrote::Done("310115-210426-7K3M9QX2TR/2/0".to_owned())));
}

#[tokio::test]
async fn a_failure_waits_longer_each_time_until_it_is_a_dead_letter() {
    let mut partner = Partner::start(|_| Does::Status(503)).await;
    let (outbox, mut written) = Memory::of([item(1, PartnerKind::Notice)]);
    let _running = run(options(&[("notice", &partner.url)], "attempts = 3"), &outbox);

    for wait in [Some(500), Some(1000), None] {
        let request = partner.next().await;
        assert_eq!(request.json()["data"].get("callback"), None);
        let key = "310115-210426-7K3M9QX2TR/1/0".to_owned();
        let wait = wait.map(SignedDuration::from_millis);
        assert_eq!(written.recv().await, Some(Wrote::Failed { key, error: "status-503".to_owned(), wait }));
        outbox.hurry();
    }
    assert!(outbox.items.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let mut elsewhere = Partner::start(|_| Does::Status(200)).await;
    let to = elsewhere.url.clone();
    let mut partner = Partner::start(move |_| Does::Redirects(to.clone())).await;
    let (outbox, mut written) = Memory::of([item(1, PartnerKind::Payment)]);
    let (stop, running) = run(options(&[("payment", &partner.url)], ""), &outbox);

    partner.next().await;
    assert!(matches!(written.recv().await, Some(Wrote::Failed { error, .. }) if error == "status-302"));
    drop(stop);
    running.await.unwrap();
    assert!(elsewhere.requests.try_recv().is_err());
}

#[tokio::test]
async fn an_answer_without_end_is_not_read() {
    let partner = Partner::start(|_| Does::Endless).await;
    let (outbox, mut written) = Memory::of([item(1, PartnerKind::Courier)]);
    let _running = run(options(&[("courier", &partner.url)], ""), &outbox);
    assert!(matches!(written.recv().await, Some(Wrote::Done(_))));
}

#[tokio::test]
async fn a_partner_that_hangs_leaves_the_others_their_turn() {
    let hanging = Partner::start(|_| Does::Hangs).await;
    let partner = Partner::start(|_| Does::Status(200)).await;
    let items = (1..=40).map(|n| item(n, PartnerKind::Identity)).chain([item(99, PartnerKind::Notice)]);
    let (outbox, mut written) = Memory::of(items);
    let options = options(&[("identity", &hanging.url), ("notice", &partner.url)], "concurrency = 2");
    let (_stop, running) = run(options, &outbox);
    assert_eq!(written.recv().await, Some(Wrote::Done("310115-210426-7K3M9QX2TR/99/0".to_owned())));
    running.abort();
}

#[tokio::test]
async fn a_partner_that_hangs_times_out() {
    let partner = Partner::start(|_| Does::Hangs).await;
    let (outbox, mut written) = Memory::of([item(1, PartnerKind::Identity)]);
    let mut options = options(&[("identity", &partner.url)], "");
    options.identity.as_mut().unwrap().timeout_ms = 50;
    let _running = run(options, &outbox);
    assert!(matches!(written.recv().await, Some(Wrote::Failed { error, .. }) if error == "timeout"));
}

#[tokio::test]
async fn never_more_than_the_bound_are_in_flight_and_none_twice() {
    let mut partner = Partner::start(|_| Does::Hangs).await;
    let (outbox, _written) = Memory::of((1..=10).map(|n| item(n, PartnerKind::Identity)));
    let (stop, running) = run(options(&[("identity", &partner.url)], "concurrency = 3"), &outbox);

    let mut ids: Vec<String> = Vec::new();
    for _ in 0..3 {
        ids.push(partner.next().await.json()["id"].to_string());
        outbox.hurry();
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    // Give the loop every chance to start a fourth: it looks again whenever it is woken.
    for _ in 0..100 {
        outbox.hurry();
        tokio::task::yield_now().await;
    }
    assert!(partner.requests.try_recv().is_err());
    running.abort();
    drop(stop);
}

#[tokio::test]
async fn stopping_finishes_what_is_in_flight() {
    let mut partner = Partner::start(|_| Does::Status(200)).await;
    let (outbox, mut written) = Memory::of([item(1, PartnerKind::Identity)]);
    let (stop, running) = run(options(&[("identity", &partner.url)], ""), &outbox);
    partner.next().await;
    drop(stop);
    running.await.unwrap();
    assert_eq!(written.try_recv(), Ok(Wrote::Done("310115-210426-7K3M9QX2TR/1/0".to_owned())));
}

#[tokio::test]
async fn nobody_there_is_a_failure_with_a_name() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (outbox, mut written) = Memory::of([item(1, PartnerKind::Identity)]);
    let _running = run(options(&[("identity", &format!("http://{free}/"))], ""), &outbox);
    let Some(Wrote::Failed { error, .. }) = written.recv().await else { panic!("it did not fail") };
    assert_eq!(error, "unreachable");
}

#[tokio::test]
async fn what_is_due_and_has_no_partner_any_more_waits_and_was_not_tried() {
    let courier = item(2, PartnerKind::Courier);
    let (outbox, mut written) = Memory::of([courier.clone()]);
    let _running = run(options(&[("identity", "http://127.0.0.1:9/")], ""), &outbox);
    assert_eq!(written.recv().await, Some(Wrote::Waits(courier.key)));
    let unserved = outbox.unserved.lock().unwrap().clone();
    assert!(unserved.contains(&PartnerKind::Courier) && !unserved.contains(&PartnerKind::Identity), "{unserved:?}");
}
