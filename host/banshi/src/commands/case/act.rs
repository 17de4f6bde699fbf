//! `banshi case supplement`, `extend` and `end-procedure`: what an applicant and an officer add to a running case.

use std::path::PathBuf;

use banshi_engine::api::cases::{ExtendRequest, SupplementRequest};
use banshi_model::ids::{CaseId, Slug};
use banshi_model::text::Reason;
use clap::Args;

use super::submit::{document, upload};
use super::view;
use crate::cli::{HostArgs, KeyArgs};
use crate::commands::reason::reason;
use crate::commands::task::json_or_file;
use crate::failure::{Kind, OrFail, Result};
use crate::output::Out;

/// Shown under `case supplement --help`.
pub const SUPPLEMENT_HELP: &str = "\
示例 Example:
  banshi case supplement 310115-210426-7K3M9QX2TR --values '{\"premises.area\": 160}' --document lease=lease.pdf";

/// Shown under `case extend --help`.
pub const EXTEND_HELP: &str = "\
示例 Example:
  banshi case extend 310115-210426-7K3M9QX2TR --days 10 --instrument 沪市监延〔2021〕1号 \\
      --reason '行政许可法 第四十二条=需进一步核实'";

/// Shown under `case end-procedure --help`.
pub const END_PROCEDURE_HELP: &str = "\
示例 Example:
  banshi case end-procedure 310115-210426-7K3M9QX2TR experts";

/// Arguments of `case supplement`.
#[derive(Debug, Args)]
pub struct SupplementArgs {
    /// 办件编号 · Which case
    #[arg(value_name = "CASE")]
    id: CaseId,
    /// 表单值：JSON 或 @文件 · Form values by field id: JSON, or `@` and a file
    #[arg(long, value_name = "JSON|@FILE")]
    values: Option<String>,
    /// 材料=文件，可多次 · A paper, uploaded first; may be given several times
    #[arg(long = "document", value_name = "MATERIAL=FILE", value_parser = document)]
    documents: Vec<(Slug, PathBuf)>,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Arguments of `case extend`.
#[derive(Debug, Args)]
pub struct ExtendArgs {
    /// 办件编号 · Which case
    #[arg(value_name = "CASE")]
    id: CaseId,
    /// 延长的工作日数 · By how many working days
    #[arg(long)]
    days: u16,
    /// 批准的文号 · Whose approval, on which instrument
    #[arg(long)]
    instrument: String,
    /// 依据=理由；将告知申请人 · Why; the applicant is told
    #[arg(long, value_name = "BASIS=TEXT", value_parser = reason)]
    reason: Reason,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Arguments of `case end-procedure`.
#[derive(Debug, Args)]
pub struct EndProcedureArgs {
    /// 办件编号 · Which case
    #[arg(value_name = "CASE")]
    id: CaseId,
    /// 特别程序，见 case show · Which procedure; `case show` lists them
    #[arg(value_name = "PROCEDURE")]
    procedure: Slug,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Uploads, then supplements.
pub async fn supplement(args: SupplementArgs, out: Out) -> Result {
    let client = args.host.client()?;
    let key = args.key.key()?;
    let values = args.values.as_deref().map(json_or_file).transpose()?;
    let values = values.map(serde_json::from_value).transpose().or_fail(Kind::Usage, "--values is not an object")?;
    let mut request = SupplementRequest { values: values.unwrap_or_default(), documents: Default::default() };
    for (material, file) in &args.documents {
        let uploaded = upload(&client, file, &key.derived(material.as_str())).await?;
        request.documents.insert(material.to_string(), uploaded);
    }
    let case = client.supplement(&args.id, &request, &key).await?;
    out.show(&case, view::case)
}

/// Extends the limit.
pub async fn extend(args: ExtendArgs, out: Out) -> Result {
    let request = ExtendRequest { working_days: args.days, instrument: args.instrument, reason: args.reason };
    let case = args.host.client()?.extend(&args.id, &request, &args.key.key()?).await?;
    out.show(&case, view::case)
}

/// Records that a special procedure has ended.
pub async fn end_procedure(args: EndProcedureArgs, out: Out) -> Result {
    let case = args.host.client()?.end_procedure(&args.id, &args.procedure, &args.key.key()?).await?;
    out.show(&case, view::case)
}
