//! `banshi token`: who may call a host. A running host sees the changed file at its next request.

use std::path::{Path, PathBuf};

use banshi_engine::Role;
use banshi_http::tokens::{Error, Token, TokenFile};
use banshi_model::effect::PartnerKind;
use banshi_model::ids::{Authority, Department, Division};
use banshi_model::text::Subject;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::clock::instant;
use crate::failure::{Failure, Kind, OrFail, Result};
use crate::output::Out;
use crate::table::Table;

const NEW_HELP: &str = "\
示例 Example:
  banshi token new --tokens tokens.toml --name admin platform > admin.token
  banshi token new --tokens tokens.toml --name pudong-it publisher \\
      --department 市场监督管理局 --division 310115
  banshi token new --tokens tokens.toml --name pudong-food officer \\
      --department 市场监督管理局 --division 310115 --unit 食品经营许可科

  令牌只显示这一次；文件中只存其 SHA-256。
  The token is shown this once; the file keeps its SHA-256 only.";

/// What there is to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// 新建令牌 · Make a token
    #[command(after_help = NEW_HELP)]
    New(NewArgs),
    /// 撤销令牌，立即生效 · Revoke a token; it stops at once
    #[command(after_help = "示例 Example:\n  banshi token revoke --tokens tokens.toml pudong-food")]
    Revoke {
        /// Which file.
        #[command(flatten)]
        file: FileArgs,
        /// 名称 · Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// 列出令牌（不含令牌本身）· List tokens, not their texts
    #[command(after_help = "示例 Example:\n  banshi token list --tokens tokens.toml")]
    List {
        /// Which file.
        #[command(flatten)]
        file: FileArgs,
    },
}

/// Which token file.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// 令牌文件 · The token file
    #[arg(long, value_name = "FILE", env = "BANSHI_TOKENS")]
    pub tokens: PathBuf,
}

/// Arguments of `token new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    #[command(flatten)]
    file: FileArgs,
    /// 名称，写入日志与办件日志，不得含个人信息 · Its name: stands in journals and logs, so nothing personal
    #[arg(long, value_name = "NAME")]
    name: String,
    /// 到期时刻或日期 · When it expires; without it, never
    #[arg(long, value_name = "RFC3339|DATE", value_parser = instant)]
    expires: Option<Timestamp>,
    #[command(subcommand)]
    role: RoleArgs,
}

/// What the bearer may do.
#[derive(Debug, Subcommand)]
pub enum RoleArgs {
    /// 平台：准入、施行、收回、拨钟 · Runs the platform; decides no case
    Platform,
    /// 发布机构：为一个机构发布和施行 · Publishes and enacts for one authority
    Publisher {
        /// 部门 · The department
        #[arg(long)]
        department: Department,
        /// 区划 · The division
        #[arg(long)]
        division: Division,
    },
    /// 经办人员：办理其科室的待办 · Works on the tasks of units
    Officer {
        /// 部门 · The department
        #[arg(long)]
        department: Department,
        /// 区划 · The division
        #[arg(long)]
        division: Division,
        /// 科室或窗口，可多次 · A unit; may be given several times
        #[arg(long = "unit", required = true)]
        units: Vec<String>,
    },
    /// 外部系统；不给 --kind 则为门户或自助终端 · Another system; without --kind a portal or kiosk
    Partner {
        /// 种类 · identity, shared-data, notice, payment or courier
        #[arg(long, value_parser = word::<PartnerKind>)]
        kind: Option<PartnerKind>,
    },
    /// 申请人：只能办理本人（单位）的事 · An applicant: what concerns this subject only
    Applicant {
        /// 主体的 JSON 文件 · A JSON file {"kind", "id", "name"}; not on the command line, because others see that
        #[arg(long, value_name = "FILE")]
        subject: PathBuf,
    },
}

/// What is told of a new token.
#[derive(Serialize)]
struct Made<'a> {
    name: &'a str,
    token: String,
}

