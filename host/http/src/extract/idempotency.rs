//! `Idempotency-Key`: the same key with the same request gives the same answer, and does the thing once.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use banshi_engine::Idempotency;
use banshi_model::ids::Digest;
use utoipa::IntoParams;

use crate::problem::Problem;

/// The header's name, as problems name the place.
const NAME: &str = "Idempotency-Key";
/// A key may have this many characters.
const LENGTH_MAX: usize = 128;

/// The header of every write, for the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "describes the header; `key` reads it")]
pub(crate) struct IdempotencyHeader {
    /// 1 to 128 visible ASCII characters, drawn by the caller for this one write and sent again with each
    /// retry of it. Kept per token. A repeated write answers as the first did, with `Idempotency-Replayed: true`.
    #[param(rename = "Idempotency-Key", required = false, example = "5f0c7c9e-6c1b-4a53-9a0e-2f6f7f6f3f55")]
    idempotency_key: Option<String>,
}

/// The key of a write with the digest of the request that it came with.
pub(crate) fn handle(parts: &Parts, body: &[u8]) -> Result<Option<Idempotency>, Problem> {
    Ok(key(&parts.headers)?.map(|key| Idempotency { key, request: digest(parts, body) }))
}

/// The same for a request of several parts: over what they hold, and not over how they were put together.
pub(crate) fn handle_parts(parts: &Parts, media_type: &str, held: &[&[u8]]) -> Result<Option<Idempotency>, Problem> {
    let Some(key) = key(&parts.headers)? else { return Ok(None) };
    let method = parts.method.as_str().as_bytes();
    let whole = [&[method, parts.uri.path().as_bytes(), media_type.as_bytes()], held].concat();
    Ok(Some(Idempotency { key, request: over(&whole) }))
}

/// The key, unquoted: the header's draft standard writes it as a quoted string, most clients write it bare.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let malformed = |what: &str| {
        Problem::malformed(NAME, what, "send one key of 1 to 128 visible ASCII characters, such as a UUID")
    };
    let mut given = headers.get_all(NAME).iter();
    let Some(first) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(malformed("the header is there twice"));
    }
    let text = first.to_str().map_err(|_| malformed("the key is not ASCII"))?;
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let good = (1..=LENGTH_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if good { Ok(Some(text.to_owned())) } else { Err(malformed("the key is empty, too long, or has other characters")) }
}

/// Over method, path, media type and body, each behind its length, so that no two requests run together.
fn digest(parts: &Parts, body: &[u8]) -> Digest {
    let media_type = parts.headers.get(header::CONTENT_TYPE).map_or(b"".as_slice(), HeaderValue::as_bytes);
    over(&[parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), media_type, body])
}

fn over(parts: &[&[u8]]) -> Digest {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    Digest::of(&bytes)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(path: &str, keys: &[&str]) -> Parts {
        let mut request = Request::post(path);
        for key in keys {
            request = request.header(NAME, HeaderValue::from_str(key).unwrap());
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn a_write_without_a_key_is_allowed() {
        assert!(handle(&parts("/cases", &[]), b"{}").unwrap().is_none());
    }

    #[test]
    fn a_key_may_be_quoted_or_bare() {
        for key in ["a-1", "\"a-1\""] {
            assert_eq!(handle(&parts("/cases", &[key]), b"{}").unwrap().unwrap().key, "a-1");
        }
    }

    #[test]
    fn a_malformed_key_is_refused_with_400() {
        let long = "k".repeat(LENGTH_MAX + 1);
        for keys in [&[""][..], &["a b"], &["\"\""], &["a\"b"], &[&long], &["a", "a"]] {
            let problem = handle(&parts("/cases", keys), b"{}").unwrap_err();
            assert_eq!((problem.status, problem.place.as_deref()), (400, Some(NAME)), "{keys:?}");
        }
    }

    #[test]
    fn another_path_or_body_is_another_request() {
        let digest_of = |path: &str, body: &[u8]| handle(&parts(path, &["k"]), body).unwrap().unwrap().request;
        let first = digest_of("/cases", b"{}");
        assert_eq!(first, digest_of("/cases", b"{}"));
        assert_ne!(first, digest_of("/cases/x", b"{}"));
        assert_ne!(first, digest_of("/cases", b"{ }"));
        assert_ne!(digest_of("/ab", b"c"), digest_of("/a", b"bc"));
    }
}
