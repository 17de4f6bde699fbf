//! What the platform writes, sent twice under one key: done once, answered alike, also after a restart.

use serde_json::{Value, json};

use crate::support::{Answer, Caller, Host, Start, package, plain_application, say};

/// Wednesday: five working days from here reach into a year whose calendar is not published yet.
const YEAR_S_END: &str = "2026-12-30T09:00:00+08:00";

/// A write under a key of its own.
struct Write {
    path: String,
    body: Body,
    /// Another request: to this path, or to another.
    other: (String, Body),
}

enum Body {
    Json(Value),
    Bytes(Vec<u8>),
}

impl Write {
    fn json(path: impl Into<String>, body: Value, other: Value) -> Self {
        let path = path.into();
        Self { other: (path.clone(), Body::Json(other)), path, body: Body::Json(body) }
    }

    async fn send(&self, by: &Caller, path: &str, body: &Body) -> Answer {
        let key = format!("key of {}", self.path).replace([' ', '/'], "-");
        match body {
            Body::Json(body) => by.post_once(path, &key, body.clone()).await,
            Body::Bytes(bytes) => by.upload_once(path, &key, bytes.clone()).await,
        }
    }

    /// Sends it again: the same answer, and it says that it is the first one's.
    async fn again(&self, by: &Caller, first: &Answer) {
        let again = self.send(by, &self.path, &self.body).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{}", self.path);
        assert!(again.replayed && !first.replayed, "{}", self.path);
        let other = self.send(by, &self.other.0, &self.other.1).await;
        assert_eq!((other.status, &other.body["code"]), (422, &json!("idempotency.mismatch")), "{}", self.path);
    }
}

#[tokio::test]
async fn what_the_platform_writes_is_done_once_under_a_key_also_over_a_restart() {
    let mut host = Host::start(Start::simulated(YEAR_S_END)).await;
    let ground = host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;
    let (open, closed) = (submit(&host).await, submit(&host).await);
    host.as_("officer").approve_all(&closed).await;
    host.clock("2026-12-30T09:00:01+08:00").await;
    // 31 December, then 1, 4, 5 and 6 January, as long as nobody has said which days are off.
    assert_eq!(due(&host, &open).await, json!({ "date": "2027-01-06", "provisional": true }));

    let publish = Write {
        path: "/packages".to_owned(),
        body: Body::Bytes(package("tests/variations/pudong-plain")),
        other: ("/packages".to_owned(), Body::Bytes(package("examples/plain-approval"))),
    };
    let mut done = vec![first(&host, publish, 201).await];
    let digest = done[0].1.body["package"].clone();
    let enact = |from: &str| {
        json!({
            "matter": "EX-PLAIN", "authority": { "department": "城市管理局", "division": "310115" },
            "package": digest, "effective_from": from, "instrument": "测试〔2026〕1号",
        })
    };
    done.push(first(&host, Write::json("/enactments", enact("2026-12-01"), enact("2026-12-02")), 201).await);
    let of = |enactment: &Value| format!("/enactments/{}/take-back", enactment["id"].as_str().unwrap());
    // The other request is to another path: a key stands for one request, wherever it goes.
    let take_back =
        Write { path: of(&done[1].1.body), body: Body::Json(json!({})), other: (of(&ground), Body::Json(json!({}))) };
    let erase = |basis: &str| json!({ "basis": basis });
    let calendar = |off: Value, days: u16| json!({ "year": 2027, "source": "测试", "off": off, "work": [], "working_days_in_year": days });
    let (calendar, less) = (calendar(json!({ "2027-01-01": "元旦" }), 260), calendar(json!({}), 261));
    let to = |to: &str| json!({ "to": to });
    for (write, status) in [
        (take_back, 200),
        (Write::json("/calendars", calendar, less), 200),
        (Write::json("/clock", to("2026-12-30T10:00:00+08:00"), to("2026-12-30T12:00:00+08:00")), 200),
        (Write::json(format!("/cases/{closed}/erase"), erase("个人信息保护法 第四十七条"), erase("另一依据")), 204),
    ] {
        done.push(first(&host, write, status).await);
    }
    assert_eq!(done[3].1.body["cases_recalculated"], 1);
    assert_eq!(due(&host, &open).await, json!({ "date": "2027-01-07", "provisional": false }));

    host.clock("2026-12-30T11:00:00+08:00").await;
    done_once(&host, &done, &open).await;
    host.kill();
    host.restart();
    done_once(&host, &done, &open).await;
    assert_eq!(host.terminate(), Some(0));
    let (code, said) = host.offline(&["verify"]);
    assert_eq!(code, 0, "{said}");
}

/// Everything once more, and nothing of it happens again.
async fn done_once(host: &Host, done: &[(Write, Answer)], open: &str) {
    let platform = host.as_("platform");
    for (write, answer) in done {
        write.again(&platform, answer).await;
    }
    let enactments = platform.get("/enactments?matter=EX-PLAIN").await;
    assert_eq!(say(&enactments, 200)["items"].as_array().unwrap().len(), 2);
    let packages = platform.get("/packages").await;
    assert_eq!(say(&packages, 200)["items"].as_array().unwrap().len(), 2);
    let journal = host.as_("applicant").get(&format!("/cases/{open}/journal?limit=100")).await;
    let recalculated = |line: &&Value| line["what"] == "recalculated";
    assert_eq!(say(&journal, 200)["items"].as_array().unwrap().iter().filter(recalculated).count(), 1);
    // The clock did not go back to where the repeated request had moved it.
    let back = platform.post("/clock", json!({ "to": "2026-12-30T10:30:00+08:00" })).await;
    assert_eq!(say(&back, 409)["code"], "clock.backwards");
}

async fn first(host: &Host, write: Write, status: u16) -> (Write, Answer) {
    let answer = write.send(&host.as_("platform"), &write.path, &write.body).await;
    say(&answer, status);
    (write, answer)
}

async fn due(host: &Host, case: &str) -> Value {
    host.as_("applicant").case(case).await["due"].clone()
}

async fn submit(host: &Host) -> String {
    host.as_("applicant").submit(plain_application()).await
}
