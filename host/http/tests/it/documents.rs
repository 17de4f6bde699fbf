//! Documents: whatever bytes, within the limit, once a key.

use axum::body::Body;
use axum::http::Request;
use banshi_http::HttpOptions;

use crate::support::{Answer, Host, bearer};

async fn upload(host: &Host, key: Option<&str>, media_type: &str, bytes: Vec<u8>) -> Answer {
    let mut request = Request::post("/api/v1/documents")
        .header("authorization", bearer(&host.applicant))
        .header("content-type", media_type);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    host.send(request.body(Body::from(bytes)).unwrap()).await
}

#[tokio::test]
async fn a_document_larger_than_a_json_request_is_taken_in() {
    let host = Host::simulated().await;
    let answer = upload(&host, None, "application/pdf", vec![7; 3 * 1024 * 1024]).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["bytes"], 3 * 1024 * 1024);
}

#[tokio::test]
async fn the_same_upload_under_the_same_key_is_one_document() {
    let host = Host::simulated().await;
    let first = upload(&host, Some("k"), "image/png", vec![1, 2, 3]).await;
    let again = upload(&host, Some("k"), "image/png", vec![1, 2, 3]).await;
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!((again.status, &again.body), (201, &first.body));
    let other = upload(&host, Some("k"), "image/png", vec![1, 2, 4]).await;
    assert_eq!((other.status, other.json()["code"].as_str()), (422, Some("idempotency.mismatch")));
}

#[tokio::test]
async fn a_document_over_the_limit_is_refused() {
    let host = Host::start(true, HttpOptions { document_bytes_max: 10, ..HttpOptions::default() }).await;
    assert_eq!(upload(&host, None, "image/png", vec![0; 10]).await.status, 201);
    assert_eq!(upload(&host, None, "image/png", vec![0; 11]).await.json()["code"], "too-large");
}

#[tokio::test]
async fn a_file_that_is_no_package_is_refused_with_what_to_do() {
    let host = Host::simulated().await;
    let request = Request::post("/api/v1/packages")
        .header("authorization", bearer(&host.platform))
        .header("content-type", "application/octet-stream")
        .body(Body::from("not a package"))
        .unwrap();
    let answer = host.send(request).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains("banshi package build"), "{}", answer.text());
}
