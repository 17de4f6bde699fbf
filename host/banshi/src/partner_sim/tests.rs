//! The simulated partners as a host meets them: over HTTP, signed.

use banshi_connect::sign;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::sync::mpsc;

use super::*;

const SECRET: &[u8] = b"0123456789abcdef";

/// Partners on a free port; and somebody who takes callbacks: address and what arrives.
async fn partners(failing: &[&str], denying: &[&str]) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let answers = json!({ "real-estate": { "owner": "甲", "floor": "1层" } });
    let sim = Sim {
        secret: SECRET.to_vec(),
        answers: serde_json::from_value(answers).unwrap(),
        failing: Mutex::new(failing.iter().map(|&name| name.to_owned()).collect()),
        denying: denying.iter().map(|&name| name.to_owned()).collect(),
        book: Mutex::default(),
        delay: Duration::ZERO,
        http: reqwest::Client::new(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes::router(Arc::new(sim))).await });
    url
}

/// A host's callback address; refuses the first `broken` connections.
async fn host(broken: usize) -> (String, mpsc::UnboundedReceiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api/v1/callbacks/t", listener.local_addr().unwrap());
    let (sender, arrived) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            if number < broken {
                continue;
            }
            let mut stream = BufReader::new(stream);
            let (mut length, mut line) = (0, String::new());
            while stream.read_line(&mut line).await.unwrap() > 2 {
                if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            stream.write_all(b"HTTP/1.1 204 X\r\nconnection: close\r\n\r\n").await.unwrap();
            sender.send(serde_json::from_slice(&body).unwrap()).unwrap();
        }
    });
    (url, arrived)
}

fn message(id: &str, kind: &str, data: &Value) -> Vec<u8> {
    let message = json!({
        "specversion": "1.0", "id": id, "source": "urn:x", "type": format!("cn.banshi.{kind}.v1"),
        "subject": "310115-210426-7K3M9QX2TR", "data": data,
    });
    serde_json::to_vec(&message).unwrap()
}

async fn post(url: &str, body: Vec<u8>, secret: &[u8]) -> (u16, Value) {
    let now = Timestamp::now().as_second();
    let request = reqwest::Client::new()
        .post(url)
        .header(sign::TIMESTAMP, now.to_string())
        .header(sign::SIGNATURE, sign::sign(secret, now, &body))
        .body(body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
}

#[tokio::test]
async fn every_partner_calls_back_once_however_often_a_message_arrives() {
    let url = partners(&[], &[]).await;
    let (callback, mut arrived) = host(0).await;
    for (path, kind, data, expected) in [
        ("identity", "identity.verify", json!({}), json!({ "kind": "identity", "verified": true })),
        ("payment", "payment.pay", json!({}), json!({ "kind": "payment", "paid": true })),
        ("courier", "courier.ship", json!({}), json!({ "kind": "delivered" })),
        (
            "shared-data",
            "shared-data.lookup",
            json!({ "service": "real-estate", "arguments": {} }),
            json!({ "kind": "looked-up", "value": { "owner": "甲", "floor": "1层" } }),
        ),
    ] {
        let mut data = data;
        data["callback"] = json!(callback);
        let body = message(path, kind, &data);
        for _ in 0..3 {
            assert_eq!(post(&format!("{url}/{path}"), body.clone(), SECRET).await.0, 202);
        }
        assert_eq!(arrived.recv().await, Some(expected));
    }
    let notice = message("notice", "notice.notice", &json!({ "template": "accepted" }));
    assert_eq!(post(&format!("{url}/notice"), notice, SECRET).await.0, 202);
    let seen: Value = reqwest::get(format!("{url}/received")).await.unwrap().json().await.unwrap();
    let times: Vec<_> = seen
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["times"].as_u64().unwrap()))
        .collect();
    assert_eq!(times, [("courier", 3), ("identity", 3), ("notice", 1), ("payment", 3), ("shared-data", 3)]);
    assert!(!seen.to_string().contains("callbacks"), "a callback's address is a capability");
    assert!(arrived.try_recv().is_err());
}

#[tokio::test]
async fn a_forged_message_is_not_believed_and_a_contradiction_is_refused() {
    let url = partners(&[], &[]).await;
    let body = message("a", "notice.notice", &json!({}));
    assert_eq!(post(&format!("{url}/notice"), body.clone(), b"another secret..").await.0, 401);
    assert_eq!(post(&format!("{url}/shared-data/query"), b"{}".to_vec(), b"another secret..").await.0, 401);
    assert_eq!(post(&format!("{url}/notice"), body, SECRET).await.0, 202);
    let other = message("a", "notice.notice", &json!({ "b": 1 }));
    assert_eq!(post(&format!("{url}/notice"), other, SECRET).await.0, 409);
    let elsewhere = message("b", "payment.pay", &json!({}));
    assert_eq!(post(&format!("{url}/notice"), elsewhere, SECRET).await.0, 400);
}

#[tokio::test]
async fn a_host_that_is_away_gets_its_callback_when_it_is_back() {
    let url = partners(&[], &["identity"]).await;
    let (callback, mut arrived) = host(2).await;
    let body = message("a", "identity.verify", &json!({ "callback": callback }));
    assert_eq!(post(&format!("{url}/identity"), body, SECRET).await.0, 202);
    assert_eq!(arrived.recv().await, Some(json!({ "kind": "identity", "verified": false })));
}

#[tokio::test]
async fn questions_are_answered_for_a_purpose_unless_the_service_fails() {
    let url = partners(&["tax"], &[]).await;
    let query = format!("{url}/shared-data/query");
    let ask = async |service: &str, field: &str, purpose: &str| {
        let question = json!({ "service": service, "field": field, "purpose": purpose, "subject": { "id": "S" } });
        post(&query, question.to_string().into_bytes(), SECRET).await
    };
    assert_eq!(ask("real-estate", "owner", "核验").await, (200, json!({ "value": "甲" })));
    assert_eq!(ask("real-estate", "area", "核验").await.0, 404);
    assert_eq!(ask("real-estate", "owner", " ").await.0, 403);
    assert_eq!(ask("tax", "paid", "核验").await.0, 503);
    let names = reqwest::Client::new().post(format!("{url}/failing")).json(&["real-estate"]);
    assert_eq!(names.send().await.unwrap().status().as_u16(), 204);
    assert_eq!(ask("real-estate", "owner", "核验").await.0, 503);
    assert_eq!(ask("tax", "paid", "核验").await.0, 404);
}
