//! `banshi quarantine`: packages that are not called where they failed too often.

use banshi_model::quarantine::{Quarantine, QuarantineState};
use banshi_model::time;
use clap::Subcommand;
use serde_json::json;

use crate::cli::{HostArgs, KeyArgs};
use crate::failure::Result;
use crate::output::Out;
use crate::table::Table;

/// What there is to do with quarantines.
#[derive(Debug, Subcommand)]
pub enum QuarantineCommand {
    /// 已停用的组件包及其原因 · Packages that are not called, where, since when and why
    #[command(after_help = "示例 Example:\n  banshi quarantine list --token @admin.token")]
    List {
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 提前恢复一个已停用的组件包 · Release one before a trial does
    #[command(after_help = "示例 Example:\n  banshi quarantine release q-3f0c12ab77e0459d8c31")]
    Release {
        /// 停用编号 · Its id
        #[arg(value_name = "ID")]
        id: String,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Does it.
pub async fn run(command: QuarantineCommand, out: Out) -> Result {
    match command {
        QuarantineCommand::List { host } => {
            let quarantines = host.client()?.quarantines().await?;
            out.show(&json!({ "items": quarantines }), |_| {
                if quarantines.is_empty() {
                    "没有停用的组件包 no package is quarantined".to_owned()
                } else {
                    table(&quarantines)
                }
            })
        }
        QuarantineCommand::Release { id, host, key } => {
            let quarantine = host.client()?.release_quarantine(&id, &key.key()?).await?;
            out.show(&quarantine, |quarantine| {
                format!(
                    "已恢复 released {}；等待中的办件在下次重试时继续 waiting cases go on at their next try\n{}",
                    quarantine.id,
                    table(std::slice::from_ref(quarantine))
                )
            })
        }
    }
}

fn table(quarantines: &[Quarantine]) -> String {
    let mut table = Table::new(&[
        "编号 id",
        "组件包 package",
        "机构 authority",
        "状态 state",
        "原因 why",
        "自 since",
        "试行不早于 no trial before",
        "恢复 released",
    ]);
    for q in quarantines {
        let package = format!("{}@{}", q.name, q.version);
        let why = format!("{} {}/{}", q.code, q.failures, q.steps);
        let released = q.released.as_ref().map_or_else(
            || "—".to_owned(),
            |release| format!("{} {}", time::text(release.at), release.by.as_deref().unwrap_or("试行成功 by a trial")),
        );
        let (authority, since, until) = (q.authority.to_string(), time::text(q.since), time::text(q.until));
        table.row([&q.id, &package, &authority, state(q.state), &why, &since, &until, &released]);
    }
    table.render()
}

const fn state(state: QuarantineState) -> &'static str {
    match state {
        QuarantineState::Quarantined => "停用 quarantined",
        QuarantineState::Trial => "试行 trial",
        QuarantineState::Released => "已恢复 released",
    }
}
