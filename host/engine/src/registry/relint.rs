//! What is in force, judged by today's law rows and tables of obtainable papers. Reports and stops nothing: what was
//! admitted stays in force until somebody acts.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::enactment::{Chain, Enactment};
use banshi_model::ids::{Authority, Digest};
use banshi_model::law::Scope;
use banshi_model::time;
use banshi_store::PackageRecord;
use jiff::Timestamp;

use super::Effective;
use super::admission;
use super::findings::Findings;
use crate::Engine;
use crate::api::registry::{AdmissionFinding, AdmissionReport, PackageReport, StandingFindings};
use crate::api::{Page, PageRequest};
use crate::error::Error;
use crate::principal::{Principal, Role};

/// The most packages that one page looks at.
const PAGE_MAX: usize = 200;

impl Engine {
    /// A package's report as it was kept, and what is found today, where it is in force, that the report does not hold.
    pub async fn package_report(&self, who: &Principal, package: &Digest) -> Result<PackageReport, Error> {
        may_read(who)?;
        let record = self.inner.store.package(package)?.ok_or_else(|| Error::not_found("package", package))?;
        let report = kept(&record)?;
        let at = self.now();
        let since = match self.packages_in_force(at).await?.get(package) {
            Some(places) => self.since(places, &report, at).await?,
            None => Vec::new(),
        };
        Ok(PackageReport { report, on: time::date_of(at), law: self.law().digest(), since })
    }

    /// The packages in force that have findings today which their reports do not hold, by digest. A page looks at as
    /// many packages as it may hold, and holds those that have findings.
    pub async fn standing_findings(&self, who: &Principal, page: PageRequest) -> Result<Page<StandingFindings>, Error> {
        may_read(who)?;
        let after: Option<Digest> = match page.cursor.as_deref().map(str::parse) {
            None => None,
            Some(Ok(digest)) => Some(digest),
            Some(Err(_)) => {
                let fix = "use `next` of the page before, as it is";
                return Err(Error::invalid("page.cursor", "cursor", "not a cursor of this list", fix));
            }
        };
        let at = self.now();
        let in_force = self.packages_in_force(at).await?;
        let mut left = in_force.iter().filter(|(package, _)| after.is_none_or(|after| **package > after));
        let (mut items, mut last) = (Vec::new(), None);
        for (package, places) in left.by_ref().take(page.limit.clamp(1, PAGE_MAX)) {
            last = Some(package.to_string());
            let Some(record) = self.inner.store.package(package)? else { continue };
            let findings = self.since(places, &kept(&record)?, at).await?;
            if !findings.is_empty() {
                items.push(standing(&record, places, findings));
            }
        }
        Ok(Page { items, next: last.filter(|_| left.next().is_some()) })
    }

    /// What is in force now by package: where, and the chain up to it.
    async fn packages_in_force(&self, at: Timestamp) -> Result<BTreeMap<Digest, Vec<(Authority, Chain)>>, Error> {
        let mut found: BTreeMap<Digest, Vec<(Authority, Chain)>> = BTreeMap::new();
        let day = time::date_of(at);
        for code in self.inner.registry.codes() {
            let known = self.inner.registry.of_matter(&code);
            let standing: Vec<&Enactment> = known.iter().filter(|e| e.in_force(at, day)).collect();
            let places: BTreeSet<_> = standing.iter().map(|e| &e.authority.division).collect();
            for division in places {
                let chain = match self.chain_at(&code, division, at).await {
                    Ok(chain) => chain,
                    Err(Error::NotFound { .. }) => continue,
                    Err(error) => return Err(error),
                };
                for (index, layer) in chain.layers.iter().enumerate() {
                    if layer.authority.division == *division {
                        let up_to = chain.layers.iter().take(index + 1).cloned().collect();
                        let chain = Chain { matter: code.clone(), layers: up_to };
                        found.entry(layer.package).or_default().push((layer.authority.clone(), chain));
                    }
                }
            }
        }
        Ok(found)
    }

    /// What the topmost layers of these chains bring today that the report does not hold.
    async fn since(
        &self,
        places: &[(Authority, Chain)],
        report: &AdmissionReport,
        at: Timestamp,
    ) -> Result<Vec<AdmissionFinding>, Error> {
        let mut findings = Findings::default();
        for (authority, chain) in places {
            let Some(own) = self.as_it_stands(chain).await? else { continue };
            let above = self.by_todays_law(&own, authority, at);
            let below = Chain {
                matter: chain.matter.clone(),
                layers: chain.layers.iter().take(chain.layers.len().saturating_sub(1)).cloned().collect(),
            };
            let inherited = match self.as_it_stands(&below).await? {
                Some(below) => self.by_todays_law(&below, authority, at),
                None => Findings::default(),
            };
            findings.extend(above.without(&inherited));
        }
        Ok(findings.into_inner().into_iter().filter(|found| !report.findings.contains(found)).collect())
    }

