//! One row, and what each kind of row says. Plain data; how rows compete is in `query`.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::command::SpecialKind;
use crate::definition::{MatterType, Mode, Span};
use crate::ids::{Division, MatterCode, Slug};
use crate::law::Refusal;
use crate::text::Text;

/// One dated row of the law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Row {
    /// Unique in the table; named by every refusal that rests on the row.
    pub id: Slug,
    /// The clause, as a lawyer cites it.
    pub clause: String,
    /// What it is about, for a person.
    pub title: Text,
    /// The first day on which it holds.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The last day on which it holds; none: it has no end yet. A row that derogates has one.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// The matter types that the law speaks of.
    pub matter_types: BTreeSet<MatterType>,
    /// The modes that the law speaks of.
    pub modes: BTreeSet<Mode>,
    /// Where a law speaks of single matters, their codes; empty: all matters of those types.
    #[serde(default)]
    pub matters: BTreeSet<MatterCode>,
    /// Where it holds; none: in the whole nation.
    #[serde(default)]
    pub division: Option<Division>,
    /// The row of the same kind that it sets aside where both hold (变通).
    #[serde(default)]
    pub derogates: Option<Slug>,
    /// The instrument (文号) on which it derogates.
    #[serde(default)]
    pub instrument: Option<String>,
    /// The instrument that ended it before its time; set by an `[[end]]` of an operator's file.
    #[serde(default)]
    pub ended_by: Option<String>,
    /// Whether it is a sample or a choice of this project, which users must be told; `note` says why.
    #[serde(default)]
    pub sample: bool,
    /// What a reader must know beside the clause.
    #[serde(default)]
    pub note: Option<String>,
    /// What it says.
    pub rule: Rule,
}

impl Row {
    /// Whether it holds on the day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|last| day <= last)
    }

    /// A refusal that rests on it; `text` says what was refused and what can be done.
    pub fn refuse(&self, text: Text) -> Refusal {
        Refusal { row: self.id.to_string(), clause: self.clause.clone(), text }
    }
}

/// What a row says. In a file, `[row.rule.KIND]` with the members of the kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// 办理期限.
    Ceiling(Ceiling),
    /// 受理期限.
    AcceptancePeriod(AcceptancePeriod),
    /// 补正告知.
    Supplement(Supplement),
    /// 逾期不补正.
    SupplementUnanswered(Unanswered),
    /// 不计入期限.
    Pauses(Pauses),
    /// 延长.
    Extension(Extension),
    /// 送达.
    Delivery(Delivery),
    /// 逾期未决视为准予延续.
    RenewalBySilence(RenewalBySilence),
    /// 行业综合许可证.
    Composite(Composite),
    /// 地方增设材料.
    LocalMaterials(LocalMaterials),
    /// 政府部门已有、可以取得的材料 (两个免于提交).
    Obtainable(Obtainable),
    /// 逐步施行.
    GradualStart(GradualStart),
}

