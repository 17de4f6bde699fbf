//! `banshi migration`: open cases on their way to another chain, tried first, and back.

use std::time::Duration;

use banshi_engine::api::migration::{
    MigrationId, MigrationMode, MigrationPass, MigrationRequest, MigrationRunRequest, MigrationState,
    MigrationUndoRequest, MigrationView,
};
use banshi_engine::api::shadow::SignOffRequest;
use banshi_model::ids::{Authority, Digest, EnactmentId};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::migration_report::{lines, progress, table, told};
use crate::cli::{HostArgs, KeyArgs};
use crate::client::{Client, every};
use crate::failure::{Failure, Kind, Result};
use crate::output::Out;

/// How often it is asked how far a migration is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

const START: &str = "\
示例 Example:
  banshi migration start e-7K3M9QX2TR --instrument 沪市监规范〔2023〕7号 --reviewed-by 李某某
  banshi migration start e-7K3M9QX2TR --at 市场监督管理局@310115 --instrument 浦市监〔2023〕9号 --reviewed-by 李某某

  先试算：逐件说明会怎样，不改任何办件。读过报告后署名（有实质差异时）并执行：
  The dry run comes first and changes no case. Read its report, sign it where cases differ in effect, and run it:
    banshi migration sign-off m-… --person 周某某（处长）
    banshi migration run m-…";

