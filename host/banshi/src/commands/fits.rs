//! `banshi package fits`: whether the variations above a package stand on it.

use std::fmt::Write as _;
use std::path::Path;

use banshi_engine::api::fits::{Fit, LayerFit, ValueChange};
use banshi_model::ids::Digest;
use clap::Args;
use serde_json::{Value, json};

use super::package::read;
use super::report::findings_list;
use super::wording;
use crate::cli::HostArgs;
use crate::client::every;
use crate::failure::Result;
use crate::output::{Out, plain, plain_line};

pub const FITS_HELP: &str = "\
示例 Example:
  banshi package fits shanghai-food-2.0.0.banshi --token @city.token
  banshi package fits 3b0c…64 --json

  基础（或下层变体）有新版本时，其上每个已施行变体：适用、适用但有差异（逐项列出）、冲突（指明位置）。
  组件包须先发布（不必施行）；在历史案件上的比对见 banshi shadow。
  With a new version of what lies below, each variation in force above it fits, fits with differences (listed), or
  conflicts (with places). The package is published first, and need not be enacted; for cases of the past see
  `banshi shadow`.";

/// Arguments of `package fits`.
#[derive(Debug, Args)]
pub struct FitsArgs {
    /// 组件包文件或其摘要 · The package file, or its digest
    #[arg(value_name = "FILE|DIGEST")]
    pub package: String,
    /// Which host.
    #[command(flatten)]
    pub host: HostArgs,
}

/// `banshi package fits`.
pub async fn fits(args: &FitsArgs, out: Out) -> Result {
    let package: Digest = match args.package.parse() {
        Ok(digest) => digest,
        Err(_) => Digest::of(&read(Path::new(&args.package))?),
    };
    let client = args.host.client()?;
    let found: Vec<LayerFit> = every(async |cursor| client.package_fits(&package, cursor).await).await?;
    out.show(&json!({ "package": package, "items": found }), |_| listed(&found))
}

fn listed(found: &[LayerFit]) -> String {
    if found.is_empty() {
        return "其上没有已施行的变体 no variation in force stands above it".to_owned();
    }
    let count = |fit| found.iter().filter(|layer| layer.fit == fit).count();
    let mut text = format!(
        "适用 fits {}，有差异 fits with differences {}，冲突 conflicts {}\n",
        count(Fit::Fits),
        count(Fit::Differs),
        count(Fit::Conflicts)
    );
    for layer in found {
        let _ = writeln!(
            text,
            "\n{}  {}@{}  {}  {}  {}  {}",
            said(layer.fit),
            plain(layer.name.as_str()),
            plain(&layer.version),
            wording::kind(layer.kind),
            layer.authority,
            plain_line(&layer.instrument),
            layer.enactment,
        );
        changes(&mut text, "本层 this layer", &layer.differences);
        changes(&mut text, "下层 below it  ", &layer.below);
        text.push_str(&findings_list(&layer.conflicts));
    }
    text
}

fn changes(text: &mut String, whose: &str, list: &[ValueChange]) {
    for change in list {
        let (path, before, after) = (plain_line(&change.path), value(&change.before), value(&change.after));
        let _ = writeln!(text, "  {whose}  {path}: {before} → {after}");
    }
}

fn value(value: &Option<Value>) -> String {
    value.as_ref().map_or_else(|| "—".to_owned(), |value| plain_line(&value.to_string()))
}

fn said(fit: Fit) -> &'static str {
    match fit {
        Fit::Fits => "✓ 适用 fits",
        Fit::Differs => "~ 适用，有差异 fits with differences",
        Fit::Conflicts => "✗ 冲突 conflicts",
    }
}
