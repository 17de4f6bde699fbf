//! `banshi config`: the documented defaults, and whether a file reads.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use crate::config::{Config, DEFAULTS};
use crate::failure::{Kind, OrFail, Result};
use crate::output::Out;

/// What there is to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// 打印带说明的默认配置 · Print the defaults with their documentation
    #[command(after_help = "示例 Example:\n  banshi config default > banshi.toml")]
    Default,
    /// 检查配置文件 · Check a configuration file without starting anything
    #[command(after_help = "示例 Example:\n  banshi config check banshi.toml")]
    Check {
        /// 配置文件 · The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// Does it.
pub fn run(command: ConfigCommand, out: Out) -> Result {
    match command {
        ConfigCommand::Default => out.line(DEFAULTS.trim_end()),
        ConfigCommand::Check { file } => {
            let config = Config::load(Some(&file))?;
            config.http.check().or_fail(Kind::Usage, "configuration")?;
            config.law()?;
            config.calendar()?;
            config.partners.check().or_fail(Kind::Usage, "configuration")?;
            out.show(&json!({ "ok": true }), |_| "配置可用 the configuration reads".to_owned())
        }
    }
}
