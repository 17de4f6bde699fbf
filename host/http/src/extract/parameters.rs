//! Parameters of the path and of the query, typed.

use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;
use crate::wording::without_values;

/// The path's parameters.
#[derive(Debug)]
pub(crate) struct InPath<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for InPath<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::<T>::from_request_parts(parts, state).await;
        found.map(|Path(value)| Self(value)).map_err(|rejection| {
            let what = match &rejection {
                PathRejection::FailedToDeserializePathParams(error) => what_is_wrong(error.kind()),
                _ => "does not read".to_owned(),
            };
            Problem::malformed("path", format!("a parameter of the path {what}"), "see `/docs` for its form")
        })
    }
}

/// What is wrong with a parameter, without its value.
fn what_is_wrong(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::Message(message) | ErrorKind::DeserializeError { message, .. } => without_values(message),
        ErrorKind::ParseErrorAtKey { expected_type, .. }
        | ErrorKind::ParseErrorAtIndex { expected_type, .. }
        | ErrorKind::ParseError { expected_type, .. } => format!("is not of type {expected_type}"),
        _ => "does not read".to_owned(),
    }
}

/// The query's parameters; a name that means nothing is refused.
#[derive(Debug)]
pub(crate) struct InQuery<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for InQuery<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::<T>::try_from_uri(&parts.uri).map(|Query(value)| Self(value)).map_err(|rejection| {
            let said = rejection.body_text();
            let what = said.strip_prefix("Failed to deserialize query string: ").unwrap_or(&said);
            // The parser puts the parameter's name before what is wrong with its value.
            let (place, what) = match what.split_once(": ") {
                Some((name, rest)) if !name.contains(' ') => (name, rest),
                _ => ("query", what),
            };
            Problem::malformed(place, without_values(what), "see `/docs` for the parameters")
        })
    }
}