impl Rule {
    /// The kind's name in files.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ceiling(_) => "ceiling",
            Self::AcceptancePeriod(_) => "acceptance-period",
            Self::Supplement(_) => "supplement",
            Self::SupplementUnanswered(_) => "supplement-unanswered",
            Self::Pauses(_) => "pauses",
            Self::Extension(_) => "extension",
            Self::Delivery(_) => "delivery",
            Self::RenewalBySilence(_) => "renewal-by-silence",
            Self::Composite(_) => "composite",
            Self::LocalMaterials(_) => "local-materials",
            Self::Obtainable(_) => "obtainable",
            Self::GradualStart(_) => "gradual-start",
        }
    }

    /// What is wrong with the values, with the member's name; nothing for most.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let empty = |span: &Span| span.count == 0;
        match self {
            Self::Ceiling(Ceiling { span, .. })
            | Self::AcceptancePeriod(AcceptancePeriod { span })
            | Self::Extension(Extension { span, .. })
            | Self::Delivery(Delivery { span })
                if empty(span) =>
            {
                Some(("span", "a count of 0 leaves no time; give at least 1"))
            }
            Self::Supplement(Supplement { within, .. }) if empty(within) => {
                Some(("within", "a count of 0 leaves no time; give at least 1"))
            }
            Self::SupplementUnanswered(Unanswered::Lapses { after }) if empty(after) => {
                Some(("lapses.after", "a count of 0 leaves no time; give at least 1"))
            }
            Self::Extension(Extension { times: 0, .. }) => Some(("times", "0 allows none; end the row instead")),
            Self::Pauses(Pauses { kinds }) if kinds.is_empty() => {
                Some(("kinds", "an empty list allows none; end the row instead"))
            }
            Self::GradualStart(GradualStart { percent_max }) if !(1..=99).contains(percent_max) => {
                Some(("percent_max", "give 1 to 99: without a row, new cases are not divided, and 100 divides nothing"))
            }
            // A short name would be found in the titles of other papers.
            Self::Obtainable(Obtainable { papers, .. })
                if papers.is_empty() || papers.iter().any(|name| name.trim().chars().count() < 2) =>
            {
                Some(("papers", "name at least one paper, each with two characters or more"))
            }
            _ => None,
        }
    }
}

/// The longest that deciding may take; counts from acceptance, which is day 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Ceiling {
    /// How long.
    pub span: Span,
    /// Whether it is for joint handling (统一、联合、集中办理) or for single; none: for both.
    #[serde(default)]
    pub joint: Option<bool>,
}

/// How long the authority may take to accept, or to say what is missing; counts from receipt. After it
/// the application is accepted as of receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AcceptancePeriod {
    /// How long.
    pub span: Span,
}

/// How often and until when a supplement may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Supplement {
    /// How often for one application.
    pub times: u16,
    /// Until when, from receipt.
    pub within: Span,
}

/// What becomes of an application that nobody supplements. Never a decision about its substance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unanswered {
    /// It lapses; the applicant may apply again.
    Lapses {
        /// How long after the notice.
        after: Span,
    },
    /// It waits without a limit.
    Waits,
}

/// What stands outside the limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Pauses {
    /// These procedures, and no other.
    pub kinds: BTreeSet<SpecialKind>,
}

/// How the limit may be extended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Extension {
    /// By how much at most, each time.
    pub span: Span,
    /// Whether it is for joint handling or for single; none: for both.
    #[serde(default)]
    pub joint: Option<bool>,
    /// How often for one case.
    pub times: u16,
    /// Who has to approve.
    pub approver: Text,
}

/// How long the authority may take to issue and deliver; counts from the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Delivery {
    /// How long.
    pub span: Span,
}

/// A renewal that is not decided when the licence ends counts as granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RenewalBySilence {
    /// Where the holder applied at least so many calendar days before the licence's last day; 0: whenever.
    pub applied_days_before: u16,
}

impl RenewalBySilence {
    /// Whether a renewal received on a day is early enough for a licence that ends on `last_day`.
    pub fn in_time(&self, received: Date, last_day: Date) -> bool {
        received.saturating_add(i64::from(self.applied_days_before).days()) <= last_day
    }
}

/// When a composite certificate is issued over a bundle's permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Composite {
    /// From how many permits on.
    pub min_permits: u16,
    /// Whether permits that were issued before are gathered into one without a new application.
    pub back_fill: bool,
    /// Whether it is issued together with the permits and not after them.
    pub with_permits: bool,
}

/// Whether a local layer may ask for a material that the layer below does not ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LocalMaterials {
    /// Whether it may.
    pub allowed: bool,
}

/// Papers that the state holds, so that nobody needs to hand them in (两个免于提交). Several such rows hold side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Obtainable {
    /// Their Chinese names; a material is one of them where its title has the name in it.
    pub papers: BTreeSet<String>,
    /// Where they can be had.
    pub held_by: Text,
}

/// Whether an enactment may begin with a share of new cases, so that like cases are handled by different rules for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GradualStart {
    /// The largest share short of all, in percent.
    pub percent_max: u8,
}
