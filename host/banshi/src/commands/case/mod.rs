//! `banshi case`: applications and what became of them.

mod act;
mod submit;
mod view;

use std::path::PathBuf;

use banshi_engine::api::cases::{FinishRequest, WithdrawRequest};
use banshi_model::case::Phase;
use banshi_model::draft::Outcome;
use banshi_model::ids::{CaseId, Division, MatterCode};
use banshi_model::text::{Reason, Text};
use clap::{Args, Subcommand};
use serde_json::json;

use super::reason::{chinese, reason};
use super::token::word;
use crate::cli::{HostArgs, KeyArgs};
use crate::client::every;
use crate::failure::{Kind, OrFail, Result};
use crate::output::Out;

pub use view::results;

const FINISH_HELP: &str = "\
示例 Example:
  banshi case finish 310115-210426-7K3M9QX2TR --outcome granted --reason '食品安全法 第三十五条=符合条件' \\
      --licence licence.json
  banshi case finish 310115-210426-7K3M9QX2TR --outcome refused --reason '…=…' \\
      --remedy '可在六十日内申请行政复议，或在六个月内提起行政诉讼'

  组件出错而无法办结时，由有权的经办人员依法手工办结。
  Where its plugin cannot, an officer who may finishes the case lawfully by hand.";

/// What there is to do with cases.
#[derive(Debug, Subcommand)]
pub enum CaseCommand {
    /// 提交申请 · Submit an application
    #[command(after_help = submit::HELP)]
    Submit(submit::SubmitArgs),
    /// 一件 · One case
    #[command(after_help = "示例 Example:\n  banshi case show 310115-210426-7K3M9QX2TR")]
    Show(OneArgs),
    /// 列表 · Cases, newest first
    #[command(
        after_help = "示例 Example:\n  banshi case list --division 310115 --phase accepted\n  banshi case list --division 310000 --parked"
    )]
    List(ListArgs),
    /// 日志 · A case's journal
    #[command(after_help = "示例 Example:\n  banshi case journal 310115-210426-7K3M9QX2TR")]
    Journal(OneArgs),
    /// 撤回申请，或其中一个事项 · Withdraw it, or one part of a bundle
    #[command(after_help = "示例 Example:\n  banshi case withdraw 310115-210426-7K3M9QX2TR --part P04")]
    Withdraw {
        /// 办件编号 · Which case
        #[arg(value_name = "CASE")]
        id: CaseId,
        /// 只撤回此事项 · Only this part
        #[arg(long, value_name = "CODE")]
        part: Option<MatterCode>,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// 补正 · Supplement what was asked for
    #[command(after_help = act::SUPPLEMENT_HELP)]
    Supplement(act::SupplementArgs),
    /// 延长期限 · Extend the limit
    #[command(after_help = act::EXTEND_HELP)]
    Extend(act::ExtendArgs),
    /// 特别程序结束，恢复计时 · A special procedure has ended; the clock goes on
    #[command(after_help = act::END_PROCEDURE_HELP)]
    EndProcedure(act::EndProcedureArgs),
    /// 手工办结 · Finish it by hand
    #[command(after_help = FINISH_HELP)]
    Finish(FinishArgs),
    /// 依法销毁：销毁其密钥，不可恢复 · Erase by law: its keys are destroyed, for good
    #[command(
        after_help = "示例 Example:\n  banshi case erase 310115-210426-7K3M9QX2TR --basis '个人信息保护法 第四十七条' --yes"
    )]
    Erase {
        /// 办件编号 · Which case
        #[arg(value_name = "CASE")]
        id: CaseId,
        /// 依据 · The lawful basis
        #[arg(long)]
        basis: String,
        /// 确认不可恢复 · It cannot be undone: say so
        #[arg(long, required = true)]
        yes: bool,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Which case.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// 办件编号 · Its id
    #[arg(value_name = "CASE")]
    id: CaseId,
    #[command(flatten)]
    host: HostArgs,
}

