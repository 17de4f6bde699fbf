//! `banshi enact`, `take-back`, `enactments`: what is in force where, from when, on which instrument.

use std::path::{Path, PathBuf};

use banshi_engine::api::registry::{Begun, BegunCase, EnactRequest, Remedy};
use banshi_model::enactment::{Enactment, Transitional};
use banshi_model::ids::{Authority, Department, Digest, Division, EnactmentId, MatterCode};
use banshi_model::package::{Manifest, Package, Permissions};
use banshi_model::time;
use clap::Args;
use jiff::civil::Date;
use serde_json::json;

use super::{package, wording};
use crate::cli::{HostArgs, KeyArgs};
use crate::client::{Client, every};
use crate::failure::{Failure, Kind, OrFail, Result};
use crate::output::Out;
use crate::table::Table;

const ENACT_HELP: &str = "\
示例 Example:
  banshi enact shanghai-food-business-1.0.0.banshi --division 310000 --from 2021-04-01 \\
      --instrument 沪市监〔2021〕示例1号
  banshi enact huangpu/convenience-store@1.0.0 --from 2021-05-10 --instrument 黄府办〔2021〕示例3号 \\
      --until 2021-12-31 --governs accepted
  banshi enact huangpu/convenience-store@1.1.0 --from 2021-06-10 --instrument 黄府办〔2021〕示例5号 \\
      --share 10 --watch hours=168,cases=50,traps=2

  组件包可写成文件、名称@版本或摘要；事项与机构默认取自清单。
  The package may be named by its file, NAME@VERSION or digest; matter and authority come from its manifest
  unless said.";

/// Arguments of `enact`.
#[derive(Debug, Args)]
#[command(after_help = ENACT_HELP)]
pub struct EnactArgs {
    /// 组件包：文件、名称@版本或摘要 · The package: file, NAME@VERSION or digest; it is published already
    #[arg(value_name = "PACKAGE")]
    package: String,
    /// 事项 · Which matter; the manifest's unless said
    #[arg(long, value_name = "CODE")]
    matter: Option<MatterCode>,
    /// 部门 · At which department; the manifest's unless said
    #[arg(long)]
    department: Option<Department>,
    /// 区划 · At which division; the manifest's unless said
    #[arg(long)]
    division: Option<Division>,
    /// 施行日期 · The first day
    #[arg(long, value_name = "DATE")]
    from: Date,
    /// 最后一日；不给则无期限 · The last day; it has no end unless said
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// 过渡条款：received 按收件日、accepted 按受理日 · Which cases it governs: those received, or accepted, from its first day
    #[arg(long, value_enum, default_value = "received")]
    governs: Governs,
    /// 逐步施行：先及于新办件的百分之几 · A share of new cases that goes first, in percent; raise it by `enactment share`
    #[arg(long, value_name = "PERCENT")]
    share: Option<u8>,
    /// 观察期与停用阈值，如 hours=168,cases=50,traps=2；hours=0 为不观察 · For how long its first cases are watched and what halts it
    #[arg(long, value_name = "NAME=NUMBER,…")]
    watch: Option<String>,
    /// 审核人，可多次 · Who reviewed it, by name; may be repeated
    #[arg(long = "reviewed-by", value_name = "NAME")]
    reviewed_by: Vec<String>,
    /// 文号 · The instrument; the manifest's unless said
    #[arg(long)]
    instrument: Option<String>,
    /// 变体的基础：此时须正在施行的事项包 · For a variation: the base that it is meant for
    #[arg(long, value_name = "PACKAGE")]
    base: Option<String>,
    /// 许可的权限（JSON 文件）；不给则为组件包所请求的 · What the platform permits, as JSON; what is asked for unless said
    #[arg(long, value_name = "FILE")]
    permissions: Option<PathBuf>,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Which cases an enactment governs.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Governs {
    /// Those received on or after its first day.
    Received,
    /// Those accepted on or after its first day.
    Accepted,
}

/// Arguments of `take-back`.
#[derive(Debug, Args)]
#[command(after_help = "示例 Example:\n  banshi take-back e-7K3M9QX2TR")]
pub struct TakeBackArgs {
    /// 施行编号 · The enactment
    #[arg(value_name = "ENACTMENT")]
    id: EnactmentId,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Arguments of `enactments`.
#[derive(Debug, Args)]
#[command(
    after_help = "示例 Example:\n  banshi enactments --division 310101 --matter B01\n  banshi enactments --cases-of e-7K3M9QX2TR"
)]
pub struct ListArgs {
    /// 事项 · Of this matter
    #[arg(long, value_name = "CODE")]
    matter: Option<MatterCode>,
    /// 区划 · At this division
    #[arg(long)]
    division: Option<Division>,
    /// 改列某次施行之下的在办件及可行的处理 · List instead the open cases of one enactment, and what can be done with each
    #[arg(long, value_name = "ENACTMENT", conflicts_with_all = ["matter", "division"])]
    cases_of: Option<EnactmentId>,
    #[command(flatten)]
    host: HostArgs,
}