/// What there is to do with migrations.
#[derive(Debug, Subcommand)]
pub enum MigrationCommand {
    /// 试算：在办件迁移到一次施行会怎样 · Try what the move of open cases to an enactment would be
    #[command(after_help = START)]
    Start(StartArgs),
    /// 查看进度与报告 · How far one is, and its report
    #[command(
        after_help = "示例 Example:\n  banshi migration show m-7K3M9QX2TR\n  banshi migration show m-7K3M9QX2TR --cases run"
    )]
    Show {
        /// 编号 · Which
        #[arg(value_name = "MIGRATION")]
        id: MigrationId,
        /// 逐件列出：试算、执行或撤销 · Every case of a pass
        #[arg(long, value_name = "PASS")]
        cases: Option<PassArg>,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 列出 · All of them, newest first
    #[command(after_help = "示例 Example:\n  banshi migration list --token @admin.token")]
    List {
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 负责人对试算署名 · A named person answers for what a dry run shows
    #[command(after_help = "示例 Example:\n  banshi migration sign-off m-7K3M9QX2TR --person 周某某（处长）")]
    SignOff {
        /// 编号 · Which
        #[arg(value_name = "MIGRATION")]
        id: MigrationId,
        /// 署名人：姓名与职务 · Who, by name and post
        #[arg(long, value_name = "PERSON")]
        person: String,
        /// Which report, host and key.
        #[command(flatten)]
        read: ReadArgs,
    },
    /// 执行：逐件迁移；失败的留在原处并列出 · Move the cases one by one; what fails stays and is listed
    #[command(after_help = "示例 Example:\n  banshi migration run m-7K3M9QX2TR --report 4f1c…")]
    Run {
        /// 编号 · Which
        #[arg(value_name = "MIGRATION")]
        id: MigrationId,
        /// Which report, host and key.
        #[command(flatten)]
        read: ReadArgs,
        /// 不等待完成 · Do not wait for its end
        #[arg(long)]
        detach: bool,
    },
    /// 停止 · Stop a dry run or a run; what was moved stays moved
    #[command(after_help = "示例 Example:\n  banshi migration stop m-7K3M9QX2TR")]
    Stop {
        /// 编号 · Which
        #[arg(value_name = "MIGRATION")]
        id: MigrationId,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// 撤销：尚未办理下一步的办件回到原处 · Move back what has made no step since
    #[command(after_help = "示例 Example:\n  banshi migration undo m-7K3M9QX2TR --instrument 沪市监规范〔2023〕8号")]
    Undo {
        /// 编号 · Which
        #[arg(value_name = "MIGRATION")]
        id: MigrationId,
        /// 文号 · The instrument that orders it
        #[arg(long, value_name = "INSTRUMENT")]
        instrument: String,
        /// 不等待完成 · Do not wait for its end
        #[arg(long)]
        detach: bool,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Arguments of `migration start`.
#[derive(Debug, Args)]
pub struct StartArgs {
    /// 迁移到哪一次施行 · The enactment that open cases are moved to
    #[arg(value_name = "ENACTMENT")]
    enactment: EnactmentId,
    /// 机构：部门@区划；不给则为施行机构 · Whose open cases: the enactment's own authority unless said
    #[arg(long, value_name = "DEPARTMENT@DIVISION", value_parser = super::shadow::authority)]
    at: Option<Authority>,
    /// 文号 · The instrument that orders it
    #[arg(long, value_name = "INSTRUMENT")]
    instrument: String,
    /// 审核人，可多次 · Who reviewed it; may be given again
    #[arg(long, value_name = "NAME", required = true)]
    reviewed_by: Vec<String>,
    /// 不等待完成 · Do not wait for its end
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// The report that was read.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// 所读报告的摘要；不给则为现有报告 · The digest of the report that was read; the one there is unless said
    #[arg(long, value_name = "DIGEST")]
    report: Option<Digest>,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Which pass over the cases.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PassArg {
    /// 试算 · The dry run
    DryRun,
    /// 执行 · The run
    Run,
    /// 撤销 · The way back
    Undo,
}

/// Does it.
pub async fn run(command: MigrationCommand, out: Out) -> Result {
    match command {
        MigrationCommand::Start(args) => start(args, out).await,
        MigrationCommand::Show { id, cases: None, host } => out.show(&host.client()?.migration(&id).await?, told),
        MigrationCommand::Show { id, cases: Some(pass), host } => {
            let (client, pass) = (host.client()?, pass_of(pass));
            let cases = every(async |cursor| client.migration_cases(&id, pass, cursor).await).await?;
            out.show(&json!({ "items": cases }), |_| lines(&cases))
        }
        MigrationCommand::List { host } => {
            let client = host.client()?;
            let all = every(async |cursor| client.migrations(cursor).await).await?;
            out.show(&json!({ "items": all }), |_| table(&all))
        }
        MigrationCommand::SignOff { id, person, read } => {
            let client = read.host.client()?;
            let report = report(&client, &id, read.report).await?;
            let request = SignOffRequest { person, report };
            out.show(&client.sign_off_migration(&id, &request, &read.key.key()?).await?, told)
        }
        MigrationCommand::Run { id, read, detach } => {
            let client = read.host.client()?;
            let request = MigrationRunRequest { report: report(&client, &id, read.report).await? };
            let begun = client.run_migration(&id, &request, &read.key.key()?).await?;
            ends(&client, begun, detach, MigrationState::Done, out).await
        }
        MigrationCommand::Stop { id, host, key } => {
            out.show(&host.client()?.stop_migration(&id, &key.key()?).await?, told)
        }
        MigrationCommand::Undo { id, instrument, detach, host, key } => {
            let client = host.client()?;
            let request = MigrationUndoRequest { instrument };
            let begun = client.undo_migration(&id, &request, &key.key()?).await?;
            ends(&client, begun, detach, MigrationState::Undone, out).await
        }
    }
}

async fn start(args: StartArgs, out: Out) -> Result {
    let client = args.host.client()?;
    let known = client.enactments(None, None).await?.into_iter().find(|known| known.id == args.enactment);
    let unknown = || Failure::new(Kind::Refused, format!("{}: 没有这次施行 no such enactment", args.enactment));
    let enactment = known.ok_or_else(unknown)?;
    let request = MigrationRequest {
        matter: enactment.matter,
        authority: args.at.unwrap_or(enactment.authority),
        enactment: args.enactment,
        instrument: args.instrument,
        reviewed_by: args.reviewed_by,
        mode: MigrationMode::DryRun,
    };
    let begun = client.begin_migration(&request, &args.key.key()?).await?;
    ends(&client, begun, args.detach, MigrationState::Tried, out).await
}

/// The digest that was named; otherwise that of the report there is.
async fn report(client: &Client, id: &MigrationId, named: Option<Digest>) -> Result<Digest> {
    if let Some(named) = named {
        return Ok(named);
    }
    let unfinished = || Failure::new(Kind::Refused, format!("{id}: 试算尚未完成 the dry run is not finished"));
    client.migration(id).await?.digest.ok_or_else(unfinished)
}

/// Waits for the end of a pass, unless told not to, and says how it ended.
async fn ends(client: &Client, begun: MigrationView, detach: bool, well: MigrationState, out: Out) -> Result {
    let id = begun.id.clone();
    if detach {
        return out.show(&begun, |begun| format!("已开始 begun {0}\n查看 look: banshi migration show {0}", begun.id));
    }
    out.note(&format!("已开始 begun {id}"));
    let (mut migration, mut said) = (begun, String::new());
    while matches!(migration.state, MigrationState::Trying | MigrationState::Running | MigrationState::Undoing) {
        let now = progress(&migration);
        if now != said {
            out.note(&now);
            said = now;
        }
        tokio::time::sleep(LOOK_EVERY).await;
        migration = client.migration(&id).await?;
    }
    out.show(&migration, told)?;
    if migration.state == well { Ok(()) } else { Err(Failure::new(Kind::Refused, format!("{id}: 已停止 stopped"))) }
}

const fn pass_of(pass: PassArg) -> MigrationPass {
    match pass {
        PassArg::DryRun => MigrationPass::DryRun,
        PassArg::Run => MigrationPass::Run,
        PassArg::Undo => MigrationPass::Undo,
    }
}
