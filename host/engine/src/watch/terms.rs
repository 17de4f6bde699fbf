//! The watch that an enactment has: what the request says, what the options say where it says nothing, and how the
//! former chain's cases were decided. Refused where it could not be kept.

use banshi_model::draft::Outcome;
use banshi_model::enactment::Enactment;
use banshi_model::watch::{Rate, Watch};

use crate::Engine;
use crate::api::watch::WatchRequest;
use crate::error::Error;

/// The longest watch: a year.
const HOURS_MAX: u32 = 24 * 366;
/// Cases that are looked at for the former chain's rate, newest first.
const LOOKED_AT: usize = 4_096;
/// Cases that are read at once.
const BATCH: usize = 256;

impl Engine {
    /// The watch of an enactment that is about to be kept; none: it is not watched.
    pub(crate) fn watch_of(&self, asked: Option<&WatchRequest>, enactment: &Enactment) -> Result<Option<Watch>, Error> {
        let options = &self.inner.config.watch;
        let gradual = enactment.gradual.is_some();
        if asked.is_none() && !gradual && !options.always {
            return Ok(None);
        }
        let said = asked.copied().unwrap_or_default();
        let watch = Watch {
            hours: said.hours.unwrap_or(options.hours),
            cases: said.cases.unwrap_or(options.cases),
            traps: said.traps.unwrap_or(options.traps_percent),
            parked: said.parked.unwrap_or(options.parked_percent),
            refusals: said.refusals.unwrap_or(options.refusals_points),
            late: said.late.unwrap_or(options.late_percent),
            former: Rate::default(),
        };
        if watch.hours == 0 && !gradual {
            return Ok(None);
        }
        check(&watch)?;
        if !self.has_former(enactment) {
            return if asked.is_some() { Err(nothing_below(enactment)) } else { Ok(None) };
        }
        Ok(Some(Watch { former: self.former_rate(enactment)?, ..watch }))
    }

    /// How the newest cases of the matter at this place were decided.
    fn former_rate(&self, enactment: &Enactment) -> Result<Rate, Error> {
        let (mut rate, mut after, mut looked) = (Rate::default(), None, 0);
        loop {
            let page = self.inner.store.cases_in(&enactment.authority.division, after.as_ref(), BATCH)?;
            for id in &page.items {
                let Some(stored) = self.unerased(id)? else { continue };
                let case = &stored.case;
                if case.pin.chain.matter != enactment.matter {
                    continue;
                }
                match case.decision.as_ref().map(|decision| decision.outcome).or(case.outcome) {
                    Some(Outcome::Granted) => rate.decided += 1,
                    Some(Outcome::Refused | Outcome::Declined) => {
                        rate.decided += 1;
                        rate.refused += 1;
                    }
                    Some(Outcome::Withdrawn | Outcome::Lapsed) | None => {}
                }
            }
            looked += page.items.len();
            after = page.next;
            if after.is_none() || looked >= LOOKED_AT {
                return Ok(rate);
            }
        }
    }
}

fn check(watch: &Watch) -> Result<(), Error> {
    let refuse = |place: &str, what: String, fix: &str| Err(Error::invalid("enactment.watch", place, what, fix));
    if !(1..=HOURS_MAX).contains(&watch.hours) {
        let what = format!(
            "观察期 {} 小时不在 1–{HOURS_MAX} 之内；a watch of {} hours is not within 1 to {HOURS_MAX}",
            watch.hours, watch.hours
        );
        return refuse("/watch/hours", what, "给 1 至一年；give an hour to a year");
    }
    if watch.cases == 0 {
        let what = "0 件即可停用；it would halt over 0 cases".to_owned();
        return refuse("/watch/cases", what, "至少给 1；give at least 1");
    }
    let thresholds =
        [("traps", watch.traps), ("parked", watch.parked), ("refusals", watch.refusals), ("late", watch.late)];
    if let Some((name, given)) = thresholds.into_iter().find(|(_, given)| *given > 100) {
        let what = format!("阈值 {given} 大于 100；a threshold of {given} is more than 100");
        return refuse(&format!("/watch/{name}"), what, "给 0 至 100，0 为不观察；give 0 to 100, 0 for not watched");
    }
    if thresholds.iter().all(|(_, given)| *given == 0) {
        let what = "四个阈值均为 0，无从停用；all four thresholds are 0, so that nothing would halt it".to_owned();
        return refuse("/watch", what, "至少给一个阈值；give at least one threshold");
    }
    Ok(())
}

fn nothing_below(enactment: &Enactment) -> Error {
    let (matter, place) = (&enactment.matter, &enactment.authority.division);
    let what = format!(
        "事项 {matter} 在 {place} 此前没有施行，停用后无规则可循；matter `{matter}` is not in force at {place} before, so that a \
         halt would leave no rules"
    );
    Error::invalid("enactment.watch-former", "/watch", what, "不给 watch；leave `watch` out")
}
