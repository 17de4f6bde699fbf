//! `/certificates/{capability}`: what somebody sees who scanned the code on a certificate. Public.
//!
//! The capability is opaque and is all that one needs, so that it is never logged (routes are logged as
//! patterns), never sent on as a referrer, and never cached. Whatever is not there gets the same answer.

use axum::Json;
use axum::extract::State;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use banshi_engine::api::licences::CertificateView;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::extract::InPath;
use crate::negotiate::{Wanted, wanted};
use crate::options::HttpOptions;
use crate::pages;
use crate::problem::{INTERNAL, NOT_FOUND, Problem, Problems};
use crate::qr;
use crate::state::AppState;

/// Longer than any capability; what is longer is not looked up.
const CAPABILITY_LENGTH_MAX: usize = 128;
/// Tells search engines that a certificate is nobody's business but its reader's.
const ROBOTS: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));

/// Both under `/api/v1`, where the description has it, and at the root, where the printed code points.
pub(crate) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(qr_png))
}

/// The live certificate behind a code: a page for the person who scanned it, JSON for programs (`Accept`).
/// Also at `/certificates/{capability}`, the address that the printed code holds.
#[utoipa::path(
    get, path = "/certificates/{capability}", tag = "certificates", operation_id = "show_certificate",
    params(("capability" = String, Path, description = "From the code")),
    responses(
        (status = 200, description = "As it stands now", content(
            (CertificateView = "application/json"),
            (String = "text/html"),
        )),
        Problems,
    ),
    security(()),
)]
async fn show(State(state): State<AppState>, InPath(capability): InPath<String>, headers: HeaderMap) -> Response {
    let wanted = wanted(&headers);
    let mut response = match (find(&state, &capability).await, wanted) {
        (Ok(view), Wanted::Json) => Json(view).into_response(),
        (Ok(view), Wanted::Page) => pages::certificate(&view, &format!("/certificates/{capability}/qr.png")),
        (Err(problem), Wanted::Page) if problem.kind().status == StatusCode::NOT_FOUND => pages::no_certificate(),
        (Err(problem), _) => problem.into_response(),
    };
    private(response.headers_mut());
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// The QR code of the certificate's address, as PNG.
#[utoipa::path(
    get, path = "/certificates/{capability}/qr.png", tag = "certificates", operation_id = "show_certificate_code",
    params(("capability" = String, Path, description = "From the code")),
    responses((status = 200, description = "The code", body = Vec<u8>, content_type = "image/png"), Problems),
    security(()),
)]
async fn qr_png(
    State(state): State<AppState>,
    InPath(capability): InPath<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    find(&state, &capability).await?;
    let address = address(&state.options, uri.authority(), &headers, &capability)?;
    let png = qr::png(&address).map_err(|error| {
        tracing::error!(error.text = %error, "no QR code could be made");
        Problem::bilingual(&INTERNAL, "二维码无法生成", "the code could not be made")
    })?;
    let mut response = ([(header::CONTENT_TYPE, HeaderValue::from_static("image/png"))], png).into_response();
    private(response.headers_mut());
    Ok(response)
}

/// The certificate; whatever was wrong with the capability, the answer is the same.
async fn find(state: &AppState, capability: &str) -> Result<CertificateView, Problem> {
    let none = || Problem::bilingual(&NOT_FOUND, "没有与此码对应的证照", "no certificate belongs to this code");
    let possible = capability.len() <= CAPABILITY_LENGTH_MAX
        && capability.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !possible {
        return Err(none());
    }
    match state.engine.certificate(capability).await {
        Ok(view) => Ok(view),
        Err(banshi_engine::Error::NotFound { .. } | banshi_engine::Error::Erased(_)) => Err(none()),
        Err(error) => Err(error.into()),
    }
}

/// The absolute address that the code holds: the configured one, or the one that the request came to.
fn address(
    options: &HttpOptions,
    target: Option<&Authority>,
    headers: &HeaderMap,
    capability: &str,
) -> Result<String, Problem> {
    if let Some(base) = &options.public_url {
        return Ok(format!("{}/certificates/{capability}", base.trim_end_matches('/')));
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = target.map(Authority::to_string).or_else(|| host.map(str::to_owned));
    let host = host.and_then(|host| host.parse::<Authority>().ok()).filter(|host| !host.as_str().contains('@'));
    let fix = "send `Host`, or set the option `http.public_url`";
    let host = host.ok_or_else(|| Problem::malformed("Host", "the request names no host", fix))?;
    Ok(format!("http://{host}/certificates/{capability}"))
}

/// Neither kept, nor sent on, nor found.
fn private(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(ROBOTS.0, ROBOTS.1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_host(host: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::HOST, host.parse().unwrap())])
    }

    #[test]
    fn the_code_holds_the_public_address_where_there_is_one() {
        let options =
            HttpOptions { public_url: Some("https://zwfw.example.gov.cn/".to_owned()), ..HttpOptions::default() };
        let address = address(&options, None, &with_host("10.0.0.1:8080"), "abc").unwrap();
        assert_eq!(address, "https://zwfw.example.gov.cn/certificates/abc");
    }

    #[test]
    fn otherwise_it_holds_the_host_that_was_asked() {
        let options = HttpOptions::default();
        let from = |host: &str| address(&options, None, &with_host(host), "abc");
        assert_eq!(from("127.0.0.1:8080").unwrap(), "http://127.0.0.1:8080/certificates/abc");
        for wrong in ["evil@example.com", "a b", "a/b", ""] {
            assert_eq!(from(wrong).unwrap_err().place.as_deref(), Some("Host"), "{wrong}");
        }
        assert!(address(&options, None, &HeaderMap::new(), "abc").is_err());
    }

    #[test]
    fn a_certificate_is_not_kept_not_sent_on_and_not_found() {
        let mut headers = HeaderMap::new();
        private(&mut headers);
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(headers["x-robots-tag"], "noindex, nofollow");
    }
}
