//! A shadow that somebody follows: what is told, in which order, to whom, and from where on after a break.

use serde_json::{Value, json};

use super::jobs::slow_applications;
use super::support::{AT, PLANTED, begin, decided, finished, shadow, view};
use crate::attacks::tokens::revoke;
use crate::support::{Host, Start, host_with_plain_approval, say};

/// More than two pages of cases.
const MANY: usize = 160;

/// An event: id, name, data.
type Event = (String, String, Value);

/// Events of an open stream, as they come.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(host: &Host, who: &str, shadow: &str, behind: Option<&str>) -> Self {
        let response = host.as_(who).listen(&format!("/shadows/{shadow}/events"), behind).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event; none: the stream has ended, be it that it was broken off.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    line.map(str::to_owned)
                };
                if let (Some(id), Some(name), Some(data)) = (field("id"), field("event"), field("data")) {
                    return Some((id, name, serde_json::from_str(&data).unwrap()));
                }
                continue;
            }
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn named<'a>(events: &'a [Event], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|(_, told, _)| told == name).map(|(_, _, data)| data).collect()
}

#[tokio::test]
async fn a_follower_is_told_what_differs_as_it_is_found_and_the_end_with_the_report_s_digest() {
    let host = host_with_plain_approval().await;
    decided(&host, ["officer", "plant-notice", "officer"]).await;
    slow_applications(&host, MANY).await;
    host.clock("2021-04-22T18:00:00+08:00").await;
    let planted = host.publish(PLANTED).await;
    let id = begin(&host, &planted, AT, json!({ "open": true })).await;
    let events = Stream::open(&host, "publisher-pudong", &id, None).await.rest().await;

    let whole = view(&host, &id).await;
    let samples = whole["report"]["samples"].as_array().unwrap();
    assert!(!samples.is_empty());
    assert_eq!(named(&events, "difference"), samples.iter().collect::<Vec<_>>(), "as the report shows them");
    let progress: Vec<u64> = named(&events, "progress").iter().map(|one| one["looked"].as_u64().unwrap()).collect();
    assert!(progress.len() > 1 && progress.is_sorted(), "told on the way: {progress:?}");
    assert_eq!(progress.last(), whole["progress"]["looked"].as_u64().as_ref());
    let first = events.iter().position(|(_, name, _)| name == "difference");
    let last = events.iter().rposition(|(_, name, _)| name == "progress");
    assert!(first < last, "what differs is not kept for the end");
    let (_, name, end) = events.last().unwrap();
    assert_eq!(name, "end");
    assert_eq!((&end["state"], &end["digest"]), (&json!("finished"), &whole["digest"]));

    // From any of them on, what came behind it and nothing else; behind the end nothing.
    for (nth, (behind, ..)) in events.iter().enumerate() {
        let path = format!("/shadows/{id}/events");
        let again = host.as_("platform").listen(&path, Some(behind)).await;
        if nth + 1 == events.len() {
            assert_eq!(again.status(), 204);
            continue;
        }
        let again = Stream { response: again, text: String::new() }.rest().await;
        assert_eq!(named(&again, "difference"), named(&events[nth + 1..], "difference"), "behind {behind}");
        assert_eq!(again.last(), events.last());
    }
    let wrong = host.as_("platform").listen(&format!("/shadows/{id}/events"), Some("sixty-four")).await;
    assert_eq!(wrong.status(), 400);
    let wrong: Value = serde_json::from_str(&wrong.text().await.unwrap()).unwrap();
    assert_eq!((&wrong["code"], &wrong["place"]), (&json!("malformed"), &json!("Last-Event-ID")));
}

