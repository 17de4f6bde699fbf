//! A package with the signature file beside it: one request of two parts, so that neither is ever there without the other.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRef, FromRequest, Multipart, Request};
use axum::http::request::Parts;
use banshi_engine::{Idempotency, Principal};
use serde::Serialize;
use utoipa::ToSchema;

use super::{body, idempotency};
use crate::problem::{MEDIA_TYPE, Problem};
use crate::tokens::Tokens;

/// The media type of a package by itself.
const ALONE: &str = "application/octet-stream";
/// That of one with signatures.
const TOGETHER: &str = "multipart/form-data";

/// The parts of a signed package, for the OpenAPI document.
#[derive(Debug, Serialize, ToSchema)]
#[allow(dead_code, reason = "describes the parts; `SignedUpload` reads them")]
pub(crate) struct SignedPackage {
    /// The package file.
    #[schema(value_type = String, format = Binary)]
    package: Vec<u8>,
    /// The signature file beside it, as `banshi package sign` makes it.
    #[schema(value_type = Option<String>, format = Binary)]
    signatures: Option<Vec<u8>>,
}

/// A package, and its signature file where there is one.
#[derive(Debug)]
pub(crate) struct SignedUpload {
    /// Who hands it in.
    pub(crate) who: Principal,
    /// Under which key.
    pub(crate) key: Option<Idempotency>,
    /// The package file.
    pub(crate) package: Bytes,
    /// The signature file.
    pub(crate) signatures: Option<Bytes>,
}

impl<S> FromRequest<S> for SignedUpload
where
    S: Send + Sync,
    Tokens: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (who, parts, bytes) = body::receive(request, state).await?;
        match body::media_type(&parts).as_deref() {
            Some(TOGETHER) => {
                let (package, signatures) = apart(&parts, bytes).await?;
                // Over what was sent and not over how: a client draws a new boundary each time.
                let signed = signatures.as_deref().unwrap_or_default();
                let key = idempotency::handle_parts(&parts, TOGETHER, &[&package, signed])?;
                Ok(Self { who, key, package, signatures })
            }
            Some(_) => {
                let key = idempotency::handle(&parts, &bytes)?;
                Ok(Self { who, key, package: bytes, signatures: None })
            }
            None => {
                let zh = "Content-Type 缺失或不适用";
                let problem = Problem::bilingual(&MEDIA_TYPE, zh, "`Content-Type` is missing or does not fit");
                Err(problem.at("Content-Type", format!("send `{ALONE}`, or `{TOGETHER}` with signatures")))
            }
        }
    }
}

/// The two parts. One that is not known is refused: a misspelt `signatures` must not pass for none.
async fn apart(parts: &Parts, bytes: Bytes) -> Result<(Bytes, Option<Bytes>), Problem> {
    let mut request = Request::from_parts(parts.clone(), Body::from(bytes));
    // The whole body was within the route's limit.
    DefaultBodyLimit::disable().apply(&mut request);
    let broken = || Problem::malformed("body", "the parts do not read", "send `multipart/form-data` (RFC 7578)");
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
    let (mut package, mut signatures) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        let place = match field.name() {
            Some("package") => &mut package,
            Some("signatures") => &mut signatures,
            _ => {
                let what = "a part has another name than `package` or `signatures`";
                return Err(Problem::malformed("body", what, "send these two parts and no other"));
            }
        };
        if place.is_some() {
            return Err(Problem::malformed("body", "a part is there twice", "send each part once"));
        }
        *place = Some(field.bytes().await.map_err(|_| broken())?);
    }
    let missing =
        || Problem::malformed("package", "the part is missing", "send the package file as the part `package`");
    Ok((package.ok_or_else(missing)?, signatures))
}
