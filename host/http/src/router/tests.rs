//! What the layers do, over toy routes: nothing here needs an engine.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::FromRef;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tower::ServiceExt as _;

use super::*;
use crate::extract::Write as WriteRequest;
use crate::tokens::{TokenFile, Tokens};

/// State for toy routes that know callers.
#[derive(Clone)]
struct Toy {
    tokens: Tokens,
}

impl FromRef<Toy> for Tokens {
    fn from_ref(toy: &Toy) -> Self {
        toy.tokens.clone()
    }
}

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn request(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

async fn problem(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    (status, serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap())
}

/// So many requests at once, and nothing that must be durable.
fn bounds(requests_max: usize) -> Bounds {
    Bounds::new(requests_max, 9, None)
}

fn toy(routes: Router) -> Router {
    surround(routes, Router::new().route("/healthz", get(async || "ok")), bounds(1024))
}

#[tokio::test]
async fn a_request_is_logged_by_pattern_and_principal_and_nothing_else_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.toml");
    let token =
        TokenFile::edit(&path, |file| file.create("window-1", banshi_engine::Role::Platform, None, [7; 32])).unwrap();
    let state = Toy { tokens: Tokens::open(&path).unwrap() };
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());

    let handler = async |_: WriteRequest<Value>| "ok";
    let routes = Router::new().route("/people/{id}/papers", post(handler));
    let app = surround(routes, Router::new(), bounds(1024)).with_state(state);
    let request = Request::post("/people/310115199003072518/papers?name=zhang-san")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", "key-of-zhang-san")
        .header("x-request-id", "13800138000")
        .body(Body::from(r#"{"phone":"13800138000"}"#))
        .unwrap();
    assert_eq!(app.oneshot(request).await.unwrap().status(), 200);

    let text = log.text();
    let line: Value = serde_json::from_str(text.lines().find(|line| line.contains("answered")).unwrap()).unwrap();
    let span = &line["span"];
    assert_eq!(span["http.method"], "POST");
    assert_eq!(span["http.route"], "/people/{id}/papers");
    let fields = &line["fields"];
    assert_eq!(fields["http.status"], 200);
    assert_eq!(span["principal.name"], "window-1");
    assert!(fields["http.latency_ms"].is_number() && span["request.id"].is_string(), "{line}");
    for secret in ["310115199003072518", "zhang-san", "13800138000", token.as_str()] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn every_answer_names_its_request_and_lets_a_browser_do_and_keep_nothing() {
    let app = toy(Router::new().route("/x", get(async || "ok")));
    for path in ["/x", "/healthz", "/nothing"] {
        let response = app.clone().oneshot(request(path)).await.unwrap();
        let headers = response.headers();
        assert!(headers.contains_key("x-request-id"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn what_matches_no_route_or_method_is_a_problem() {
    let app = toy(Router::new().route("/x", post(async || "ok")));
    let (status, body) = problem(app.clone().oneshot(request("/y")).await.unwrap()).await;
    assert_eq!((status.as_u16(), &body["code"]), (404, &Value::from("not-found")));
    let (status, body) = problem(app.oneshot(request("/x")).await.unwrap()).await;
    assert_eq!((status.as_u16(), &body["code"]), (405, &Value::from("method-not-allowed")));
}

#[tokio::test]
async fn a_panic_is_a_problem_that_does_not_repeat_what_it_said() {
    async fn panics() -> &'static str {
        panic!("张三")
    }
    let app = toy(Router::new().route("/x", get(panics)));
    let response = app.oneshot(request("/x")).await.unwrap();
    assert!(response.headers().contains_key("x-request-id"));
    let (status, body) = problem(response).await;
    assert_eq!((status.as_u16(), &body["code"]), (500, &Value::from("internal")));
    assert!(!body.to_string().contains("张三"));
}

#[tokio::test]
async fn what_takes_too_long_is_a_problem_that_may_be_sent_again() {
    let never = Router::new().route("/x", get(async || std::future::pending::<()>().await));
    let app =
        toy(never.layer(from_fn_with_state(Share { time: std::time::Duration::ZERO, body_bytes: None }, in_share)));
    let (status, body) = problem(app.oneshot(request("/x")).await.unwrap()).await;
    assert_eq!((status.as_u16(), &body["code"]), (503, &Value::from("timeout")));
    assert_eq!(body["retry_safe"], true);
}

#[tokio::test]
async fn one_request_too_many_is_turned_away_while_probes_answer() {
    let (begun, mut is_begun) = mpsc::channel::<oneshot::Sender<()>>(1);
    let slow = move || async move {
        let (go, gone) = oneshot::channel();
        begun.send(go).await.unwrap();
        gone.await.unwrap();
        "done"
    };
    let bounded = Router::new().route("/slow", get(slow)).route("/other", get(async || "ok"));
    let app = surround(bounded, Router::new().route("/healthz", get(async || "ok")), bounds(1));

    let first = tokio::spawn(app.clone().oneshot(request("/slow")));
    let go = is_begun.recv().await.unwrap();
    let turned_away = app.clone().oneshot(request("/other")).await.unwrap();
    assert_eq!(turned_away.headers()[header::RETRY_AFTER], "9");
    let (status, body) = problem(turned_away).await;
    assert_eq!((status.as_u16(), &body["code"]), (503, &Value::from("busy")));
    assert_eq!(app.clone().oneshot(request("/healthz")).await.unwrap().status(), 200);

    go.send(()).unwrap();
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    assert_eq!(app.oneshot(request("/other")).await.unwrap().status(), 200);
}
