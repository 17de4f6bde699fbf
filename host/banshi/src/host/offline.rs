//! `banshi verify` and `banshi replay`: look at a folder that no host has open.

use std::path::PathBuf;
use std::sync::Arc;

use banshi_connect::HttpSharedData;
use banshi_model::ids::CaseId;
use banshi_store::{VerifyReport, verify_data};
use clap::Args;

use super::{Folder, engine};
use crate::config::Config;
use crate::failure::{Failure, Kind, Result};
use crate::output::Out;
use crate::table::Table;

const VERIFY_HELP: &str = "\
示例 Example:
  banshi verify --data data --keys keys

  不给 --keys 时只校验链、索引与计数，不解封内容。发现问题时退出码为 1 并指出第一处。
  Without --keys only chains, indexes and counts are walked, nothing is unsealed. A fault exits with 1 and names
  the first place.";

const REPLAY_HELP: &str = "\
示例 Example:
  banshi replay --data data --keys keys
  banshi replay --data data --keys keys --case 310115-210426-7K3M9QX2TR";

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_HELP)]
pub struct VerifyArgs {
    /// 数据目录 · The data folder
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 密钥文件；给出则一并解封内容 · The key file; with it, payloads are opened too
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
#[command(after_help = REPLAY_HELP)]
pub struct ReplayArgs {
    /// 数据目录 · The data folder
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// 密钥文件 · The key file
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// 只重放这一件 · Only this case
    #[arg(long, value_name = "CASE")]
    pub case: Option<CaseId>,
    /// 配置文件 · The configuration file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Walks everything; a fault is exit code 1.
pub async fn verify(args: VerifyArgs, out: Out) -> Result {
    let folder = Folder { data: args.data, keys: args.keys.clone().unwrap_or_default() };
    there(&folder)?;
    let report = match args.keys {
        None => verify_data(&folder.store())?,
        Some(_) => folder.open(&Config::default(), false)?.verify()?,
    };
    out.show(&report, verified)?;
    match report.faults.first() {
        None => Ok(()),
        Some(first) => {
            let (count, place, what) = (report.faults.len(), &first.place, &first.what);
            Err(Failure::new(
                Kind::Refused,
                format!("发现 {count} 处问题 fault(s) found; the first at {place}: {what}"),
            ))
        }
    }
}

/// Runs every step again; a difference is exit code 1.
pub async fn replay(args: ReplayArgs, out: Out) -> Result {
    let config = Config::load(args.config.as_deref())?;
    let folder = Folder { data: args.data.clone(), keys: args.keys };
    there(&folder)?;
    let store = folder.open(&config, false)?;
    // No source is asked: a replay reads what its entries bind.
    let nobody = HttpSharedData::new(&banshi_connect::Options::default())?;
    let engine = engine(&config, store, &args.data.join("compiled"), Arc::new(nobody), None).await?;
    let report = engine.replay(args.case.as_ref()).await?;
    out.show(&report, |report| {
        let counts = format!(
            "办件 cases {}，日志 entries {}，步骤 steps {}，已销毁 erased {}\n",
            report.cases, report.entries, report.steps, report.erased
        );
        let mut table = Table::new(&["办件 case", "序号 seq", "差异 difference"]);
        for difference in &report.differences {
            table.row([difference.case.as_str(), &difference.seq.to_string(), &difference.what]);
        }
        if table.is_empty() {
            format!("{counts}逐字节一致 the same to the byte")
        } else {
            counts + &table.render()
        }
    })?;
    match report.differences.first() {
        None => Ok(()),
        Some(first) => {
            let (case, seq, what) = (&first.case, first.seq, &first.what);
            Err(Failure::new(
                Kind::Refused,
                format!("重放不一致 the replay differs, first at {case} entry {seq}: {what}"),
            ))
        }
    }
}

fn there(folder: &Folder) -> Result {
    if folder.exists() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "no store in {}; give the folder that `banshi serve --data` was given",
        folder.data.display()
    )))
}

fn verified(report: &VerifyReport) -> String {
    let mut table = Table::new(&["已校验 verified", "数量 count"]);
    for (name, count) in [
        ("办件 cases", report.cases),
        ("已销毁 erased", report.erased),
        ("无密钥 keyless", report.keyless),
        ("日志 entries", report.entries),
        ("其他记录 records", report.records),
        ("索引 index rows", report.index_rows),
    ] {
        table.row([name, &count.to_string()]);
    }
    let depth = if report.unsealed {
        "内容已解封校验 payloads were opened"
    } else {
        "未解封内容 payloads stayed sealed"
    };
    let mut faults = Table::new(&["位置 place", "问题 fault"]);
    for fault in &report.faults {
        faults.row([&fault.place, &fault.what]);
    }
    let end = if report.ok() { "未发现问题 no fault found".to_owned() } else { faults.render() };
    format!("{}{depth}\n{end}", table.render())
}
