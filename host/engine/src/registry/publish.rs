//! Publishing: a package file becomes a package that can be enacted. Nothing is in force by it.

use std::collections::BTreeSet;
use std::fmt;

use banshi_model::ids::Digest;
use banshi_model::package::{Kind, Manifest, Package};
use banshi_model::release::Release;
use banshi_store::{Group, PackageRecord};
use jiff::Timestamp;

use super::admit::Admitted;
use super::trust::told;
use crate::api::registry::{AdmissionReport, PackageView};
use crate::api::{Page, PageRequest};
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::quota::Use;
use crate::{Done, Engine, Idempotency};

/// A package file may have this many bytes.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// So many checks may wait for the one at work: each holds its file in memory.
pub(super) const CHECKS_WAITING_MAX: usize = 8;
/// When to come again where as many wait.
const CHECK_AGAIN_SECONDS: u64 = 5;
/// The most that one page holds.
const PAGE_MAX: usize = 200;

impl Engine {
    /// Publishes a package file. The same bytes again answer with the report of the first time.
    ///
    /// `Error::NotAdmitted` carries the report of a package that is refused; nothing of it is kept as a
    /// package, so the same version can be put right and published.
    pub async fn publish(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        file: Vec<u8>,
    ) -> Result<Done<AdmissionReport>, Error> {
        self.publish_signed(who, key, file, None).await
    }

    /// The same with the bytes of a signature file. Where a trust root is installed they must satisfy it, or nothing of the
    /// package is run; the same file again takes signatures again, and keeps the newer ones.
    pub async fn publish_signed(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        file: Vec<u8>,
        signatures: Option<&[u8]>,
    ) -> Result<Done<AdmissionReport>, Error> {
        let (digest, package) = opened(who, &file).inspect_err(count_unread)?;
        let _writing = self.inner.registry.writing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let release = self
            .released(digest, &package.manifest.authority, signatures)
            .inspect_err(|_| count_refused(BTreeSet::from(["package.trust"])))?;
        if let Some(known) = self.inner.store.package(&digest)? {
            return self.published_again(who, key, known, release).await;
        }
        let Admitted { report, phrases } = self.looked_at(digest, &package, release.as_ref()).await?;
        if !report.admitted {
            count_refused(
                report.findings.iter().filter(|found| found.refuses()).map(|found| found.rule.as_str()).collect(),
            );
            tracing::info!(package.digest = %digest, package.name = %report.manifest.name, "package was not admitted");
            return Err(Error::NotAdmitted(Box::new(report)));
        }
        let stored = Use::of_storage(file.len());
        let mut group = self.package_group(who, digest, file, &report, release)?;
        // Settings say nothing in a journal.
        if package.manifest.kind != Kind::Settings {
            group.put_phrases(digest, phrases);
        }
        tracing::info!(package.digest = %digest, package.name = %report.manifest.name, package.version = %report.manifest.version, "package was admitted");
        let done = self.commit_answered(group, who, key, 201, report).await?;
        self.inner.quotas.charge(&package.manifest.authority, &stored);
        Ok(done)
    }

    /// What publishing this file would answer now: the same refusals, the same report. Nothing is kept or counted. Checks
    /// are done one after another and hold no lock of publishing; a publisher may still wait for a compilation of theirs,
    /// as for any other. [`Error::Busy`] where too many wait.
    pub async fn check_package(
        &self,
        who: &Principal,
        file: &[u8],
        signatures: Option<&[u8]>,
    ) -> Result<AdmissionReport, Error> {
        publishes(who)?;
        let busy = |_| Error::Busy(CHECK_AGAIN_SECONDS);
        let _place = self.inner.registry.checks.try_acquire().map_err(busy)?;
        let _turn = self.inner.registry.checking.lock().await;
        let (digest, package) = opened(who, file)?;
        let release = self.released(digest, &package.manifest.authority, signatures)?;
        match self.inner.store.package(&digest)? {
            Some(known) => report_of(&known, release.as_ref()),
            None => {
                let _tried = self.inner.runtime.try_out(&package.component);
                Ok(self.looked_at(digest, &package, release.as_ref()).await?.report)
            }
        }
    }

    /// The report of a package that is not published yet.
    async fn looked_at(&self, digest: Digest, package: &Package, release: Option<&Release>) -> Result<Admitted, Error> {
        self.check_version(&package.manifest)?;
        self.within_storage(&package.manifest.authority)?;
        let Admitted { report, phrases } = self.admit(digest, package).await?;
        Ok(Admitted { report: AdmissionReport { signature: told(release), ..report }.sealed(), phrases })
    }

