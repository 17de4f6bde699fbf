//! `banshi enactment`: how an enactment begins: its share of new cases, its watch, and the release of a halt.

use banshi_engine::api::watch::{WatchRequest, WatchState, WatchView};
use banshi_model::enactment::Enactment;
use banshi_model::ids::EnactmentId;
use banshi_model::time;
use banshi_model::watch::{Halt, Trigger, Watch, WatchCounts};
use clap::Subcommand;

use super::enact::{begun, table};
use crate::cli::{HostArgs, KeyArgs};
use crate::failure::{Failure, Result};
use crate::output::Out;
use crate::table::Table;

/// What there is to do with an enactment's beginning.
#[derive(Debug, Subcommand)]
pub enum EnactmentCommand {
    /// 提高逐步施行的比例，100 为全部新办件 · Raise the share of new cases; 100 completes a gradual start
    #[command(after_help = "示例 Example:\n  banshi enactment share e-7K3M9QX2TR 50")]
    Share {
        /// 施行编号 · The enactment
        #[arg(value_name = "ENACTMENT")]
        id: EnactmentId,
        /// 百分比 · In percent, more than before
        #[arg(value_name = "PERCENT")]
        percent: u8,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
    /// 观察情况：计数、阈值、停用及其间办件 · What its first cases came to, what halts it, and the cases of one that is halted
    #[command(after_help = "示例 Example:\n  banshi enactment watch e-7K3M9QX2TR")]
    Watch {
        /// 施行编号 · The enactment
        #[arg(value_name = "ENACTMENT")]
        id: EnactmentId,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 恢复已自动停用的施行 · Release an enactment that its watch has halted
    #[command(after_help = "示例 Example:\n  banshi enactment release e-7K3M9QX2TR")]
    Release {
        /// 施行编号 · The enactment
        #[arg(value_name = "ENACTMENT")]
        id: EnactmentId,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Does it.
pub async fn run(command: EnactmentCommand, out: Out) -> Result {
    match command {
        EnactmentCommand::Share { id, percent, host, key } => {
            let enactment = host.client()?.raise_share(&id, percent, &key.key()?).await?;
            out.show(&enactment, |enactment| {
                let said = if percent == 100 {
                    "已及于全部新办件 governs all new cases".to_owned()
                } else {
                    format!("已提高到 raised to {percent} %；已在其内的申请人不会移出 whoever was in stays in")
                };
                format!("{said}\n{}", table(std::slice::from_ref(enactment)))
            })
        }
        EnactmentCommand::Watch { id, host } => {
            let view = host.client()?.watch(&id).await?;
            out.show(&view, watched)
        }
        EnactmentCommand::Release { id, host, key } => {
            let enactment = host.client()?.release_halt(&id, &key.key()?).await?;
            out.show(&enactment, |enactment| {
                format!(
                    "已恢复 released {id}；新办件即刻再按其规则，观察期重新开始 new cases follow it again at once, and its watch \
                     begins anew\n{}",
                    table(std::slice::from_ref(enactment))
                )
            })
        }
    }
}

/// A watch as `--watch` says it: `hours=168,cases=50,traps=2`.
pub(super) fn watch(text: &str) -> Result<WatchRequest> {
    let mut asked = WatchRequest::default();
    for part in text.split(',').map(str::trim) {
        let wrong = || {
            let names = "hours, cases, traps, parked, refusals, late";
            Failure::usage(format!("--watch: `{part}` is not NAME=NUMBER with a name of {names}"))
        };
        let (name, number) = part.split_once('=').ok_or_else(wrong)?;
        let percent = || number.parse::<u8>().map(Some).map_err(|_| wrong());
        match name {
            "hours" => asked.hours = Some(number.parse().map_err(|_| wrong())?),
            "cases" => asked.cases = Some(number.parse().map_err(|_| wrong())?),
            "traps" => asked.traps = percent()?,
            "parked" => asked.parked = percent()?,
            "refusals" => asked.refusals = percent()?,
            "late" => asked.late = percent()?,
            _ => return Err(wrong()),
        }
    }
    Ok(asked)
}

fn watched(view: &WatchView) -> String {
    let enactment = &view.enactment;
    let mut text = format!("{}  {}\n", enactment.id, state(view.state));
    if let Some(ends) = view.ends {
        text += &format!("观察至 until {}\n", time::text(ends));
    }
    if let (Some(watch), Some(counts)) = (&enactment.watch, &view.counts) {
        text += &counted(watch, counts);
    }
    for halt in &enactment.halts {
        text += &halted(halt);
    }
    if let Some(cases) = &view.begun {
        text += &begun(enactment, cases);
        text += &format!("\n恢复 release: banshi enactment release {}", enactment.id);
    }
    text
}

fn counted(watch: &Watch, counts: &WatchCounts) -> String {
    let mut table = Table::new(&["观察 watched", "计数 counted", "其中 of", "阈值 threshold"]);
    let cases = format!("{} 件 cases", counts.cases);
    let percent = |threshold: u8| if threshold == 0 { "—".to_owned() } else { format!("{threshold} %") };
    for (trigger, found, threshold) in [
        (Trigger::Traps, counts.traps, watch.traps),
        (Trigger::Parked, counts.parked, watch.parked),
        (Trigger::Late, counts.late, watch.late),
    ] {
        table.row([word(trigger), &found.to_string(), &cases, &percent(threshold)]);
    }
    let (decided, former) = (format!("{} 件决定 decisions", counts.decided), watch.former);
    let points = format!("{} 个百分点，高于此前 above {}/{}", watch.refusals, former.refused, former.decided);
    table.row([word(Trigger::Refusals), &counts.refused.to_string(), &decided, &points]);
    format!("{}至少 at least {} 件 cases\n", table.render(), watch.cases)
}

fn halted(halt: &Halt) -> String {
    let released = halt.released.as_ref().map_or_else(
        || "未恢复 not released".to_owned(),
        |release| format!("{} 由 by {} 恢复 released", time::text(release.at), release.by),
    );
    let (at, counts) = (time::text(halt.at), &halt.counts);
    format!(
        "{at} 自动停用 halted：{}，{} 件 cases，trap {}，挂起 parked {}，不予 refused {}/{}，逾期 late {}；{released}\n",
        word(halt.trigger),
        counts.cases,
        counts.traps,
        counts.parked,
        counts.refused,
        counts.decided,
        counts.late
    )
}

const fn word(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Traps => "组件出错 traps",
        Trigger::Parked => "挂起 parked",
        Trigger::Refusals => "不予许可、不予受理 refusals",
        Trigger::Late => "逾期 late",
    }
}

const fn state(state: WatchState) -> &'static str {
    match state {
        WatchState::Unwatched => "不观察 not watched",
        WatchState::Coming => "尚未施行 yet to come",
        WatchState::Watching => "观察中 watching",
        WatchState::Halted => "已自动停用 halted",
        WatchState::Ended => "观察期已过 the window is over",
        WatchState::TakenBack => "已收回 taken back",
    }
}

/// What a list says of a gradual start.
pub(super) fn shares(enactment: &Enactment) -> String {
    enactment.gradual.as_ref().map_or_else(|| "—".to_owned(), |gradual| format!("{} %", gradual.latest()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_is_read_as_it_is_written_and_a_misspelt_one_is_named() {
        let read = watch("hours=24, cases=3,traps=2").unwrap();
        let expected = WatchRequest { hours: Some(24), cases: Some(3), traps: Some(2), ..WatchRequest::default() };
        assert_eq!(read, expected);
        for wrong in ["", "hour=24", "hours", "traps=300", "cases=x"] {
            assert!(format!("{:#}", watch(wrong).unwrap_err().error).contains("--watch"), "{wrong}");
        }
    }
}
