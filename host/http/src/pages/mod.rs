//! Pages for people: what runs here, what a problem means, and the certificate behind a code.
//!
//! Chinese first with English beside it; plain HTML made on the host, readable on a phone, with one small
//! style sheet of our own and nothing from elsewhere. Templates escape everything that they are given.

mod certificate;
mod front;

use askama::Template;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use banshi_model::time::OFFSET;
use jiff::Timestamp;

use crate::problem::{ALL, INTERNAL, Kind, Problem};
use crate::state::AppState;

pub(crate) use certificate::{certificate, no_certificate};

/// What a page may load: the style sheet and the pictures of this host. No scripts at all.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const STYLE: &str = include_str!("../../pages/style.css");

/// The pages' addresses; that of a certificate is in `routes::certificates`.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/", get(front::show)).route("/problems", get(problems)).route("/style.css", get(style))
}

#[derive(Template)]
#[template(path = "problems.html")]
struct ProblemsPage {
    kinds: &'static [&'static Kind],
}

async fn problems() -> Response {
    page(&ProblemsPage { kinds: ALL })
}

async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, STYLE).into_response()
}

/// A page with the headers that every page has.
fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(error.text = %error, "a page could not be made");
            Problem::bilingual(&INTERNAL, "页面无法生成", "the page could not be made").into_response()
        }
    }
}

fn with_status(status: StatusCode, mut response: Response) -> Response {
    *response.status_mut() = status;
    response
}

/// An instant as people in China read it, to the minute.
fn beijing(at: Timestamp) -> String {
    OFFSET.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_problem_is_explained_at_its_own_anchor() {
        let html = ProblemsPage { kinds: ALL }.render().unwrap();
        for kind in ALL {
            assert!(html.contains(&format!("id=\"{}\"", kind.word)), "{}", kind.word);
        }
    }

    #[test]
    fn a_page_loads_nothing_from_elsewhere_and_runs_no_script() {
        let response = page(&ProblemsPage { kinds: ALL });
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }

    #[test]
    fn instants_are_shown_in_beijing_time() {
        assert_eq!(beijing("2021-04-25T16:30:00Z".parse().unwrap()), "2021-04-26 00:30");
    }
}
