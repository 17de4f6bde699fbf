//! Server-sent events of a host, read as they come; a listener that is broken off goes on behind the last one.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION};
use reqwest::{Method, Response, StatusCode};

use super::Client;
use super::send::answer;
use crate::failure::{Failure, Kind, Result};

/// The host says at least every quarter of a minute that it is there.
const SILENCE: Duration = Duration::from_secs(45);
/// Longer than any stream lasts.
const LASTS: Duration = Duration::from_secs(24 * 3_600);
/// Between two attempts to listen.
const PAUSE: Duration = Duration::from_millis(500);
/// How often in a row listening may fail.
const ATTEMPTS: u32 = 20;
/// One event may have so many bytes.
const EVENT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// What it says.
    pub data: String,
}

impl Client {
    /// Listens at a path until `told` says that it was the last event. Broken connections and hosts that start anew are
    /// waited for; a refusal is not.
    pub async fn listen(&self, segments: &[&str], mut told: impl FnMut(Event) -> Result<bool>) -> Result {
        let (mut last, mut failed) = (None, 0);
        loop {
            let before = last.clone();
            match self.listened(segments, &mut last, &mut told).await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(failure) if failure.kind == Kind::Unreachable => {
                    tracing::debug!(error = %failure.error, "broken off; listening again");
                }
                Err(failure) => return Err(failure),
            }
            failed = if last == before { failed + 1 } else { 0 };
            if failed >= ATTEMPTS {
                return Err(Failure::new(
                    Kind::Unreachable,
                    "事件流一再中断 the stream of events breaks off again and again",
                ));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// One connection's worth; says whether the last event came.
    async fn listened(
        &self,
        segments: &[&str],
        last: &mut Option<String>,
        told: &mut impl FnMut(Event) -> Result<bool>,
    ) -> Result<bool> {
        let url = self.api(segments)?;
        let doing = format!("GET {}", url.path());
        // A stream lasts as long as it lasts; its silences are what is timed.
        let mut request = self.http.request(Method::GET, url).timeout(LASTS).header(ACCEPT, "text/event-stream");
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        if let Some(last) = last.as_deref() {
            request = request.header("last-event-id", last);
        }
        let broken = |what: String| Failure::new(Kind::Unreachable, format!("{doing}: {what}"));
        let mut response = request.send().await.map_err(|error| broken(error.without_url().to_string()))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NO_CONTENT => return Ok(true),
            StatusCode::SERVICE_UNAVAILABLE => return Err(broken("主机正忙 the host is busy".to_owned())),
            _ => return answer::<serde_json::Value>(response, &doing).await.map(|_| true),
        }
        let mut lines = Lines::default();
        while let Some(chunk) = chunk(&mut response).await.map_err(broken)? {
            for (id, event) in lines.take(&chunk).ok_or_else(|| {
                Failure::new(Kind::Failed, format!("{doing}: an event is longer than {EVENT_BYTES_MAX} bytes"))
            })? {
                if told(event)? {
                    return Ok(true);
                }
                *last = id.or(last.take());
            }
        }
        Ok(false)
    }
}

async fn chunk(response: &mut Response) -> std::result::Result<Option<Vec<u8>>, String> {
    match tokio::time::timeout(SILENCE, response.chunk()).await {
        Ok(Ok(chunk)) => Ok(chunk.map(|bytes| bytes.to_vec())),
        Ok(Err(error)) => Err(error.without_url().to_string()),
        Err(_) => Err("没有动静 silence".to_owned()),
    }
}

/// Bytes of a stream that are no whole event yet.
#[derive(Debug, Default)]
struct Lines(Vec<u8>);

impl Lines {
    /// The events, each with its id, that are whole with these bytes; none: one grows too long.
    fn take(&mut self, bytes: &[u8]) -> Option<Vec<(Option<String>, Event)>> {
        self.0.extend_from_slice(bytes);
        let mut events = Vec::new();
        while let Some(end) = self.0.windows(2).position(|pair| pair == b"\n\n") {
            let block: Vec<u8> = self.0.drain(..end + 2).collect();
            events.extend(read(&String::from_utf8_lossy(&block)));
        }
        (self.0.len() <= EVENT_BYTES_MAX).then_some(events)
    }
}

/// An event out of its lines; none where they hold a comment alone.
fn read(block: &str) -> Option<(Option<String>, Event)> {
    let (mut event, mut id) = (Event::default(), None);
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut event.name),
            "id" => id = Some(value.to_owned()),
            "data" => {
                if !event.data.is_empty() {
                    event.data.push('\n');
                }
                event.data.push_str(value);
            }
            _ => {}
        }
    }
    (!event.data.is_empty()).then_some((id, event))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_whole_wherever_the_bytes_are_cut_and_comments_are_passed_by() {
        let stream = "id: 64-1\nevent: difference\ndata: {\"a\":1}\n\n:\n\nevent: end\ndata: 数\ndata:2\n\n".as_bytes();
        for cut in 0..=stream.len() {
            let mut lines = Lines::default();
            let (one, two) = stream.split_at(cut);
            let events = [lines.take(one).unwrap(), lines.take(two).unwrap()].concat();
            let [(id, first), (none, second)] = events.as_slice() else { panic!("{events:?}") };
            assert_eq!(
                (id.as_deref(), first.name.as_str(), first.data.as_str()),
                (Some("64-1"), "difference", "{\"a\":1}")
            );
            assert_eq!((none, second.name.as_str(), second.data.as_str()), (&None, "end", "数\n2"));
        }
    }

    #[test]
    fn an_event_without_an_end_is_given_up() {
        let mut lines = Lines::default();
        assert!(lines.take(&vec![b'x'; EVENT_BYTES_MAX]).is_some_and(|events| events.is_empty()));
        assert!(lines.take(b"x").is_none());
    }
}
