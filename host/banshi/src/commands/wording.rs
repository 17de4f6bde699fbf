//! The words of the field for what the model names: Chinese first, with the API's own word beside it.

use banshi_model::case::Phase;
use banshi_model::command::SpecialKind;
use banshi_model::definition::{Mode, Processing, Source, Span, SpanUnit};
use banshi_model::draft::{Opinion, Outcome};
use banshi_model::effect::{DueDate, Late};
use banshi_model::enactment::Transitional;
use banshi_model::entry::Actor;
use banshi_model::guidance::Direction;
use banshi_model::licence::LicenceStatus;
use banshi_model::package::Kind;
use banshi_model::text::{Severity, Text};

/// What an entry of a journal says that happened, by the API's word for it.
pub fn happened(what: &str) -> String {
    let zh = match what {
        "received" => "收件",
        "submitted" => "申报",
        "identity-verified" => "身份已核验",
        "identity-failed" => "身份未通过",
        "signer-replaced" => "更换签署人",
        "supplemented" => "已补正",
        "supplement-expired" => "逾期未补正",
        "deemed-accepted" => "视为受理",
        "deemed-granted" => "视为准予",
        "accepted-with-bundle" => "一口受理",
        "task-done" => "待办已办",
        "timer-due" => "定时到期",
        "special-procedure-ended" | "procedure-ended" => "特别程序结束",
        "part-closed" => "单项办结",
        "withdrawn" => "撤回",
        "extended" => "延期",
        "recalculated" => "期限重算",
        "finished-by-hand" => "手工办结",
        "licence-ended" => "证照终止",
        "licences-settled" => "证照生效或作废",
        "looked-up" => "数据共享答复",
        "payment" => "支付答复",
        "delivered" => "已送达",
        "commitment-checked" => "承诺核查",
        "emergency-began" => "应急措施适用",
        "emergency-ended" => "应急措施终止",
        "emergency-extends" => "应急措施延期",
        "run-again" => "受理时转入新规则",
        "migrated" => "在办件迁移",
        "migration-undone" => "迁移撤销",
        "part-migrated" => "单项迁移",
        "noted" => "记录",
        _ => return what.to_owned(),
    };
    format!("{zh} {what}")
}

/// Which cases an enactment governs.
pub const fn transitional(clause: Transitional) -> &'static str {
    match clause {
        Transitional::ReceivedOnOrAfter => "施行后收件 received on or after",
        Transitional::AcceptedOnOrAfter => "施行后受理 accepted on or after",
        Transitional::AllOpen => "全部在办件 all open cases",
    }
}

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

/// The same, with the limit that has passed.
pub fn due_or_late(due_date: Option<&DueDate>, passed: Option<Late>) -> String {
    match passed {
        None => due(due_date),
        Some(passed) => format!("{}（{}）", due(due_date), late(passed)),
    }
}

/// Which limit has passed.
pub const fn late(late: Late) -> &'static str {
    match late {
        Late::Promise => "逾承诺时限 late: promise",
        Late::Bundle => "逾一业一证承诺时限 late: bundle",
        Late::Statute => "逾法定时限 late: statute",
    }
}

/// Which special procedure.
pub const fn special(kind: SpecialKind) -> &'static str {
    match kind {
        SpecialKind::Hearing => "听证 hearing",
        SpecialKind::Tender => "招标 tender",
        SpecialKind::Auction => "拍卖 auction",
        SpecialKind::InspectionOfGoods => "检验 inspection of goods",
        SpecialKind::Testing => "检测 testing",
        SpecialKind::Quarantine => "检疫 quarantine",
        SpecialKind::Appraisal => "鉴定 appraisal",
        SpecialKind::ExpertReview => "专家评审 expert review",
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
