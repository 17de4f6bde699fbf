//! The trust root: whose signatures count, for which authority, in which role, until when. Its rules for itself.
//!
//! One file holds all of it, as TUF's root and its delegations do; every change is a new version that the platform's
//! root keys sign (`chain`). A delegation names a department in a division, alone or with everything below it: the
//! latter is the own line of a vertically managed department (烟草专卖 for example).

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::ids::{Authority, Department, Digest, Division};
use banshi_model::release::SigningRole;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::key::{Algorithm, KeyError, KeyId, PublicKey, SecretKey};
use crate::message::{Purpose, message};
use crate::refusal::{Refusal, parser_words};

/// The format's name.
pub const FORMAT: &str = "banshi-trust@1";
/// A root's file may have this many bytes.
pub const ROOT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Numbers stay exact in every language's JSON.
const VERSION_MAX: u64 = (1 << 53) - 1;
/// A name in a root may have this many characters.
const NAME_CHARS_MAX: usize = 60;
/// So many keys, delegations and revocations may stand in one root.
const LISTED_MAX: usize = 10_000;

/// A key and who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Which algorithm.
    pub algorithm: Algorithm,
    /// The public key's bytes as hexadecimal digits.
    pub public: String,
    /// The person who holds it, shown with every package that they sign.
    pub person: String,
}

impl Key {
    /// The key itself.
    pub fn key(&self) -> Result<PublicKey, KeyError> {
        PublicKey::from_hex(self.algorithm, &self.public)
    }
}

/// A set of keys, and how many of them must sign.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Which keys.
    #[schema(value_type = Vec<String>)]
    pub keys: BTreeSet<KeyId>,
    /// How many of them.
    pub threshold: u32,
}

/// What an authority may sign for, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// Its name, for people and for refusals.
    pub name: String,
    /// The department.
    pub department: Department,
    /// The division.
    pub division: Division,
    /// Whether it also covers the same department in everything below: a vertical department's own line.
    #[serde(default)]
    pub below: bool,
    /// Until when; none: as long as the root.
    #[serde(default)]
    pub expires: Option<Timestamp>,
    /// 起草.
    pub author: Threshold,
    /// 审核.
    pub reviewer: Threshold,
    /// 发布.
    pub releaser: Threshold,
}

impl Delegation {
    /// Whether this authority's packages are signed under it.
    pub fn covers(&self, authority: &Authority) -> bool {
        self.department == authority.department
            && (self.division == authority.division || (self.below && self.division.contains(&authority.division)))
    }

    /// The keys of a role.
    pub fn role(&self, role: SigningRole) -> &Threshold {
        match role {
            SigningRole::Author => &self.author,
            SigningRole::Reviewer => &self.reviewer,
            SigningRole::Releaser => &self.releaser,
        }
    }
}

/// A key that does not count any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokedKey {
    /// Which.
    pub key: KeyId,
    /// What was published with it from this instant on is closed; none: everything that it ever signed.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

/// A package that is not to be used any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokedPackage {
    /// Its digest.
    pub package: Digest,
    /// Why.
    pub reason: String,
}

/// The trust root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// `banshi-trust@1`.
    pub format: String,
    /// 32 hexadecimal digits, drawn once and the same in every version: signatures for another platform do not count.
    pub id: String,
    /// The platform's name.
    pub platform: String,
    /// Which version; each is one more than the one before.
    pub version: u64,
    /// When this version was made.
    pub issued: Timestamp,
    /// When it stops counting.
    pub expires: Timestamp,
    /// Signatures that were made under an earlier version than this one do not count any more.
    pub signatures_since: u64,
    /// Every key by its id.
    #[schema(value_type = Object)]
    pub keys: BTreeMap<KeyId, Key>,
    /// The platform's own keys: they sign this root and the next one.
    pub root: Threshold,
    /// Who signs for which authority.
    pub delegations: Vec<Delegation>,
    /// Keys that were revoked; an entry never leaves the list.
    #[serde(default)]
    pub revoked_keys: Vec<RevokedKey>,
    /// Packages that were revoked; an entry never leaves the list.
    #[serde(default)]
    pub revoked_packages: Vec<RevokedPackage>,
}

