//! Bodies: JSON requests with or without a key, and files. Each knows its caller.

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, FromRequestParts as _, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use banshi_engine::{Idempotency, Principal};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::caller::Caller;
use super::idempotency;
use crate::problem::{MALFORMED, MEDIA_TYPE, Problem, TOO_LARGE};
use crate::tokens::Tokens;
use crate::wording::without_values;

/// A JSON request that changes something. An empty body counts as `{}`.
#[derive(Debug)]
pub(crate) struct Write<T> {
    /// Who asks.
    pub(crate) who: Principal,
    /// Under which key.
    pub(crate) key: Option<Idempotency>,
    /// What.
    pub(crate) body: T,
}

/// A JSON request that changes nothing.
#[derive(Debug)]
pub(crate) struct Ask<T> {
    /// Who asks.
    pub(crate) who: Principal,
    /// What.
    pub(crate) body: T,
}

/// A request that says nothing beyond its address.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// A file.
#[derive(Debug)]
pub(crate) struct Upload {
    /// Who hands it in.
    pub(crate) who: Principal,
    /// Under which key.
    pub(crate) key: Option<Idempotency>,
    /// What it says it is, `type/subtype`.
    pub(crate) media_type: String,
    /// Its bytes.
    pub(crate) bytes: Bytes,
}

impl<T, S> FromRequest<S> for Write<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
    Tokens: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (who, parts, bytes) = receive(request, state).await?;
        let key = idempotency::handle(&parts, &bytes)?;
        Ok(Self { who, key, body: json(&parts, &bytes)? })
    }
}

impl<T, S> FromRequest<S> for Ask<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
    Tokens: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (who, parts, bytes) = receive(request, state).await?;
        Ok(Self { who, body: json(&parts, &bytes)? })
    }
}

impl<S> FromRequest<S> for Upload
where
    S: Send + Sync,
    Tokens: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (who, parts, bytes) = receive(request, state).await?;
        let key = idempotency::handle(&parts, &bytes)?;
        let media_type = media_type(&parts).ok_or_else(|| media_type_problem("such as application/pdf"))?;
        Ok(Self { who, key, media_type, bytes })
    }
}

/// Says who asks before a byte of the body is read: a stranger may not make the host take in megabytes.
pub(super) async fn receive<S>(request: Request, state: &S) -> Result<(Principal, Parts, Bytes), Problem>
where
    S: Send + Sync,
    Tokens: FromRef<S>,
{
    let (mut parts, body) = request.into_parts();
    let Caller(who) = Caller::from_request_parts(&mut parts, state).await?;
    // The limit of the body is among the extensions, and nothing else that is asked for from here on.
    let mut request = Request::new(body);
    *request.extensions_mut() = std::mem::take(&mut parts.extensions);
    let bytes = whole(request).await?;
    Ok((who, parts, bytes))
}

/// The whole body, within the limit that the route's layer sets.
pub(crate) async fn whole(request: Request) -> Result<Bytes, Problem> {
    Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::bilingual(&TOO_LARGE, "请求体超过上限", "the body is over the limit"),
        _ => Problem::new(&MALFORMED, "the body broke off"),
    })
}

/// The body as JSON.
pub(crate) fn json<T: DeserializeOwned>(parts: &Parts, bytes: &[u8]) -> Result<T, Problem> {
    if bytes.is_empty() {
        return parse(b"{}");
    }
    match media_type(parts) {
        Some(given) if given == "application/json" || given.ends_with("+json") => parse(bytes),
        _ => Err(media_type_problem("application/json")),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = pointer(error.path());
        let inner = error.inner();
        let what = match inner.classify() {
            serde_json::error::Category::Data => without_values(&inner.to_string()),
            _ => format!("no JSON from line {}, column {} on", inner.line(), inner.column()),
        };
        Problem::malformed(place, what, "see `/docs` for the request's form")
    })?;
    let extra = |_| Problem::malformed("", "more stands behind the JSON value", "send one value");
    reader.end().map_err(extra)?;
    Ok(value)
}

/// The place as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// `type/subtype` of the request, lower case, without parameters.
pub(super) fn media_type(parts: &Parts) -> Option<String> {
    let given = parts.headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let name = given.split(';').next()?.trim().to_ascii_lowercase();
    let (main, sub) = name.split_once('/')?;
    let token =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b));
    (name.len() <= 100 && token(main) && token(sub)).then_some(name)
}

fn media_type_problem(fix: &str) -> Problem {
    let problem =
        Problem::bilingual(&MEDIA_TYPE, "Content-Type 缺失或不适用", "`Content-Type` is missing or does not fit");
    problem.at("Content-Type", format!("send `Content-Type`: {fix}"))
}
