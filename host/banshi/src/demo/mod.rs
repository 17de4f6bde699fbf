//! `banshi demo`: a convenience store opens with one certificate, while districts change the rules under way.
//!
//! It builds the plugins, starts a host and simulated partners as processes of their own, and from then on is a
//! caller like any other: everything goes over HTTP, with the tokens of those who would do it. It must not reach
//! into the host, and must not tell what the host's journals do not say.

mod applicant;
mod cast;
mod certificate;
mod ending;
mod filing;
mod form;
mod layers;
mod officers;
mod plot;
mod process;
mod registry;
mod report;
mod screen;
mod teller;
mod theatre;
mod work;
mod workspace;

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::{Failure, Kind, OrFail, Result};
use crate::host::Folder;
use crate::output::Out;
use cast::Cast;
use plot::Plot;
use screen::Screen;
use theatre::Theatre;
use workspace::Workspace;

const HELP: &str = "\
示例 Example:
  banshi demo
  banshi demo --exit --json

  不加 --exit 时，故事讲完后主机继续运行，证书页面可以打开，直到 Ctrl-C。
  Without --exit the host stays open after the story, and with it the certificate's page, until Ctrl-C.
  使用 --json 时，标准输出只有一行 JSON，故事写到标准错误。
  With --json standard output is one line of JSON; the story goes to standard error.
  任何一步失败即说明原因并以 1 退出。
  Whatever fails is named, and the exit code is 1.";

/// Arguments of `demo`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct DemoArgs {
    /// 主机的数据目录，须尚不存在；不给则用临时目录 · The host's data folder, not there yet; temporary unless said
    #[arg(long, value_name = "DIR", requires = "keys")]
    data: Option<PathBuf>,
    /// 主机的密钥文件 · The host's key file
    #[arg(long, value_name = "FILE", requires = "data")]
    keys: Option<PathBuf>,
    /// 源代码目录；不给则从当前目录向上查找 · The source folder; looked for upwards from here unless said
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    /// 故事讲完即退出 · End after the story
    #[arg(long)]
    exit: bool,
}

/// Plays the story; ends both processes whatever happens.
pub async fn run(args: DemoArgs, out: Out) -> Result {
    let began = Instant::now();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let interrupted = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    tokio::pin!(interrupted);
    let mut staged = tokio::select! {
        staged = play(&args, out, began) => staged?,
        // What was started is dropped here, and so killed.
        () = &mut interrupted => return Err(Failure::new(Kind::Refused, "已中断 interrupted before the story ended")),
    };
    if !args.exit {
        out.note("\n主机仍在运行，按 Ctrl-C 结束 the host stays open; Ctrl-C ends it");
        tokio::select! {
            () = &mut interrupted => {}
            failure = staged.ended() => return Err(failure),
        }
    }
    staged.close().await
}

/// Builds, opens the theatre and plays; answers the theatre, which is still open.
async fn play(args: &DemoArgs, out: Out, began: Instant) -> Result<Theatre> {
    let workspace = Workspace::find(args.source.as_deref())?;
    let folder = args.data.clone().zip(args.keys.clone()).map(|(data, keys)| Folder { data, keys });
    if let Some(folder) = folder.as_ref().filter(|folder| folder.exists()) {
        let what = "holds a store already; a simulated clock is chosen when a folder is created, so give a new one";
        return Err(Failure::usage(format!("--data {} {what}", folder.data.display())));
    }
    let (cast, samples) = (Cast::load()?, workspace.samples()?);
    let scratch =
        tempfile::Builder::new().prefix("banshi-demo-").tempdir().or_fail(Kind::Failed, "no temporary folder")?;
    let mut screen = Screen::new(out)?;
    plot::opening(&screen, &cast)?;
    screen.heading("一、构建", "Build from source")?;
    let built = registry::build(&workspace, &cast, scratch.path(), &screen).await?;
    let built = (built, began.elapsed());
    let (theatre, actors) = Theatre::open(&cast, &samples, scratch, folder).await?;
    let mut plot = Plot::new(cast, samples, screen, theatre, actors, built);
    match plot.play(began).await {
        Ok(report) => {
            if out.json {
                out.line(&serde_json::to_string(&report)?)?;
            }
            Ok(plot.into_theatre())
        }
        Err(failure) => Err(plot.explain(failure).await),
    }
}
