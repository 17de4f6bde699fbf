//! Which row governs: the rows that hold in a scope, and how they compete.
//!
//! Of the rows of one kind that hold on the day, at the place, for the matter, its type and its mode:
//!
//! 1. a row that another of them derogates is set aside, and the other stands in its place (变通);
//! 2. a row for single matters stands before one for all (特别法优于一般法: 法律、法规另有规定的，依照其规定);
//! 3. a row of a nearer place stands before one of a wider;
//! 4. a row valid from a later day stands before one valid from an earlier (新法优于旧法);
//! 5. last, the row with the smaller id, so that the answer never depends on files.

use std::cmp::Reverse;

use jiff::civil::Date;

use crate::definition::{MatterType, Mode, Span};
use crate::ids::{Division, MatterCode};
use crate::law::{
    Composite, Extension, GradualStart, LocalMaterials, Obtainable, Pauses, RenewalBySilence, Row, Rule, Supplement,
    Table, Unanswered,
};

/// Where the law is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// On which day.
    pub day: Date,
    /// At which place.
    pub division: &'a Division,
    /// Which matter.
    pub matter: &'a MatterCode,
    /// Its type.
    pub matter_type: MatterType,
    /// In which mode.
    pub mode: Mode,
    /// Whether it is handled jointly (统一、联合、集中办理): a bundle as a whole, not each of its parts.
    pub joint: bool,
}

impl Scope<'_> {
    /// Whether the row holds here.
    pub fn covers(&self, row: &Row) -> bool {
        row.holds_on(self.day)
            && row.matter_types.contains(&self.matter_type)
            && row.modes.contains(&self.mode)
            && (row.matters.is_empty() || row.matters.contains(self.matter))
            && row.division.as_ref().is_none_or(|place| place.contains(self.division))
    }
}

/// A value of the law, with the row that gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Governing<'t, T> {
    /// The row that governs.
    pub row: &'t Row,
    /// What it says.
    pub value: T,
}

