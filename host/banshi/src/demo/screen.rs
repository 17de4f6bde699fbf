//! What a person sees: headings, days, and one line a step, aligned for a terminal of 100 columns.

use std::io::IsTerminal as _;

use banshi_model::calendar::Calendar;
use banshi_model::time;
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

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
/// Between columns.
const GAP: &str = "  ";

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

    /// A line, or several; made safe for the terminal, and broken where it would be too wide.
    pub fn line(&self, text: &str) -> Result {
        let lines: Vec<String> = text.split('\n').map(|line| wrapped(&plain(line), COLUMNS)).collect();
        self.raw(&lines.join("\n"))
    }

    /// A chapter.
    pub fn heading(&mut self, zh: &str, en: &str) -> Result {
        self.day = None;
        let title = format!("━━ {zh} {en} ");
        let rest = COLUMNS.saturating_sub(title.width());
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
        let rest = COLUMNS.saturating_sub(title.width());
        format!("{title}{}", "─".repeat(rest))
    }
}

/// A step's columns; the last one is not filled up. Where no unit spoke, what happened has its room too.
fn aligned(cells: &[String; 6]) -> String {
    let [time, case, actor, unit, what, due] = cells;
    let fit = |text: &str, width: usize| pad(&cut(text, width), width);
    let said =
        if unit.is_empty() { fit(what, UNIT + GAP.len() + WHAT) } else { [fit(unit, UNIT), fit(what, WHAT)].join(GAP) };
    let line = [fit(time, TIME), fit(case, CASE), fit(actor, ACTOR), said, due.clone()].join(GAP);
    line.trim_end().to_owned()
}

/// A text broken into lines of at most `columns`, further ones set in. It breaks at spaces and between Chinese
/// characters, never within a word.
fn wrapped(text: &str, columns: usize) -> String {
    let indent: String = text.chars().take_while(|c| *c == ' ').chain("  ".chars()).collect();
    let (mut lines, mut line) = (Vec::new(), String::new());
    for piece in pieces(text) {
        if line.width() + piece.trim_end().width() > columns && line.width() > indent.width() {
            lines.push(line.trim_end().to_owned());
            line.clone_from(&indent);
        }
        line.push_str(piece);
    }
    lines.push(line.trim_end().to_owned());
    lines.join("\n")
}

/// The shortest pieces that stay together: a wide character, or a word with the spaces after it.
fn pieces(text: &str) -> Vec<&str> {
    let mut ends = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let wide = |c: char| c.width() == Some(2);
        // Chinese punctuation stays with what stands before it.
        let joins = next.is_some_and(|next| "，。；：、）”〕！？".contains(next));
        let ends_here =
            next.is_none_or(|next| (c == ' ' && next != ' ') || ((wide(c) || wide(next)) && next != ' ' && !joins));
        if ends_here {
            ends.push(at + c.len_utf8());
        }
    }
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(&ends).filter_map(|(start, end)| text.get(start..*end)).collect()
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
    fn where_no_unit_spoke_what_happened_has_its_room() {
        let what = "→ 法定代表人身份核验 identity asked of the partner".to_owned();
        let line = aligned(&[
            "09:00".into(),
            "浦东 B01".into(),
            "pd-shop".into(),
            String::new(),
            what.clone(),
            "5工作日 04-28".into(),
        ]);
        assert!(line.contains(&what));
        assert_eq!(line.width(), TIME + CASE + ACTOR + UNIT + WHAT + 5 * GAP.len() + "5工作日 04-28".width());
    }

    #[test]
    fn a_long_line_breaks_at_spaces_and_between_chinese_characters() {
        assert_eq!(
            wrapped("  各许可之间如何拆分，此处为示例 how they split", 22),
            "  各许可之间如何拆分，\n    此处为示例 how\n    they split"
        );
        assert_eq!(wrapped("short", 22), "short");
        assert_eq!(wrapped("unbreakablewordthatistoolong", 10), "unbreakablewordthatistoolong");
        assert_eq!(pieces("a b  浦东，x"), ["a ", "b  ", "浦", "东，", "x"]);
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