/// Puts a package in force.
pub async fn enact(args: EnactArgs, out: Out) -> Result {
    let client = args.host.client()?;
    let (digest, manifest) = resolve(&client, &args.package).await?;
    let base = match &args.base {
        Some(base) => Some(resolve(&client, base).await?.0),
        None => None,
    };
    let request = EnactRequest {
        matter: args.matter.unwrap_or(manifest.matter),
        authority: Authority {
            department: args.department.unwrap_or(manifest.authority.department),
            division: args.division.unwrap_or(manifest.authority.division),
        },
        package: digest,
        base,
        effective_from: args.from,
        until: args.until,
        transitional: match args.governs {
            Governs::Received => Transitional::ReceivedOnOrAfter,
            Governs::Accepted => Transitional::AcceptedOnOrAfter,
        },
        reviewed_by: args.reviewed_by,
        share: args.share,
        watch: args.watch.as_deref().map(super::enactment::watch).transpose()?,
        instrument: args
            .instrument
            .or(manifest.instrument)
            .ok_or_else(|| Failure::usage("--instrument is missing, and the manifest names none"))?,
        permissions: args.permissions.as_deref().map(permissions).transpose()?,
    };
    let enactment = client.enact(&request, &args.key.key()?).await?;
    out.show(&enactment, |enactment| {
        let (id, from) = (&enactment.id, enactment.effective_from);
        format!(
            "已施行 enacted {id}，自 from {from}\n收回 take back: banshi take-back {id}\n{}",
            table(std::slice::from_ref(enactment))
        )
    })
}

/// Takes an enactment back.
pub async fn take_back(args: TakeBackArgs, out: Out) -> Result {
    let back = args.host.client()?.take_back(&args.id, &args.key.key()?).await?;
    out.show(&back, |back| {
        let said = "新办件即刻回到此前的规则，已受理的办件不受影响 new cases follow what was in force before, cases already begun are not touched";
        let enactment = table(std::slice::from_ref(&back.enactment));
        format!("已收回 taken back {}；{said}\n{enactment}\n{}", back.enactment.id, begun(&back.enactment, &back.begun))
    })
}

/// The cases that began meanwhile, and what can be done with each.
pub(super) fn begun(enactment: &Enactment, begun: &Begun) -> String {
    if begun.total == 0 {
        return "其间没有收件 no case began meanwhile".to_owned();
    }
    let all = if begun.items.len() < begun.total {
        format!("\n全部见 all of them: banshi enactments --cases-of {}", enactment.id)
    } else {
        String::new()
    };
    format!("其间收件 {} 件 cases began meanwhile:\n{}{all}", begun.total, begun_table(&begun.items))
}

fn begun_table(cases: &[BegunCase]) -> String {
    let mut table = Table::new(&["办件 case", "区划", "阶段 phase", "可以 what can be done"]).widest(110);
    for case in cases {
        let can = |remedy: &Remedy| match (&case.migrate_to, remedy) {
            (Some(to), Remedy::Migrate) => format!("{} {to}", remedy_word(*remedy)),
            _ => remedy_word(*remedy).to_owned(),
        };
        let can: Vec<String> = case.remedies.iter().map(can).collect();
        let phase = if case.parked { "挂起 parked" } else { wording::phase(case.phase) };
        table.row([case.id.as_str(), case.division.as_str(), phase, &can.join("；")]);
    }
    table.render()
}

const fn remedy_word(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::FinishThere => "按收件时规则办结 finish there",
        Remedy::AtAcceptance => "受理时转入现行规则 moves at acceptance",
        Remedy::ByHand => "手工办结 by hand",
        Remedy::Migrate => "迁移到 migrate: banshi migration start",
    }
}

/// Lists enactments.
pub async fn list(args: ListArgs, out: Out) -> Result {
    let client = args.host.client()?;
    if let Some(id) = &args.cases_of {
        let cases = every(async |cursor| client.enactment_cases(id, cursor).await).await?;
        return out.show(&json!({ "items": cases }), |_| begun_table(&cases));
    }
    let enactments = client.enactments(args.matter.as_ref(), args.division.as_ref()).await?;
    out.show(&json!({ "items": enactments }), |_| table(&enactments))
}

pub(super) fn table(enactments: &[Enactment]) -> String {
    let mut table = Table::new(&[
        "编号 id",
        "事项",
        "机构 authority",
        "组件包 package",
        "类别 kind",
        "自 from",
        "至 until",
        "比例 share",
        "文号 instrument",
        "收回 taken back",
    ]);
    for e in enactments {
        let (authority, package) = (e.authority.to_string(), format!("{}@{}", e.name, e.version));
        let halted = e.halts.iter().rfind(|halt| halt.released.is_none());
        let halted = || halted.map_or_else(|| "—".to_owned(), |halt| format!("停用 halted {}", time::text(halt.at)));
        let back = e.taken_back.map_or_else(halted, time::text);
        let from = e.effective_from.to_string();
        table.row([
            e.id.as_str(),
            e.matter.as_str(),
            &authority,
            &package,
            wording::kind(e.kind),
            &from,
            &e.until.map_or_else(|| "—".to_owned(), |last| last.to_string()),
            &super::enactment::shares(e),
            &e.instrument,
            &back,
        ]);
    }
    table.render()
}

/// A published package by file, `NAME@VERSION` or digest.
pub(super) async fn resolve(client: &Client, given: &str) -> Result<(Digest, Manifest)> {
    let path = Path::new(given);
    if path.is_file() {
        let bytes = package::read(path)?;
        let package = Package::decode(&bytes).or_fail(Kind::Usage, given)?;
        return Ok((Package::digest(&bytes), package.manifest));
    }
    let mut cursor = None;
    loop {
        let page = client.packages(cursor).await?;
        let fits =
            |digest: &Digest, m: &Manifest| digest.to_string() == given || format!("{}@{}", m.name, m.version) == given;
        if let Some(found) = page.items.into_iter().find(|item| fits(&item.digest, &item.manifest)) {
            return Ok((found.digest, found.manifest));
        }
        cursor = page.next;
        if cursor.is_none() {
            let what = "neither a file nor NAME@VERSION or digest of a published package; see `banshi package list`";
            return Err(Failure::usage(format!("`{given}` is {what}")));
        }
    }
}

fn permissions(path: &Path) -> Result<Permissions> {
    let text = std::fs::read_to_string(path).or_fail(Kind::Usage, format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).or_fail(Kind::Usage, path.display())
}
