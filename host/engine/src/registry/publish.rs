//! Publishing: a package file becomes a package that can be enacted. Nothing is in force by it.

use std::collections::BTreeSet;

use banshi_model::ids::Digest;
use banshi_model::package::{Manifest, Package};
use banshi_model::release::Release;
use banshi_store::{Group, PackageRecord};

use super::trust::told;
use crate::api::registry::{AdmissionReport, PackageView};
use crate::api::{Page, PageRequest};
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::quota::Use;
use crate::{Done, Engine, Idempotency};

/// A package file may have this many bytes.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
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
        if !matches!(who.role, Role::Platform | Role::Publisher { .. }) {
            return Err(Error::Forbidden { what: "publish a package", needs: "a platform or publisher token" });
        }
        if file.len() > FILE_BYTES_MAX {
            let what = format!("the file has {} bytes", file.len());
            return Err(Error::invalid("package.size", "body", what, format!("send at most {FILE_BYTES_MAX} bytes")));
        }
        let package = Package::decode(&file).map_err(|error| {
            count_refused(BTreeSet::from(["package.format"]));
            Error::invalid("package.format", "body", error.to_string(), "build it with `banshi package build DIR`")
        })?;
        may_publish(who, &package.manifest)?;
        let digest = Package::digest(&file);
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
        self.check_version(&package.manifest)?;
        self.within_storage(&package.manifest.authority)?;
        let report = self.admit(digest, &package, &file).await?;
        let report = AdmissionReport { signature: told(release.as_ref()), ..report }.sealed();
        if !report.admitted {
            count_refused(
                report.findings.iter().filter(|found| found.refuses()).map(|found| found.rule.as_str()).collect(),
            );
            tracing::info!(package.digest = %digest, package.name = %report.manifest.name, "package was not admitted");
            return Err(Error::NotAdmitted(Box::new(report)));
        }
        let stored = Use::of_storage(file.len());
        let group = self.package_group(who, digest, file, &report, release)?;
        tracing::info!(package.digest = %digest, package.name = %report.manifest.name, package.version = %report.manifest.version, "package was admitted");
        let done = self.commit_answered(group, who, key, 201, report).await?;
        self.inner.quotas.charge(&package.manifest.authority, &stored);
        Ok(done)
    }

    /// The report of the first time; newer signatures go into the record.
    async fn published_again(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        known: PackageRecord,
        release: Option<Release>,
    ) -> Result<Done<AdmissionReport>, Error> {
        let report: AdmissionReport =
            serde_json::from_value(known.report.clone()).map_err(|error| Error::Internal(error.to_string()))?;
        let mut group = Group::new();
        let Some(release) = release else { return self.commit_answered(group, who, key, 201, report).await };
        let report = AdmissionReport { signature: told(Some(&release)), ..report }.sealed();
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
        // The list only grows at its end, so a number counted from its beginning is a place for ever.
        let mut records = self.inner.store.packages()?;
        let end = match page.cursor.as_deref().map(str::parse::<usize>) {
            None => records.len(),
            Some(Ok(end)) if end <= records.len() => end,
            Some(_) => return Err(bad_cursor()),
        };
        let start = end.saturating_sub(page.limit.clamp(1, PAGE_MAX));
        records.truncate(end);
        let items = records.drain(start..).rev().map(view).collect();
        Ok(Page { items, next: (start > 0).then(|| start.to_string()) })
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
