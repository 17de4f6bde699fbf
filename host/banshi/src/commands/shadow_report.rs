//! A shadow's report for a person.

use std::fmt::Write as _;

use banshi_engine::api::shadow::{
    Kinds, Progress, Sample, SampleKind, ShadowReport, ShadowState, ShadowView, Turn, What,
};
use banshi_model::time;

use crate::output::plain_line;
use crate::table::Table;

/// Samples that are shown whole; the JSON has all.
const SAMPLES_SHOWN: usize = 5;

/// One line on the way.
pub fn progress(at: Progress, steps: Kinds) -> String {
    format!(
        "{}/{} 件 cases · 步骤 steps: 相同 same {} · 文字 wording {} · 实质 effect {} · 失败 failure {} · 未知 unknown {}",
        at.looked, at.total, steps.same, steps.wording, steps.effect, steps.failure, steps.unknown
    )
}

/// A step that differs, in one line.
pub fn difference(sample: &Sample) -> String {
    let found = match (&sample.failure, sample.differences.first()) {
        (Some(code), _) => plain_line(code),
        (None, Some(first)) => format!("{} {}", plain_line(&first.command), what(first.what)),
        (None, None) => String::new(),
    };
    let more = sample.differences.len().saturating_sub(1);
    let more = if more == 0 { String::new() } else { format!("，另 {more} 处 and {more} more") };
    format!("发现 found {}#{} {}：{} {found}{more}", sample.case, sample.seq, sample.event, kind(sample.kind))
}

/// All shadows.
pub fn table(shadows: &[ShadowView]) -> String {
    let mut table = Table::new(&[
        "编号 id",
        "组件包 package",
        "机构 at",
        "状态 state",
        "比对件数 cases",
        "实质 effect",
        "失败 failure",
    ]);
    for shadow in shadows {
        let (package, at) = (format!("{}@{}", shadow.name, shadow.version), shadow.report.at.to_string());
        let (cases, steps) = (shadow.report.cases.compared.to_string(), shadow.report.steps);
        let (effect, failure) = (steps.effect.to_string(), steps.failure.to_string());
        table.row([shadow.id.as_str(), &package, &at, state(shadow.state), &cases, &effect, &failure]);
    }
    if table.is_empty() { "没有历史比对 there are no shadows".to_owned() } else { table.render() }
}

/// The whole report.
pub fn told(shadow: &ShadowView) -> String {
    let report = &shadow.report;
    let since = report.since.map_or_else(String::new, |since| format!("，自 since {since}"));
    let mut text = format!(
        "历史比对 shadow {} · {}\n{}@{} 于 at {}{since}\n{}\n",
        shadow.id,
        state(shadow.state),
        shadow.name,
        shadow.version,
        report.at,
        progress(shadow.progress, report.steps)
    );
    if let Some(fault) = &shadow.fault {
        let _ = writeln!(text, "原因 why: {}", plain_line(fault));
    }
    text.push('\n');
    text.push_str(&cases(report));
    text.push_str(&commands(report));
    text.push_str(&named("条款 clause", report));
    text.push_str(&failures(report));
    for place in &report.left_out {
        let _ = writeln!(text, "不能立于候选之上而略去 left out, does not stand on it: {}", plain_line(place));
    }
    report.samples.iter().take(SAMPLES_SHOWN).for_each(|one| text.push_str(&sample(one)));
    if let Some(digest) = shadow.digest {
        let _ = writeln!(text, "\n报告摘要 digest: {digest}（主机已签名 signed by the host）");
    }
    for sign_off in &shadow.sign_offs {
        let (person, at) = (plain_line(&sign_off.person), time::text(sign_off.at));
        let _ = writeln!(text, "署名 signed off: {person}（{}）{at}", sign_off.by);
    }
    text
}

