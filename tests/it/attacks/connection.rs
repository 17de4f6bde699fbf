//! Callers who take their time, so that nobody else is served.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::{DAY_ONE, Host, Roles, Start, package, plain_application};

/// How many dawdle at once; the host takes a few more requests than that at once.
const SLOW: usize = 60;

/// Sends the beginning of a request, and then nothing; gives all that the host says until it closes.
async fn dawdle(url: String, beginning: String) -> String {
    let mut connection = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    connection.write_all(beginning.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    // A reset after the answer is a close too.
    let _ = connection.read_to_end(&mut said).await;
    String::from_utf8_lossy(&said).into_owned()
}

/// Many of them at once.
async fn all_dawdle(host: &Host, beginning: &str) -> Vec<String> {
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..SLOW {
        running.spawn(dawdle(host.url().to_owned(), beginning.to_owned()));
    }
    running.join_all().await
}

#[tokio::test]
async fn slow_callers_are_closed_at_the_limits_while_others_are_served() {
    let config = "[http]\nheader_timeout_ms = 2000\nrequest_timeout_ms = 4000\nrequests_max = 100\n";
    let host = Host::start(Start::simulated(DAY_ONE).configured(config)).await;
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;
    let token = Roles::token("applicant");
    let headers = "POST /api/v1/cases HTTP/1.1\r\nHost: h\r\nX-Slow: ";
    let body = format!(
        "POST /api/v1/cases HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{{\"matter\""
    );
    let (in_headers, in_bodies, served) = tokio::join!(all_dawdle(&host, headers), all_dawdle(&host, &body), async {
        let mut served = 0;
        for _ in 0..20 {
            let id = host.as_("applicant").submit(plain_application()).await;
            assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");
            served += 1;
        }
        served
    });
    assert_eq!(served, 20);
    for said in in_headers {
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    }
    for said in in_bodies {
        assert!(said.starts_with("HTTP/1.1 503"), "{said}");
        let problem = said.split_once("\r\n\r\n").unwrap().1;
        let problem: serde_json::Value = serde_json::from_str(problem).unwrap();
        assert_eq!((&problem["code"], &problem["retry_safe"]), (&json!("timeout"), &json!(true)), "{problem:#}");
    }
}

#[tokio::test]
async fn callers_who_read_no_answer_hold_no_connection_and_no_stop() {
    let config = format!("[http]\nconnections_max = {SLOW}\nwrite_timeout_ms = 500\nshutdown_grace_ms = 20000\n");
    let mut host = Host::start(Start::simulated(DAY_ONE).configured(&config)).await;
    // No token is asked for here. The answers are more than what the two sides' buffers take.
    let asked = "GET /openapi.json HTTP/1.1\r\nHost: h\r\n\r\n".repeat(200);
    let mut deaf = Vec::new();
    for _ in 0..SLOW {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut connection = socket.connect(host.url().trim_start_matches("http://").parse().unwrap()).await.unwrap();
        connection.write_all(asked.as_bytes()).await.unwrap();
        deaf.push(connection);
    }
    // All places are theirs until the host takes them back; a connection that was there before would say nothing of that.
    let asked = "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".to_owned();
    let said = tokio::time::timeout(Duration::from_secs(60), dawdle(host.url().to_owned(), asked)).await;
    assert!(said.expect("nobody else is let in").starts_with("HTTP/1.1 200"));
    // They are still there, and still do not read.
    assert_eq!(host.terminate(), Some(0));
    drop(deaf);
}

#[tokio::test]
async fn callers_who_hold_connections_do_not_take_the_host_s_own_files() {
    // Built before anything is said to the host: meanwhile it would close an idle connection.
    package("examples/plain-approval");
    let mut host = Host::prepare(Start::simulated(DAY_ONE));
    host.set_files_max(200);
    host.restart();
    assert_eq!(host.as_("platform").get("/enactments?division=310000").await.status, 200);
    let mut idle = Vec::new();
    // More than there may be files. Those beyond what the host accepts wait in the system's queue, which has 128 places.
    for _ in 0..210 {
        idle.push(TcpStream::connect(host.url().trim_start_matches("http://")).await.unwrap());
    }
    // On the connection that was there before: this takes a child process with its pipes, and files.
    host.publish("examples/plain-approval").await;
    let open = std::fs::read_dir(format!("/proc/{}/fd", host.pid())).unwrap().count();
    assert!((100..200).contains(&open), "{open}");
    drop(idle);
    let log = host.logged().await;
    assert!(log.contains("connections.max=100") && !log.contains("Too many open files"), "{log}");
    assert_eq!(host.terminate(), Some(0));
}
