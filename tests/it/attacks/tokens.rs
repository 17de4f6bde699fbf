//! A token that is revoked while its bearer is at work.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Host, Roles, host_with_plain_approval, plain_application, say};

/// Takes one token out of the file, as an operator's editor does: a new file in the old one's place.
pub fn revoke(host: &Host, name: &str) {
    let path = host.folder().join("tokens.toml");
    let file = std::fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> =
        file.split("[[token]]").filter(|token| !token.contains(&format!("name = \"{name}\"\n"))).collect();
    let aside = host.folder().join("tokens.new");
    std::fs::write(&aside, kept.join("[[token]]")).unwrap();
    std::fs::set_permissions(&aside, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::rename(aside, path).unwrap();
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_the_next_request_on_the_same_connection() {
    let host = host_with_plain_approval().await;
    let address = host.url().trim_start_matches("http://").to_owned();
    let request = format!(
        "GET /api/v1/cases?division=310115 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n\r\n",
        Roles::token("officer")
    );
    let mut connection = TcpStream::connect(address).await.unwrap();
    assert_eq!(status(&mut connection, &request).await, "200");
    revoke(&host, "officer");
    assert_eq!(status(&mut connection, &request).await, "401");
    assert_eq!(host.as_("officer-2").get("/cases?division=310115").await.status, 200);
}

/// Sends a request and reads its answer, whole, so that the connection can be used again.
async fn status(connection: &mut TcpStream, request: &str) -> String {
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    loop {
        let mut some = [0; 4_096];
        let count = connection.read(&mut some).await.unwrap();
        assert!(count > 0, "closed after {}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&some[..count]);
        let text = String::from_utf8_lossy(&read);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0_usize) {
            return head.split(' ').nth(1).unwrap().to_owned();
        }
    }
}

#[tokio::test]
async fn a_revoked_token_reads_no_page_no_reply_and_does_no_task_any_more() {
    let host = host_with_plain_approval().await;
    let applicant = host.as_("applicant");
    let first = applicant.post_once("/cases", "key", plain_application()).await;
    let id = say(&first, 201)["id"].as_str().unwrap().to_owned();
    applicant.submit(plain_application()).await;
    let page = host.as_("officer").get("/cases?division=310115&limit=1").await;
    let next = say(&page, 200)["next"].as_str().unwrap().to_owned();
    let task = say(&host.as_("officer").get(&format!("/tasks/{id}.planning")).await, 200).clone();

    revoke(&host, "applicant");
    revoke(&host, "officer");
    let again = applicant.post_once("/cases", "key", plain_application()).await;
    assert_eq!((again.status, again.replayed), (401, false), "{:#}", again.body);
    assert_eq!(host.as_("officer").get(&format!("/cases?division=310115&limit=1&cursor={next}")).await.status, 401);
    assert_eq!(host.as_("officer").verdict(&task, "approve").await.status, 401);
    let case = host.as_("officer-2").case(&id).await;
    assert_eq!(case["tasks"][0]["result"], json!(null), "{case:#}");
}
