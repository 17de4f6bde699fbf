//! Whether the variations in force stand on a new version of what lies below them: each fits, fits with differences, or
//! conflicts. Looks beforehand and writes nothing.
//!
//! A layer is judged by what it does: the values that it gives over what is in force below it, against those that it gives
//! over the candidate. What the candidate itself changes is told beside it and is no difference of the layer.
//!
//! Not here: the cases of the past, on which `shadow` tries a candidate.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::enactment::{Chain, Enactment};
use banshi_model::ids::{Digest, EnactmentId, MatterCode};
use banshi_model::package::Kind;
use banshi_model::time;
use banshi_store::PackageRecord;
use jiff::Timestamp;
use serde_json::Value;

use super::compute::{Computed, Fallen};
use super::findings::Findings;
use super::provenance::Origin;
use super::requirement::within;
use super::{as_if, chain};
use crate::Engine;
use crate::api::fits::{Fit, LayerFit, ValueChange};
use crate::api::{Page, PageRequest};
use crate::error::Error;
use crate::principal::{Principal, Role};

/// The most enactments that one page looks at.
const PAGE_MAX: usize = 200;

/// What one layer does, and what stands at its place.
#[derive(Debug, Clone, Default, PartialEq)]
struct Stand {
    /// The values that the layer itself gives.
    own: BTreeMap<String, Value>,
    /// The values that the layers below it give.
    below: BTreeMap<String, Value>,
}

impl Stand {
    /// What a chain whose last layer is looked at came to.
    fn of(origins: &[Origin], last: usize) -> Self {
        let mut stand = Self::default();
        for origin in origins {
            let into = if origin.layer == last { &mut stand.own } else { &mut stand.below };
            into.insert(origin.path(), origin.value.clone());
        }
        stand
    }
}

/// What differs between two sets of values, by path. Pure.
fn changes(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<ValueChange> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    changed
        .map(|path| ValueChange {
            path: path.clone(),
            before: before.get(path).cloned(),
            after: after.get(path).cloned(),
        })
        .collect()
}

/// How a layer stands over the candidate, against how it stands today. Pure.
fn compared(e: &Enactment, before: &Stand, after: Result<Stand, Findings>) -> LayerFit {
    let (fit, differences, below, conflicts) = match after {
        Err(findings) => (Fit::Conflicts, Vec::new(), Vec::new(), findings.into_inner()),
        Ok(after) => {
            let differences = changes(&before.own, &after.own);
            // A value that the layer gives on one side only is the layer's difference, told once.
            let told: BTreeSet<&str> = differences.iter().map(|change| change.path.as_str()).collect();
            let mut below = changes(&before.below, &after.below);
            below.retain(|change| !told.contains(change.path.as_str()));
            let fit = if differences.is_empty() { Fit::Fits } else { Fit::Differs };
            (fit, differences, below, Vec::new())
        }
    };
    LayerFit {
        enactment: e.id.clone(),
        authority: e.authority.clone(),
        kind: e.kind,
        package: e.package,
        name: e.name.clone(),
        version: e.version.clone(),
        instrument: e.instrument.clone(),
        fit,
        differences,
        below,
        conflicts,
    }
}

impl Engine {
    /// Each variation in force, or yet to come, that stands on what this published package would replace or stand below:
    /// how it would stand if the package were enacted at its own authority. By enactment.
    pub async fn package_fits(
        &self,
        who: &Principal,
        package: &Digest,
        page: PageRequest,
    ) -> Result<Page<LayerFit>, Error> {
        if !matches!(who.role, Role::Platform | Role::Publisher { .. }) {
            return Err(Error::Forbidden { what: "compare packages", needs: "a platform or publisher token" });
        }
        let after: Option<EnactmentId> = match page.cursor.as_deref().map(str::parse) {
            None => None,
            Some(Ok(id)) => Some(id),
            Some(Err(_)) => {
                let fix = "use `next` of the page before, as it is";
                return Err(Error::invalid("page.cursor", "cursor", "not a cursor of this list", fix));
            }
        };
        let record = self.inner.store.package(package)?.ok_or_else(|| Error::not_found("package", package))?;
        let known = self.inner.registry.of_matter(&record.manifest.matter);
        let mut above: Vec<&Enactment> = known.iter().filter(|e| self.may_stand_above(e, &record)).collect();
        above.sort_by(|a, b| a.id.cmp(&b.id));
        above.retain(|e| after.as_ref().is_none_or(|after| &e.id > after));
        let limit = page.limit.clamp(1, PAGE_MAX);
        let more = above.len() > limit;
        above.truncate(limit);
        let next = above.last().filter(|_| more).map(|e| e.id.to_string());
        let mut items = Vec::new();
        for e in above {
            items.extend(self.fit(&record, e, &known).await?);
        }
        Ok(Page { items, next })
    }

    fn may_stand_above(&self, e: &Enactment, record: &PackageRecord) -> bool {
        e.kind != Kind::Matter
            && e.package != record.digest
            && e.taken_back.is_none()
            && e.until.is_none_or(|last| self.today() <= last)
            && record.manifest.authority.division.contains(&e.authority.division)
    }

