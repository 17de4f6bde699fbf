//! The words of the field for what the model names: Chinese first, with the API's own word beside it.

use banshi_model::case::Phase;
use banshi_model::definition::{Mode, Processing, Source, Span, SpanUnit};
use banshi_model::draft::{Opinion, Outcome};
use banshi_model::effect::DueDate;
use banshi_model::entry::Actor;
use banshi_model::guidance::Direction;
use banshi_model::licence::LicenceStatus;
use banshi_model::package::Kind;
use banshi_model::text::{Severity, Text};

/// Which way a knob may be turned.
pub const fn narrows(direction: Direction) -> &'static str {
    match direction {
        Direction::Lower => "只可调低 lower",
        Direction::Higher => "只可调高 higher",
        Direction::Subset => "只可减少 fewer",
        Direction::Superset => "只可增加 more",
    }
}

/// Where a case stands.
pub const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Received => "收件 received",
        Phase::Supplementing => "补正 supplementing",
        Phase::Accepted => "受理 accepted",
        Phase::Decided => "决定 decided",
        Phase::Closed => "办结 closed",
    }
}

/// How a case ended.
pub const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Granted => "准予 granted",
        Outcome::Refused => "不予许可 refused",
        Outcome::Declined => "不予受理 declined",
        Outcome::Withdrawn => "撤回 withdrawn",
        Outcome::Lapsed => "逾期未补正 lapsed",
    }
}

/// What a package is.
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Matter => "事项 matter",
        Kind::Settings => "参数 settings",
        Kind::Code => "代码 code",
    }
}

/// How a matter may be had.
pub const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Approval => "审批 approval",
        Mode::Commitment => "告知承诺 commitment",
        Mode::Filing => "备案 filing",
    }
}

/// What an officer said.
pub const fn opinion(opinion: Opinion) -> &'static str {
    match opinion {
        Opinion::Approve => "同意 approve",
        Opinion::Object => "不同意 object",
        Opinion::Abstain => "弃权 abstain",
    }
}

/// How grave a finding is.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "提示 note",
        Severity::Warning => "建议 warning",
        Severity::Blocking => "须补正 blocking",
    }
}

/// Where a licence stands.
pub const fn licence(status: LicenceStatus) -> &'static str {
    match status {
        LicenceStatus::Draft => "待发 draft",
        LicenceStatus::Valid => "有效 valid",
        LicenceStatus::Expired => "过期 expired",
        LicenceStatus::Revoked => "撤销 revoked",
        LicenceStatus::WithdrawnByAuthority => "撤回 withdrawn",
        LicenceStatus::Cancelled => "注销 cancelled",
        LicenceStatus::Punished => "吊销 punished",
        LicenceStatus::Void => "未发 void",
    }
}

/// A length of time, as the law writes it.
pub fn span(span: Span) -> String {
    let unit = match span.unit {
        SpanUnit::WorkingDays => "个工作日",
        SpanUnit::Days => "日",
        SpanUnit::Months => "个月",
    };
    format!("{}{unit}", span.count)
}

/// What is promised.
pub fn promised(processing: Processing) -> String {
    match processing {
        Processing::OnTheSpot => "当场办结 on the spot".to_owned(),
        Processing::Promised(length) => span(length),
    }
}

/// A due date, marked where its calendar is not published.
pub fn due(due: Option<&DueDate>) -> String {
    match due {
        None => "—".to_owned(),
        Some(due) if due.provisional => format!("{}（暂定 provisional）", due.date),
        Some(due) => due.date.to_string(),
    }
}

/// Where a value came from.
pub fn source(source: &Source) -> String {
    match source {
        Source::Licence(kind) => format!("电子证照 licence {kind}"),
        Source::SharedData(field) => format!("数据共享 {}/{}", field.service, field.field),
        Source::SubjectRecord => "一企（人）一档 subject record".to_owned(),
        Source::Applicant => "申请人 applicant".to_owned(),
    }
}

/// Who did something.
pub fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Host => "主机 host".to_owned(),
        Actor::Principal(name) => name.clone(),
        Actor::Partner(kind) => format!("外部系统 {kind}"),
        Actor::Case(case) => format!("办件 {case}"),
    }
}

/// Chinese, with English beside it where there is one.
pub fn text(text: &Text) -> String {
    match &text.en {
        Some(en) => format!("{} {en}", text.zh),
        None => text.zh.clone(),
    }
}
