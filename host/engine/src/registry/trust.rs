//! The trust root of this host: installing it, and what it says. How signatures are judged is `banshi_trust`'s business.
//!
//! Without a root, packages are accepted on their publisher's token, and every answer says so. With one, `signed` has a
//! publish refused that does not satisfy it, and `closed` ends the way for new cases of what is revoked.

mod closed;
mod signed;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use banshi_model::enactment::Enactment;
use banshi_model::ids::Digest;
use banshi_model::text::Text;
use banshi_store::{Group, Store};
use banshi_trust::{Refusal, SignedRoot, chain};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::api::trust::{TrustVersion, TrustView};
use crate::authorise::platform;
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::{Done, Engine, Idempotency};
use closed::Closing;
pub(super) use signed::{persons, told};

/// Where the root in force is kept.
const ROOT: &str = "trust/root";
/// Where it is kept which packages are closed, since when and why.
const CLOSED: &str = "trust/closed";

/// The root in force, and the way to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Installed {
    root: SignedRoot,
    versions: Vec<TrustVersion>,
}

/// What the registry keeps in memory of it.
pub(crate) struct Trust {
    installed: RwLock<Option<Arc<Installed>>>,
    closed: RwLock<Arc<BTreeMap<Digest, Closing>>>,
}

impl Trust {
    /// Reads what is installed.
    pub(crate) fn load(store: &Store) -> Result<Self, Error> {
        let installed: Option<Installed> = kept(store, ROOT)?;
        let closed: Option<BTreeMap<Digest, Closing>> = kept(store, CLOSED)?;
        Ok(Self {
            installed: RwLock::new(installed.map(Arc::new)),
            closed: RwLock::new(Arc::new(closed.unwrap_or_default())),
        })
    }

    fn installed(&self) -> Option<Arc<Installed>> {
        self.installed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn closed(&self) -> Arc<BTreeMap<Digest, Closing>> {
        Arc::clone(&self.closed.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over what is durable.
    fn set(&self, installed: Option<Installed>, closed: BTreeMap<Digest, Closing>) {
        if let Some(installed) = installed {
            *self.installed.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(installed));
        }
        *self.closed.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(closed);
    }

    /// The enactments as they are to be read: those of a closed package end when it was closed.
    pub(super) fn ended(&self, mut enactments: Vec<Enactment>) -> Vec<Enactment> {
        let closed = self.closed();
        if !closed.is_empty() {
            for enactment in &mut enactments {
                let ends = closed.get(&enactment.package).map(|closing| closing.since);
                enactment.taken_back = [enactment.taken_back, ends].into_iter().flatten().min();
            }
        }
        enactments
    }

    /// Whether anything is closed at all.
    pub(super) fn closes_nothing(&self) -> bool {
        self.closed().is_empty()
    }
}

fn kept<T: DeserializeOwned>(store: &Store, name: &str) -> Result<Option<T>, Error> {
    let Some(bytes) = store.setting(name)? else { return Ok(None) };
    let read =
        serde_json::from_slice(&bytes).map_err(|error| Error::Internal(format!("`{name}` does not read: {error}")));
    read.map(Some)
}

fn encoded<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::Internal(error.to_string()))
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Trust(Box::new(refusal))
    }
}

impl Engine {
    /// Installs a trust root: the first one as it is given, each later one signed by the thresholds of the one before and of
    /// its own. What it revokes takes no new cases from this instant on. The same root again changes nothing.
    pub async fn install_trust(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        file: &[u8],
    ) -> Result<Done<TrustView>, Error> {
        platform(who, "install a trust root")?;
        let root = SignedRoot::parse(file)?;
        let _writing = self.inner.registry.writing.lock().await;
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let (now, before) = (self.now(), self.inner.registry.trust.installed());
        match &before {
            Some(before) if before.root == root => {
                return self.commit_answered(Group::new(), who, key, 200, self.trust_view()?).await;
            }
            Some(before) => chain::next(&before.root.signed, &root, now)?,
            None => chain::first(&root, now)?,
        }
        let bytes = encoded(&root)?;
        let mut versions = before.map(|before| before.versions.clone()).unwrap_or_default();
        let (version, digest) = (root.signed.version, Digest::of(&bytes));
        versions.push(TrustVersion {
            version,
            digest,
            installed: now,
            by: who.name.clone(),
            signed_by: signers(&root),
        });
        let closed = self.closed_under(&root.signed)?;
        let installed = Installed { root, versions };
        let mut group = Group::new();
        group.put_blob(digest, bytes);
        group.put_setting(ROOT, encoded(&installed)?);
        group.put_setting(CLOSED, encoded(&closed)?);
        let view = self.view_of(Some(&installed), &closed)?;
        let newly = closed.len().saturating_sub(self.inner.registry.trust.closed().len());
        let done = self.commit_answered(group, who, key, 200, view).await?;
        if let Done::Fresh(_) = &done {
            self.inner.registry.trust.set(Some(installed), closed);
            tracing::info!(trust.version = version, packages.closed = newly, "a trust root was installed");
        }
        Ok(done)
    }

    /// What is trusted. For those who publish.
    pub fn trust(&self, who: &Principal) -> Result<TrustView, Error> {
        if !matches!(who.role, Role::Platform | Role::Publisher { .. }) {
            return Err(Error::Forbidden { what: "read the trust root", needs: "a platform or publisher token" });
        }
        self.trust_view()
    }

    fn trust_view(&self) -> Result<TrustView, Error> {
        let trust = &self.inner.registry.trust;
        self.view_of(trust.installed().as_deref(), &trust.closed())
    }

    fn view_of(&self, installed: Option<&Installed>, closed: &BTreeMap<Digest, Closing>) -> Result<TrustView, Error> {
        Ok(TrustView {
            enforced: installed.is_some(),
            note: note(installed),
            root: installed.map(|installed| installed.root.clone()),
            versions: installed.map(|installed| installed.versions.clone()).unwrap_or_default(),
            closed: self.told_closed(closed)?,
        })
    }

    /// What is trusted, in a sentence without names: for probes.
    pub fn trust_note(&self) -> Text {
        note(self.inner.registry.trust.installed().as_deref())
    }

    /// The version and the expiry of the root in force, for metrics.
    pub fn trust_numbers(&self) -> Option<(u64, jiff::Timestamp)> {
        let installed = self.inner.registry.trust.installed()?;
        Some((installed.root.signed.version, installed.root.signed.expires))
    }
}

/// Whether signatures are asked for.
fn note(installed: Option<&Installed>) -> Text {
    match installed {
        None => Text::new(
            "未设信任根：未签名的组件包仅凭发布者令牌即被接受",
            "no trust root is set: unsigned packages are accepted on their publisher's token alone",
        ),
        Some(installed) => {
            let root = &installed.root.signed;
            Text::new(
                format!("信任根版本 {} 现行，至 {}：每次发布须附符合它的签名", root.version, root.expires),
                format!(
                    "trust root version {} is in force until {}: every publish takes signatures that satisfy it",
                    root.version, root.expires
                ),
            )
        }
    }
}

/// The persons whose signatures stand in a root's file, its own keys only.
fn signers(root: &SignedRoot) -> Vec<String> {
    let by = root.signatures.iter().filter(|signature| root.signed.root.keys.contains(&signature.key));
    by.filter_map(|signature| root.signed.keys.get(&signature.key)).map(|key| key.person.clone()).collect()
}