    /// The report of the first time; newer signatures go into the record.
    async fn published_again(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        known: PackageRecord,
        release: Option<Release>,
    ) -> Result<Done<AdmissionReport>, Error> {
        let report = report_of(&known, release.as_ref())?;
        let mut group = Group::new();
        let Some(release) = release else { return self.commit_answered(group, who, key, 201, report).await };
        self.release_again(&mut group, &known, release)?;
        let done = self.commit_answered(group, who, key, 201, report).await?;
        self.reread_closed()?;
        Ok(done)
    }

    /// A version names one file for ever.
    fn check_version(&self, manifest: &Manifest) -> Result<(), Error> {
        let same = |record: &PackageRecord| {
            record.manifest.name == manifest.name && record.manifest.version == manifest.version
        };
        match self.inner.store.packages()?.iter().find(|record| same(record)) {
            Some(known) => {
                let what = format!(
                    "package `{}` {} is published with other bytes ({}); raise the version",
                    manifest.name, manifest.version, known.digest
                );
                Err(Error::conflict("package.version", what))
            }
            None => Ok(()),
        }
    }

    fn package_group(
        &self,
        who: &Principal,
        digest: Digest,
        file: Vec<u8>,
        report: &AdmissionReport,
        signed: Option<Release>,
    ) -> Result<Group, Error> {
        let record = PackageRecord {
            digest,
            manifest: report.manifest.clone(),
            published: self.now(),
            by: who.name.clone(),
            report: serde_json::to_value(report).map_err(|error| Error::Internal(error.to_string()))?,
            signed,
        };
        let mut group = Group::new();
        group.put_blob(digest, file);
        group.put_package(record);
        Ok(group)
    }

    /// Published packages, newest first. For those who publish and enact.
    pub fn packages(&self, who: &Principal, page: PageRequest) -> Result<Page<PackageView>, Error> {
        if !matches!(who.role, Role::Platform | Role::Publisher { .. }) {
            return Err(Error::Forbidden { what: "list packages", needs: "a platform or publisher token" });
        }
        let bad_cursor = || {
            Error::invalid(
                "page.cursor",
                "cursor",
                "not a cursor of this list",
                "use `next` of the page before, as it is",
            )
        };
        let mut records = self.inner.store.packages()?;
        if let Some(cursor) = page.cursor.as_deref() {
            let behind = Place::parse(cursor).ok_or_else(bad_cursor)?;
            records.retain(|record| Place::of(record) < behind);
        }
        let start = records.len().saturating_sub(page.limit.clamp(1, PAGE_MAX));
        let next = records.get(start).filter(|_| start > 0).map(|last| Place::of(last).to_string());
        Ok(Page { items: records.drain(start..).rev().map(view).collect(), next })
    }
}

/// A package's place in the list of all: by the instant that it was published at and, as a simulated clock gives one instant
/// to many, by its digest. A cursor is the place of the last package that was shown and not a number, so that what is
/// published meanwhile moves nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place(Timestamp, Digest);

impl Place {
    fn of(record: &PackageRecord) -> Self {
        Self(record.published, record.digest)
    }

