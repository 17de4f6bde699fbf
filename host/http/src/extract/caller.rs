//! Who asks: the bearer of a token. What the role may do is the engine's to say.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use banshi_engine::Principal;
use jiff::Timestamp;

use crate::problem::{Problem, UNAUTHENTICATED};
use crate::tokens::{Tokens, bearer};

/// The caller; a request without a valid token is answered 401.
#[derive(Debug)]
pub(crate) struct Caller(pub(crate) Principal);

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Tokens: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let header = parts.headers.get(AUTHORIZATION).ok_or_else(|| {
            Problem::bilingual(&UNAUTHENTICATED, "缺少 Authorization: Bearer", "`Authorization: Bearer` is missing")
        })?;
        let token = header.to_str().ok().and_then(bearer).ok_or_else(|| {
            Problem::bilingual(&UNAUTHENTICATED, "Authorization 不是 Bearer 令牌", "`Authorization` is no bearer token")
        })?;
        // Tokens expire in real time also where cases run on a simulated clock.
        let principal = Tokens::from_ref(state)
            .find(token, Timestamp::now())
            .map_err(|denied| Problem::bilingual(&UNAUTHENTICATED, "令牌未知、已撤销或已过期", denied.to_string()))?;
        tracing::Span::current().record("principal.name", principal.name.as_str());
        Ok(Self(principal))
    }
}
