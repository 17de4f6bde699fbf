//! What extractors take and refuse, over toy routes.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{Request, header};
use axum::routing::{get, post};
use banshi_engine::Role;
use banshi_model::ids::{CaseId, Division};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;
use crate::tokens::{TokenFile, Tokens};

/// The form of the toy route's request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(default)]
    people: Vec<Person>,
}

#[derive(Debug, Deserialize)]
struct Person {
    #[allow(dead_code, reason = "read by serde, as in a real request")]
    age: u8,
    #[allow(dead_code, reason = "read by serde, as in a real request")]
    home: Division,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    division: Option<Division>,
    limit: Option<usize>,
}

struct Host {
    app: Router,
    token: String,
    _folder: tempfile::TempDir,
}

fn host() -> Host {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.toml");
    let token =
        TokenFile::edit(&path, |file| file.create("portal", Role::Partner { kind: None }, None, [1; 32])).unwrap();
    let write =
        async |write: Write<Form>| format!("{} {} {}", write.who.name, write.key.is_some(), write.body.people.len());
    let upload = async |upload: Upload| format!("{} {}", upload.media_type, upload.bytes.len());
    let signed = async |upload: SignedUpload| format!("{} {:?}", upload.package.len(), upload.signatures);
    let app = Router::new()
        .route("/write", post(write))
        .route("/upload", post(upload))
        .route("/cases/{id}", get(async |InPath(id): InPath<CaseId>| id.to_string()))
        .route("/words", get(async |InQuery(words): InQuery<Words>| format!("{:?} {:?}", words.division, words.limit)))
        .layer(DefaultBodyLimit::max(1000))
        .merge(Router::new().route("/signed", post(signed)).layer(DefaultBodyLimit::max(8 << 20)))
        .with_state(Tokens::open(&path).unwrap());
    Host { app, token, _folder: folder }
}

impl Host {
    async fn send(&self, request: Request<Body>) -> (u16, String) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        (status, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
    }

    async fn refused(&self, request: Request<Body>) -> Value {
        let (status, body) = self.send(request).await;
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(problem["status"], status);
        problem
    }

    fn post(&self, path: &str, media_type: Option<&str>, body: impl Into<Body>) -> Request<Body> {
        let mut request = Request::post(path).header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        if let Some(media_type) = media_type {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        request.body(body.into()).unwrap()
    }

    fn json(&self, body: &'static str) -> Request<Body> {
        self.post("/write", Some("application/json; charset=utf-8"), body)
    }
}

#[tokio::test]
async fn a_signed_package_may_be_as_large_as_its_route_says_and_no_larger() {
    let host = host();
    let part = |name: &str, bytes: &[u8]| {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        [head.as_bytes(), bytes, b"\r\n"].concat()
    };
    let whole =
        |bytes: usize| [part("package", &vec![7; bytes]), part("signatures", b"s"), b"--b--\r\n".to_vec()].concat();
    let form = Some("multipart/form-data; boundary=b");
    // Over what axum lets through unless it is told otherwise.
    assert_eq!(host.send(host.post("/signed", form, whole(3 << 20))).await, (200, "3145728 Some(b\"s\")".to_owned()));
    assert_eq!(host.refused(host.post("/signed", form, whole(8 << 20))).await["code"], "too-large");
}

fn get_request(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_write_knows_its_caller_its_key_and_its_body() {
    let host = host();
    let body = r#"{"people":[{"age":3,"home":"310115"}]}"#;
    assert_eq!(host.send(host.json(body)).await, (200, "portal false 1".to_owned()));
    let mut keyed = host.json(body);
    keyed.headers_mut().insert("idempotency-key", "k1".parse().unwrap());
    assert_eq!(host.send(keyed).await, (200, "portal true 1".to_owned()));
}

#[tokio::test]
async fn an_empty_body_counts_as_an_empty_object() {
    let host = host();
    assert_eq!(host.send(host.post("/write", None, "")).await, (200, "portal false 0".to_owned()));
}

#[tokio::test]
async fn a_stranger_is_refused_before_a_byte_of_the_body_is_read() {
    let host = host();
    // A body that never comes: reading it would not return.
    let body = || Body::new(Never);
    let without = Request::post("/write").body(body()).unwrap();
    let wrong = Request::post("/write").header(header::AUTHORIZATION, "Bearer 00").body(body()).unwrap();
    let basic = Request::post("/write").header(header::AUTHORIZATION, "Basic x").body(body()).unwrap();
    for request in [without, wrong, basic] {
        assert_eq!(host.refused(request).await["code"], "unauthenticated");
    }
}

/// A body of which nothing ever arrives.
struct Never;

impl hyper::body::Body for Never {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_refused_by_place_without_its_values() {
    let host = host();
    for (body, place, detail) in [
        (r#"{"people":[{"age":"张三","home":"310115"}]}"#, "/people/0/age", "expected u8"),
        (r#"{"people":[{"age":3,"home":"张三"}]}"#, "/people/0/home", "is not a division of 6, 9 or 12 digits"),
        (r#"{"people":[{"age":3}]}"#, "/people/0", "missing field `home`"),
        (r#"{"folk":1}"#, "/folk", "unknown field `folk`, expected `people`"),
        ("{", "", "no JSON from line 1, column 1 on"),
        ("{} {}", "", "more stands behind the JSON value"),
    ] {
        let problem = host.refused(host.json(body)).await;
        assert_eq!(problem["code"], "malformed", "{body}");
        assert_eq!(problem["place"], place, "{body}");
        assert_eq!(problem["detail"], detail, "{body}");
        assert!(!problem.to_string().contains("张三"), "{problem}");
    }
}

#[tokio::test]
async fn a_json_request_says_that_it_is_one() {
    let host = host();
    for media_type in [None, Some("text/plain"), Some("nonsense")] {
        assert_eq!(host.refused(host.post("/write", media_type, "{}")).await["status"], 415);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let host = host();
    let problem = host.refused(host.post("/write", Some("application/json"), "x".repeat(1001))).await;
    assert_eq!((&problem["status"], &problem["code"]), (&Value::from(413), &Value::from("too-large")));
}

#[tokio::test]
async fn an_upload_says_what_it_is() {
    let host = host();
    assert_eq!(
        host.send(host.post("/upload", Some("Application/PDF"), "abc")).await,
        (200, "application/pdf 3".to_owned())
    );
    for media_type in [None, Some("pdf"), Some("a/b c"), Some("/")] {
        assert_eq!(host.refused(host.post("/upload", media_type, "abc")).await["place"], "Content-Type");
    }
}

#[tokio::test]
async fn a_parameter_that_does_not_fit_is_refused_without_its_value() {
    let host = host();
    assert_eq!(host.send(get_request("/cases/310115-210426-7K3M9QX2TR")).await.0, 200);
    let problem = host.refused(get_request("/cases/310115199003072518")).await;
    assert_eq!(problem["place"], "path");
    assert!(problem["detail"].as_str().unwrap().contains("is not a case id like"), "{problem}");
    assert!(!problem.to_string().contains("310115199003072518"), "{problem}");

    assert_eq!(host.send(get_request("/words?division=310115&limit=3")).await.1, "Some(Division(\"310115\")) Some(3)");
    for (query, place) in
        [("divison=310115", "divison"), ("limit=x13800138000", "limit"), ("division=x13800138000", "division")]
    {
        let problem = host.refused(get_request(&format!("/words?{query}"))).await;
        assert_eq!(problem["place"], place, "{query}: {problem}");
        assert!(!problem.to_string().contains("13800138000"), "{problem}");
    }
}
