//! One request for each operation, such that nothing but who asks decides between the letters of the table.

use serde_json::{Value, json};

use crate::support::{Answer, Caller, Host, host_with_plain_approval, package, plain_application, say};

/// Settings for Pudong, published by the platform for the city's authority to be enacted.
const VARIATION: &str = "tests/variations/pudong-plain";

/// A host with one of everything that a route can be about.
pub struct Probe {
    pub host: Host,
    /// A granted case of the applicant's, handed in by the portal.
    granted: String,
    licence: String,
    capability: String,
    /// An open case of the applicant's, handed in by the portal, which nobody changes.
    open: String,
    /// An enactment of the city's authority that was taken back already.
    enactment: String,
    /// An emergency that was taken back before anybody confirmed it.
    emergency: String,
    /// A migration at the city's authority whose dry run has ended.
    migration: String,
    /// A shadow at the city's authority that has ended.
    shadow: String,
    digest: String,
}

impl Probe {
    pub async fn start() -> Self {
        let host = host_with_plain_approval().await;
        let portal = host.as_("portal");
        let granted = portal.submit(plain_application()).await;
        host.as_("officer").approve_all(&granted).await;
        host.clock("2021-04-22T09:00:01+08:00").await;
        let case = portal.case(&granted).await;
        let digest = host.publish(VARIATION).await;
        let enactment =
            host.enact(&digest, "EX-PLAIN", "城市管理局", "310000").await["id"].as_str().unwrap().to_owned();
        say(&host.as_("platform").post(&format!("/enactments/{enactment}/take-back"), json!({})).await, 200);
        let platform = host.as_("platform");
        let proposed = platform.post("/emergencies", emergency("测试〔2021〕9号")).await;
        let emergency = say(&proposed, 201)["id"].as_str().unwrap().to_owned();
        say(&platform.post(&format!("/emergencies/{emergency}/take-back"), json!({})).await, 200);
        let shadow = platform.post("/shadows", json!({ "package": digest, "at": city() })).await;
        let shadow = say(&shadow, 202)["id"].as_str().unwrap().to_owned();
        while say(&platform.get(&format!("/shadows/{shadow}")).await, 200)["state"] == "running" {}
        let migration = migration(&host).await;
        Self {
            emergency,
            migration,
            shadow,
            licence: case["licences"][0].as_str().unwrap().to_owned(),
            capability: case["certificate"].as_str().unwrap().to_owned(),
            open: portal.submit(plain_application()).await,
            granted,
            enactment,
            digest,
            host,
        }
    }

    /// The letter of a cell, and the answer that it is read from.
    pub async fn cell(&self, operation: &str, token: &str) -> (char, Answer) {
        let who = if token.is_empty() { self.host.anybody() } else { self.host.as_(token) };
        let (answer, wanted) = self.ask(operation, &who).await;
        let letter = match answer.status {
            401 => 't',
            403 => 'n',
            404 if self.asked_for_what_is_not_there(operation, &answer) => 'y',
            404 => 'h',
            200..=299 => match wanted {
                Some(wanted) if !answer.body.to_string().contains(&wanted) => 'e',
                _ => 'y',
            },
            400 | 409 | 422 => 'y',
            _ => '?',
        };
        (letter, answer)
    }

    /// Where the request names something that does not exist, who may ask is told of that thing, and not of the case.
    fn asked_for_what_is_not_there(&self, operation: &str, answer: &Answer) -> bool {
        let detail = answer.body["detail"].as_str().unwrap_or_default();
        let missing = match operation.rsplit('/').next().unwrap() {
            "end" if operation.contains("procedures") => "running special procedure",
            "{token}" => "callback",
            "release" => "quarantine",
            "revive" => "dead letter",
            "cases" if operation.contains("/trust/") => "closed package",
            _ => return false,
        };
        detail.contains(missing)
    }

    /// Sends the operation's request; for lists, says what must be in an answer that is not empty.
    async fn ask(&self, operation: &str, who: &Caller) -> (Answer, Option<String>) {
        let (method, path) = operation.split_once(' ').unwrap();
        let (body, wanted) = self.request(operation).await;
        // What changes a case gets one of its own.
        let case = match path.rsplit('/').next().unwrap() {
            "withdraw" => self.host.as_("portal").submit(plain_application()).await,
            _ => self.open.clone(),
        };
        let id = match path.split('/').nth(3).unwrap_or_default() {
            "cases" => case,
            "tasks" => format!("{case}.planning"),
            "shadows" => self.shadow.clone(),
            "migrations" => self.migration.clone(),
            "licences" => self.licence.clone(),
            "emergencies" => self.emergency.clone(),
            _ => self.enactment.clone(),
        };
        let mut full = path.replace("{id}", &id);
        for (name, value) in [
            ("{capability}", self.capability.as_str()),
            ("{division}", "310115"),
            ("{digest}", self.digest.as_str()),
            ("{code}", "EX-PLAIN"),
            ("{procedure}", "hearing"),
            ("{package}", self.digest.as_str()),
            ("{token}", "AAAA.AAAA"),
        ] {
            full = full.replace(name, value);
        }
        assert!(!full.contains('{'), "{full}: a parameter that this probe does not know");
        let full = match operation {
            "GET /api/v1/cases" => full + "?division=310115&limit=200",
            "GET /api/v1/tasks" => full + "?limit=200",
            _ => full,
        };
        let answer = match operation {
            "POST /api/v1/documents" => who.upload("/documents", b"a paper".to_vec()).await,
            "POST /api/v1/packages" | "POST /api/v1/packages/check" => {
                who.upload(full.trim_start_matches("/api/v1"), package("examples/plain-approval")).await
            }
            _ => who.whole(method, &full, body).await,
        };
        (answer, wanted)
    }

