//! `banshi shadow`: what a package would have done in the steps that were recorded.

use std::path::PathBuf;

use banshi_engine::api::shadow::{ShadowId, ShadowRequest, ShadowState, ShadowView, SignOffRequest};
use banshi_engine::shadow_seal;
use banshi_model::ids::{Authority, Digest};
use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::json;

use super::enact::resolve;
use super::shadow_report::{difference, progress, table, told};
use crate::cli::{HostArgs, KeyArgs};
use crate::client::{Client, Followed, every};
use crate::failure::{Failure, Kind, OrFail, Result};
use crate::output::Out;

const HELP: &str = "\
示例 Example:
  banshi shadow huangpu/convenience-store@1.1.0 --at 市场监督管理局@310101 --since 2021-01-01
  banshi --json shadow food-2.0.0.banshi --at 市场监督管理局@310000 > report.json
  banshi shadow verify report.json
  banshi shadow sign-off s-7K3M9QX2TR --person 李某某（法制科科长）

  每个已记录的步骤在候选包上重算一遍并比较命令；不写入任何办件。进度与差异实时显示。中断后自动继续；Ctrl-C 只停止等待。
  Every recorded step runs once more on the candidate and its commands are compared; nothing is written to a case. How far
  it is and what differs is shown as it is found. It goes on by itself after a restart; Ctrl-C ends the waiting only.";