/// A signature over a root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RootSignature {
    /// By which key.
    pub key: KeyId,
    /// 64 bytes as hexadecimal digits.
    pub signature: String,
}

/// A root with its signatures: the file that is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedRoot {
    /// The root.
    pub signed: Root,
    /// Signatures of its own root keys, and of those of the version before.
    #[serde(default)]
    pub signatures: Vec<RootSignature>,
}

impl SignedRoot {
    /// Reads a file and checks the root's rules for itself; signatures are `chain`'s business.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > ROOT_BYTES_MAX {
            let text = (format!("文件有 {} 字节", bytes.len()), format!("the file has {} bytes", bytes.len()));
            return Err(Refusal::new("trust.root.format", "", text, ("不超过 4 MiB", "send at most 4 MiB")));
        }
        let root: Self = serde_json::from_slice(bytes).map_err(|error| {
            let words = parser_words(&error);
            let text = (format!("信任根无法读取：{words}"), format!("the trust root does not read: {words}"));
            Refusal::new("trust.root.format", "", text, MAKE_IT)
        })?;
        root.signed.check()?;
        Ok(root)
    }

    /// Adds a key's signature, in place of one that it made before.
    pub fn sign(&mut self, key: &SecretKey) -> Result<KeyId, KeyError> {
        let id = key.public()?.id();
        let message = message(Purpose::Root, &self.signed).map_err(|_| KeyError::Secret)?;
        let signature = RootSignature { key: id, signature: hex::encode(key.sign(&message)?) };
        self.signatures.retain(|known| known.key != id);
        self.signatures.push(signature);
        Ok(id)
    }
}

const MAKE_IT: (&str, &str) = (
    "用 `banshi trust init` 或 `banshi trust delegate` 生成",
    "make it with `banshi trust init` and `banshi trust delegate`",
);

