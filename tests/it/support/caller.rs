//! A caller of the API with a token.

use serde_json::{Value, json};

/// Status and body of an answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub replayed: bool,
    pub body: Value,
}

/// Fails with the whole answer where the status is another.
#[track_caller]
pub fn say(answer: &Answer, status: u16) -> &Value {
    assert_eq!(answer.status, status, "{:#}", answer.body);
    &answer.body
}

/// Somebody with a token.
#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Caller {
    pub(super) fn new(http: reqwest::Client, url: String, token: String) -> Self {
        Self { http, url, token }
    }

    fn at(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap()
    }

    async fn try_send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let request = if self.token.is_empty() { request } else { request.bearer_auth(&self.token) };
        let response = request.send().await?;
        let replayed = response.headers().contains_key("idempotency-replayed");
        let status = response.status().as_u16();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answer { status, replayed, body })
    }

    /// Reads; none where the host went away.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        self.try_send(self.http.get(self.at(path))).await.ok()
    }

    /// Writes under a key; none where the host went away before its whole answer was here.
    pub async fn try_post_once(&self, path: &str, key: &str, body: &Value) -> Option<Answer> {
        self.try_send(self.http.post(self.at(path)).header("Idempotency-Key", key).json(body)).await.ok()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(self.at(path))).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.http.post(self.at(path)).json(&body)).await
    }

    pub async fn post_once(&self, path: &str, key: &str, body: Value) -> Answer {
        self.send(self.http.post(self.at(path)).header("Idempotency-Key", key).json(&body)).await
    }

    pub async fn upload(&self, path: &str, bytes: Vec<u8>) -> Answer {
        let request = self.http.post(self.at(path)).header("Content-Type", "application/octet-stream");
        self.send(request.body(bytes)).await
    }

    pub async fn upload_once(&self, path: &str, key: &str, bytes: Vec<u8>) -> Answer {
        let request = self.http.post(self.at(path)).header("Content-Type", "application/octet-stream");
        self.send(request.header("Idempotency-Key", key).body(bytes)).await
    }

    /// Uploads several parts in one request.
    pub async fn upload_parts(&self, path: &str, parts: &[(&str, &[u8])]) -> Answer {
        let (media_type, body) = form("a-boundary-of-the-tests", parts);
        self.send(self.http.post(self.at(path)).header("Content-Type", media_type).body(body)).await
    }

    /// The same under a key, put together with this boundary.
    pub async fn upload_parts_once(&self, path: &str, key: &str, boundary: &str, parts: &[(&str, &[u8])]) -> Answer {
        let (media_type, body) = form(boundary, parts);
        let request = self.http.post(self.at(path)).header("Content-Type", media_type).body(body);
        self.send(request.header("Idempotency-Key", key)).await
    }

    /// Writes a body that no value holds.
    pub async fn post_text(&self, path: &str, body: String) -> Answer {
        self.send(self.http.post(self.at(path)).header("Content-Type", "application/json").body(body)).await
    }

    /// Any request to a whole path.
    pub async fn whole(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.url));
        self.send(body.iter().fold(request, |request, body| request.json(body))).await
    }

    /// Begins to listen to server-sent events, behind the one of this id.
    pub async fn listen(&self, path: &str, behind: Option<&str>) -> reqwest::Response {
        let request = self.http.get(self.at(path)).bearer_auth(&self.token);
        let request = behind.iter().fold(request, |request, id| request.header("Last-Event-ID", *id));
        request.send().await.unwrap()
    }

    /// The metrics as text.
    pub async fn metrics(&self) -> String {
        let text = self.send(self.http.get(format!("{}/metrics", self.url))).await;
        say(&text, 200).as_str().unwrap().to_owned()
    }

    /// Submits and gives the case's id.
    pub async fn submit(&self, application: Value) -> String {
        let answer = self.post("/cases", application).await;
        say(&answer, 201)["id"].as_str().unwrap().to_owned()
    }

    /// A case.
    pub async fn case(&self, id: &str) -> Value {
        say(&self.get(&format!("/cases/{id}")).await, 200).clone()
    }

    /// The open tasks of a case that this officer may do.
    pub async fn tasks_of(&self, case: &str) -> Vec<Value> {
        let answer = self.get("/tasks?limit=200").await;
        let items = say(&answer, 200)["items"].as_array().unwrap();
        items.iter().filter(|task| task["case"] == case).cloned().collect()
    }

    /// Answers a task.
    pub async fn verdict(&self, task: &Value, opinion: &str) -> Answer {
        let reasons =
            json!([{ "rule": "officer", "basis": "行政许可法 第三十八条", "text": { "zh": "符合法定条件" } }]);
        let body = json!({ "revision": task["revision"], "opinion": opinion, "reasons": reasons });
        self.post(&format!("/tasks/{}/verdict", task["id"].as_str().unwrap()), body).await
    }

    /// Approves every open task of a case, again and again, until there is none.
    pub async fn approve_all(&self, case: &str) {
        loop {
            let tasks = self.tasks_of(case).await;
            if tasks.is_empty() {
                return;
            }
            for task in tasks {
                say(&self.verdict(&task, "approve").await, 200);
            }
        }
    }
}

/// A `multipart/form-data` body and its media type.
fn form(boundary: &str, parts: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(&[head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}