/// Arguments of `shadow`.
#[derive(Debug, Args)]
#[command(after_help = HELP, args_conflicts_with_subcommands = true)]
pub struct ShadowArgs {
    #[command(subcommand)]
    command: Option<ShadowCommand>,
    /// 组件包：文件、名称@版本或摘要（已发布）· The package: file, NAME@VERSION or digest; it is published already
    #[arg(value_name = "PACKAGE")]
    package: Option<String>,
    /// 机构：部门@区划 · At which authority: its cases there and below
    #[arg(long, value_name = "DEPARTMENT@DIVISION", value_parser = authority)]
    at: Option<Authority>,
    /// 只比对此日及以后收件的办件 · Only cases received on this day or later
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// 也比对未办结的办件 · Open cases too, as far as they went
    #[arg(long)]
    open: bool,
    /// 报告中的样例数 · How many samples the report holds at most
    #[arg(long, value_name = "N")]
    samples: Option<u16>,
    /// 不等待完成 · Do not wait for its end
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// What there is to do with shadows that were begun.
#[derive(Debug, Subcommand)]
pub enum ShadowCommand {
    /// 查看进度与报告 · How far one is, and its report
    #[command(after_help = "示例 Example:\n  banshi shadow show s-7K3M9QX2TR")]
    Show {
        /// 编号 · Which
        #[arg(value_name = "SHADOW")]
        id: ShadowId,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 跟随：实时显示进度与差异，直至结束 · Follow one live: how far it is and what differs, until its end
    #[command(after_help = "示例 Example:\n  banshi shadow follow s-7K3M9QX2TR")]
    Follow {
        /// 编号 · Which
        #[arg(value_name = "SHADOW")]
        id: ShadowId,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 列出 · All of them, newest first
    #[command(after_help = "示例 Example:\n  banshi shadow list --token @admin.token")]
    List {
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 停止 · Stop one
    #[command(after_help = "示例 Example:\n  banshi shadow cancel s-7K3M9QX2TR")]
    Cancel {
        /// 编号 · Which
        #[arg(value_name = "SHADOW")]
        id: ShadowId,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// 负责人对报告署名 · A named person answers for what a report shows
    #[command(after_help = "示例 Example:\n  banshi shadow sign-off s-7K3M9QX2TR --person 李某某（法制科科长）")]
    SignOff {
        /// 编号 · Which
        #[arg(value_name = "SHADOW")]
        id: ShadowId,
        /// 署名人：姓名与职务 · Who, by name and post
        #[arg(long, value_name = "PERSON")]
        person: String,
        /// 所读报告的摘要；不给则为现有报告 · The digest of the report that was read; the one there is unless said
        #[arg(long, value_name = "DIGEST")]
        report: Option<Digest>,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// 校验报告的签名 · Check the signatures of a report
    #[command(
        after_help = "示例 Example:\n  banshi shadow verify report.json\n  banshi shadow verify report.json --key 4f1c…"
    )]
    Verify {
        /// 报告（`banshi --json shadow …` 的输出）· The report, as `--json` gave it
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// 主机公钥；不给则向主机询问 · The host's public key; the host is asked unless given
        #[arg(long, value_name = "HEX")]
        key: Option<String>,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
}

/// Does it.
pub async fn run(args: ShadowArgs, out: Out) -> Result {
    match args.command {
        None => begin(args, out).await,
        Some(ShadowCommand::Show { id, host }) => out.show(&host.client()?.shadow(&id).await?, told),
        Some(ShadowCommand::Follow { id, host }) => ended_well(&follow(&host.client()?, &id, out).await?, out),
        Some(ShadowCommand::List { host }) => {
            let client = host.client()?;
            let shadows = every(async |cursor| client.shadows(cursor).await).await?;
            out.show(&json!({ "items": shadows }), |_| table(&shadows))
        }
        Some(ShadowCommand::Cancel { id, host, key }) => {
            out.show(&host.client()?.cancel_shadow(&id, &key.key()?).await?, told)
        }
        Some(ShadowCommand::SignOff { id, person, report, host, key }) => {
            let client = host.client()?;
            let report = match report {
                Some(report) => report,
                None => {
                    let unfinished = || Failure::new(Kind::Refused, format!("{id}: 尚无完成的报告 not finished yet"));
                    client.shadow(&id).await?.digest.ok_or_else(unfinished)?
                }
            };
            let request = SignOffRequest { person, report };
            out.show(&client.sign_off_shadow(&id, &request, &key.key()?).await?, told)
        }
        Some(ShadowCommand::Verify { file, key, host }) => verify(&file, key, &host, out).await,
    }
}

async fn begin(args: ShadowArgs, out: Out) -> Result {
    let missing = |what: &str| Failure::usage(format!("{what} is missing; see `banshi shadow --help`"));
    let package = args.package.as_deref().ok_or_else(|| missing("PACKAGE"))?;
    let at = args.at.ok_or_else(|| missing("--at DEPARTMENT@DIVISION"))?;
    let client = args.host.client()?;
    let (package, _) = resolve(&client, package).await?;
    let request = ShadowRequest { package, at, since: args.since, open: args.open, samples: args.samples };
    let begun = client.begin_shadow(&request, &args.key.key()?).await?;
    if args.detach {
        return out.show(&begun, |begun| format!("已开始 begun {0}\n查看 look: banshi shadow show {0}", begun.id));
    }
    out.note(&format!("已开始 begun {}", begun.id));
    let ended = follow(&client, &begun.id, out).await?;
    ended_well(&ended, out)
}

/// Shows how it ended; any end but its own is exit code 1.
fn ended_well(ended: &ShadowView, out: Out) -> Result {
    out.show(ended, told)?;
    match ended.state {
        ShadowState::Finished => Ok(()),
        _ => Err(Failure::new(Kind::Refused, format!("{}: 未完成 did not finish", ended.id))),
    }
}

/// Follows it to its end: says how far it is, and what differs as soon as it is found.
async fn follow(client: &Client, id: &ShadowId, out: Out) -> Result<ShadowView> {
    client
        .follow_shadow(id, |told| match told {
            Followed::Progress(now) => out.note(&progress(now.progress, now.steps)),
            Followed::Difference(sample) => out.note(&difference(&sample)),
        })
        .await?;
    client.shadow(id).await
}

/// Checks a report against its signature and the host's key.
async fn verify(file: &std::path::Path, key: Option<String>, host: &HostArgs, out: Out) -> Result {
    let text = std::fs::read_to_string(file).or_fail(Kind::Usage, format!("cannot read {}", file.display()))?;
    let shadow: ShadowView = serde_json::from_str(&text).or_fail(Kind::Usage, file.display())?;
    let key = match key {
        Some(key) => key,
        None => host.client()?.shadow_key().await?.key,
    };
    let unsigned = || Failure::new(Kind::Refused, "报告没有签名 the report is not signed: it is not finished");
    let signature = shadow.signature.as_ref().ok_or_else(unsigned)?;
    shadow_seal::verify(&shadow.report, signature, Some(&key)).or_fail(Kind::Refused, "签名无效 not valid")?;
    let digest = shadow_seal::digest(&shadow.report);
    for sign_off in &shadow.sign_offs {
        shadow_seal::verify_sign_off(sign_off, Some(&key))
            .or_fail(Kind::Refused, "署名无效 a sign-off is not valid")?;
        if sign_off.report != digest {
            return Err(Failure::new(Kind::Refused, "署名属于另一份报告 a sign-off is of another report"));
        }
    }
    let people: Vec<&str> = shadow.sign_offs.iter().map(|sign_off| sign_off.person.as_str()).collect();
    out.show(&json!({ "valid": true, "digest": digest, "key": key, "signed_off_by": people }), |_| {
        format!("签名有效 valid: {digest}\n公钥 key: {key}\n署名 signed off by: {}", people.join("、"))
    })
}

/// An authority, as a person writes it.
pub fn authority(text: &str) -> std::result::Result<Authority, String> {
    let (department, division) = text.split_once('@').ok_or("give DEPARTMENT@DIVISION, as in 市场监督管理局@310115")?;
    Ok(Authority {
        department: department.parse().map_err(|error: banshi_model::ids::Error| error.to_string())?,
        division: division.parse().map_err(|error: banshi_model::ids::Error| error.to_string())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_a_department_and_a_division() {
        assert_eq!(authority("市场监督管理局@310115").unwrap().to_string(), "市场监督管理局@310115");
        assert!(authority("市场监督管理局").is_err());
        assert!(authority("市场监督管理局@31").is_err());
    }
}
