//! What has the same shape on both sides, given and taken.

use banshi_model::command::{
    DeclineGround, Due, Ending, OpenTask, Recipient, SpecialKind, SpecialProcedure, Verdict, WayForward,
};
use banshi_model::definition::{Business, MatterType, Mode, Partial, Processing, SharedField, Source, Span, SpanUnit};
use banshi_model::draft::{Opinion, Outcome};
use banshi_model::frozen::Frozen;
use banshi_model::guidance::Direction;
use banshi_model::text::{Finding, Reason, Severity, Subject, SubjectKind, Text};

use super::reader::{Located, Problem, Reader, Take};
use crate::guest::{cases, matters, types};

/// A model's type that becomes a guest's.
pub(crate) trait Give {
    /// The guest's type.
    type Guest;
    /// Converts.
    fn give(&self) -> Self::Guest;
}

impl<T: Give> Give for [T] {
    type Guest = Vec<T::Guest>;
    fn give(&self) -> Self::Guest {
        self.iter().map(T::give).collect()
    }
}

impl<T: Give> Give for Option<T> {
    type Guest = Option<T::Guest>;
    fn give(&self) -> Self::Guest {
        self.as_ref().map(T::give)
    }
}

impl<T: Give> Give for Frozen<T> {
    type Guest = T::Guest;
    fn give(&self) -> Self::Guest {
        (**self).give()
    }
}

macro_rules! same_cases {
    ($model:ident, $module:ident, $($case:ident),+) => {
        impl Give for $model {
            type Guest = $module::$model;
            fn give(&self) -> Self::Guest {
                match self { $($model::$case => $module::$model::$case),+ }
            }
        }
        impl Take for $module::$model {
            type Model = $model;
            fn take(self, _: &mut Reader<'_>) -> Result<$model, Problem> {
                Ok(match self { $($module::$model::$case => $model::$case),+ })
            }
        }
    };
}

same_cases!(SpanUnit, types, WorkingDays, Days, Months);
same_cases!(SubjectKind, types, NaturalPerson, LegalPerson, OtherOrganisation);
same_cases!(Severity, types, Note, Warning, Blocking);
same_cases!(MatterType, matters, Licence, Confirmation, Benefit, PublicService, Filing);
same_cases!(Business, matters, Establish, Change, Renew, Reissue, Cancel);
same_cases!(Mode, matters, Approval, Commitment, Filing);
same_cases!(Partial, matters, AllOrNone, WhatIsGranted);
same_cases!(Opinion, cases, Approve, Object, Abstain);
same_cases!(Outcome, cases, Granted, Refused, Declined, Withdrawn, Lapsed);
same_cases!(DeclineGround, cases, NoLicenceNeeded, NotThisAuthority);
same_cases!(
    SpecialKind,
    cases,
    Hearing,
    Tender,
    Auction,
    InspectionOfGoods,
    Testing,
    Quarantine,
    Appraisal,
    ExpertReview
);
same_cases!(Ending, cases, Revoked, WithdrawnByAuthority, Cancelled, Punished);
same_cases!(Recipient, cases, Subject, Agent, Signers);
same_cases!(Direction, cases, Lower, Higher, Subset, Superset);

impl Give for Span {
    type Guest = types::Span;
    fn give(&self) -> types::Span {
        types::Span { count: self.count, unit: self.unit.give() }
    }
}

impl Take for types::Span {
    type Model = Span;
    fn take(self, reader: &mut Reader<'_>) -> Result<Span, Problem> {
        Ok(Span { count: self.count, unit: self.unit.take(reader)? })
    }
}

impl Give for Text {
    type Guest = types::Text;
    fn give(&self) -> types::Text {
        types::Text { zh: self.zh.clone(), en: self.en.clone() }
    }
}

impl Take for types::Text {
    type Model = Text;
    fn take(self, reader: &mut Reader<'_>) -> Result<Text, Problem> {
        Ok(Text { zh: self.zh.take(reader)?, en: self.en.take(reader)? })
    }
}

impl Give for Subject {
    type Guest = types::Subject;
    fn give(&self) -> types::Subject {
        types::Subject { kind: self.kind.give(), id: self.id.clone(), name: self.name.clone() }
    }
}

impl Take for types::Subject {
    type Model = Subject;
    fn take(self, reader: &mut Reader<'_>) -> Result<Subject, Problem> {
        Ok(Subject { kind: self.kind.take(reader)?, id: self.id.take(reader)?, name: self.name.take(reader)? })
    }
}

impl Give for Reason {
    type Guest = types::Reason;
    fn give(&self) -> types::Reason {
        types::Reason {
            rule: self.rule.clone(),
            basis: self.basis.clone(),
            text: self.text.give(),
            evidence: self.evidence.clone(),
        }
    }
}

impl Take for types::Reason {
    type Model = Reason;
    fn take(self, reader: &mut Reader<'_>) -> Result<Reason, Problem> {
        Ok(Reason {
            rule: self.rule.take(reader)?,
            basis: self.basis.take(reader)?,
            text: self.text.take(reader)?,
            evidence: self.evidence.take(reader)?,
        })
    }
}

impl Give for Finding {
    type Guest = types::Finding;
    fn give(&self) -> types::Finding {
        types::Finding { severity: self.severity.give(), reason: self.reason.give() }
    }
}

impl Take for types::Finding {
    type Model = Finding;
    fn take(self, reader: &mut Reader<'_>) -> Result<Finding, Problem> {
        Ok(Finding { severity: self.severity.take(reader)?, reason: self.reason.take(reader)? })
    }
}

