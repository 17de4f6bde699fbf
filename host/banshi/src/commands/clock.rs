//! `banshi clock`: the days that count, and the clock of a host over a simulated folder.

use std::path::PathBuf;

use banshi_model::calendar::Calendar;
use banshi_model::time;
use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::cli::{HostArgs, KeyArgs};
use crate::failure::{Kind, OrFail, Result};
use crate::output::Out;

/// What there is to do with the clock.
#[derive(Debug, Subcommand)]
pub enum ClockCommand {
    /// 向前拨动模拟时钟；途中到期的时限依次触发 · Move it forward; every timer that comes due fires in order
    #[command(
        after_help = "示例 Example:\n  banshi clock set 2021-05-08T10:00:00+08:00\n  banshi clock set 2021-05-08"
    )]
    Set {
        /// 时刻，或日期（当日零时）· An instant, or a date (its first moment in Beijing)
        #[arg(value_name = "RFC3339|DATE", value_parser = instant)]
        to: Timestamp,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
    /// 载入一年的工作日历；暂定的到期日随即重算 · Load a year of working days; provisional due dates are counted again
    #[command(after_help = "示例 Example:\n  banshi clock calendar 2027.json")]
    Calendar {
        /// 一年（JSON 文件，同 host/calendars/）· One year, a file like those in host/calendars/
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
        /// The key of this write.
        #[command(flatten)]
        key: KeyArgs,
    },
}

/// Does it.
pub async fn run(command: ClockCommand, out: Out) -> Result {
    match command {
        ClockCommand::Set { to, host } => {
            let clock = host.client()?.set_clock(to).await?;
            out.show(&clock, |clock| format!("现在是 it is now {}", time::text(clock.now)))
        }
        ClockCommand::Calendar { file, host, key } => {
            let text =
                std::fs::read_to_string(&file).or_fail(Kind::Usage, format!("cannot read {}", file.display()))?;
            Calendar::parse_year(&text).or_fail(Kind::Usage, file.display())?;
            let year = serde_json::from_str(&text).or_fail(Kind::Usage, file.display())?;
            let answer = host.client()?.load_calendar(&year, &key.key()?).await?;
            out.show(&answer, |answer| {
                let moved = answer.get("cases_recalculated").and_then(serde_json::Value::as_u64).unwrap_or_default();
                format!("已载入，{moved} 件重算 loaded; {moved} case(s) counted again")
            })
        }
    }
}

/// An instant, or the first moment of a date.
pub fn instant(text: &str) -> std::result::Result<Timestamp, String> {
    if let Ok(date) = text.parse::<Date>().map(time::start_of)
        && !text.contains(['T', 't', ' '])
    {
        return Ok(date);
    }
    time::parse(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_first_moment_in_beijing() {
        assert_eq!(instant("2021-05-08").unwrap(), instant("2021-05-08T00:00:00+08:00").unwrap());
        assert_eq!(instant("2021-05-07T16:00:00Z").unwrap(), instant("2021-05-08").unwrap());
        assert!(instant("tomorrow").is_err());
    }
}