/// A token in a list.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    role: &'static str,
    scope: String,
    expires: Option<Timestamp>,
}

/// Does it.
pub fn run(command: TokenCommand, out: Out) -> Result {
    match command {
        TokenCommand::New(args) => new(args, out),
        TokenCommand::Revoke { file, name } => {
            TokenFile::edit(&file.tokens, |tokens| tokens.revoke(&name))
                .map_err(|error| failed(error, &file.tokens))?;
            out.show(&serde_json::json!({ "revoked": name }), |_| format!("已撤销 revoked {name}"))
        }
        TokenCommand::List { file } => {
            let tokens = TokenFile::load(&file.tokens).map_err(|error| failed(error, &file.tokens))?;
            let listed: Vec<Listed> = tokens.token.iter().map(listed).collect();
            out.show(&listed, |listed| {
                let mut table = Table::new(&["名称 name", "角色 role", "范围 scope", "到期 expires"]);
                for token in listed {
                    let expires = token.expires.map_or_else(|| "—".to_owned(), banshi_model::time::text);
                    table.row([token.name, token.role, &token.scope, &expires]);
                }
                table.render()
            })
        }
    }
}

fn new(args: NewArgs, out: Out) -> Result {
    let role = role(args.role)?;
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|e| Failure::new(Kind::Failed, format!("no randomness: {e}")))?;
    let path = &args.file.tokens;
    let token = TokenFile::edit(path, |file| file.create(&args.name, role, args.expires, random))
        .map_err(|error| failed(error, path))?;
    out.note(&format!("令牌 {} 只显示这一次 shown this once:", args.name));
    out.show(&Made { name: &args.name, token }, |made| made.token.clone())
}

fn role(args: RoleArgs) -> Result<Role> {
    Ok(match args {
        RoleArgs::Platform => Role::Platform,
        RoleArgs::Publisher { department, division } => {
            Role::Publisher { authority: Authority { department, division } }
        }
        RoleArgs::Officer { department, division, units } => Role::Officer { division, department, units },
        RoleArgs::Partner { kind } => Role::Partner { kind },
        RoleArgs::Applicant { subject } => Role::Applicant { subject: read_subject(&subject)? },
    })
}

fn read_subject(path: &Path) -> Result<Subject> {
    let text = std::fs::read_to_string(path).or_fail(Kind::Usage, format!("cannot read {}", path.display()))?;
    // The parser's own words may quote a name or a number.
    serde_json::from_str(&text).map_err(|error| {
        let what = "not a subject like {\"kind\": \"legal-person\", \"id\": …, \"name\": …}";
        Failure::usage(format!("{}, line {}: {what}", path.display(), error.line()))
    })
}

fn listed(token: &Token) -> Listed<'_> {
    let (role, scope) = match &token.role {
        Role::Platform => ("platform", String::new()),
        Role::Publisher { authority } => ("publisher", authority.to_string()),
        Role::Officer { division, department, units } => {
            ("officer", format!("{department}@{division}: {}", units.join("、")))
        }
        Role::Partner { kind: None } => ("partner", "portal".to_owned()),
        Role::Partner { kind: Some(kind) } => ("partner", format!("{kind:?}").to_lowercase()),
        // Whom is personal; the name says which token it is.
        Role::Applicant { .. } => ("applicant", String::new()),
    };
    Listed { name: &token.name, role, scope, expires: token.expires }
}

fn failed(error: Error, path: &Path) -> Failure {
    let kind = match error {
        Error::Name(_) | Error::Doubled(_) | Error::Unknown(_) | Error::Syntax { .. } => Kind::Usage,
        _ => Kind::Failed,
    };
    Failure { kind, error: anyhow::Error::new(error).context(path.display().to_string()), problem: None }
}

/// Reads one of an enumeration's words as JSON spells them.
pub fn word<T: DeserializeOwned>(text: &str) -> std::result::Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
}
