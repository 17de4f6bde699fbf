//! `banshi partner-sim`: a process of its own that plays the systems around a host, over real HTTP.
//!
//! Identity, shared data, notice, payment and courier, each under its own path. It checks signatures, does
//! everything once by the message's id, and calls back later, as real partners do. A host cannot tell it from
//! them, and nothing here is linked into a host's way of working. For tests and the demo; it keeps no secret of
//! anybody's, and everything that it knows is in the answers file.

mod answers;
mod book;
mod callback;
mod routes;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use banshi_connect::Secret;
use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;

use crate::failure::{Failure, Kind, OrFail, Result};
use crate::output::Out;
use answers::Answers;
use book::Book;

const HELP: &str = "\
示例 Example:
  banshi partner-sim --listen 127.0.0.1:9000 --secret 0123456789abcdef --answers plugins/samples/shared-data.json
  banshi partner-sim --secret @partners.secret --fail real-estate --deny payment

  地址 Paths (POST): /identity /shared-data /notice /payment /courier, /shared-data/query
  查看 To look at:   GET /received；改变故障 change what fails: POST /failing [\"real-estate\"]";

/// Arguments of `partner-sim`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct PartnerSimArgs {
    /// 监听地址；端口 0 为任意空闲端口 · Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// 与主机共享的密钥，或 @文件 · The secret that the host signs with, or `@` and a file
    #[arg(long, value_name = "TEXT|@FILE", env = "BANSHI_PARTNER_SECRET", hide_env_values = true)]
    secret: String,
    /// 共享数据的答案：TOML 或 JSON，服务 → 字段 → 值 · Shared data: service → field → value
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// 使某系统或某服务出错（503），可多次 · A partner or a service that fails; may be given several times
    #[arg(long = "fail", value_name = "NAME")]
    failing: Vec<String>,
    /// 否定答复：identity（身份不符）或 payment（未支付）· Answers no: identity or payment
    #[arg(long = "deny", value_name = "NAME", value_parser = ["identity", "payment"])]
    denying: Vec<String>,
    /// 回调前等待的毫秒数 · Milliseconds before it calls back
    #[arg(long, value_name = "MS", default_value_t = 20)]
    delay: u64,
}

/// What every handler has at hand.
pub struct Sim {
    secret: Vec<u8>,
    answers: Answers,
    failing: Mutex<BTreeSet<String>>,
    denying: BTreeSet<String>,
    book: Mutex<Book>,
    delay: Duration,
    http: reqwest::Client,
}

impl Sim {
    /// Whether this partner or service is told to fail.
    fn fails(&self, name: &str) -> bool {
        locked(&self.failing).contains(name)
    }
}

/// A lock whatever became of its last holder: there is nothing here that half a change could break.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Plays partners until it is told to stop.
pub async fn run(args: PartnerSimArgs, out: Out) -> Result {
    let secret = Secret::new(args.secret).read("--secret").or_fail(Kind::Usage, "--secret")?;
    let answers = args.answers.as_deref().map_or_else(|| Ok(Answers::default()), Answers::load)?;
    let listener =
        TcpListener::bind(args.listen).await.or_fail(Kind::Failed, format!("cannot listen on {}", args.listen))?;
    let url = format!("http://{}", listener.local_addr()?);
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?;
    let sim = Arc::new(Sim {
        secret,
        answers,
        failing: Mutex::new(args.failing.into_iter().collect()),
        denying: args.denying.into_iter().collect(),
        book: Mutex::default(),
        delay: Duration::from_millis(args.delay),
        http,
    });
    let stop = crate::host::asked_to_stop()?;
    if out.json {
        out.line(&json!({ "listening": url }).to_string())?;
    } else {
        out.line(&format!("模拟外部系统正在运行 simulated partners on {url}"))?;
    }
    axum::serve(listener, routes::router(sim)).with_graceful_shutdown(stop).await.map_err(Failure::from)
}