impl Root {
    /// The rules of a root for itself.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.format != FORMAT {
            return Err(rule("/signed/format", format!("格式应为 {FORMAT}"), format!("the format must be {FORMAT}")));
        }
        if self.id.len() != 32 || !self.id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(rule(
                "/signed/id",
                "应为 32 位小写十六进制数字",
                "32 lower-case hexadecimal digits are expected",
            ));
        }
        if !(1..=VERSION_MAX).contains(&self.version) {
            return Err(rule("/signed/version", "版本从 1 起", "versions count from 1"));
        }
        if !(1..=self.version).contains(&self.signatures_since) {
            let text = "应在 1 与本版本之间";
            return Err(rule("/signed/signatures_since", text, "it lies between 1 and this version"));
        }
        if self.issued >= self.expires {
            return Err(rule("/signed/expires", "到期在签发之前", "it expires before it was issued"));
        }
        name("/signed/platform", &self.platform)?;
        let listed = [self.keys.len(), self.delegations.len(), self.revoked_keys.len(), self.revoked_packages.len()];
        if listed.iter().any(|count| *count > LISTED_MAX) {
            let text = format!("no list may have more than {LISTED_MAX} entries");
            return Err(rule("/signed", format!("每个清单至多 {LISTED_MAX} 项"), text));
        }
        self.check_keys()?;
        self.check_threshold("/signed/root", &self.root)?;
        for (nth, delegation) in self.delegations.iter().enumerate() {
            self.check_delegation(&format!("/signed/delegations/{nth}"), delegation)?;
        }
        self.check_revocations()
    }

    fn check_keys(&self) -> Result<(), Refusal> {
        for (id, key) in &self.keys {
            let place = format!("/signed/keys/{id}");
            name(&format!("{place}/person"), &key.person)?;
            let public = key.key().map_err(|_| {
                let place = format!("{place}/public");
                rule(&place, "不是该算法的公钥", "it is no public key of its algorithm")
            })?;
            if public.id() != *id {
                return Err(rule(&place, "密钥编号与公钥不符", "the id is not that of the public key"));
            }
        }
        Ok(())
    }

    fn check_threshold(&self, place: &str, threshold: &Threshold) -> Result<(), Refusal> {
        let held = u32::try_from(threshold.keys.len()).unwrap_or(u32::MAX);
        if !(1..=held).contains(&threshold.threshold) {
            let place = format!("{place}/threshold");
            let text = (format!("须在 1 与 {held} 之间"), format!("it lies between 1 and {held}, the number of keys"));
            return Err(rule(&place, text.0, text.1));
        }
        for key in &threshold.keys {
            let place = format!("{place}/keys");
            if !self.keys.contains_key(key) {
                return Err(rule(&place, format!("密钥 {key} 未列于 keys"), format!("key {key} is not among `keys`")));
            }
            if self.revoked(key).is_some() {
                return Err(rule(&place, format!("密钥 {key} 已撤销"), format!("key {key} is revoked")));
            }
        }
        Ok(())
    }

    fn check_delegation(&self, place: &str, delegation: &Delegation) -> Result<(), Refusal> {
        name(&format!("{place}/name"), &delegation.name)?;
        for role in SigningRole::ALL {
            let place = format!("{place}/{}", role.word());
            let threshold = delegation.role(role);
            self.check_threshold(&place, threshold)?;
            if let Some(key) = threshold.keys.iter().find(|key| self.root.keys.contains(key)) {
                let zh = format!("根密钥 {key} 不得签署组件包");
                let en = format!("root key {key} may not sign packages: a root key signs roots and nothing else");
                return Err(rule(&format!("{place}/keys"), zh, en));
            }
        }
        let same = |other: &&Delegation| other.name == delegation.name;
        if self.delegations.iter().filter(same).count() > 1 {
            return Err(rule(&format!("{place}/name"), "名称重复", "the name stands twice"));
        }
        Ok(())
    }

    fn check_revocations(&self) -> Result<(), Refusal> {
        let (mut keys, mut packages) = (BTreeSet::new(), BTreeSet::new());
        for (nth, revoked) in self.revoked_keys.iter().enumerate() {
            let place = format!("/signed/revoked_keys/{nth}");
            reason(&place, &revoked.reason)?;
            if !keys.insert(revoked.key) {
                return Err(rule(&place, "该密钥已列出", "the key stands twice"));
            }
        }
        for (nth, revoked) in self.revoked_packages.iter().enumerate() {
            let place = format!("/signed/revoked_packages/{nth}");
            reason(&place, &revoked.reason)?;
            if !packages.insert(revoked.package) {
                return Err(rule(&place, "该组件包已列出", "the package stands twice"));
            }
        }
        Ok(())
    }

    /// The revocation of a key.
    pub fn revoked(&self, key: &KeyId) -> Option<&RevokedKey> {
        self.revoked_keys.iter().find(|revoked| revoked.key == *key)
    }

    /// The revocation of a package.
    pub fn revoked_package(&self, package: &Digest) -> Option<&RevokedPackage> {
        self.revoked_packages.iter().find(|revoked| revoked.package == *package)
    }

    /// Whether a key's signatures on what was published at this instant still count.
    pub fn holds(&self, key: &KeyId, published: Timestamp) -> bool {
        self.revoked(key).is_none_or(|revoked| revoked.since.is_some_and(|since| published < since))
    }
}

fn rule(place: &str, zh: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal::new(
        "trust.root.rules",
        place,
        (zh, en),
        ("改正后由根密钥重新签名", "correct it, and have the root keys sign it again"),
    )
}

fn name(place: &str, text: &str) -> Result<(), Refusal> {
    let good = !text.trim().is_empty() && text.chars().count() <= NAME_CHARS_MAX && !text.chars().any(char::is_control);
    let (zh, en) = ("应为 1 至 60 个字符的名称", "a name of 1 to 60 characters without control characters is expected");
    if good { Ok(()) } else { Err(rule(place, zh, en)) }
}

fn reason(place: &str, text: &str) -> Result<(), Refusal> {
    let good = !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    let (zh, en) = ("撤销须说明理由", "a revocation says why, in 1 to 200 characters");
    if good { Ok(()) } else { Err(rule(&format!("{place}/reason"), zh, en)) }
}