    fn parse(text: &str) -> Option<Self> {
        let (published, digest) = text.split_once('/')?;
        Some(Self(published.parse().ok()?, digest.parse().ok()?))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

/// Whether this caller publishes packages at all.
fn publishes(who: &Principal) -> Result<(), Error> {
    match who.role {
        Role::Platform | Role::Publisher { .. } => Ok(()),
        _ => Err(Error::Forbidden { what: "publish a package", needs: "a platform or publisher token" }),
    }
}

/// A package file that this caller may publish.
fn opened(who: &Principal, file: &[u8]) -> Result<(Digest, Package), Error> {
    publishes(who)?;
    if file.len() > FILE_BYTES_MAX {
        let what = format!("the file has {} bytes", file.len());
        return Err(Error::invalid("package.size", "body", what, format!("send at most {FILE_BYTES_MAX} bytes")));
    }
    let package = Package::decode(file).map_err(|error| {
        Error::invalid("package.format", "body", error.to_string(), "build it with `banshi package build DIR`")
    })?;
    may_publish(who, &package.manifest)?;
    Ok((Package::digest(file), package))
}

/// The report of the first time, with what is signed now.
fn report_of(known: &PackageRecord, release: Option<&Release>) -> Result<AdmissionReport, Error> {
    let report: AdmissionReport =
        serde_json::from_value(known.report.clone()).map_err(|error| Error::Internal(error.to_string()))?;
    match release {
        Some(_) => Ok(AdmissionReport { signature: told(release), ..report }.sealed()),
        None => Ok(report),
    }
}

/// Counts a file that is no package.
fn count_unread(error: &Error) {
    if matches!(error, Error::Invalid { code: "package.format", .. }) {
        count_refused(BTreeSet::from(["package.format"]));
    }
}

/// Counts each rule that refused a package. Rules are fixed words: no guest's text becomes a label.
fn count_refused(rules: BTreeSet<&str>) {
    for rule in rules {
        metrics::counter!("banshi_packages_refused_total", "rule" => rule.to_owned()).increment(1);
    }
}

/// The platform, or whoever publishes for the very authority that the manifest names.
fn may_publish(who: &Principal, manifest: &Manifest) -> Result<(), Error> {
    match &who.role {
        Role::Platform => Ok(()),
        Role::Publisher { authority } if *authority == manifest.authority => Ok(()),
        _ => Err(Error::Forbidden {
            what: "publish a package of this authority",
            needs: "the platform, or the publisher of the authority in the manifest",
        }),
    }
}

fn view(record: PackageRecord) -> PackageView {
    let admitted = record.report.get("admitted").and_then(serde_json::Value::as_bool).unwrap_or(false);
    PackageView {
        digest: record.digest,
        manifest: record.manifest,
        published: record.published,
        by: record.by,
        admitted,
        signature: told(record.signed.as_ref()),
        signed: record.signed,
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;
    use crate::registry::live::{Live, file, manifest, of, platform, portal};

    #[test]
    fn a_place_is_read_as_it_is_written_and_orders_by_instant_and_digest() {
        let place = |at: &str, digest: &[u8]| Place(at.parse().unwrap(), Digest::of(digest));
        let (one, two) = (place("2021-04-22T01:00:00Z", b"a"), place("2021-04-22T01:00:00.000000001Z", b"a"));
        assert_eq!(Place::parse(&one.to_string()), Some(one.clone()));
        assert_eq!(Place::parse(&two.to_string()), Some(two.clone()));
        assert!(one < two && one != place("2021-04-22T01:00:00Z", b"b"));
        for wrong in ["", "7", "2021-04-22T01:00:00Z", "2021-04-22T01:00:00Z/", "soon/00"] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_cursor_that_is_none_is_refused_by_every_list() {
        let live = Live::new().await;
        let page = || PageRequest { cursor: Some("7".repeat(9)), limit: 10 };
        let packages = live.engine.packages(&platform(), page()).unwrap_err();
        let shadows = live.engine.shadows(&platform(), page()).await.unwrap_err();
        for error in [packages, shadows] {
            let Error::Invalid { code, place, fix, .. } = error else { panic!("{error}") };
            assert_eq!((code, place.as_str()), ("page.cursor", "cursor"));
            assert!(fix.contains("`next` of the page before"), "{fix}");
        }
    }

    #[tokio::test]
    async fn only_so_many_checks_wait_for_their_turn() {
        let live = Live::new().await;
        let registry = &live.engine.inner.registry;
        let turn = registry.checking.lock().await;
        let who = platform();
        let check = || Box::pin(live.engine.check_package(&who, b"hello", None));
        let mut waiting: Vec<_> = (0..=CHECKS_WAITING_MAX).map(|_| check()).collect();
        for one in &mut waiting {
            assert!(one.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert!(matches!(check().await, Err(Error::Busy(_))));
        let stranger = live.engine.check_package(&portal(), b"hello", None).await;
        assert!(matches!(stranger, Err(Error::Forbidden { .. })), "whoever publishes nothing takes no place");
        drop(turn);
        for one in waiting {
            assert!(matches!(one.await, Err(Error::Invalid { code: "package.format", .. })));
        }
        assert!(matches!(check().await, Err(Error::Invalid { .. })), "the places are free again");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_check_leaves_no_compiled_component_and_takes_none_that_was_there() {
        let live = Live::new().await;
        let (who, stall) = (platform(), "examples/smallest-matter");
        live.engine.check_package(&who, &file(stall), None).await.unwrap();
        assert_eq!(live.compiled(), 0);
        live.engine.publish(&who, None, file(stall)).await.unwrap();
        assert_eq!(live.compiled(), 1);
        let mut later = manifest(stall);
        later.version = "9.0.0".to_owned();
        live.engine.check_package(&who, &of(later, stall), None).await.unwrap();
        assert_eq!(live.compiled(), 1, "the published package has the same component");
    }
}
