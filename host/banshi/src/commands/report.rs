//! `banshi package report`, `banshi package findings`: what admission found, for a person.

use std::fmt::Write as _;

use banshi_engine::api::registry::{AdmissionFinding, AdmissionReport, PackageReport, StandingFindings, Weight};
use banshi_model::ids::Digest;
use clap::Args;
use serde::Serialize;
use serde_json::json;

use super::wording;
use crate::cli::HostArgs;
use crate::client::every;
use crate::failure::{Failure, Kind, Result};
use crate::output::{Out, plain, plain_line};
use crate::table::Table;

pub const REPORT_HELP: &str = "\
示例 Example:
  banshi package report 3b0c…64 --token @huangpu.token
  banshi package report 3b0c…64 --json

  发布时的准入报告，以及按今日规则行新发现的问题（不影响已施行的）。
  The report of the admission, and what today's law rows find beyond it (which stops nothing that is in force).";

pub const FINDINGS_HELP: &str = "\
示例 Example:
  banshi package findings

  已施行的组件包中，按今日规则行与可取得材料表新发现问题的；不影响其施行。
  Packages in force for which today's law rows or tables of obtainable papers find something new; it stops nothing.";

/// Arguments of `package report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// 组件包的摘要 · The package's digest
    #[arg(value_name = "DIGEST")]
    pub package: Digest,
    /// Which host.
    #[command(flatten)]
    pub host: HostArgs,
}

/// `banshi package report`.
pub async fn report(args: &ReportArgs, out: Out) -> Result {
    let report = args.host.client()?.package_report(&args.package).await?;
    out.show(&report, whole)
}

/// `banshi package findings`.
pub async fn standing(host: &HostArgs, out: Out) -> Result {
    let client = host.client()?;
    let found: Vec<StandingFindings> = every(async |cursor| client.standing_findings(cursor).await).await?;
    out.show(&json!({ "items": found }), |_| {
        if found.is_empty() {
            return "没有新发现的问题 nothing new was found".to_owned();
        }
        let one = |found: &StandingFindings| {
            let places: Vec<String> = found.authorities.iter().map(ToString::to_string).collect();
            format!(
                "{} {}  事项 matter {}，{}\n摘要 digest {}\n{}",
                plain(found.name.as_str()),
                plain(&found.version),
                found.matter,
                places.join("，"),
                found.package,
                findings_list(&found.findings),
            )
        };
        found.iter().map(one).collect::<Vec<_>>().join("\n")
    })
}

fn whole(report: &PackageReport) -> String {
    let mut text = reported(&report.report);
    if report.since.is_empty() {
        let _ = write!(text, "\n按 {} 的规则行，没有新发现的问题 nothing new by the law rows of this day", report.on);
    } else {
        let _ = write!(
            text,
            "\n按 {} 的规则行新发现，不影响施行 found since by the law rows of this day; it stops nothing:\n{}",
            report.on,
            findings_list(&report.since)
        );
    }
    text
}

/// Shows an admission report; one that refuses is exit code 1.
pub fn report_or_refusal(said: &impl Serialize, report: &AdmissionReport, out: Out) -> Result {
    out.show(said, |_| reported(report))?;
    if report.admitted {
        return Ok(());
    }
    let errors = report.findings.iter().filter(|finding| finding.refuses()).count();
    Err(Failure::new(Kind::Refused, format!("未通过准入 not admitted: {errors} 项须修改 finding(s) refuse it")))
}

fn reported(report: &AdmissionReport) -> String {
    let m = &report.manifest;
    let verdict = if report.admitted { "通过准入 admitted" } else { "未通过准入 not admitted" };
    let tried = &report.tried;
    let mut text = format!(
        "{verdict}: {} {} ({})\n事项 matter {}，{}\n摘要 digest {}\n报告 report {}\n组件 component {} 字节 bytes\n签名 signature {}\n\
         试办 tried: 引导路径 guide paths {}，办件 cases {}，步骤 steps {}，事件种类 kinds of event {}\n",
        plain(m.name.as_str()),
        plain(&m.version),
        wording::kind(m.kind),
        m.matter,
        m.authority,
        report.package,
        report.digest,
        report.component_bytes,
        plain(&wording::text(&report.signature)),
        tried.paths,
        tried.cases,
        tried.steps,
        tried.events,
    );
    text.push_str(&findings_list(&report.findings));
    let mut knobs = Table::new(&["可调参数 knob", "含义 meaning", "默认 default", "收紧方向 narrows"]);
    for knob in &report.knobs {
        let default = knob.default.to_string();
        knobs.row([knob.id.as_str(), &wording::text(&knob.title), &default, wording::narrows(knob.narrows)]);
    }
    if !knobs.is_empty() {
        text.push('\n');
        text.push_str(&knobs.render());
    }
    text
}

/// Findings one under the other: the rule and its place, what is wrong, what to do.
pub fn findings_list(findings: &[AdmissionFinding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let mark = match finding.severity {
            Weight::Error => "✗ 错误 error",
            Weight::Lint => "· 提示 lint ",
        };
        let (rule, place) = (plain_line(&finding.rule), plain_line(&finding.place));
        let _ = writeln!(text, "\n{mark}  {rule}  {place}");
        for (label, said) in [("问题 what", &finding.what), ("改法 fix ", &finding.fix)] {
            let _ = writeln!(text, "  {label}  {}", plain_line(&said.zh));
            if let Some(en) = &said.en {
                let _ = writeln!(text, "             {}", plain_line(en));
            }
        }
    }
    text
}