    /// How one enactment would stand; none where the candidate would not lie below it.
    async fn fit(&self, record: &PackageRecord, e: &Enactment, known: &[Enactment]) -> Result<Option<LayerFit>, Error> {
        let at = self.now().max(time::start_of(e.effective_from));
        let candidate = as_if::candidate(record, &record.manifest.authority, at);
        if as_if::replaced(e, &candidate) {
            return Ok(None);
        }
        let mut with: Vec<Enactment> =
            known.iter().filter(|other| !as_if::replaced(other, &candidate)).cloned().collect();
        with.push(candidate.clone());
        let Some(chain) = up_to(&with, e, at) else { return Ok(None) };
        if !chain.layers.iter().any(|layer| layer.enactment == candidate.id) {
            return Ok(None);
        }
        let Some(today) = up_to(known, e, at) else { return Ok(None) };
        // Where it does not stand today either, what it does over the candidate is all new.
        let before = self.stand(today, e, None, at).await?.unwrap_or_default();
        let after = match self.outside_its_range(record, e)? {
            Some(findings) => Err(findings),
            None => self.stand(chain, e, Some(&candidate.id), at).await?,
        };
        Ok(Some(compared(e, &before, after)))
    }

    /// What a variation says of the versions of its base that it was made for, where the candidate is none of them.
    fn outside_its_range(&self, record: &PackageRecord, e: &Enactment) -> Result<Option<Findings>, Error> {
        let own = self.inner.store.package(&e.package)?.ok_or_else(|| Error::not_found("package", e.package))?.manifest;
        let (Some(wanted), Kind::Matter) = (&own.base, record.manifest.kind) else { return Ok(None) };
        let version = &record.manifest.version;
        if within(wanted, version) {
            return Ok(None);
        }
        let mut findings = Findings::default();
        let zh = format!("变体写明适用于基础版本 `{wanted}`，新版本为 {version}");
        let en = format!("it was made for versions `{wanted}` of its base; the new one is {version}");
        let fix =
            ("在新版本上试行后，放宽 `base` 并发布新版本", "try it on that version, widen `base` and publish it anew");
        findings.block("enactment.base-version", "manifest.base", (zh, en), fix);
        Ok(Some(findings))
    }

    /// What the last layer of a chain does. Layers below it that fall are left out, as they would be for new cases; each
    /// is judged by itself. The candidate has to stand.
    async fn stand(
        &self,
        mut chain: Chain,
        e: &Enactment,
        candidate: Option<&EnactmentId>,
        at: Timestamp,
    ) -> Result<Result<Stand, Findings>, Error> {
        loop {
            match self.compute(&chain, time::date_of(at), BTreeMap::new()).await {
                Ok(Computed { origins, .. }) => return Ok(Ok(Stand::of(&origins, chain.layers.len() - 1))),
                Err(Fallen::Layer { index, findings }) => match chain.layers.get(index) {
                    Some(layer) if layer.enactment == e.id => return Ok(Err(findings)),
                    Some(layer) if index > 0 && Some(&layer.enactment) != candidate => drop(chain.layers.remove(index)),
                    _ => return Err(as_if::does_not_stand(findings)),
                },
                Err(Fallen::Error(error)) => return Err(error),
            }
        }
    }
}

/// The chain at an enactment's own place up to it; none where it is not in force there.
fn up_to(known: &[Enactment], e: &Enactment, at: Timestamp) -> Option<Chain> {
    let matter: &MatterCode = &e.matter;
    let mut selected = chain::select(known, &e.authority.division, at);
    let place = selected.iter().position(|other| other.id == e.id)?;
    selected.truncate(place + 1);
    Some(chain::chain(matter, &selected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample;
    use serde_json::json;

    fn stand(own: &[(&str, Value)], below: &[(&str, Value)]) -> Stand {
        let map =
            |list: &[(&str, Value)]| list.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect();
        Stand { own: map(own), below: map(below) }
    }

    fn fit(before: &Stand, after: Result<Stand, Findings>) -> LayerFit {
        compared(&sample::enactment(Kind::Settings, "310101", "hp/food", "2021-01-01"), before, after)
    }

    #[test]
    fn a_layer_that_does_the_same_over_the_new_ground_fits_whatever_the_ground_changes() {
        let before = stand(&[("promised", json!(3))], &[("title", json!("a"))]);
        let after = stand(&[("promised", json!(3))], &[("title", json!("b")), ("fees.card", json!(1))]);
        let found = fit(&before, Ok(after));
        assert_eq!((found.fit, found.differences), (Fit::Fits, vec![]));
        let below: Vec<_> = found.below.iter().map(|c| (c.path.as_str(), c.before.clone(), c.after.clone())).collect();
        assert_eq!(below, [("fees.card", None, Some(json!(1))), ("title", Some(json!("a")), Some(json!("b")))]);
    }

    #[test]
    fn a_value_that_the_layer_no_longer_gives_is_its_difference_and_told_once() {
        let before = stand(&[("promised", json!(3))], &[]);
        let after = stand(&[], &[("promised", json!(3))]);
        let found = fit(&before, Ok(after));
        assert_eq!(found.fit, Fit::Differs);
        let change = ValueChange { path: "promised".to_owned(), before: Some(json!(3)), after: None };
        assert_eq!((found.differences, found.below), (vec![change], vec![]));
    }

    #[test]
    fn a_layer_that_falls_conflicts_with_its_places() {
        let mut findings = Findings::default();
        findings.block("admission.narrowing", "settings.promised-days", "wider", "lower it");
        let found = fit(&Stand::default(), Err(findings));
        assert_eq!((found.fit, found.conflicts[0].place.as_str()), (Fit::Conflicts, "settings.promised-days"));
    }
}