    /// The body of an operation's request, and what a list shows to whoever may see it. Where a write is
    /// allowed, it fails behind the question of who asks, so that the next cell finds the same state.
    async fn request(&self, operation: &str) -> (Option<Value>, Option<String>) {
        let reason = json!({ "rule": "r", "basis": "第一条", "text": { "zh": "因" } });
        let application = plain_application();
        let subject = application["subject"].clone();
        let holder = subject["id"].clone();
        let body = match operation {
            "GET /api/v1/cases" | "GET /api/v1/tasks" => return (None, Some(self.open.clone())),
            "POST /api/v1/cases/search" => return (Some(json!({ "subject": holder })), Some(self.granted.clone())),
            "POST /api/v1/licences/search" => return (Some(json!({ "holder": holder })), Some(self.licence.clone())),
            "GET /api/v1/shadows" => return (None, Some(self.shadow.clone())),
            "GET /api/v1/migrations" => return (None, Some(self.migration.clone())),
            _ if operation.starts_with("GET") => return (None, None),
            "POST /api/v1/cases" => application,
            "POST /api/v1/calendars" => json!({ "year": "none" }),
            "POST /api/v1/callbacks/{token}" => json!({ "kind": "delivered" }),
            "POST /api/v1/cases/{id}/erase" => json!({ "basis": "个人信息保护法 第四十七条" }),
            "POST /api/v1/cases/{id}/extend" => json!({ "working_days": 1, "instrument": "", "reason": reason }),
            "POST /api/v1/cases/{id}/finish-by-hand" => json!({ "outcome": "refused", "reasons": [reason] }),
            "POST /api/v1/clock" => json!({ "to": "2001-01-01T00:00:00+08:00" }),
            "POST /api/v1/enactments" => json!({
                "matter": "EX-STALL", "package": self.digest, "effective_from": "2021-01-01", "instrument": "测试",
                "authority": { "department": "城市管理局", "division": "310000" },
            }),
            "POST /api/v1/enactments/{id}/share" => json!({ "percent": 50 }),
            "POST /api/v1/emergencies" => emergency(""),
            "POST /api/v1/licences" => json!({
                "id": "no identifier", "licence_type": "x", "title": { "zh": "证" }, "division": "310115",
                "department": "城市管理局", "holder": subject, "content": {},
            }),
            "POST /api/v1/licences/{id}/end" => {
                json!({ "ending": "cancelled", "reason": { "rule": "r", "basis": "", "text": { "zh": "因" } } })
            }
            "POST /api/v1/outbox/dead/revive" => json!({ "key": format!("{}/1/1", self.open) }),
            "POST /api/v1/shadows" => json!({ "package": self.digest, "at": city(), "samples": 1_000 }),
            "POST /api/v1/migrations" => json!({
                "matter": "EX-PLAIN", "authority": city(), "enactment": self.enactment, "instrument": "",
                "reviewed_by": ["李某某"],
            }),
            "POST /api/v1/migrations/{id}/run" => json!({ "report": "0".repeat(64) }),
            "POST /api/v1/migrations/{id}/sign-off" => json!({ "person": "某某", "report": "0".repeat(64) }),
            "POST /api/v1/migrations/{id}/undo" => json!({ "instrument": "测试" }),
            "POST /api/v1/shadows/{id}/sign-off" => json!({ "person": "某某", "report": "0".repeat(64) }),
            "POST /api/v1/tasks/{id}/verdict" => json!({ "revision": 99, "opinion": "approve" }),
            "POST /api/v1/divisions/{division}/matters/{code}/precheck" => application,
            "POST /api/v1/divisions/{division}/matters/{code}/prefill" => json!({ "subject": subject, "answers": {} }),
            _ => json!({}),
        };
        (Some(body), None)
    }
}

/// An emergency on this instrument.
fn emergency(instrument: &str) -> Value {
    json!({
        "instrument": instrument, "reason": { "zh": "测试" }, "measures": [{ "remote-identity": {} }],
        "scope": { "authorities": [{ "division": "310000" }], "open_cases": true }, "until": "2051-12-31",
    })
}

/// A migration to what is in force already, tried: no case is concerned.
async fn migration(host: &Host) -> String {
    let platform = host.as_("platform");
    let enactments = say(&platform.get("/enactments").await, 200)["items"].clone();
    let plain = enactments.as_array().unwrap().iter().find(|one| one["kind"] == "matter").unwrap();
    let request = json!({
        "matter": "EX-PLAIN", "authority": city(), "enactment": plain["id"], "instrument": "测试〔2021〕8号",
        "reviewed_by": ["李某某"],
    });
    let id = say(&platform.post("/migrations", request).await, 202)["id"].as_str().unwrap().to_owned();
    while say(&platform.get(&format!("/migrations/{id}")).await, 200)["state"] == "trying" {}
    id
}

/// The city's authority.
fn city() -> Value {
    json!({ "department": "城市管理局", "division": "310000" })
}
