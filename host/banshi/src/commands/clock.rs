//! `banshi clock`: move the clock of a host over a simulated folder.

use banshi_model::time;
use clap::Subcommand;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::cli::HostArgs;
use crate::failure::Result;
use crate::output::Out;

/// What there is to do with the clock.
#[derive(Debug, Subcommand)]
pub enum ClockCommand {
    /// 向前拨动模拟时钟；途中到期的时限依次触发 · Move it forward; every timer that comes due fires in order
    #[command(after_help = "示例 Example:\n  banshi clock set 2021-05-08T10:00:00+08:00\n  banshi clock set 2021-05-08")]
    Set {
        /// 时刻，或日期（当日零时）· An instant, or a date (its first moment in Beijing)
        #[arg(value_name = "RFC3339|DATE", value_parser = instant)]
        to: Timestamp,
        /// Which host.
        #[command(flatten)]
        host: HostArgs,
    },
}

/// Does it.
pub async fn run(command: ClockCommand, out: Out) -> Result {
    let ClockCommand::Set { to, host } = command;
    let clock = host.client()?.set_clock(to).await?;
    out.show(&clock, |clock| format!("现在是 it is now {}", time::text(clock.now)))
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