fn cases(report: &ShadowReport) -> String {
    let (cases, steps) = (report.cases, report.steps);
    let mut table = Table::new(&["", "相同 same", "文字 wording", "实质 effect", "失败 failure", "未知 unknown"]);
    let row = |name: &str, counts: [u64; 4], unknown: String| {
        let [same, wording, effect, failure] = counts.map(|count| count.to_string());
        [name.to_owned(), same, wording, effect, failure, unknown]
    };
    table.row(row("办件 cases", [cases.same, cases.wording, cases.effect, cases.failure], "—".to_owned()));
    let counts = [steps.same, steps.wording, steps.effect, steps.failure];
    table.row(row("步骤 steps", counts, steps.unknown.to_string()));
    let mut text = table.render();
    if report.unjudged > 0 {
        let _ = writeln!(text, "其中仅比较命令 compared by their commands alone: {}", report.unjudged);
    }
    text
}

fn commands(report: &ShadowReport) -> String {
    let heads =
        ["命令 command", "相同 same", "文字", "新增 added", "减少 dropped", "次序", "金额", "日期", "条款", "其他"];
    let mut table = Table::new(&heads);
    for (name, counts) in &report.commands {
        let differs = [
            counts.wording,
            counts.added,
            counts.dropped,
            counts.order,
            counts.amount,
            counts.date,
            counts.clause,
            counts.other,
        ];
        if differs.iter().any(|count| *count > 0) {
            let counts = std::iter::once(counts.same).chain(differs).map(|count| count.to_string());
            table.row(std::iter::once(name.clone()).chain(counts));
        }
    }
    if table.is_empty() { String::new() } else { format!("\n{}", table.render()) }
}

fn named(head: &str, report: &ShadowReport) -> String {
    let mut table = Table::new(&[head, "相同 same", "记录 recorded", "候选 candidate"]);
    for (clause, counts) in report.clauses.iter().filter(|(_, counts)| counts.recorded + counts.candidate > 0) {
        let counts = [counts.same, counts.recorded, counts.candidate].map(|count| count.to_string());
        table.row(std::iter::once(clause.clone()).chain(counts));
    }
    if table.is_empty() { String::new() } else { format!("\n{}", table.render()) }
}

fn failures(report: &ShadowReport) -> String {
    let mut table = Table::new(&["失败原因 failure", "次数"]);
    for (code, count) in &report.failures {
        table.row([code.clone(), count.to_string()]);
    }
    if table.is_empty() { String::new() } else { format!("\n{}", table.render()) }
}

fn sample(sample: &Sample) -> String {
    let mut text = format!("\n样例 sample {}#{} {}：{}", sample.case, sample.seq, sample.event, kind(sample.kind));
    if let Some(code) = &sample.failure {
        let _ = write!(text, " {code}");
    }
    text.push('\n');
    for difference in &sample.differences {
        let turn = match difference.turn {
            Some(Turn::More) => "（候选更多或更晚 more, later）",
            Some(Turn::Less) => "（候选更少或更早 less, earlier）",
            None => "",
        };
        let _ =
            writeln!(text, "  {} {} {}{turn}", difference.command, plain_line(&difference.at), what(difference.what));
    }
    for (head, items) in [("记录 recorded", &sample.recorded), ("候选 candidate", &sample.candidate)] {
        for item in items {
            let _ = writeln!(text, "  {head}: {}", plain_line(&item.to_string()));
        }
    }
    text
}

const fn kind(kind: SampleKind) -> &'static str {
    match kind {
        SampleKind::Wording => "文字 wording",
        SampleKind::Effect => "实质 effect",
        SampleKind::Failure => "失败 failure",
    }
}

const fn what(what: What) -> &'static str {
    match what {
        What::Text => "文字 text",
        What::Added => "新增 added",
        What::Dropped => "减少 dropped",
        What::Order => "次序 order",
        What::Amount => "金额 amount",
        What::Date => "日期 date",
        What::Clause => "条款 clause",
        What::Other => "其他 other",
    }
}

const fn state(state: ShadowState) -> &'static str {
    match state {
        ShadowState::Running => "比对中 running",
        ShadowState::Finished => "完成 finished",
        ShadowState::Cancelled => "已停止 cancelled",
        ShadowState::Failed => "失败 failed",
    }
}
