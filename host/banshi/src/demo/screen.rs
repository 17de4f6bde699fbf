//! What a person sees: headings, days, and one line a step, aligned for a terminal of 100 columns.

use std::io::IsTerminal as _;

use banshi_model::calendar::Calendar;
use banshi_model::time;
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use crate::failure::Result;
use crate::output::{Out, plain, plain_line};
use crate::table::{Table, cut, pad};

/// How wide everything is.
pub const COLUMNS: usize = 100;
/// How wide each column of a step is.
const TIME: usize = 5;
const CASE: usize = 9;
const ACTOR: usize = 10;
const UNIT: usize = 19;
const WHAT: usize = 33;

/// One step of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When, on the host's clock.
    pub at: Timestamp,
    /// Which case: its place and matter.
    pub case: String,
    /// Whose token, which partner, or the host.
    pub actor: String,
    /// The unit that spoke.
    pub unit: String,
    /// What.
    pub what: String,
    /// The effective limit and its last day.
    pub due: String,
}

/// Where the story is written.
pub struct Screen {
    out: Out,
    calendar: Calendar,
    day: Option<Date>,
}

impl Screen {
    /// To standard output; where a program reads that, to standard error.
    pub fn new(out: Out) -> Result<Self> {
        Ok(Self { out, calendar: Calendar::built_in()?, day: None })
    }

    /// Whether what is written goes to a terminal.
    pub fn is_terminal(&self) -> bool {
        if self.out.json { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() }
    }

    /// A line, or several, as they are.
    pub fn raw(&self, text: &str) -> Result {
        if self.out.json {
            eprintln!("{text}");
            return Ok(());
        }
        self.out.line(text)
    }

    /// A line, or several; made safe for the terminal.
    pub fn line(&self, text: &str) -> Result {
        self.raw(&plain(text))
    }

    /// A chapter.
    pub fn heading(&mut self, zh: &str, en: &str) -> Result {
        self.day = None;
        let title = format!("━━ {zh} {en} ");
        let rest = COLUMNS.saturating_sub(unicode_width::UnicodeWidthStr::width(title.as_str()));
        self.line(&format!("\n{title}{}", "━".repeat(rest)))
    }

    /// A table.
    pub fn table(&self, table: &Table) -> Result {
        if table.is_empty() { Ok(()) } else { self.raw(table.render().trim_end()) }
    }

    /// A step, under its day.
    pub fn step(&mut self, step: &Step) -> Result {
        let day = time::date_of(step.at);
        if self.day != Some(day) {
            if self.day.is_none() {
                let headings =
                    ["时刻", "办件 case", "经办 by", "科室 unit", "事 what", "时限 limit"].map(str::to_owned);
                self.raw(&aligned(&headings))?;
            }
            self.day = Some(day);
            self.raw(&self.day_line(day))?;
        }
        let clock = time::OFFSET.to_datetime(step.at).time();
        let what = plain_line(&step.what);
        let cells = [
            format!("{:02}:{:02}", clock.hour(), clock.minute()),
            step.case.clone(),
            plain_line(&step.actor),
            plain_line(&step.unit),
            what,
            step.due.clone(),
        ];
        self.raw(&aligned(&cells))
    }

    fn day_line(&self, day: Date) -> String {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let kind = match (weekend, self.calendar.is_working_day(day)) {
            (true, true) => "，调休上班 a make-up working day",
            (false, false) => "，放假 a holiday",
            (true, false) => "，周末 weekend",
            (false, true) => "",
        };
        let (zh, en) = weekday(day.weekday());
        let title = format!("── {day} {zh} {en}{kind} · 模拟时钟 simulated clock ");
        let rest = COLUMNS.saturating_sub(unicode_width::UnicodeWidthStr::width(title.as_str()));
        format!("{title}{}", "─".repeat(rest))
    }
}

/// A step's columns; the last one is not filled up.
fn aligned(cells: &[String; 6]) -> String {
    let widths = [TIME, CASE, ACTOR, UNIT, WHAT, 0];
    let cells = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| if width == 0 { cell.clone() } else { pad(&cut(cell, width), width) });
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

const fn weekday(day: Weekday) -> (&'static str, &'static str) {
    match day {
        Weekday::Monday => ("周一", "Mon"),
        Weekday::Tuesday => ("周二", "Tue"),
        Weekday::Wednesday => ("周三", "Wed"),
        Weekday::Thursday => ("周四", "Thu"),
        Weekday::Friday => ("周五", "Fri"),
        Weekday::Saturday => ("周六", "Sat"),
        Weekday::Sunday => ("周日", "Sun"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn columns_stand_under_each_other_and_fit_a_hundred() {
        let long = "食品、药品联合现场核查 Joint check on the spot for food and drugs".to_owned();
        let a = aligned(&[
            "10:00".into(),
            "徐汇 B01".into(),
            "xh-joint".into(),
            "市场监管·联合核查组".into(),
            long,
            "12工作日 04-28".into(),
        ]);
        let b = aligned(&[
            "10:00".into(),
            "黄浦2 P01".into(),
            "hp-food".into(),
            "—".into(),
            "✓".into(),
            "5工作日 05-10".into(),
        ]);
        let end = |line: &str, tail: &str| line.find(tail).map(|at| line[..at].width());
        assert_eq!(end(&a, "12工作日"), end(&b, "5工作日"));
        assert!(a.width() <= COLUMNS, "{}", a.width());
    }

    #[test]
    fn a_day_says_whether_it_is_a_working_day() {
        let screen = Screen::new(Out { json: false }).unwrap();
        assert!(screen.day_line(date(2021, 4, 25)).contains("周日 Sun，调休上班"));
        assert!(screen.day_line(date(2021, 5, 3)).contains("放假"));
        assert!(screen.day_line(date(2021, 4, 26)).starts_with("── 2021-04-26 周一 Mon · 模拟时钟"));
        assert_eq!(screen.day_line(date(2021, 4, 26)).width(), COLUMNS);
    }
}
