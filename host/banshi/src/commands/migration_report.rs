//! A migration's report for a person.

use std::fmt::Write as _;

use banshi_engine::api::migration::{
    MigrationCounts, MigrationFate, MigrationLine, MigrationOrder, MigrationState, MigrationView,
};
use banshi_model::time;

use crate::output::plain_line;
use crate::table::Table;

/// One line on the way.
pub fn progress(migration: &MigrationView) -> String {
    let (progress, cases) = (migration.progress, migration.report.cases);
    format!(
        "{} {}/{} 件 cases · 相同 same {} · 文字 wording {} · 实质 effect {} · 不能迁移 fails {}",
        state(migration.state),
        progress.looked,
        progress.total,
        cases.same,
        cases.wording,
        cases.effect,
        cases.failure
    )
}

/// All migrations.
pub fn table(migrations: &[MigrationView]) -> String {
    let mut table = Table::new(&[
        "编号 id",
        "迁往 to",
        "机构 at",
        "状态 state",
        "件数 cases",
        "已迁 moved",
        "留下 stayed",
        "已撤 undone",
    ]);
    for one in migrations {
        let (to, at) = (format!("{}@{}", one.name, one.version), one.report.authority.to_string());
        let counts = [one.report.cases.compared, one.moved.moved, one.moved.stayed, one.undone.moved];
        let [cases, moved, stayed, undone] = counts.map(|count| count.to_string());
        table.row([one.id.as_str(), &to, &at, state(one.state), &cases, &moved, &stayed, &undone]);
    }
    if table.is_empty() { "没有在办件迁移 there are no migrations".to_owned() } else { table.render() }
}

/// The whole report.
pub fn told(migration: &MigrationView) -> String {
    let report = &migration.report;
    let mut text = format!(
        "在办件迁移 migration {} · {}\n{} 迁往 to {}@{}（{}）于 at {}\n{}\n",
        migration.id,
        state(migration.state),
        report.matter,
        migration.name,
        migration.version,
        report.enactment,
        report.authority,
        progress(migration)
    );
    ordered(&mut text, "试算 dry run", Some(&migration.begun));
    let _ = writeln!(text, "审核 reviewed by: {}", plain_line(&migration.reviewed_by.join("、")));
    if let Some(fault) = &migration.fault {
        let _ = writeln!(text, "停止原因 why it stopped: {}", plain_line(fault));
    }
    text.push_str(&commands(migration));
    let mut failures = Table::new(&["不能迁移的原因 failure", "件数"]);
    for (code, count) in &report.failures {
        failures.row([code.clone(), count.to_string()]);
    }
    if !failures.is_empty() {
        let _ = write!(text, "\n{}", failures.render());
    }
    passed(&mut text, "执行 run", migration.run.as_ref(), migration.moved);
    passed(&mut text, "撤销 undo", migration.undo.as_ref(), migration.undone);
    if let Some(digest) = migration.digest {
        let _ = writeln!(text, "\n报告摘要 digest: {digest}");
    }
    for sign_off in &migration.sign_offs {
        let (person, at) = (plain_line(&sign_off.person), time::text(sign_off.at));
        let _ = writeln!(text, "署名 signed off: {person}（{}）{at}", sign_off.by);
    }
    let _ = writeln!(text, "逐件 case by case: banshi migration show {} --cases dry-run", migration.id);
    text
}

fn ordered(text: &mut String, head: &str, order: Option<&MigrationOrder>) {
    if let Some(order) = order {
        let (at, instrument) = (time::text(order.at), plain_line(&order.instrument));
        let _ = writeln!(text, "{head}: {instrument} · {} · {at}", order.by);
    }
}

fn passed(text: &mut String, head: &str, order: Option<&MigrationOrder>, counts: MigrationCounts) {
    ordered(text, head, order);
    if order.is_some() {
        let _ = writeln!(text, "  {} 件：已办 done {}，留下 stayed {}", counts.looked, counts.moved, counts.stayed);
    }
}

fn commands(migration: &MigrationView) -> String {
    let mut table =
        Table::new(&["差异 differs in", "文字", "新增 added", "减少 dropped", "次序", "金额", "日期", "条款", "其他"]);
    for (name, counts) in &migration.report.commands {
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
            table.row(std::iter::once(name.clone()).chain(differs.map(|count| count.to_string())));
        }
    }
    if table.is_empty() { String::new() } else { format!("\n{}", table.render()) }
}

/// Case by case.
pub fn lines(cases: &[MigrationLine]) -> String {
    let mut text = String::new();
    for line in cases {
        let _ = writeln!(text, "{} {}（{}）", line.case, fate(line.fate), plain_line(&line.from_version));
        for difference in &line.differences {
            let (command, at) = (plain_line(&difference.command), plain_line(&difference.at));
            let _ = writeln!(text, "  {command} {at} {:?}", difference.what);
        }
        if let Some(failure) = &line.failure {
            let (place, what) = (plain_line(&failure.place), plain_line(&failure.text));
            let _ = writeln!(text, "  {} @ {place}: {what}", failure.code);
            let english = failure.fix.en.as_deref().unwrap_or_default();
            let _ = writeln!(text, "  办法 fix: {} / {english}", failure.fix.zh);
        }
    }
    if text.is_empty() { "没有涉及的在办件 no open case is concerned".to_owned() } else { text }
}

const fn fate(fate: MigrationFate) -> &'static str {
    match fate {
        MigrationFate::Same => "相同 same",
        MigrationFate::Wording => "文字 wording",
        MigrationFate::Effect => "实质 effect",
        MigrationFate::Failure => "留在原处 stays",
    }
}

const fn state(state: MigrationState) -> &'static str {
    match state {
        MigrationState::Trying => "试算中 trying",
        MigrationState::Tried => "已试算 tried",
        MigrationState::Running => "迁移中 running",
        MigrationState::Done => "已迁移 done",
        MigrationState::Undoing => "撤销中 undoing",
        MigrationState::Undone => "已撤销 undone",
        MigrationState::Stopped => "已停止 stopped",
    }
}
