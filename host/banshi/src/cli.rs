//! The command line: what there is to say. What is done stands in `commands/`, `host/`, `partner_sim/` and `demo/`.

use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::client::{Client, Key};
use crate::commands::{
    case, clock, config, emergency, enact, enactment, licence, matter, migration, outbox, package, quarantine, shadow,
    task, token, trust,
};
use crate::demo;
use crate::failure::{EXIT_CODES, Kind, OrFail, Result};
use crate::host::{offline, serve};
use crate::logging::LogFormat;
use crate::partner_sim;

/// 办事: 一个平台承载全市审批，各区各部门自行调整，无需重新部署。
/// Approval workflows of a whole city on one platform; each district changes its own without a redeployment.
#[derive(Debug, Parser)]
#[command(name = "banshi", version, after_help = EXIT_CODES, max_term_width = 110)]
pub struct Cli {
    /// 输出 JSON · Answer in JSON
    #[arg(long, global = true)]
    pub json: bool,

    /// 日志格式（级别见环境变量 BANSHI_LOG）· Form of log lines (which: BANSHI_LOG, for example `info`)
    #[arg(long, global = true, value_enum, default_value = "text", env = "BANSHI_LOG_FORMAT")]
    pub log: LogFormat,

    /// 做什么 · What to do
    #[command(subcommand)]
    pub command: Command,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 演示：便利店一业一证，从构建到证书 · The demo: one certificate for a convenience store, from source to certificate
    Demo(demo::DemoArgs),
    /// 启动主机 · Run a host
    Serve(serve::ServeArgs),
    /// 令牌 · Tokens of a host's callers
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// 组件包：构建、检查、发布 · Packages: build, check, publish
    #[command(subcommand)]
    Package(package::PackageCommand),
    /// 信任根：谁可以为哪个机构签名 · The trust root: who may sign for which authority
    #[command(subcommand)]
    Trust(trust::TrustCommand),
    /// 施行一个已发布的组件包 · Put a published package in force
    Enact(enact::EnactArgs),
    /// 收回一次施行；新办件回到此前的规则 · Take an enactment back; new cases follow what was in force before
    TakeBack(enact::TakeBackArgs),
    /// 施行记录 · What was enacted
    Enactments(enact::ListArgs),
    /// 一次施行的开始：比例、观察、恢复 · How an enactment begins: its share, its watch, the release of a halt
    #[command(subcommand)]
    Enactment(enactment::EnactmentCommand),
    /// 历史比对：组件包在已记录的步骤上会怎样 · What a package would have done in the steps that were recorded
    Shadow(shadow::ShadowArgs),
    /// 在办件迁移：先试算，逐件迁移，下一步之前可撤销 · Move open cases to what is in force: tried first, undone until a case's next step
    #[command(subcommand)]
    Migration(migration::MigrationCommand),
    /// 应急措施：两人、有期限，可及在办件 · Emergency measures: by two persons, until a date, open cases too
    #[command(subcommand)]
    Emergency(emergency::EmergencyCommand),
    /// 事项：某地现行的定义及每个值的来源 · Matters: what is in force at a place, each value with its layer
    #[command(subcommand)]
    Matter(matter::MatterCommand),
    /// 办件 · Cases
    #[command(subcommand)]
    Case(case::CaseCommand),
    /// 待办 · Officers' tasks
    #[command(subcommand)]
    Task(task::TaskCommand),
    /// 证照库 · The licence library
    #[command(subcommand)]
    Licence(licence::LicenceCommand),
    /// 未送达的消息：已放弃的、等待外部系统的 · Deliveries that were given up, or that wait for a partner
    #[command(subcommand)]
    Outbox(outbox::OutboxCommand),
    /// 因多次失败而停用的组件包 · Packages that are not called where they failed too often
    #[command(subcommand)]
    Quarantine(quarantine::QuarantineCommand),
    /// 模拟时钟与工作日历 · The simulated clock, and the working-day calendar
    #[command(subcommand)]
    Clock(clock::ClockCommand),
    /// 逐链校验数据目录 · Walk every chain, index and count of a data folder
    Verify(offline::VerifyArgs),
    /// 按日志所绑定的内容重放每一步 · Run every step again from what its entry binds, and compare bytes
    Replay(offline::ReplayArgs),
    /// 配置 · Configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// 模拟外部系统（身份核验、数据共享、通知、支付、物流）· Simulate partners over real HTTP
    PartnerSim(partner_sim::PartnerSimArgs),
    /// The compiling child process of a host; run by the host, not by hand
    #[command(hide = true)]
    CompileComponent,
}

/// Which host, as whom.
#[derive(Debug, Clone, Args)]
pub struct HostArgs {
    /// 主机地址 · The host's address
    #[arg(long, env = "BANSHI_HOST", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub host: String,
    /// 令牌，或 @文件 · The token, or `@` and a file that holds it
    #[arg(long, env = "BANSHI_TOKEN", hide_env_values = true, value_name = "TOKEN|@FILE")]
    pub token: Option<String>,
    /// 每个请求最多等待的秒数 · How long one request may take, in seconds
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub timeout: u64,
}

impl HostArgs {
    /// A client as these say.
    pub fn client(&self) -> Result<Client> {
        let token = match self.token.as_deref() {
            Some(text) => match text.strip_prefix('@') {
                Some(path) => {
                    Some(std::fs::read_to_string(path).or_fail(Kind::Usage, format!("--token: cannot read `{path}`"))?)
                }
                None => Some(text.to_owned()),
            },
            None => None,
        };
        Client::new(&self.host, token.as_deref(), Duration::from_secs(self.timeout))
    }
}

/// The idempotency key of a write.
#[derive(Debug, Clone, Args)]
pub struct KeyArgs {
    /// 幂等键：重复同一操作时给同一个键 · Give the same key to repeat the same write safely
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
}

impl KeyArgs {
    /// The given key, or a fresh one.
    pub fn key(&self) -> Result<Key> {
        Key::new(self.idempotency_key.clone())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    /// Walks the whole tree: what a person asks help for shows them how it is used.
    #[test]
    fn every_command_has_an_example() {
        let mut open = vec![("banshi".to_owned(), Cli::command())];
        let mut leaves = 0;
        while let Some((name, command)) = open.pop() {
            let below: Vec<_> = command.get_subcommands().filter(|below| !below.is_hide_set()).cloned().collect();
            let own_example = command.get_after_help().is_some_and(|help| help.to_string().contains("Example"));
            if own_example {
                leaves += 1;
                continue;
            }
            assert!(!below.is_empty(), "`{name}` has no example");
            open.extend(below.into_iter().map(|command| (format!("{name} {}", command.get_name()), command)));
        }
        assert!(leaves > 20, "{leaves}");
    }
}
