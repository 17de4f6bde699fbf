//! What a revocation does: enactments of a closed package end for new cases at that instant, and new cases follow what was
//! in force before. Open cases stay pinned; operators see them listed.

use std::collections::BTreeMap;

use banshi_model::case::Phase;
use banshi_model::ids::{CaseId, Digest};
use banshi_model::text::Text;
use banshi_store::{Cursor, PackageRecord};
use banshi_trust::Root;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::api::trust::{ClosedPackage, PinnedCase};
use crate::api::{Page, PageRequest};
use crate::authorise::platform;
use crate::error::Error;
use crate::principal::Principal;

/// Since when a package is closed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Closing {
    pub(super) since: Timestamp,
    pub(super) reason: Text,
}

impl Engine {
    /// What is closed under a root; what was closed before keeps its instant.
    pub(super) fn closed_under(&self, root: &Root) -> Result<BTreeMap<Digest, Closing>, Error> {
        self.closed_with(root, None)
    }

    /// The same, with one record as it is about to be written.
    pub(super) fn closed_with(
        &self,
        root: &Root,
        changed: Option<&PackageRecord>,
    ) -> Result<BTreeMap<Digest, Closing>, Error> {
        let (now, before) = (self.now(), self.inner.registry.trust.closed());
        let mut closed = BTreeMap::new();
        for record in self.inner.store.packages()? {
            let record = changed.filter(|changed| changed.digest == record.digest).unwrap_or(&record);
            if let Some(reason) = why_closed(root, record) {
                let since = before.get(&record.digest).map_or(now, |closing| closing.since);
                closed.insert(record.digest, Closing { since, reason });
            }
        }
        Ok(closed)
    }

    /// What is closed, with the enactments that it ended.
    pub(super) fn told_closed(&self, closed: &BTreeMap<Digest, Closing>) -> Result<Vec<ClosedPackage>, Error> {
        let mut told = Vec::new();
        for (package, closing) in closed {
            let Some(record) = self.inner.store.package(package)? else { continue };
            let known = self.inner.registry.of_matter(&record.manifest.matter);
            let ended = known
                .into_iter()
                .filter(|e| e.package == *package && e.taken_back.is_none_or(|back| back >= closing.since));
            told.push(ClosedPackage {
                package: *package,
                name: record.manifest.name,
                version: record.manifest.version,
                matter: record.manifest.matter,
                since: closing.since,
                reason: closing.reason.clone(),
                enactments: ended.map(|e| e.id).collect(),
            });
        }
        Ok(told)
    }

    /// Open cases that stay pinned to a package which takes no new ones. They are found among all open cases, so a page may
    /// hold fewer than asked, or none, while there is a next.
    pub fn closed_cases(
        &self,
        who: &Principal,
        package: &Digest,
        page: PageRequest,
    ) -> Result<Page<PinnedCase>, Error> {
        platform(who, "list the cases of a closed package")?;
        if !self.inner.registry.trust.closed().contains_key(package) {
            return Err(Error::not_found("closed package", package));
        }
        let after: Option<Cursor> = page.cursor.as_deref().map(str::parse).transpose().map_err(|_| {
            Error::invalid("page.cursor", "cursor", "not a cursor of this list", "use `next` of the page before")
        })?;
        let found = self.inner.store.open_cases(after.as_ref(), page.limit.clamp(1, 200))?;
        let mut items = Vec::new();
        for case in &found.items {
            items.extend(self.pinned_to(case, package)?);
        }
        Ok(Page { items, next: found.next.map(|next| next.to_string()) })
    }

    fn pinned_to(&self, id: &CaseId, package: &Digest) -> Result<Option<PinnedCase>, Error> {
        let stored = match self.inner.store.case(id) {
            Ok(stored) => stored,
            Err(banshi_store::Error::Erased(_)) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(stored.and_then(|stored| {
            let case = &stored.case;
            let layer = case.pin.chain.layers.iter().find(|layer| layer.package == *package)?;
            (case.phase != Phase::Closed).then(|| PinnedCase {
                id: case.id.clone(),
                matter: case.pin.chain.matter.clone(),
                division: case.draft.division.clone(),
                phase: case.phase,
                received: case.received,
                enactment: layer.enactment.clone(),
            })
        }))
    }
}

/// Why a package takes no new cases under a root; none: it does.
fn why_closed(root: &Root, record: &PackageRecord) -> Option<Text> {
    if let Some(revoked) = root.revoked_package(&record.digest) {
        let why = &revoked.reason;
        return Some(Text::new(format!("组件包已撤销：{why}"), format!("the package is revoked: {why}")));
    }
    let release = record.signed.as_ref()?;
    let holds = |key: &Digest| root.holds(key, release.accepted);
    if release.stands(holds) {
        return None;
    }
    let fallen = release.signatories.iter().find(|one| !holds(&one.key))?;
    let (person, why) = (&fallen.person, root.revoked(&fallen.key).map_or("", |revoked| revoked.reason.as_str()));
    Some(Text::new(
        format!("{person} 签名所用的密钥已撤销：{why}"),
        format!("the key with which {person} signed it is revoked: {why}"),
    ))
}
