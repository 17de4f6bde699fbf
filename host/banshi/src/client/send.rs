//! How a request is sent and its answer read.

use std::time::Duration;

use banshi_model::ids::Digest;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Problem;
use crate::failure::{Failure, Kind, OrFail, Result};

/// An answer may have this many bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How often a request that got no answer is sent, in all.
const ATTEMPTS: u32 = 3;

/// An idempotency key of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// A caller's own key, or 128 random bits.
    pub fn new(given: Option<String>) -> Result<Self> {
        if let Some(given) = given {
            return Ok(Self(given));
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|e| Failure::new(Kind::Failed, format!("no randomness: {e}")))?;
        Ok(Self(hex::encode(random)))
    }

    /// A key for a part of the same work: the same part of the same work gives the same key.
    pub fn derived(&self, part: &str) -> Self {
        let digest = Digest::of(format!("{}/{part}", self.0).as_bytes());
        Self(digest.to_string())
    }

    /// A fresh one.
    pub fn fresh() -> Result<Self> {
        Self::new(None)
    }
}

/// A client of one host under one token. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(super) http: reqwest::Client,
    base: Url,
    pub(super) token: Option<HeaderValue>,
}

/// A body to send.
#[derive(Clone)]
enum Body {
    None,
    Json(Vec<u8>),
    Bytes(String, Vec<u8>),
}

impl Client {
    /// For a host's address, for example `http://127.0.0.1:8080`. `timeout` is for one request in all.
    pub fn new(host: &str, token: Option<&str>, timeout: Duration) -> Result<Self> {
        let base = Url::parse(host).or_fail(Kind::Usage, format!("--host `{host}` is not an address"))?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(Failure::usage(format!("--host `{host}` is neither http:// nor https://")));
        }
        let mut http = reqwest::Client::builder()
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("banshi-cli/", env!("CARGO_PKG_VERSION")));
        if base.scheme() == "http" {
            // Without TLS no authorities are needed; a machine may have none installed.
            http = http.tls_certs_only([]);
        }
        let token = token.map(bearer).transpose()?;
        Ok(Self { http: http.build()?, base, token })
    }

    /// The same host under another token.
    pub fn with_token(&self, token: &str) -> Result<Self> {
        Ok(Self { token: Some(bearer(token)?), ..self.clone() })
    }

    /// The address of a path of the host; each segment is encoded.
    pub fn url(&self, segments: &[&str]) -> Result<Url> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| Failure::usage("--host is not an address that can have a path"))?
            .pop_if_empty()
            .extend(segments);
        Ok(url)
    }

    /// `GET /api/v1/…`.
    pub async fn get<T: DeserializeOwned>(&self, segments: &[&str], query: &[(&str, String)]) -> Result<T> {
        let mut url = self.api(segments)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(Method::GET, url, Body::None, None).await
    }

    /// `POST /api/v1/…` with JSON. With a key it is a write.
    pub async fn post<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        body: &impl Serialize,
        key: Option<&Key>,
    ) -> Result<T> {
        self.send(Method::POST, self.api(segments)?, Body::Json(serde_json::to_vec(body)?), key).await
    }

    /// `PUT /api/v1/…` with JSON: a write.
    pub async fn put<T: DeserializeOwned>(&self, segments: &[&str], body: &impl Serialize, key: &Key) -> Result<T> {
        self.send(Method::PUT, self.api(segments)?, Body::Json(serde_json::to_vec(body)?), Some(key)).await
    }

    /// `POST /api/v1/…` with bytes of a media type.
    pub async fn post_bytes<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        media_type: &str,
        bytes: Vec<u8>,
        key: &Key,
    ) -> Result<T> {
        let body = Body::Bytes(media_type.to_owned(), bytes);
        self.send(Method::POST, self.api(segments)?, body, Some(key)).await
    }

    /// `POST /api/v1/…` with bytes of a media type: a question that changes nothing.
    pub async fn ask_bytes<T: DeserializeOwned>(
        &self,
        segments: &[&str],
        media_type: &str,
        bytes: Vec<u8>,
    ) -> Result<T> {
        self.send(Method::POST, self.api(segments)?, Body::Bytes(media_type.to_owned(), bytes), None).await
    }

    pub(super) fn api(&self, segments: &[&str]) -> Result<Url> {
        let whole: Vec<&str> = ["api", "v1"].iter().chain(segments).copied().collect();
        self.url(&whole)
    }

    async fn send<T: DeserializeOwned>(&self, method: Method, url: Url, body: Body, key: Option<&Key>) -> Result<T> {
        let doing = format!("{method} {}", url.path());
        // What may be sent twice: what changes nothing, and what the host recognises by its key.
        let attempts = if method == Method::GET || key.is_some() { ATTEMPTS } else { 1 };
        let mut attempt = 1;
        loop {
            match self.request(method.clone(), url.clone(), body.clone(), key).send().await {
                Ok(response) => return answer(response, &doing).await,
                Err(error) if attempt < attempts && !error.is_builder() => {
                    tracing::debug!(attempt, error = %error, "no answer; sent again");
                    attempt += 1;
                }
                Err(error) => return Err(unanswered(error, &self.base, &doing, key)),
            }
        }
    }

    fn request(&self, method: Method, url: Url, body: Body, key: Option<&Key>) -> RequestBuilder {
        let mut request = self.http.request(method, url).header(ACCEPT, "application/json, application/problem+json");
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", &key.0);
        }
        match body {
            Body::None => request,
            Body::Json(bytes) => request.header(CONTENT_TYPE, "application/json").body(bytes),
            Body::Bytes(media_type, bytes) => request.header(CONTENT_TYPE, media_type).body(bytes),
        }
    }
}

fn bearer(token: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.trim()))
        .map_err(|_| Failure::usage("--token holds characters that a header cannot"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn unanswered(error: reqwest::Error, base: &Url, doing: &str, key: Option<&Key>) -> Failure {
    let why =
        if error.is_timeout() { "没有按时答复 no answer in time" } else { "无法连接 cannot be reached" };
    let again = key
        .map_or_else(String::new, |key| format!("; it may have been done: repeat it with --idempotency-key {}", key.0));
    let error = anyhow::Error::new(error.without_url()).context(format!("{doing}: {base} {why}{again}"));
    Failure { kind: Kind::Unreachable, error, problem: None }
}

pub(super) async fn answer<T: DeserializeOwned>(mut response: Response, doing: &str) -> Result<T> {
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) =
        response.chunk().await.or_fail(Kind::Unreachable, format!("{doing}: the answer broke off"))?
    {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Failure::new(Kind::Failed, format!("{doing}: the answer is longer than 64 MiB")));
        }
        bytes.extend_from_slice(&chunk);
    }
    if !status.is_success() {
        return Err(problem(status, &bytes).into_failure(doing));
    }
    let bytes = if bytes.is_empty() { b"null".as_slice() } else { &bytes };
    serde_json::from_slice(bytes).or_fail(
        Kind::Failed,
        format!("{doing}: the answer does not read; is this address a banshi host of this version?"),
    )
}

/// A proxy's error page is no problem document; its status is all there is to say.
fn problem(status: StatusCode, bytes: &[u8]) -> Problem {
    let read = serde_json::from_slice(bytes).ok().filter(|problem: &Problem| problem.status != 0);
    read.unwrap_or_else(|| Problem {
        title: status.canonical_reason().unwrap_or("unknown").to_owned(),
        status: status.as_u16(),
        code: "not-a-problem-document".to_owned(),
        ..Problem::default()
    })
}