#[tokio::test]
async fn a_stop_breaks_streams_off_and_their_listeners_go_on_behind_the_last_event_with_the_next_process() {
    let mut host = host_with_plain_approval().await;
    decided(&host, ["officer", "plant-notice", "officer"]).await;
    slow_applications(&host, MANY).await;
    host.clock("2021-04-22T18:00:00+08:00").await;
    let planted = host.publish(PLANTED).await;
    let id = begin(&host, &planted, AT, json!({ "open": true })).await;
    let mut stream = Stream::open(&host, "platform", &id, None).await;
    let mut events = vec![stream.next().await.unwrap()];
    assert_eq!(host.terminate(), Some(0), "a stop does not wait for who listens");
    events.extend(stream.rest().await);
    let (last, name, _) = events.last().unwrap().clone();
    assert_ne!(name, "end", "it ended before it could be stopped");

    host.restart();
    events.extend(Stream::open(&host, "platform", &id, Some(&last)).await.rest().await);
    let whole = view(&host, &id).await;
    let samples = whole["report"]["samples"].as_array().unwrap();
    assert_eq!(named(&events, "difference"), samples.iter().collect::<Vec<_>>(), "each once, over the stop");
    assert_eq!(events.last().unwrap().2["digest"], whole["digest"]);
}

#[tokio::test]
async fn nothing_is_told_to_a_token_that_was_revoked_meanwhile() {
    let host = host_with_plain_approval().await;
    slow_applications(&host, MANY).await;
    let planted = host.publish(PLANTED).await;
    let id = begin(&host, &planted, AT, json!({ "open": true })).await;
    let (stream, other) =
        (Stream::open(&host, "publisher-pudong", &id, None).await, Stream::open(&host, "platform-2", &id, None).await);
    revoke(&host, "platform-2");
    let (events, none) = tokio::join!(stream.rest(), other.rest());
    assert_eq!(events.last().unwrap().1, "end");
    assert!(!none.iter().any(|(_, name, _)| name == "end"), "{none:?}");
    let refused = host.as_("platform-2").listen(&format!("/shadows/{id}/events"), None).await;
    assert_eq!(refused.status(), 401);
}

#[tokio::test]
async fn a_cancelled_shadow_s_followers_are_told_and_there_are_only_so_many() {
    let config = "[http]\nstreams_max = 1\n";
    let host = Host::start(Start::simulated(crate::support::DAY_ONE).configured(config)).await;
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;
    slow_applications(&host, MANY).await;
    let planted = host.publish(PLANTED).await;
    let id = begin(&host, &planted, AT, json!({ "open": true })).await;
    let stream = Stream::open(&host, "platform", &id, None).await;
    let more = host.as_("platform").get(&format!("/shadows/{id}/events")).await;
    assert_eq!(say(&more, 503)["code"], "busy");
    say(&host.as_("platform").post(&format!("/shadows/{id}/cancel"), json!({})).await, 200);
    let events = stream.rest().await;
    let (_, name, end) = events.last().unwrap();
    assert_eq!((name.as_str(), &end["state"], &end["digest"]), ("end", &json!("cancelled"), &Value::Null));
}

#[tokio::test]
async fn the_command_line_follows_live() {
    let host = host_with_plain_approval().await;
    decided(&host, ["officer", "plant-notice", "officer"]).await;
    host.clock("2021-04-22T18:00:00+08:00").await;
    let planted = host.publish(PLANTED).await;
    let ended = shadow(&host, &planted, AT, json!({})).await;
    let (code, said) = crate::cli::banshi(&host, "platform", &["shadow", "follow", ended["id"].as_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("发现 found") && said.contains("件 cases") && said.contains("完成 finished"), "{said}");
    let begun = crate::cli::banshi(&host, "platform", &["shadow", &planted, "--at", "城市管理局@310115"]);
    assert!(begun.0 == 0 && begun.1.contains("发现 found"), "{}", begun.1);
    let nobody = crate::cli::banshi(&host, "publisher-huangpu", &["shadow", "follow", ended["id"].as_str().unwrap()]);
    assert!(nobody.0 == 1 && nobody.1.contains("no shadow"), "{}", nobody.1);
    finished(&host, ended["id"].as_str().unwrap()).await;
}