/// Arguments of `case list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// 区划 · In this division and those within it
    #[arg(long)]
    division: Option<Division>,
    /// 事项 · Of this matter
    #[arg(long, value_name = "CODE")]
    matter: Option<MatterCode>,
    /// 阶段 · received, supplementing, accepted, decided or closed
    #[arg(long, value_parser = word::<Phase>)]
    phase: Option<Phase>,
    /// 仅列出挂起的 · Only those whose step is parked
    #[arg(long)]
    parked: bool,
    /// 最多列出多少 · At most so many
    #[arg(long, default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    host: HostArgs,
}

/// Arguments of `case finish`.
#[derive(Debug, Args)]
pub struct FinishArgs {
    /// 办件编号 · Which case
    #[arg(value_name = "CASE")]
    id: CaseId,
    /// 结果 · granted or refused
    #[arg(long, value_parser = word::<Outcome>)]
    outcome: Outcome,
    /// 依据=理由，可多次 · Why, by clause; may be given several times
    #[arg(long = "reason", value_name = "BASIS=TEXT", value_parser = reason, required = true)]
    reasons: Vec<Reason>,
    /// 救济途径；不予许可时必填 · How it can be contested; needed for a refusal
    #[arg(long, value_parser = chinese)]
    remedy: Option<Text>,
    /// 所发证照（JSON 文件）· The licence to issue: {"licence_type", "content", "valid_until"}
    #[arg(long, value_name = "FILE")]
    licence: Option<PathBuf>,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Does it.
pub async fn run(command: CaseCommand, out: Out) -> Result {
    match command {
        CaseCommand::Submit(args) => submit::run(args, out).await,
        CaseCommand::Show(args) => {
            let case = args.host.client()?.case(&args.id).await?;
            out.show(&case, view::case)
        }
        CaseCommand::List(args) => list(args, out).await,
        CaseCommand::Journal(args) => journal(args, out).await,
        CaseCommand::Withdraw { id, part, host, key } => {
            let case = host.client()?.withdraw(&id, &WithdrawRequest { part }, &key.key()?).await?;
            out.show(&case, view::case)
        }
        CaseCommand::Supplement(args) => act::supplement(args, out).await,
        CaseCommand::Extend(args) => act::extend(args, out).await,
        CaseCommand::EndProcedure(args) => act::end_procedure(args, out).await,
        CaseCommand::Finish(args) => finish(args, out).await,
        CaseCommand::Erase { id, basis, yes: _, host, key } => {
            let erased = host.client()?.erase(&id, &basis, &key.key()?).await?;
            out.show(&json!({ "erased": id, "host": erased }), |_| format!("已依法销毁 erased {id}"))
        }
    }
}

async fn list(args: ListArgs, out: Out) -> Result {
    let client = args.host.client()?;
    let phase = args.phase.map(serde_json::to_value).transpose()?;
    let filter = [
        ("division", args.division.map(String::from)),
        ("matter", args.matter.map(String::from)),
        ("phase", phase.as_ref().and_then(|word| word.as_str()).map(str::to_owned)),
        ("parked", args.parked.then(|| "true".to_owned())),
    ];
    let filter: Vec<_> = filter.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let (mut cases, mut cursor) = (Vec::new(), None);
    while cases.len() < args.limit {
        let page = client.cases(filter.clone(), cursor).await?;
        cases.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    cases.truncate(args.limit);
    out.show(&json!({ "items": cases }), |_| view::list(&cases))
}

async fn journal(args: OneArgs, out: Out) -> Result {
    let client = args.host.client()?;
    let lines = every(async |cursor| client.journal(&args.id, cursor).await).await?;
    out.show(&json!({ "items": lines }), |_| view::journal(&lines))
}

async fn finish(args: FinishArgs, out: Out) -> Result {
    let licence = match &args.licence {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path).or_fail(Kind::Usage, format!("cannot read {}", path.display()))?;
            Some(serde_json::from_str(&text).or_fail(Kind::Usage, path.display())?)
        }
    };
    let request = FinishRequest { outcome: args.outcome, reasons: args.reasons, remedy: args.remedy, licence };
    let case = args.host.client()?.finish(&args.id, &request, &args.key.key()?).await?;
    out.show(&case, view::case)
}
