//! Cases as a person reads them.

use std::fmt::Write as _;

use banshi_engine::api::cases::{CaseSummary, CaseView, JournalLine};
use banshi_model::frozen::Frozen;
use banshi_model::task::{Task, TaskStatus};
use banshi_model::time;
use serde_json::Value;

use crate::commands::wording;
use crate::output::{plain, plain_line};
use crate::table::Table;

/// A case, whole: where it stands, its clock, its parts, tasks and papers.
pub fn case(case: &CaseView) -> String {
    let mut text = String::new();
    head(&mut text, case);
    let mut parts = Table::new(&["组成事项 part", "办件 case", "方式 mode", "结果 result", "证照 licence"]);
    for part in &case.parts {
        let result = part.result.as_ref().map_or("办理中 in work", |result| wording::outcome(result.outcome));
        let licence = part.result.as_ref().and_then(|result| result.licence.as_deref()).unwrap_or("");
        parts.row([part.part.as_str(), part.case.as_str(), wording::mode(part.mode), result, licence]);
    }
    section(&mut text, &parts);
    section(&mut text, &missing(case));
    section(&mut text, &procedures(case));
    section(&mut text, &tasks(&case.tasks));
    text.push_str(&results(case.tasks.iter().map(|task| &**task)));
    let mut values = Table::new(&["字段 field", "值 value", "来源 source", "时间 at"]).widest(40);
    for value in &case.values {
        let (shown, source, at) = (short(&value.value), wording::source(&value.origin), time::text(value.at));
        values.row([value.field.as_str(), &shown, &source, &at]);
    }
    section(&mut text, &values);
    let mut documents = Table::new(&["材料 material", "来源 source", "时间 at"]);
    for document in &case.documents {
        documents.row([document.material.as_str(), &wording::source(&document.origin), &time::text(document.at)]);
    }
    section(&mut text, &documents);
    text
}

/// 补正: what the applicant has been asked for.
fn missing(case: &CaseView) -> Table {
    let mut table = Table::new(&["补正 supplement", "依据 basis", "期限 deadline", "已补 answered"]).widest(80);
    let Some(asked) = &case.supplement else { return table };
    let (deadline, answered) = (wording::due(asked.deadline.as_ref()), asked.answered.map(time::text));
    for finding in &asked.findings {
        let reason = &finding.reason;
        let answered = answered.as_deref().unwrap_or("—");
        table.row([&wording::text(&reason.text), &reason.basis, &deadline, answered]);
    }
    table
}

/// 特别程序: what stands outside the limits.
fn procedures(case: &CaseView) -> Table {
    let mut table = Table::new(&["特别程序 procedure", "种类 kind", "自 from", "至 to"]);
    for known in &case.procedures {
        let to = known.to.map_or_else(|| "进行中 running".to_owned(), |day| day.to_string());
        let procedure = &known.procedure;
        table.row([procedure.id.as_str(), wording::special(procedure.kind), &known.from.to_string(), &to]);
    }
    table
}

fn head(text: &mut String, case: &CaseView) {
    let s = &case.summary;
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "{name} {}", plain_line(value));
        }
    };
    line("办件 case     ", s.id.as_str());
    line("事项 matter   ", &format!("{} {}", s.matter, wording::text(&s.title)));
    line("机构 authority", &format!("{}@{}", case.department, s.division));
    line("申请人 subject", &format!("{} {}", case.subject.name, case.subject.id));
    line("阶段 phase    ", wording::phase(s.phase));
    line("收件 received ", &time::text(s.received));
    let deemed = if case.deemed_accepted { "（依法视为受理 deemed）" } else { "" };
    line("受理 accepted ", &case.accepted.map(|day| format!("{day}{deemed}")).unwrap_or_default());
    line("到期 due      ", &wording::due_or_late(s.due.as_ref(), s.late));
    if let Some(limits) = &case.limits {
        let promised = limits.promised.map_or_else(|| "当场 on the spot".to_owned(), wording::span);
        line(
            "时限 limits   ",
            &format!("法定 {}（{}），承诺 {promised}", wording::span(limits.statutory), limits.statutory_row),
        );
    }
    for more in &case.extensions {
        line("延长 extended ", &format!("{}（{}），{}", wording::span(more.span), more.row, more.instrument));
    }
    line("结果 outcome  ", s.outcome.map(wording::outcome).unwrap_or_default());
    if let Some(decision) = &case.decision {
        for reason in &decision.reasons {
            line("理由 reason   ", &format!("{} {}", reason.basis, wording::text(&reason.text)));
        }
        line("救济 remedy   ", &decision.remedy.as_ref().map(wording::text).unwrap_or_default());
    }
    line("证照 licences ", &case.licences.join("，"));
    line("证书 certificate", &case.certificate.as_deref().map(|c| format!("/certificates/{c}")).unwrap_or_default());
    let c = &case.counts;
    line("材料 materials", &format!("{} → {}", c.materials_declared, c.materials_asked));
    line("字段 fields   ", &format!("{} → {}", c.fields_declared, c.fields_asked));
    let layers: Vec<String> =
        case.layers.iter().map(|layer| format!("{}@{}（{}）", layer.name, layer.version, layer.authority)).collect();
    line("规则 pinned to", &layers.join(" ← "));
    for bound in &case.emergencies {
        let measures: Vec<&str> = bound.measures.iter().map(banshi_model::emergency::Measure::name).collect();
        let until = bound.until;
        line(
            "应急 emergency",
            &format!("{} {}（{}），至 until {until}", bound.id, bound.instrument, measures.join(", ")),
        );
    }
    if let Some(fault) = &case.fault {
        line(
            "挂起 parked   ",
            &format!("{}: {}: {}，{} 次 attempts", fault.event, fault.fault.code, fault.fault.text, fault.attempts),
        );
    }
    if case.simulated {
        line("模拟时钟      ", "on a simulated clock: not a document");
    }
}

