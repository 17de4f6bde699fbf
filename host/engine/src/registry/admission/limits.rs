//! Limits against each other and against the law rows, and papers that the state holds and still asks for.

use banshi_model::definition::{Definition, Material, Processing, Source, SpanUnit};
use banshi_model::law::{Scope, Table};

use crate::registry::findings::Findings;
use crate::registry::span;

/// Checks the limits in each scope (one a mode), and looks at the materials.
pub(crate) fn check(definition: &Definition, law: &Table, scopes: &[Scope<'_>]) -> Findings {
    let mut found = Findings::default();
    if definition.statutory.count == 0 && definition.promised != Processing::OnTheSpot {
        let text = ("时限为 0 的，只能是当场办结", "a limit of 0 is only for what is done on the spot");
        found.block("admission.limits", "definition.statutory", text, "declare the limit, or `on-the-spot`");
    }
    if matches!(definition.promised, Processing::Promised(span) if span.count == 0) {
        found.block(
            "admission.limits",
            "definition.promised",
            ("承诺时限为 0", "a promise of 0"),
            "promise at least 1, or `on-the-spot`",
        );
    }
    if !span::promise_within(definition.promised, definition.statutory) {
        let text = ("承诺时限可能晚于申报的法定时限", "the promise may end after the declared limit");
        found.block(
            "admission.limits",
            "definition.promised",
            text,
            "promise at most the declared limit, in the same unit",
        );
    }
    for scope in scopes {
        if let Some(row) = law.ceiling(scope)
            && !span::never_longer(definition.statutory, row.value)
        {
            let (id, clause, count) = (&row.row.id, &row.row.clause, row.value.count);
            let (zh, en) = unit(row.value.unit);
            let text = (
                format!("申报的时限可能晚于规则行 `{id}`（{clause}）规定的 {count} {zh}"),
                format!("the declared limit may end after that of law row `{id}` ({clause}): {count} {en}"),
            );
            found.block(
                "admission.limits",
                "definition.statutory",
                text,
                "declare at most the row's limit, in the same unit",
            );
        }
    }
    stages(definition, &mut found);
    held_by_the_state(definition, law, scopes, &mut found);
    found
}

const fn unit(unit: SpanUnit) -> (&'static str, &'static str) {
    match unit {
        SpanUnit::WorkingDays => ("个工作日", "working days"),
        SpanUnit::Days => ("日", "days"),
        SpanUnit::Months => ("个月", "months"),
    }
}

fn stages(definition: &Definition, found: &mut Findings) {
    for stage in &definition.stages {
        if stage
            .limit
            .is_some_and(|limit| limit.unit == definition.statutory.unit && limit.count > definition.statutory.count)
        {
            let text = (
                format!("环节 `{}` 的时限长于整个事项", stage.id),
                format!("stage `{}` may take longer than the whole matter", stage.id),
            );
            let fix = ("缩短该环节的时限", "give it less time");
            found.warn("admission.limits", format!("definition.stages.{}.limit", stage.id), text, fix);
        }
    }
}

/// 两个免于提交: what an authority issued is fetched where it can be.
fn held_by_the_state(definition: &Definition, law: &Table, scopes: &[Scope<'_>], found: &mut Findings) {
    let only_asked = |material: &&Material| material.sources.iter().all(|source| *source == Source::Applicant);
    for material in definition.materials.iter().filter(only_asked) {
        let row = scopes.iter().find_map(|scope| law.obtainable(scope, &material.title.zh));
        let text = match (row, &material.issuer) {
            (Some(held), _) => {
                let (id, from) = (&held.row.id, &held.value.held_by);
                (
                    format!("按规则行 `{id}` 可从{}取得，却只向申请人索取", from.zh),
                    format!(
                        "law row `{id}` says that it can be had from {}, and only the applicant is asked for it",
                        from.en.as_ref().unwrap_or(&from.zh)
                    ),
                )
            }
            (None, Some(issuer)) => (
                format!("由“{issuer}”核发，却只向申请人索取（两个免于提交）"),
                format!("`{issuer}` issues it, and only the applicant is asked for it (两个免于提交)"),
            ),
            (None, None) => continue,
        };
        let fix =
            ("在申请人之前加上电子证照或数据共享来源", "add a licence or a shared data source before the applicant");
        found.warn("admission.materials", format!("definition.materials.{}.sources", material.id), text, fix);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample::{definition, stage};
    use banshi_model::definition::{Mode, Span};
    use banshi_model::ids::{Division, MatterCode};
    use jiff::civil::date;

    fn found(change: impl FnOnce(&mut Definition)) -> Vec<String> {
        let mut d = definition();
        change(&mut d);
        let (division, matter): (Division, MatterCode) = ("310115".parse().unwrap(), "P01".parse().unwrap());
        let scope = Scope {
            day: date(2021, 4, 26),
            division: &division,
            matter: &matter,
            matter_type: d.matter_type,
            mode: Mode::Approval,
            joint: false,
        };
        let law = Table::built_in().unwrap();
        check(&d, &law, &[scope])
            .into_inner()
            .into_iter()
            .map(|f| format!("{} {} {}", f.refuses(), f.place, f.rule))
            .collect()
    }

    #[test]
    fn a_promise_stays_within_the_declared_limit_and_that_within_the_law_row() {
        assert!(found(|_| {}).is_empty());
        let promised = |count| found(|d| d.promised = Processing::Promised(Span::working_days(count)));
        assert_eq!(promised(21), ["true definition.promised admission.limits"]);
        assert_eq!(promised(0), ["true definition.promised admission.limits"]);
        assert_eq!(found(|d| d.statutory = Span::working_days(21)), ["true definition.statutory admission.limits"]);
        let months = Span { count: 2, unit: SpanUnit::Months };
        assert_eq!(found(|d| d.statutory = months), ["true definition.statutory admission.limits"]);
    }

    #[test]
    fn a_limit_of_nothing_is_only_for_what_is_done_on_the_spot() {
        assert_eq!(
            found(|d| d.statutory.count = 0),
            ["true definition.statutory admission.limits", "true definition.promised admission.limits"]
        );
        assert!(found(|d| (d.statutory.count, d.promised) = (0, Processing::OnTheSpot)).is_empty());
    }

    #[test]
    fn a_paper_that_the_state_holds_is_hinted_at() {
        assert_eq!(
            found(|d| d.materials[0].issuer = Some("公安局".to_owned())),
            ["false definition.materials.plan.sources admission.materials"]
        );
        let served = found(|d| {
            d.materials[0].issuer = Some("公安局".to_owned());
            d.materials[0].sources.insert(0, Source::SubjectRecord);
        });
        assert!(served.is_empty());
    }

    #[test]
    fn a_stage_that_takes_longer_than_the_matter_is_hinted_at() {
        let long = found(|d| {
            let mut long = stage("long", &[], false);
            long.limit = Some(Span::working_days(30));
            d.stages.push(long);
        });
        assert_eq!(long, ["false definition.stages.long.limit admission.limits"]);
    }
}
