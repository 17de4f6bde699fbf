//! `banshi emergency`: measures over many matters and open cases at once, by two persons, until a date.

use banshi_engine::api::emergencies::EmergencyRequest;
use banshi_model::emergency::{Emergency, Measure, Reach, Scope};
use banshi_model::ids::{Division, EnactmentId, MatterCode};
use banshi_model::text::Text;
use banshi_model::time;
use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::json;

use crate::cli::{HostArgs, KeyArgs};
use crate::failure::{Failure, Result};
use crate::output::Out;
use crate::table::Table;

const PROPOSE_HELP: &str = "\
示例 Example:
  banshi emergency propose --instrument 沪府〔2022〕示例1号 --reason 疫情防控 --remote-identity \\
      --at 310000 --open-cases --until 2022-06-30
  banshi emergency confirm e-7K3M9QX2TR --token @second.token

  提出后须由另一人确认才生效。Nobody is bound by it before another person confirms it.";

/// What there is to do with emergencies.
#[derive(Debug, Subcommand)]
pub enum EmergencyCommand {
    /// 提出应急措施 · Propose one
    Propose(Box<ProposeArgs>),
    /// 确认（须为另一人）：即刻约束其后的每一步 · Confirm, as another person: it binds every later step
    #[command(after_help = "示例 Example:\n  banshi emergency confirm e-7K3M9QX2TR --token @second.token")]
    Confirm(OneArgs),
    /// 收回 · Take one back, at once
    #[command(after_help = "示例 Example:\n  banshi emergency take-back e-7K3M9QX2TR")]
    TakeBack(OneArgs),
    /// 全部应急措施 · All of them
    #[command(after_help = "示例 Example:\n  banshi emergency list")]
    List {
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
}

/// What is proposed.
#[derive(Debug, Args)]
#[command(after_help = PROPOSE_HELP)]
pub struct ProposeArgs {
    /// 文号 · The instrument
    #[arg(long)]
    instrument: String,
    /// 理由 · Why
    #[arg(long)]
    reason: String,
    /// 远程核验代替到场 · A remote check of identity in the place of presence
    #[arg(long)]
    remote_identity: bool,
    /// 延长办理期限的工作日数，以法定延长规则为限 · Extend limits by so many working days, as the law row allows
    #[arg(long, value_name = "DAYS")]
    extend_limits: Option<u16>,
    /// 适用的事项；不给则为全部 · Which matters; all of them unless said
    #[arg(long = "matter", value_name = "CODE")]
    matters: Vec<MatterCode>,
    /// 适用的区划（含其下级），或 部门@区划 · Where: a division with all within it, or DEPARTMENT@DIVISION
    #[arg(long = "at", value_name = "DIVISION", required = true, value_parser = reach)]
    authorities: Vec<Reach>,
    /// 在办件也适用 · Open cases too
    #[arg(long)]
    open_cases: bool,
    /// 最后一日 · The last day
    #[arg(long, value_name = "DATE")]
    until: Date,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Which one.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// 编号 · Its id
    #[arg(value_name = "EMERGENCY")]
    id: EnactmentId,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Does it.
pub async fn run(command: EmergencyCommand, out: Out) -> Result {
    match command {
        EmergencyCommand::Propose(args) => propose(*args, out).await,
        EmergencyCommand::Confirm(args) => {
            let emergency = args.host.client()?.confirm_emergency(&args.id, &args.key.key()?).await?;
            out.show(&emergency, |one| told("已确认，即刻生效 confirmed, binds from now on", one))
        }
        EmergencyCommand::TakeBack(args) => {
            let emergency = args.host.client()?.take_back_emergency(&args.id, &args.key.key()?).await?;
            out.show(&emergency, |one| told("已收回 taken back", one))
        }
        EmergencyCommand::List { host } => {
            let all = host.client()?.emergencies().await?;
            out.show(&json!({ "items": all }), |_| {
                if all.is_empty() { "没有应急措施 there are none".to_owned() } else { table(&all) }
            })
        }
    }
}

async fn propose(args: ProposeArgs, out: Out) -> Result {
    let remote = args.remote_identity.then_some(Measure::RemoteIdentity {});
    let extend = args.extend_limits.map(|working_days| Measure::ExtendLimits { working_days });
    let measures: Vec<Measure> = remote.into_iter().chain(extend).collect();
    if measures.is_empty() {
        return Err(Failure::usage("name a measure: --remote-identity or --extend-limits DAYS"));
    }
    let scope = Scope {
        matters: (!args.matters.is_empty()).then(|| args.matters.into_iter().collect()),
        authorities: args.authorities,
        open_cases: args.open_cases,
    };
    let request = EmergencyRequest {
        instrument: args.instrument,
        reason: Text { zh: args.reason, en: None },
        measures,
        scope,
        until: args.until,
    };
    let emergency = args.host.client()?.propose_emergency(&request, &args.key.key()?).await?;
    out.show(&emergency, |one| {
        let id = &one.order.id;
        let next = format!("须由另一人确认 another person confirms: banshi emergency confirm {id}");
        format!("{}\n{next}", told("已提出 proposed", one))
    })
}

fn told(what: &str, emergency: &Emergency) -> String {
    format!("{what} {}\n{}", emergency.order.id, table(std::slice::from_ref(emergency)))
}

fn table(all: &[Emergency]) -> String {
    let mut table = Table::new(&[
        "编号 id",
        "文号 instrument",
        "措施 measures",
        "范围 reaches",
        "至 until",
        "提出 proposed",
        "确认 confirmed",
        "收回 taken back",
    ]);
    for one in all {
        let order = &one.order;
        let measures: Vec<&str> = order.measures.iter().map(Measure::name).collect();
        let signed = |signed: Option<&banshi_model::emergency::Signed>| {
            signed.map_or_else(|| "—".to_owned(), |signed| format!("{} {}", signed.by, time::text(signed.at)))
        };
        table.row([
            order.id.as_str(),
            &order.instrument,
            &measures.join(", "),
            &reaches(&order.scope),
            &order.until.to_string(),
            &signed(Some(&one.proposed)),
            &signed(one.confirmed.as_ref()),
            &signed(one.taken_back.as_ref()),
        ]);
    }
    table.render()
}

fn reaches(scope: &Scope) -> String {
    let matters = match &scope.matters {
        None => "全部事项 all matters".to_owned(),
        Some(codes) => codes.iter().map(MatterCode::as_str).collect::<Vec<_>>().join(", "),
    };
    let place = |reach: &Reach| match &reach.department {
        Some(department) => format!("{department}@{}", reach.division),
        None => reach.division.to_string(),
    };
    let places: Vec<String> = scope.authorities.iter().map(place).collect();
    let open = if scope.open_cases { "，含在办件 and open cases" } else { "" };
    format!("{matters} @ {}{open}", places.join(", "))
}

/// A division, or a department there.
fn reach(text: &str) -> std::result::Result<Reach, String> {
    let (department, division) = match text.rsplit_once('@') {
        Some((department, division)) => (Some(department.to_owned()), division),
        None => (None, text),
    };
    let division: Division = division.parse().map_err(|error: banshi_model::ids::Error| error.to_string())?;
    Ok(Reach { division, department })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_division_or_a_department_there() {
        assert_eq!(reach("310000").unwrap().department, None);
        let there = reach("市场监督管理局@310115").unwrap();
        assert_eq!((there.department.as_deref(), there.division.as_str()), (Some("市场监督管理局"), "310115"));
        assert!(reach("市场监督管理局").is_err());
    }
}
