//! Derogations (变通): a law row lets one place loosen something until a day. What a layer takes from such a row, it has as
//! long as the row does: its enactment has to end with it, so that on the next day what is below stands again by itself.

use banshi_model::definition::{Definition, Processing, Span};
use banshi_model::enactment::Enactment;
use banshi_model::ids::{Division, MatterCode};
use banshi_model::law::{Row, Scope};
use banshi_model::time;
use jiff::Timestamp;
use jiff::civil::Date;

use super::compute::{Fallen, Reading};
use super::findings::Findings;
use super::narrowing::Leeway;
use super::{chain, span};
use crate::Engine;
use crate::error::Error;

/// Until when a layer stands, and by which row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LentUntil {
    /// The row's last day.
    pub last: Date,
    /// The row's id.
    pub row: String,
    /// The instrument on which the row derogates.
    pub instrument: String,
}

/// What rows that derogate let a layer do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lent {
    materials: Option<LentUntil>,
    longer: Option<LentUntil>,
}

impl Lent {
    /// Until when a definition stands over the one below: the first last day of what it makes use of.
    pub(crate) fn used(self, below: &Definition, above: &Definition) -> Option<LentUntil> {
        let asks_more = above.materials.iter().any(|own| below.material(own.id.as_str()).is_none());
        let takes_longer = !span::promise_never_longer(above.promised, below.promised)
            || !span::never_longer(above.statutory, below.statutory);
        let used = [self.materials.filter(|_| asks_more), self.longer.filter(|_| takes_longer)];
        used.into_iter().flatten().min_by_key(|lent| lent.last)
    }
}

/// What the law rows let a layer at this place loosen, in every mode of the matter, and which of it is lent.
pub(crate) fn leeway(
    reading: &Reading<'_>,
    matter: &MatterCode,
    division: &Division,
    below: &Definition,
) -> (Leeway, Lent) {
    let (matter_type, joint) = (below.matter_type, below.bundle.is_some());
    let scope = |mode| Scope { day: reading.day, division, matter, matter_type, mode, joint };
    let mut lent = Lent::default();
    let more_materials = below.modes.iter().try_for_each(|mode| match reading.law.may_add_material(&scope(*mode)) {
        Ok(row) => {
            lent.materials = sooner(lent.materials.take(), derogates(row));
            Ok(())
        }
        Err(refusal) => Err(refusal.to_string()),
    });
    let mut longer: Option<Span> = None;
    for (nth, mode) in below.modes.iter().enumerate() {
        let found = reading.law.ceiling(&scope(*mode)).filter(|found| found.row.derogates.is_some());
        longer = match (found.as_ref().map(|found| found.value), longer) {
            (Some(span), None) if nth == 0 => Some(span),
            (Some(own), Some(other)) => shorter(own, other),
            _ => None,
        };
        lent.longer = sooner(lent.longer.take(), found.and_then(|found| derogates(found.row)));
    }
    (Leeway { more_materials, longer }, lent)
}

fn derogates(row: &Row) -> Option<LentUntil> {
    row.derogates.as_ref()?;
    let instrument = row.instrument.clone().unwrap_or_default();
    Some(LentUntil { last: row.valid_until?, row: row.id.to_string(), instrument })
}

fn sooner(a: Option<LentUntil>, b: Option<LentUntil>) -> Option<LentUntil> {
    a.into_iter().chain(b).min_by_key(|lent| lent.last)
}

/// The shorter of two; none where that depends on the calendar.
fn shorter(a: Span, b: Span) -> Option<Span> {
    match (span::promise_within(Processing::Promised(a), b), span::promise_within(Processing::Promised(b), a)) {
        (true, _) => Some(a),
        (false, true) => Some(b),
        (false, false) => None,
    }
}

impl Engine {
    /// Refuses an enactment that would outlive the law row that it rests on.
    pub(super) async fn ends_with_its_row(&self, fresh: &Enactment, at: Timestamp) -> Result<Findings, Error> {
        let mut findings = Findings::default();
        let mut known = self.inner.registry.of_matter(&fresh.matter);
        known.push(fresh.clone());
        let mut selected = chain::select(&known, &fresh.authority.division, at);
        let Some(place) = selected.iter().position(|e| e.id == fresh.id) else { return Ok(findings) };
        selected.truncate(place + 1);
        let chain = chain::chain(&fresh.matter, &selected);
        let lent = match self.compute(&chain, time::date_of(at), Default::default()).await {
            Ok(computed) => computed.lent,
            // Another layer does not stand on today's ground: it is left out, and so is none of ours.
            Err(Fallen::Layer { .. }) => None,
            Err(Fallen::Error(error)) => return Err(error),
        };
        if let Some(lent) = lent.filter(|lent| fresh.until.is_none_or(|last| last > lent.last)) {
            let LentUntil { last, row, instrument } = lent;
            let until = fresh.until.map_or_else(|| "none".to_owned(), |last| last.to_string());
            let zh = format!("所依据的变通规定 `{row}`（{instrument}）至 {last} 止，施行止期为 {until}");
            let en = format!(
                "law row `{row}` ({instrument}), by which it loosens, holds until {last}; the enactment's `until` is {until}"
            );
            let fix = (format!("将 `until` 设为 {last} 或更早"), format!("set `until` to {last} or earlier"));
            findings.block("enactment.derogation", "/until", (zh, en), fix);
        }
        Ok(findings)
    }
}
