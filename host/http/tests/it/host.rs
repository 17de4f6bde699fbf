//! What every request meets: tokens, probes, and answers where nothing is.

use banshi_http::HttpOptions;
use banshi_http::tokens::TokenFile;

use crate::support::{Host, bearer};

#[tokio::test]
async fn everything_but_what_is_public_takes_a_token() {
    let host = Host::simulated().await;
    for path in
        ["/api/v1/cases", "/api/v1/tasks", "/api/v1/packages", "/api/v1/enactments", "/api/v1/outbox/dead", "/metrics"]
    {
        let answer = host.get(path, &[]).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer realm=\"banshi\""), "{path}");
        assert_eq!(answer.json()["code"], "unauthenticated", "{path}");
    }
    for path in
        ["/", "/problems", "/style.css", "/openapi.json", "/healthz", "/readyz", "/api/v1/divisions/310115/matters"]
    {
        assert_eq!(host.get(path, &[]).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_token_that_is_revoked_stops_at_the_next_request() {
    let host = Host::simulated().await;
    let bearer = bearer(&host.platform);
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(host.get("/api/v1/packages", &headers).await.status, 200);
    TokenFile::edit(&host.token_file, |file| file.revoke("platform")).unwrap();
    assert_eq!(host.get("/api/v1/packages", &headers).await.status, 401);
}

#[tokio::test]
async fn a_token_file_that_no_longer_reads_shows_in_readiness() {
    let host = Host::simulated().await;
    let ready = host.get("/readyz", &[]).await.text();
    assert!(ready.starts_with("ready\n") && ready.contains("unsigned packages are accepted"), "{ready}");
    std::fs::write(&host.token_file, "[[token]\n").unwrap();
    let answer = host.get("/readyz", &[]).await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().starts_with("the token file does not read"), "{}", answer.text());
    assert_eq!(host.get("/healthz", &[]).await.status, 200);
}

#[tokio::test]
async fn metrics_are_for_the_platform_unless_the_operator_opens_them() {
    let host = Host::simulated().await;
    let applicant = host.get("/metrics", &[("authorization", &bearer(&host.applicant))]).await;
    assert_eq!(applicant.json()["code"], "forbidden");
    host.get("/api/v1/divisions/310115/matters", &[]).await;
    let platform = host.get("/metrics", &[("authorization", &bearer(&host.platform))]).await;
    let line =
        "banshi_http_requests_total{method=\"GET\",route=\"/api/v1/divisions/{division}/matters\",status=\"200\"}";
    assert!(platform.text().contains(line), "{}", platform.text());
    assert!(platform.text().contains("\nbanshi_components_loaded 0"), "{}", platform.text());
    let open = Host::start(true, HttpOptions { metrics_without_token: true, ..HttpOptions::default() }).await;
    assert_eq!(open.get("/metrics", &[]).await.status, 200);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem() {
    let host = Host::simulated().await;
    let token = bearer(&host.platform);
    for path in ["/api/v1/nothing", "/api/v1/cases/310115-210426-7K3M9QX2TR", "/api/v1/divisions/310115/matters/X1"] {
        let answer = host.get(path, &[("authorization", &token)]).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"), "{path}");
        assert_eq!(answer.json()["type"], "/problems#not-found", "{path}");
    }
}
