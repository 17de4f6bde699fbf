//! A host to ask: engine, store in memory, sandbox, tokens of each role.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use banshi_engine::{Config, Engine, Role, SharedData, SourceAnswer};
use banshi_http::tokens::{TokenFile, Tokens};
use banshi_http::{AppState, HttpOptions, router};
use banshi_model::calendar::Calendar;
use banshi_model::definition::SharedField;
use banshi_model::ids::Digest;
use banshi_model::law::Table;
use banshi_model::text::{Subject, SubjectKind};
use banshi_runtime::{Compiler, ComponentSource, Runtime};
use banshi_store::Store;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use serde_json::Value;
use tower::ServiceExt as _;

/// The applicant's citizen number; must never come back but to who may see it.
pub const CITIZEN: &str = "310115199003072518";

/// A running host.
pub struct Host {
    pub app: Router,
    pub engine: Engine,
    pub token_file: PathBuf,
    pub platform: String,
    pub applicant: String,
    _folder: tempfile::TempDir,
}

/// What was answered.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// No package is published, so nothing is ever asked for.
struct Empty;

impl ComponentSource for Empty {
    fn component(&self, _: Digest) -> Option<Vec<u8>> {
        None
    }
}

impl SharedData for Empty {
    fn fetch<'a>(&'a self, _: &'a SharedField, _: &'a Subject, _: Timestamp) -> SourceAnswer<'a> {
        Box::pin(async { Ok(None) })
    }
}

impl Host {
    /// On a simulated clock.
    pub async fn simulated() -> Self {
        Self::start(true, HttpOptions::default()).await
    }

    pub async fn start(create_simulated: bool, options: HttpOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let token_file = folder.path().join("tokens.toml");
        let create = |name: &str, role: Role, random: u8| {
            TokenFile::edit(&token_file, |file| file.create(name, role, None, [random; 32])).unwrap()
        };
        let subject = Subject { kind: SubjectKind::NaturalPerson, id: CITIZEN.to_owned(), name: "张三".to_owned() };
        let (platform, applicant) =
            (create("platform", Role::Platform, 1), create("applicant", Role::Applicant { subject }, 2));

        let store = Store::memory(&banshi_store::Options { create_simulated, ..Default::default() }).unwrap();
        let cache = folder.path().join("cache");
        let runtime = Runtime::new(Default::default(), &cache, [7; 32], Compiler::InProcess, Arc::new(Empty)).unwrap();
        let (law, calendar) = (Table::built_in().unwrap(), Calendar::built_in().unwrap());
        let engine = Engine::open(Config::default(), store, runtime, Arc::new(Empty), law, calendar).await.unwrap();
        let state = AppState::new(engine.clone(), Tokens::open(&token_file).unwrap(), options).unwrap();
        Self { app: router(state), engine, token_file, platform, applicant, _folder: folder }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// A GET with headers.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A JSON POST under a token.
    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.send(write(path, token).body(Body::from(body.to_string())).unwrap()).await
    }

    /// A JSON POST under a token and an idempotency key.
    pub async fn post_once(&self, path: &str, token: &str, key: &str, body: &Value) -> Answer {
        let request = write(path, token).header("idempotency-key", key);
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

fn write(path: &str, token: &str) -> axum::http::request::Builder {
    Request::post(path).header(header::AUTHORIZATION, bearer(token)).header(header::CONTENT_TYPE, "application/json")
}

pub fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}
