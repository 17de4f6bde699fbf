//! `banshi serve`: a host over one data folder, until it is told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use banshi_connect::{Connectors, HttpSharedData};
use banshi_engine::Engine;
use banshi_http::AppState;
use banshi_http::tokens::Tokens;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use tokio::net::TcpListener;

use super::stop::{self, Stop};
use super::{Folder, engine, files};
use crate::config::Config;
use crate::failure::{Failure, Kind, OrFail, Result};
use crate::logging;
use crate::output::Out;

/// How often it is looked whether the store still takes writes.
const WATCH: Duration = Duration::from_millis(500);

const HELP: &str = "\
示例 Example:
  banshi token new --tokens tokens.toml --name admin platform > admin.token
  banshi serve --data data --keys keys --listen 127.0.0.1:8080 --tokens tokens.toml

  SIGTERM 或 SIGINT：完成已接受的请求后退出（0）；再次收到则立即退出（130）。
  SIGTERM or SIGINT finishes what was accepted and exits with 0; a second one exits at once with 130.
  存储不再可写时退出（5），由守护进程重新启动。
  When the storage stops taking writes it exits with 5, to be started again by its supervisor.";

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct ServeArgs {
    /// 数据目录；没有则创建 · The data folder; created if it is not there
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 密钥文件，须在数据目录之外 · The key file, outside the data folder; created with it
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// 监听地址；端口 0 为任意空闲端口 · Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// 令牌文件（见 `banshi token new`）· The token file
    #[arg(long, value_name = "FILE")]
    pub tokens: PathBuf,
    /// 配置文件（见 `banshi config default`）· The configuration file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// 创建目录时选用模拟时钟，从此刻开始 · When the folder is created: a simulated clock that starts here
    #[arg(long, value_name = "RFC3339")]
    pub simulated_clock: Option<Timestamp>,
}

/// What is said once requests are taken: with `--json`, one line.
#[derive(Debug, Serialize)]
struct Listening {
    listening: String,
    simulated: bool,
    now: Timestamp,
}

/// Serves until told to stop.
pub async fn run(args: ServeArgs, out: Out) -> Result {
    let mut config = Config::load(args.config.as_deref())?;
    config.http.connections_max = files::connections(config.http.connections_max);
    let tokens = load_tokens(&args.tokens)?;
    let listener =
        TcpListener::bind(args.listen).await.or_fail(Kind::Failed, format!("cannot listen on {}", args.listen))?;
    let url = format!("http://{}", reachable(listener.local_addr()?));
    config.partners.callback_url.get_or_insert_with(|| url.clone());

    let folder = Folder { data: args.data.clone(), keys: args.keys.clone() };
    let simulated = args.simulated_clock.is_some();
    if simulated && folder.exists() {
        tracing::warn!("--simulated-clock only matters when a folder is created; this one goes on as it is");
    }
    let store = folder.open(&config, simulated && !folder.exists())?;
    let shared = HttpSharedData::new(&config.partners).or_fail(Kind::Usage, "configuration")?;
    let compiled = args.data.join("compiled");
    let engine = engine(&config, store, &compiled, Arc::new(shared), args.simulated_clock).await?;
    engine.resume_watches().await?;
    let connectors = Connectors::new(config.partners, engine.clone()).or_fail(Kind::Usage, "configuration")?;
    let state = AppState::new(engine.clone(), tokens, config.http).or_fail(Kind::Usage, "configuration")?;

    let asked = stop::asked()?;
    announce(&url, &engine, out)?;
    serve(listener, state, engine, connectors, asked).await
}

/// First the face stops and finishes what it accepted, then what works behind it.
async fn serve(
    listener: TcpListener,
    state: AppState,
    engine: Engine,
    connectors: Connectors<Engine>,
    asked: impl Future<Output = ()> + Send + 'static,
) -> Result {
    let (http_stopper, http_stop) = Stop::new();
    let (stopper, stop) = Stop::new();
    let driver = tokio::spawn({
        let (engine, stop) = (engine.clone(), stop.clone());
        async move { engine.run(stop.wait()).await }
    });
    let delivering = tokio::spawn(connectors.run(stop.wait()));
    let watching = tokio::spawn({
        let engine = engine.clone();
        async move {
            let ended = tokio::select! {
                () = asked => Ok(()),
                failure = storage_stops(&engine) => Err(failure),
                never = logging::tell_lost() => match never {},
            };
            http_stopper.stop();
            ended
        }
    });
    let served = banshi_http::serve(listener, state, http_stop.wait()).await;
    stopper.stop();
    let (driver, delivering) = (driver.await, delivering.await);
    if engine.ready().is_ok() {
        served?;
        driver?;
        delivering?;
    }
    tracing::info!("stopped");
    watching.await?
}

async fn storage_stops(engine: &Engine) -> Failure {
    loop {
        tokio::time::sleep(WATCH).await;
        if let Err(why) = engine.ready() {
            tracing::error!(host.problem = %why, "the storage takes no more writes; the process ends");
            return Failure::new(Kind::Failed, why);
        }
    }
}

fn load_tokens(path: &Path) -> Result<Tokens> {
    Tokens::open(path)
        .or_fail(Kind::Usage, "make a token file with `banshi token new --tokens FILE --name admin platform`")
}

/// Where this machine reaches itself, if it listens everywhere.
fn reachable(listening: SocketAddr) -> SocketAddr {
    let mut address = listening;
    if listening.ip().is_unspecified() {
        address.set_ip(match listening {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

fn announce(url: &str, engine: &Engine, out: Out) -> Result {
    let said = Listening { listening: url.to_owned(), simulated: engine.simulated(), now: engine.now() };
    tracing::info!(host.url = %url, host.simulated = said.simulated, "listening");
    if out.json {
        return out.line(&serde_json::to_string(&said)?);
    }
    let clock = if said.simulated { "，模拟时钟 on a simulated clock" } else { "" };
    out.line(&format!("办事主机正在运行 listening on {url}{clock}\n接口文档 API reference: {url}/docs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_listens_everywhere_reaches_itself_at_home() {
        let url = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(url("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(url("[::]:80"), "[::1]:80");
        assert_eq!(url("10.0.0.8:80"), "10.0.0.8:80");
    }
}