impl Table {
    /// 法定时限: how long deciding may take. None: no row sets a limit here.
    pub fn ceiling(&self, scope: &Scope<'_>) -> Option<Governing<'_, Span>> {
        self.governing(scope, |rule| match rule {
            Rule::Ceiling(ceiling) if applies(ceiling.joint, scope) => Some(ceiling.span),
            _ => None,
        })
    }

    /// How long from receipt until the application counts as accepted as of receipt (第三十二条). None:
    /// silence does not accept it, for example a filing.
    pub fn acceptance_period(&self, scope: &Scope<'_>) -> Option<Governing<'_, Span>> {
        self.governing(scope, |rule| if let Rule::AcceptancePeriod(value) = rule { Some(value.span) } else { None })
    }

    /// How often and until when a supplement may be asked for. None: no row limits it.
    pub fn supplement(&self, scope: &Scope<'_>) -> Option<Governing<'_, Supplement>> {
        self.governing(scope, |rule| if let Rule::Supplement(value) = rule { Some(*value) } else { None })
    }

    /// What becomes of an application that nobody supplements. None: it waits.
    pub fn unanswered(&self, scope: &Scope<'_>) -> Option<Governing<'_, Unanswered>> {
        self.governing(scope, |rule| if let Rule::SupplementUnanswered(value) = rule { Some(*value) } else { None })
    }

    /// What stands outside the limit. None: nothing.
    pub fn pauses(&self, scope: &Scope<'_>) -> Option<Governing<'_, &Pauses>> {
        self.governing(scope, |rule| if let Rule::Pauses(value) = rule { Some(value) } else { None })
    }

    /// How the limit may be extended. None: not at all.
    pub fn extension(&self, scope: &Scope<'_>) -> Option<Governing<'_, &Extension>> {
        self.governing(scope, |rule| match rule {
            Rule::Extension(extension) if applies(extension.joint, scope) => Some(extension),
            _ => None,
        })
    }

    /// How long issuing and delivering may take after the decision. None: no row sets a limit here.
    pub fn delivery(&self, scope: &Scope<'_>) -> Option<Governing<'_, Span>> {
        self.governing(scope, |rule| if let Rule::Delivery(value) = rule { Some(value.span) } else { None })
    }

    /// Whether a renewal that is not decided by expiry counts as granted (第五十条). None: it does not.
    pub fn renewal_by_silence(&self, scope: &Scope<'_>) -> Option<Governing<'_, RenewalBySilence>> {
        self.governing(scope, |rule| if let Rule::RenewalBySilence(value) = rule { Some(*value) } else { None })
    }

    /// When a composite certificate is issued here. None: none is.
    pub fn composite(&self, scope: &Scope<'_>) -> Option<Governing<'_, Composite>> {
        self.governing(scope, |rule| if let Rule::Composite(value) = rule { Some(*value) } else { None })
    }

    /// Whether a local layer may ask for more materials. None: it may not.
    pub fn local_materials(&self, scope: &Scope<'_>) -> Option<Governing<'_, LocalMaterials>> {
        self.governing(scope, |rule| if let Rule::LocalMaterials(value) = rule { Some(*value) } else { None })
    }

    /// Up to which share of new cases an enactment may begin with (逐步施行). None: it may not.
    pub fn gradual_start(&self, scope: &Scope<'_>) -> Option<Governing<'_, GradualStart>> {
        self.governing(scope, |rule| if let Rule::GradualStart(value) = rule { Some(*value) } else { None })
    }

    /// The row by which a paper of this title can be had without the applicant, if one holds. Such rows do not
    /// compete: the first by id is told.
    pub fn obtainable(&self, scope: &Scope<'_>, title: &str) -> Option<Governing<'_, &Obtainable>> {
        self.in_force(scope).find_map(|row| match &row.rule {
            Rule::Obtainable(value) if value.papers.iter().any(|name| title.contains(name.as_str())) => {
                Some(Governing { row, value })
            }
            _ => None,
        })
    }

    /// Every row that holds here, also those that another sets aside; by id.
    pub fn in_force<'t>(&'t self, scope: &Scope<'_>) -> impl Iterator<Item = &'t Row> {
        self.rows().iter().filter(move |row| scope.covers(row))
    }

    fn governing<'t, T>(&'t self, scope: &Scope<'_>, pick: impl Fn(&'t Rule) -> Option<T>) -> Option<Governing<'t, T>> {
        let held: Vec<(&Row, T)> =
            self.in_force(scope).filter_map(|row| pick(&row.rule).map(|value| (row, value))).collect();
        let rows: Vec<&Row> = held.iter().map(|(row, _)| *row).collect();
        let derogated = |row: &Row| rows.iter().any(|other| other.derogates.as_ref() == Some(&row.id));
        held.into_iter()
            .filter(|(row, _)| !derogated(row))
            .max_by_key(|(row, _)| standing(row, &rows))
            .map(|(row, value)| Governing { row, value })
    }
}

fn applies(joint: Option<bool>, scope: &Scope<'_>) -> bool {
    joint.is_none_or(|joint| joint == scope.joint)
}

/// By what a row stands before another: a single matter, nearness, first day, id; greater before smaller.
type Rank<'t> = (bool, usize, Date, Reverse<&'t str>);

/// The rank of a row, or of what it derogates among `held` where that is higher. Ends, because a table
/// has no circle of derogations.
fn standing<'t>(row: &'t Row, held: &[&'t Row]) -> Rank<'t> {
    let nearness = row.division.as_ref().map_or(0, |place| place.line().len());
    let own = (!row.matters.is_empty(), nearness, row.valid_from, Reverse(row.id.as_str()));
    let target = row.derogates.as_ref().and_then(|id| held.iter().find(|other| &other.id == id));
    target.map_or(own, |target| own.max(standing(target, held)))
}
