//! Bodies that are too big, and bodies that are schemas.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{
    DAY_ONE, Host, Roles, Start, applicant_subject, host_with_plain_approval, plain_application, say,
};

const GIGABYTE: usize = 1 << 30;

/// Resident memory at its highest so far, in bytes.
fn peak(host: &Host) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", host.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}

/// Sends a gigabyte, or as much of it as the host takes; gives the status of the answer.
async fn send_a_gigabyte(host: &Host, path: &str, who: &str, chunked: bool) -> String {
    let address = host.url().trim_start_matches("http://").to_owned();
    let length = if chunked { "Transfer-Encoding: chunked".to_owned() } else { format!("Content-Length: {GIGABYTE}") };
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\nContent-Type: {}\r\n{length}\r\n\r\n",
        Roles::token(who),
        if path == "/cases" { "application/json" } else { "application/octet-stream" },
    );
    let (mut answer, mut body) = TcpStream::connect(address).await.unwrap().into_split();
    let sending = tokio::spawn(async move {
        let megabyte = vec![b'['; 1 << 20];
        body.write_all(head.as_bytes()).await?;
        for _ in 0..GIGABYTE >> 20 {
            if chunked {
                body.write_all(format!("{:x}\r\n", megabyte.len()).as_bytes()).await?;
            }
            body.write_all(&megabyte).await?;
            if chunked {
                body.write_all(b"\r\n").await?;
            }
        }
        if chunked { body.write_all(b"0\r\n\r\n").await } else { Ok(()) }
    });
    let mut read = Vec::new();
    while !read.windows(4).any(|window| window == b"\r\n\r\n") {
        let mut some = [0; 1_024];
        let count = answer.read(&mut some).await.unwrap();
        assert!(count > 0, "closed without an answer");
        read.extend_from_slice(&some[..count]);
    }
    // The rest may or may not go out before the host closes; either is well.
    sending.abort();
    String::from_utf8_lossy(&read).split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_body_of_a_gigabyte_is_refused_and_is_never_held_in_memory() {
    let host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    let before = peak(&host);
    for chunked in [false, true] {
        for (path, who, status) in [
            ("/cases", "applicant", "413"),
            ("/packages", "platform", "413"),
            ("/documents", "applicant", "413"),
            ("/callbacks/0.0", "applicant", "413"),
            ("/packages", "nobody", "401"),
        ] {
            let answered = send_a_gigabyte(&host, path, who, chunked).await;
            assert_eq!(answered, status, "{path} as {who}, chunked: {chunked}");
        }
    }
    let grown = peak(&host).saturating_sub(before);
    // A package may have 32 MiB; a growing buffer of it at most twice that.
    assert!(grown < 160 << 20, "grew by {} MiB", grown >> 20);
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");
}

#[tokio::test]
async fn a_schema_that_is_sent_as_an_answer_is_data_and_is_never_followed() {
    let bait = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/schema.json", bait.local_addr().unwrap());
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    host.put_in_force("tests/guests/wild", "T-WILD", "城市管理局", "310000").await;
    let schema = json!({ "$schema": address, "$id": address, "$ref": address, "pattern": "(a+)+$" });
    let with = |answers: Value, values: Value| {
        let subject = applicant_subject();
        json!({ "matter": "T-WILD", "division": "310115", "subject": subject, "answers": answers, "values": values })
    };

    let as_text = host.as_("applicant").post("/cases", with(json!({}), json!({ "do": schema }))).await;
    assert_eq!(as_text.status, 422, "{:#}", as_text.body);
    let as_answer = host.as_("applicant").post("/cases", with(json!({ "q-00": schema }), json!({ "do": "x" }))).await;
    assert_eq!((as_answer.status, &as_answer.body["code"]), (422, &json!("intake.answers")), "{:#}", as_answer.body);

    // Where anything may stand, it stands there as it was sent.
    let values = json!({ "do": "later.grant", "free": schema });
    let id = host.as_("applicant").submit(with(json!({}), values)).await;
    let case = host.as_("applicant").case(&id).await;
    let kept = case["values"].as_array().unwrap().iter().find(|value| value["field"] == "free").unwrap();
    assert_eq!(kept["value"], schema);

    // The task has no form, so that it takes no data, and no schema either.
    let officer = host.as_("officer");
    let task = say(&officer.get(&format!("/tasks/{id}.verdict")).await, 200).clone();
    let body = json!({ "revision": task["revision"], "opinion": "approve", "data": schema });
    let answer = officer.post(&format!("/tasks/{id}.verdict/verdict"), body).await;
    assert_eq!((answer.status, &answer.body["code"]), (422, &json!("task.form")), "{:#}", answer.body);

    let nobody = bait.into_std().unwrap().accept();
    assert_eq!(nobody.unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "somebody followed the reference");
}
