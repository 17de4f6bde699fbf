//! `banshi case submit`: an application out of a JSON file, with documents from files beside it.

use std::path::{Path, PathBuf};

use banshi_engine::api::intake::{Application, PrecheckAnswer};
use banshi_model::ids::Slug;
use clap::Args;

use super::view;
use crate::cli::{HostArgs, KeyArgs};
use crate::client::{Client, Key};
use crate::commands::wording;
use crate::failure::{Failure, Kind, OrFail, Result};
use crate::output::Out;
use crate::table::Table;

/// Shown under `case submit --help`.
pub const HELP: &str = "\
示例 Example:
  banshi case submit application.json --document lease=lease.pdf
  banshi case submit application.json --check

  application.json: {\"matter\": \"P01\", \"division\": \"310115\",
    \"subject\": {\"kind\": \"legal-person\", \"id\": \"…\", \"name\": \"…\"},
    \"answers\": {…}, \"values\": {…}}";

/// Arguments of `case submit`.
#[derive(Debug, Args)]
pub struct SubmitArgs {
    /// 申请（JSON 文件）· The application
    #[arg(value_name = "FILE")]
    application: PathBuf,
    /// 材料=文件，可多次 · A paper, uploaded first; may be given several times
    #[arg(long = "document", value_name = "MATERIAL=FILE", value_parser = document)]
    documents: Vec<(Slug, PathBuf)>,
    /// 只预检，不提交 · Only precheck; nothing is stored
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Uploads, then submits; or prechecks, where something blocking is exit code 1.
pub async fn run(args: SubmitArgs, out: Out) -> Result {
    let path = &args.application;
    let text = std::fs::read_to_string(path).or_fail(Kind::Usage, format!("cannot read {}", path.display()))?;
    let mut application: Application = serde_json::from_str(&text).or_fail(Kind::Usage, path.display())?;
    let client = args.host.client()?;
    if args.check {
        return check(&client, &application, out).await;
    }
    let key = args.key.key()?;
    for (material, file) in &args.documents {
        // Derived, so that a repeated command uploads nothing twice.
        let uploaded = upload(&client, file, &key.derived(material.as_str())).await?;
        application.documents.insert(material.to_string(), uploaded);
    }
    let case = client.submit(&application, &key).await?;
    out.show(&case, view::case)
}

/// Uploads a file as a paper.
pub(super) async fn upload(client: &Client, file: &Path, key: &Key) -> Result<banshi_model::ids::DocumentId> {
    let bytes = std::fs::read(file).or_fail(Kind::Usage, format!("cannot read {}", file.display()))?;
    Ok(client.upload(media_type(file), bytes, key).await?.id)
}

async fn check(client: &Client, application: &Application, out: Out) -> Result {
    let answer = client.precheck(application).await?;
    out.show(&answer, checked)?;
    if answer.complete {
        Ok(())
    } else {
        Err(Failure::new(Kind::Refused, "材料或信息不齐 the application is not complete"))
    }
}

fn checked(answer: &PrecheckAnswer) -> String {
    let mut table = Table::new(&["", "问题 finding", "依据 basis", "位置 evidence"]).widest(80);
    for finding in &answer.findings {
        let (reason, severity) = (&finding.reason, wording::severity(finding.severity));
        table.row([severity, &wording::text(&reason.text), &reason.basis, &reason.evidence.join(", ")]);
    }
    if table.is_empty() { "预检未发现问题 nothing was found".to_owned() } else { table.render() }
}

/// Reads `MATERIAL=FILE`.
pub(super) fn document(text: &str) -> std::result::Result<(Slug, PathBuf), String> {
    let (material, file) = text.split_once('=').ok_or("write it as MATERIAL=FILE")?;
    Ok((material.parse().map_err(|e: banshi_model::ids::Error| e.to_string())?, PathBuf::from(file)))
}

/// By the file's ending; the host looks no deeper.
fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("pdf") => "application/pdf",
        Some("ofd") => "application/ofd",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        _ => "application/octet-stream",
    }
}