    /// A chain in full; none where it has no layer, or its plugin keeps it from being shown, which is logged.
    async fn as_it_stands(&self, chain: &Chain) -> Result<Option<std::sync::Arc<Effective>>, Error> {
        if chain.layers.is_empty() {
            return Ok(None);
        }
        match self.effective(chain).await {
            Ok(found) => Ok(Some(found)),
            Err(error @ Error::Plugin { .. }) => {
                tracing::warn!(matter.code = %chain.matter, error.text = %error, "matter is in force and cannot be judged");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn by_todays_law(&self, effective: &Effective, authority: &Authority, at: Timestamp) -> Findings {
        let definition = &effective.definition;
        let scope = |mode: &banshi_model::definition::Mode| Scope {
            day: time::date_of(at),
            division: &authority.division,
            matter: &effective.chain.matter,
            matter_type: definition.matter_type,
            mode: *mode,
            joint: definition.bundle.is_some(),
        };
        let scopes: Vec<Scope<'_>> = definition.modes.iter().map(scope).collect();
        admission::limits::check(definition, &self.law(), &scopes)
    }
}

/// The report that was kept with a package.
pub(super) fn kept(record: &PackageRecord) -> Result<AdmissionReport, Error> {
    serde_json::from_value(record.report.clone())
        .map_err(|error| Error::Internal(format!("report of package {} does not read: {error}", record.digest)))
}

/// Nothing takes force without a report: one that is missing, that was changed, or that refuses, stops the enactment.
pub(super) fn reported(record: &PackageRecord) -> Result<(), Error> {
    let refuse = |what: &str| {
        let fix = "publish the package again: admission is what lets it in";
        Err(Error::invalid("enactment.report", "/package", what, fix))
    };
    match serde_json::from_value::<AdmissionReport>(record.report.clone()) {
        Err(_) => refuse("the package has no report of its admission that can be read"),
        Ok(report) if report.package != record.digest || !report.is_sealed() => {
            refuse("the package's report of admission is not the one that was made")
        }
        Ok(report) if !report.admitted || report.findings.iter().any(AdmissionFinding::refuses) => {
            refuse("the package's report of admission has errors")
        }
        Ok(_) => Ok(()),
    }
}

fn standing(
    record: &PackageRecord,
    places: &[(Authority, Chain)],
    findings: Vec<AdmissionFinding>,
) -> StandingFindings {
    StandingFindings {
        package: record.digest,
        name: record.manifest.name.clone(),
        version: record.manifest.version.clone(),
        matter: record.manifest.matter.clone(),
        authorities: places.iter().map(|(authority, _)| authority.clone()).collect(),
        findings,
    }
}

fn may_read(who: &Principal) -> Result<(), Error> {
    if matches!(who.role, Role::Platform | Role::Publisher { .. }) {
        return Ok(());
    }
    Err(Error::Forbidden { what: "read reports of admission", needs: "a platform or publisher token" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::live::{Live, file, platform};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_package_without_its_own_clean_report_of_admission_takes_no_force() {
        let live = Live::new().await;
        let file = file("examples/smallest-matter");
        let report = live.engine.publish(&platform(), None, file).await.unwrap().fresh().unwrap();
        let record = live.engine.store().package(&report.package).unwrap().unwrap();
        reported(&record).unwrap();
        let with = |change: &dyn Fn(&mut AdmissionReport)| {
            let mut changed = report.clone();
            change(&mut changed);
            PackageRecord { report: serde_json::to_value(changed.sealed()).unwrap(), ..record.clone() }
        };
        let tampered = AdmissionReport { law: banshi_model::ids::Digest::of(b"other rows"), ..report.clone() };
        for (wrong, said) in [
            (PackageRecord { report: serde_json::Value::Null, ..record.clone() }, "no report"),
            (
                PackageRecord { report: serde_json::to_value(tampered).unwrap(), ..record.clone() },
                "not the one that was",
            ),
            (with(&|report| report.package = banshi_model::ids::Digest::of(b"another")), "not the one that was"),
            (with(&|report| report.admitted = false), "has errors"),
        ] {
            let Err(Error::Invalid { code, place, what, fix }) = reported(&wrong) else { panic!("{said}: it stands") };
            assert_eq!((code, place.as_str()), ("enactment.report", "/package"));
            assert!(what.contains(said) && fix.contains("publish the package again"), "{what}; {fix}");
        }
    }
}
