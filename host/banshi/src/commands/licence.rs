//! `banshi licence`: the licence library.

use std::path::PathBuf;

use banshi_engine::api::licences::{EndRequest, LicenceView};
use banshi_model::command::Ending;
use banshi_model::text::{Reason, Text};
use banshi_model::time;
use clap::{Args, Subcommand};

use super::reason::{chinese, reason};
use super::token::word;
use super::wording;
use crate::cli::{HostArgs, KeyArgs};
use crate::failure::{Kind, OrFail, Result};
use crate::output::{Out, plain};

/// What there is to do with licences.
#[derive(Debug, Subcommand)]
pub enum LicenceCommand {
    /// 一张证照 · One licence
    #[command(after_help = "示例 Example:\n  banshi licence show 1.2.156.3005.2…")]
    Show {
        /// 电子证照标识 · Its identifier
        #[arg(value_name = "LICENCE")]
        id: String,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 登记其他系统签发的证照，供免交材料与预填 · Register another system's licence, so that it can be a source
    #[command(after_help = "示例 Example:\n  banshi licence register business-licence.json --token @admin.token")]
    Register {
        /// 证照（JSON 文件）· {"id", "licence_type", "title", "division", "department", "holder", "content"}
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// 终止：撤销、撤回、注销、吊销 · End it
    #[command(
        after_help = "示例 Example:\n  banshi licence end LICENCE revoked --reason '行政许可法 第六十九条=…' --remedy '…'"
    )]
    End(EndArgs),
}

/// Arguments of `licence end`.
#[derive(Debug, Args)]
pub struct EndArgs {
    /// 电子证照标识 · Its identifier
    #[arg(value_name = "LICENCE")]
    id: String,
    /// 方式 · revoked 撤销, withdrawn-by-authority 撤回, cancelled 注销 or punished 吊销
    #[arg(value_name = "ENDING", value_parser = word::<Ending>)]
    ending: Ending,
    /// 依据=理由 · Why, by clause
    #[arg(long, value_name = "BASIS=TEXT", value_parser = reason)]
    reason: Reason,
    /// 救济途径；对持证人不利时必填 · How it can be contested; needed where it goes against the holder
    #[arg(long, value_parser = chinese)]
    remedy: Option<Text>,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Does it.
pub async fn run(command: LicenceCommand, out: Out) -> Result {
    let licence = match command {
        LicenceCommand::Show { id, host } => host.client()?.licence(&id).await?,
        LicenceCommand::Register { file, host, key } => {
            let text =
                std::fs::read_to_string(&file).or_fail(Kind::Usage, format!("cannot read {}", file.display()))?;
            let request = serde_json::from_str(&text).or_fail(Kind::Usage, file.display())?;
            host.client()?.register(&request, &key.key()?).await?
        }
        LicenceCommand::End(args) => {
            let request = EndRequest { ending: args.ending, reason: args.reason, remedy: args.remedy };
            args.host.client()?.end_licence(&args.id, &request, &args.key.key()?).await?
        }
    };
    out.show(&licence, shown)
}

fn shown(view: &LicenceView) -> String {
    let l = &view.licence;
    let until = l.valid_until.map_or_else(|| "长期 no last day".to_owned(), |day| day.to_string());
    let lines = [
        ("标识 id      ", l.id.clone()),
        ("名称 title   ", wording::text(&l.title)),
        ("持证人 holder", format!("{} {}", l.holder.name, l.holder.id)),
        ("机关 by      ", format!("{}@{}", l.department, l.division)),
        ("签发 issued  ", time::text(l.issued)),
        ("有效至 until ", until),
        ("状态 status  ", wording::licence(view.status_today).to_owned()),
        ("内含 members ", l.members.join("，")),
        ("内容 content ", l.content.to_string()),
    ];
    let lines = lines.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name} {value}"));
    plain(&lines.collect::<Vec<_>>().join("\n"))
}