impl Give for Processing {
    type Guest = matters::Processing;
    fn give(&self) -> matters::Processing {
        match self {
            Self::OnTheSpot => matters::Processing::OnTheSpot,
            Self::Promised(span) => matters::Processing::Promised(span.give()),
        }
    }
}

impl Take for matters::Processing {
    type Model = Processing;
    fn take(self, reader: &mut Reader<'_>) -> Result<Processing, Problem> {
        Ok(match self {
            Self::OnTheSpot => Processing::OnTheSpot,
            Self::Promised(span) => Processing::Promised(span.take(reader)?),
        })
    }
}

impl Give for Source {
    type Guest = matters::Source;
    fn give(&self) -> matters::Source {
        match self {
            Self::Licence(kind) => matters::Source::Licence(kind.clone()),
            Self::SharedData(field) => matters::Source::SharedData(matters::SharedField {
                service: field.service.clone(),
                field: field.field.clone(),
                purpose: field.purpose.clone(),
            }),
            Self::SubjectRecord => matters::Source::SubjectRecord,
            Self::Applicant => matters::Source::Applicant,
        }
    }
}

impl Take for matters::Source {
    type Model = Source;
    fn take(self, reader: &mut Reader<'_>) -> Result<Source, Problem> {
        Ok(match self {
            Self::Licence(kind) => Source::Licence(kind.take(reader)?),
            Self::SharedData(field) => Source::SharedData(SharedField {
                service: field.service.take(reader)?,
                field: field.field.take(reader)?,
                purpose: field.purpose.take(reader)?,
            }),
            Self::SubjectRecord => Source::SubjectRecord,
            Self::Applicant => Source::Applicant,
        })
    }
}

impl Give for WayForward {
    type Guest = cases::WayForward;
    fn give(&self) -> cases::WayForward {
        match self {
            Self::Signpost { matter, division, text } => cases::WayForward::Signpost(cases::Signpost {
                matter: matter.to_string(),
                division: division.to_string(),
                text: text.give(),
            }),
            Self::Checklist(findings) => cases::WayForward::Checklist(findings.give()),
            Self::Path { question, owner, limit } => cases::WayForward::Path(cases::Path {
                question: question.give(),
                owner: owner.clone(),
                limit: limit.give(),
            }),
        }
    }
}

impl Take for cases::WayForward {
    type Model = WayForward;
    fn take(self, reader: &mut Reader<'_>) -> Result<WayForward, Problem> {
        Ok(match self {
            Self::Signpost(sign) => WayForward::Signpost {
                matter: reader.matter(sign.matter).at("matter").at("signpost")?,
                division: reader.division(sign.division).at("division").at("signpost")?,
                text: sign.text.take(reader)?,
            },
            Self::Checklist(findings) => WayForward::Checklist(findings.take(reader)?),
            Self::Path(path) => WayForward::Path {
                question: path.question.take(reader)?,
                owner: path.owner.take(reader)?,
                limit: path.limit.take(reader)?,
            },
        })
    }
}

impl Give for Verdict {
    type Guest = cases::Verdict;
    fn give(&self) -> cases::Verdict {
        cases::Verdict { task: self.task.to_string(), reasons: self.reasons.give() }
    }
}

impl Take for cases::Verdict {
    type Model = Verdict;
    fn take(self, reader: &mut Reader<'_>) -> Result<Verdict, Problem> {
        Ok(Verdict { task: reader.slug(self.task).at("task")?, reasons: self.reasons.take(reader).at("reasons")? })
    }
}

impl Give for Due {
    type Guest = cases::Due;
    fn give(&self) -> cases::Due {
        match self {
            Self::After(span) => cases::Due::After(span.give()),
            Self::On(date) => cases::Due::On(date.to_string()),
        }
    }
}

impl Take for cases::Due {
    type Model = Due;
    fn take(self, reader: &mut Reader<'_>) -> Result<Due, Problem> {
        Ok(match self {
            Self::After(span) => Due::After(span.take(reader)?),
            Self::On(date) => Due::On(reader.date(date).at("on")?),
        })
    }
}

impl Give for OpenTask {
    type Guest = cases::Task;
    fn give(&self) -> cases::Task {
        cases::Task {
            id: self.id.to_string(),
            unit: self.unit.clone(),
            title: self.title.give(),
            limit: self.limit.give(),
            form: self.form.as_ref().map(ToString::to_string),
            stage: self.stage.to_string(),
            silence_consents: self.silence_consents,
        }
    }
}

impl Take for cases::Task {
    type Model = OpenTask;
    fn take(self, reader: &mut Reader<'_>) -> Result<OpenTask, Problem> {
        Ok(OpenTask {
            id: reader.slug(self.id).at("id")?,
            unit: self.unit.take(reader)?,
            title: self.title.take(reader)?,
            limit: self.limit.take(reader)?,
            form: reader.json_if_any(self.form).at("form")?,
            stage: reader.slug(self.stage).at("stage")?,
            silence_consents: self.silence_consents,
        })
    }
}

impl Give for SpecialProcedure {
    type Guest = cases::SpecialProcedure;
    fn give(&self) -> cases::SpecialProcedure {
        cases::SpecialProcedure {
            id: self.id.to_string(),
            kind: self.kind.give(),
            expected: self.expected.give(),
            task: self.task.to_string(),
            reason: self.reason.give(),
        }
    }
}

impl Take for cases::SpecialProcedure {
    type Model = SpecialProcedure;
    fn take(self, reader: &mut Reader<'_>) -> Result<SpecialProcedure, Problem> {
        Ok(SpecialProcedure {
            id: reader.slug(self.id).at("id")?,
            kind: self.kind.take(reader)?,
            expected: self.expected.take(reader)?,
            task: reader.slug(self.task).at("task")?,
            reason: self.reason.take(reader)?,
        })
    }
}
