//! `banshi outbox`: deliveries to partners that were given up, or that wait for a partner.

use banshi_engine::Undelivered;
use banshi_model::time;
use clap::Subcommand;
use serde_json::json;

use crate::cli::{HostArgs, KeyArgs};
use crate::client::every;
use crate::failure::Result;
use crate::output::Out;
use crate::table::Table;

/// What there is to do with the outbox.
#[derive(Debug, Subcommand)]
pub enum OutboxCommand {
    /// 死信：多次投递失败而放弃的消息（不含内容）· Dead letters; nothing of what they say
    #[command(after_help = "示例 Example:\n  banshi outbox dead --token @admin.token")]
    Dead {
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 等待投递：所需外部系统尚未配置的消息（不含内容）· Deliveries that wait for a partner that is not configured
    #[command(after_help = "示例 Example:\n  banshi outbox waiting --token @admin.token")]
    Waiting {
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 重新投递一封死信 · Send a dead letter again
    #[command(after_help = "示例 Example:\n  banshi outbox revive 310115-210426-7K3M9QX2TR/2/0")]
    Revive {
        /// 消息键 · Its key
        #[arg(value_name = "KEY")]
        letter: String,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Does it.
pub async fn run(command: OutboxCommand, out: Out) -> Result {
    match command {
        OutboxCommand::Dead { host } => {
            let client = host.client()?;
            let letters = every(async |cursor| client.dead_letters(cursor).await).await?;
            show(out, &letters, "没有死信 there are no dead letters")
        }
        OutboxCommand::Waiting { host } => {
            let client = host.client()?;
            let waiting = every(async |cursor| client.waiting_deliveries(cursor).await).await?;
            show(out, &waiting, "没有等待投递的消息 nothing waits for a partner")
        }
        OutboxCommand::Revive { letter, host, key } => {
            host.client()?.revive(&letter, &key.key()?).await?;
            out.show(&json!({ "revived": letter }), |_| format!("已重新排入待投递 in the outbox again: {letter}"))
        }
    }
}

fn show(out: Out, items: &[Undelivered], none: &str) -> Result {
    out.show(&json!({ "items": items }), |_| {
        let mut table =
            Table::new(&["键 key", "外部系统 partner", "事由 action", "次数", "最后错误 last error", "时间 created"]);
        for item in items {
            let partner = serde_json::to_value(item.partner).unwrap_or_default();
            let (partner, attempts) = (partner.as_str().unwrap_or_default(), item.attempts.to_string());
            let error = item.last_error.as_deref().unwrap_or_default();
            table.row([&item.key, partner, &item.action, &attempts, error, &time::text(item.created)]);
        }
        if table.is_empty() { none.to_owned() } else { table.render() }
    })
}
