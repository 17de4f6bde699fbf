//! Drafts of a root: a first one, and a next one made of the one in force. Nothing here signs.

use banshi_model::ids::Digest;
use banshi_model::release::SigningRole;
use jiff::Timestamp;

use crate::key::{KeyId, PublicKey};
use crate::root::{Delegation, FORMAT, Key, RevokedKey, RevokedPackage, Root, SignedRoot, Threshold};

/// A public key with its holder: what a `.pub` file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The key.
    pub key: PublicKey,
    /// Who holds it.
    pub person: String,
}

/// Instants of a draft.
#[derive(Debug, Clone, Copy)]
pub struct Dates {
    /// When it is made.
    pub issued: Timestamp,
    /// When it stops counting.
    pub expires: Timestamp,
}

/// A first root with these root keys.
pub fn first(id: [u8; 16], platform: &str, holders: &[Holder], threshold: u32, dates: Dates) -> SignedRoot {
    let mut root = Root {
        format: FORMAT.to_owned(),
        id: hex::encode(id),
        platform: platform.to_owned(),
        version: 1,
        issued: dates.issued,
        expires: dates.expires,
        signatures_since: 1,
        keys: Default::default(),
        root: Threshold { keys: Default::default(), threshold },
        delegations: Vec::new(),
        revoked_keys: Vec::new(),
        revoked_packages: Vec::new(),
    };
    root.root.keys = holders.iter().map(|holder| root.hold(holder)).collect();
    SignedRoot { signed: root, signatures: Vec::new() }
}

/// What to work on: an unsigned draft as it is, or the version after a signed one.
pub fn draft(root: &SignedRoot, dates: Dates) -> SignedRoot {
    let mut signed = root.signed.clone();
    if !root.signatures.is_empty() {
        signed.version = signed.version.saturating_add(1);
    }
    signed.issued = dates.issued;
    signed.expires = dates.expires;
    SignedRoot { signed, signatures: Vec::new() }
}

impl Root {
    /// Lists a key; gives its id.
    pub fn hold(&mut self, holder: &Holder) -> KeyId {
        let id = holder.key.id();
        let (algorithm, public) = (holder.key.algorithm(), holder.key.to_hex());
        self.keys.insert(id, Key { algorithm, public, person: holder.person.clone() });
        id
    }

    /// Puts a delegation in, in place of the one of the same name.
    pub fn delegate(&mut self, delegation: Delegation) {
        self.delegations.retain(|known| known.name != delegation.name);
        self.delegations.push(delegation);
    }

    /// Revokes a key: it leaves every role, and signatures that were made before this version do not count any more. A
    /// threshold that is then out of reach is left for `check` to refuse.
    pub fn revoke_key(&mut self, key: KeyId, since: Option<Timestamp>, reason: &str) {
        self.root.keys.remove(&key);
        for delegation in &mut self.delegations {
            for role in SigningRole::ALL {
                let threshold = match role {
                    SigningRole::Author => &mut delegation.author,
                    SigningRole::Reviewer => &mut delegation.reviewer,
                    SigningRole::Releaser => &mut delegation.releaser,
                };
                threshold.keys.remove(&key);
            }
        }
        self.signatures_since = self.version;
        self.revoked_keys.retain(|known| known.key != key);
        self.revoked_keys.push(RevokedKey { key, since, reason: reason.to_owned() });
    }

    /// Revokes a package.
    pub fn revoke_package(&mut self, package: Digest, reason: &str) {
        self.revoked_packages.retain(|known| known.package != package);
        self.revoked_packages.push(RevokedPackage { package, reason: reason.to_owned() });
    }
}
