//! The floor of a request: bare axum in a process of its own, which reads the same bodies and answers as many bytes. No
//! token, no JSON, no case: what hyper, axum, tokio and the kernel's sockets take.

use std::io::Write as _;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;

use crate::context::Context;
use crate::cpu;
use crate::role;
use crate::server::Server;
use crate::wire::{Wire, token};

/// About what a host answers to a submission of the plain approval, in bytes.
const CASE_BYTES: usize = 2_700;
/// And to a verdict.
const VERDICT_BYTES: usize = 100;
/// About what each sends.
const SUBMISSION: &[u8] = &[b' '; 220];
const VERDICT: &[u8] = &[b' '; 330];

/// Processor time of the server for a request, in µs: a submission to three verdicts over so many connections, each sent
/// when the one before was answered.
pub fn us_per_request(context: &Context, connections: usize) -> Result<f64> {
    let folder = context.fresh()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args([role::FLAG, role::BARE_HTTP, "null"]);
    let server = Server::launch(command, folder.path())?;
    let each = context.size(600, 20);
    load(&server.url, connections, each / 10)?;
    let before = cpu::of(server.pid())?;
    let requests = load(&server.url, connections, each)?;
    Ok(cpu::of(server.pid())?.saturating_sub(before).as_secs_f64() * 1e6 / requests as f64)
}

fn load(url: &str, connections: usize, each: usize) -> Result<usize> {
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..connections).map(|_| scope.spawn(|| client(url, each))).collect();
        clients.into_iter().try_for_each(|client| client.join().ok().context("a client panicked")?)
    })?;
    Ok(connections * each * 4)
}

fn client(url: &str, rounds: usize) -> Result<()> {
    let (mut wire, token) = (Wire::connect(url)?, token("portal"));
    for round in 0..rounds {
        let key = format!("EX-PLAIN-{round}");
        let submitted = wire.post(&token, "/cases", &key, SUBMISSION)?;
        ensure!(submitted.status == 201 && submitted.body.len() == CASE_BYTES, "another answer");
        for review in ["planning", "safety", "traffic"] {
            let path = format!("/tasks/310115-210426-7K3M9QX2TR.{review}/verdict");
            ensure!(wire.post(&token, &path, &path, VERDICT)?.status == 200, "another answer");
        }
    }
    Ok(())
}

/// Plays the server until it is killed; says where on its first line, as a host does.
pub fn serve() -> Result<()> {
    let answer = |status: StatusCode, bytes: usize| {
        let body = Bytes::from(vec![b' '; bytes]);
        move |_read: Bytes| async move { (status, [(CONTENT_TYPE, "application/json")], body) }
    };
    let app = Router::new()
        .route("/api/v1/cases", post(answer(StatusCode::CREATED, CASE_BYTES)))
        .route("/api/v1/tasks/{id}/verdict", post(answer(StatusCode::OK, VERDICT_BYTES)));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let line = serde_json::json!({ "listening": format!("http://{}", listener.local_addr()?) });
        println!("{line}");
        std::io::stdout().flush()?;
        Ok(axum::serve(listener, app).await?)
    })
}