/// Tasks of a case.
fn tasks(tasks: &[Frozen<Task>]) -> Table {
    let mut table = Table::new(&["待办 task", "名称 title", "科室 unit", "状态 status", "到期 due", "结论 opinion"]);
    for task in tasks {
        let status = match task.status {
            TaskStatus::Open => "待办 open",
            TaskStatus::Joined => "并入联合核查 joined",
            TaskStatus::Done => "已办 done",
            TaskStatus::Closed => "不再需要 closed",
        };
        let due = task.due.map_or_else(|| "—".to_owned(), |due| due.to_string());
        let opinion = match &task.result {
            Some(result) if result.by_silence => "默认同意 by silence",
            Some(result) => wording::opinion(result.opinion),
            None => "",
        };
        table.row([task.local.as_str(), &wording::text(&task.title), &task.unit, status, &due, opinion]);
    }
    table
}

/// What was said to tasks, with reasons.
pub fn results<'a>(tasks: impl IntoIterator<Item = &'a Task>) -> String {
    let mut text = String::new();
    for task in tasks {
        for reason in task.result.iter().flat_map(|result| &result.reasons) {
            let line = format!("{}: {} {}", task.local, reason.basis, wording::text(&reason.text));
            let _ = writeln!(text, "  {}", plain_line(&line));
        }
    }
    text
}

/// Cases in a list.
pub fn list(cases: &[CaseSummary]) -> String {
    let mut table =
        Table::new(&["办件 case", "事项 matter", "区划", "阶段 phase", "收件 received", "到期 due", "结果 outcome"]);
    for case in cases {
        let title = format!("{} {}", case.matter, wording::text(&case.title));
        let phase = if case.parked { "挂起 parked" } else { wording::phase(case.phase) };
        let received = time::date_of(case.received).to_string();
        let outcome = case.outcome.map(wording::outcome).unwrap_or_default();
        let due = wording::due_or_late(case.due.as_ref(), case.late);
        table.row([case.id.as_str(), &title, case.division.as_str(), phase, &received, &due, outcome]);
    }
    table.render()
}

/// A journal, an entry a line.
pub fn journal(lines: &[JournalLine]) -> String {
    let mut table = Table::new(&["序", "时间 at", "由 by", "事件 event", "效果 effects"]).widest(72);
    for line in lines {
        let effects: Vec<String> = line.effects.iter().map(effect).collect();
        let kind = if line.kind == "failed" { "✗ " } else { "" };
        let simulated = if line.simulated { " 模拟" } else { "" };
        let at = format!("{}{simulated}", time::text(line.at));
        let what = format!("{kind}{}", wording::happened(&line.what));
        table.row([&line.seq.to_string(), &at, &wording::actor(&line.by), &what, &effects.join("，")]);
    }
    table.render()
}

/// An effect's name: its object's one member, or the word itself.
fn effect(effect: &Value) -> String {
    match effect {
        Value::String(word) => word.clone(),
        Value::Object(members) => members.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn section(text: &mut String, table: &Table) {
    if !table.is_empty() {
        text.push('\n');
        text.push_str(&plain(&table.render()));
    }
}
