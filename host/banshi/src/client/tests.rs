//! The client against a server that breaks off, and against one that is no host.

use std::time::Duration;

use banshi_model::ids::CaseId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::failure::Kind;

/// Answers each connection with the next of `answers` (an empty one breaks off); gives what was asked.
async fn server(answers: Vec<&'static str>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/base", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            asked.push(String::from_utf8_lossy(&request[..read]).to_lowercase());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        asked
    });
    (url, asked)
}

fn client(url: &str) -> Client {
    Client::new(url, Some("secret-token"), Duration::from_secs(5)).unwrap()
}

fn case() -> CaseId {
    "310115-210426-7K3M9QX2TR".parse().unwrap()
}

#[tokio::test]
async fn a_write_without_an_answer_is_sent_again_under_the_same_key() {
    let answer = "HTTP/1.1 204 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let (url, asked) = server(vec!["", answer]).await;
    client(&url).revive("k", &Key::fresh().unwrap()).await.unwrap();
    let asked = asked.await.unwrap();
    let key = |request: &str| request.lines().find(|line| line.starts_with("idempotency-key")).map(str::to_owned);
    assert_eq!(asked.len(), 2);
    assert!(key(&asked[0]).is_some());
    assert_eq!(key(&asked[0]), key(&asked[1]));
    assert!(asked[0].starts_with("post /base/api/v1/outbox/dead/revive "), "{}", asked[0]);
    assert!(asked[0].contains("authorization: bearer secret-token"));
}

#[tokio::test]
async fn an_answer_that_never_comes_says_how_to_repeat_the_write() {
    let (url, asked) = server(vec!["", "", ""]).await;
    let failure = client(&url).revive("k", &Key::new(Some("my-key".to_owned())).unwrap()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Unreachable);
    let said = format!("{:#}", failure.error);
    assert!(said.contains("--idempotency-key my-key") && !said.contains("secret-token"), "{said}");
    assert_eq!(asked.await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_proxys_error_page_and_a_strangers_answer_are_not_taken_for_a_host() {
    let page = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>";
    let (url, _asked) = server(vec![page]).await;
    let failure = client(&url).case(&case()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Failed);
    assert_eq!(failure.problem.unwrap().status, 502);

    let stranger = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]";
    let (url, _asked) = server(vec![stranger]).await;
    let failure = client(&url).case(&case()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Failed);
}

#[tokio::test]
async fn every_page_of_a_list_is_read() {
    let pages = [(None, "b"), (Some("b"), "c"), (Some("c"), "")];
    let read = every(async |cursor: Option<String>| {
        let (_, next) = pages.iter().find(|(at, _)| *at == cursor.as_deref()).unwrap();
        let next = Some((*next).to_owned()).filter(|next| !next.is_empty());
        Ok(Page { items: vec![cursor.unwrap_or_default()], next })
    });
    assert_eq!(read.await.unwrap(), ["", "b", "c"]);
}

#[test]
fn a_host_that_is_no_address_is_a_mistake_on_the_command_line() {
    for host in ["", "localhost", "ftp://localhost", "data:x"] {
        let failure = Client::new(host, None, Duration::from_secs(1)).err().unwrap();
        assert_eq!(failure.kind, Kind::Usage, "{host}");
    }
}

#[test]
fn the_same_part_of_the_same_work_has_the_same_key() {
    let key = |text: &str| Key::new(Some(text.to_owned())).unwrap();
    assert_eq!(key("a").derived("lease"), key("a").derived("lease"));
    assert_ne!(key("a").derived("lease"), key("a").derived("plan"));
    assert_ne!(key("a").derived("lease"), key("b").derived("lease"));
}
