//! Whether a package's signatures satisfy the trust root. Every signature in the file must be good: one that is there and
//! wrong is told, not passed over, because somebody meant something by it.

use std::collections::{BTreeMap, BTreeSet};

use banshi_model::ids::{Authority, Digest};
use banshi_model::release::{Release, Signatory, SigningRole};
use jiff::Timestamp;

use crate::key::KeyId;
use crate::message::Purpose;
use crate::refusal::Refusal;
use crate::root::{Delegation, Root};
use crate::signature::{PackageSignature, SignatureFile};

/// What is to be published.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The SHA-256 of the whole package file.
    pub package: Digest,
    /// Whose it says it is.
    pub authority: &'a Authority,
    /// Now.
    pub now: Timestamp,
}

/// Judges; gives who stands behind the package.
pub fn judge(root: &Root, asked: &Asked<'_>, file: &SignatureFile) -> Result<Release, Refusal> {
    if asked.now >= root.expires {
        let zh = format!("信任根版本 {} 已于 {} 到期", root.version, root.expires);
        let en = format!("trust root version {} expired at {}", root.version, root.expires);
        let fix = (
            "由平台安装新版本：`banshi trust install`",
            "let the platform install a newer version: `banshi trust install`",
        );
        return Err(Refusal::new("trust.expired", "trust/signed/expires", (zh, en), fix));
    }
    if let Some(revoked) = root.revoked_package(&asked.package) {
        return Err(package_revoked(&revoked.reason));
    }
    if file.signatures.is_empty() {
        return Err(unsigned());
    }
    for (nth, signature) in file.signatures.iter().enumerate() {
        genuine(root, asked, signature, &place(nth))?;
    }
    let mut covering: Vec<&Delegation> = root.delegations.iter().filter(|one| one.covers(asked.authority)).collect();
    covering
        .sort_by_key(|one| (one.division != asked.authority.division, std::cmp::Reverse(one.division.line().len())));
    let mut nearest = None;
    for delegation in covering {
        match satisfied(root, delegation, asked, file) {
            Ok(release) => return Ok(release),
            Err(refusal) => nearest = nearest.or(Some(refusal)),
        }
    }
    Err(nearest.unwrap_or_else(|| uncovered(asked.authority)))
}

fn place(nth: usize) -> String {
    format!("signatures/signatures/{nth}")
}

/// A package that was revoked.
pub fn package_revoked(reason: &str) -> Refusal {
    let text = (format!("该组件包已被撤销：{reason}"), format!("the package is revoked: {reason}"));
    let fix = ("修正后以新版本发布", "put it right and publish it under a new version");
    Refusal::new("trust.package-revoked", "package", text, fix)
}

/// Nothing was signed.
pub fn unsigned() -> Refusal {
    let text = (
        "没有签名；已设信任根，每次发布须附签名文件",
        "nothing is signed; a trust root is set, so every publish carries a signature file",
    );
    let fix = (
        "由起草、审核、发布三方用 `banshi package sign` 签名，并随文件的 signatures 部分提交",
        "have author, reviewer and releaser sign with `banshi package sign`, and send the file as the part `signatures`",
    );
    Refusal::new("trust.unsigned", "signatures", text, fix)
}

fn uncovered(authority: &Authority) -> Refusal {
    let text = (
        format!("没有为 {authority} 设立的授权"),
        format!("no delegation covers {authority}, the authority in the manifest"),
    );
    let fix =
        ("由平台用 `banshi trust delegate` 授权该机构", "let the platform delegate to it: `banshi trust delegate`");
    Refusal::new("trust.foreign", "package/manifest/authority", text, fix)
}

/// Whether a signature is what it says, by a key that is known and not revoked, for this package and this trust.
fn genuine(root: &Root, asked: &Asked<'_>, signature: &PackageSignature, place: &str) -> Result<(), Refusal> {
    let said = &signature.statement;
    let again = ("对此文件重新签名：`banshi package sign`", "sign this very file again: `banshi package sign`");
    let refuse = |code, member: &str, zh: String, en: String| {
        Err(Refusal::new(code, format!("{place}/{member}"), (zh, en), again))
    };
    if said.package != asked.package {
        let (zh, en) =
            (format!("签名针对组件包 {}", said.package), format!("it is a signature for package {}", said.package));
        return refuse("trust.other-package", "statement/package", zh, en);
    }
    if said.root != root.id {
        let zh = "签名是在另一平台的信任根下作出的".to_owned();
        return refuse(
            "trust.other-platform",
            "statement/root",
            zh,
            "it was made under another platform's root".to_owned(),
        );
    }
    if said.trust < root.signatures_since {
        let zh = format!("签名作于信任根版本 {}，自版本 {} 起不再有效", said.trust, root.signatures_since);
        let en = format!(
            "it was made under trust version {}; only those made under version {} or later count",
            said.trust, root.signatures_since
        );
        return refuse("trust.older-trust", "statement/trust", zh, en);
    }
    if said.trust > root.version {
        let zh = format!("签名作于信任根版本 {}，此处现行版本为 {}", said.trust, root.version);
        let en = format!("it was made under trust version {}; version {} is installed here", said.trust, root.version);
        let fix = ("先安装该版本：`banshi trust install`", "install that version first: `banshi trust install`");
        return Err(Refusal::new("trust.newer-trust", format!("{place}/statement/trust"), (zh, en), fix));
    }
    let Some(key) = root.keys.get(&signature.key) else {
        let zh = format!("信任根中没有密钥 {}", signature.key);
        let en = format!("the trust root knows no key {}", signature.key);
        let fix = (
            "由平台先登记该密钥，或换用已登记的密钥",
            "let the platform add the key first, or sign with one that it knows",
        );
        return Err(Refusal::new("trust.unknown-key", format!("{place}/key"), (zh, en), fix));
    };
    if let Some(revoked) = root.revoked(&signature.key) {
        let zh = format!("{} 的密钥已撤销：{}", key.person, revoked.reason);
        let en = format!("the key of {} is revoked: {}", key.person, revoked.reason);
        let fix = ("去掉此签名，由在用密钥重新签名", "remove this signature and sign with a key that counts");
        return Err(Refusal::new("trust.key-revoked", format!("{place}/key"), (zh, en), fix));
    }
    verified(signature, key, place)
}

fn verified(signature: &PackageSignature, key: &crate::root::Key, place: &str) -> Result<(), Refusal> {
    let again = ("对此文件重新签名：`banshi package sign`", "sign this very file again: `banshi package sign`");
    let Ok(public) = key.key() else {
        let text = ("公钥无法读取", "the public key does not read");
        return Err(Refusal::new("trust.root.rules", "trust/signed/keys", text, again));
    };
    if signature.verifies(&public) {
        return Ok(());
    }
    let place = format!("{place}/signature");
    match signature.other_purpose(&public) {
        Some(purpose) => {
            let made = match purpose {
                Purpose::Package(role) => (format!("“{}”", role.zh()), format!("role `{}`", role.word())),
                Purpose::Root => ("信任根".to_owned(), "a trust root".to_owned()),
            };
            let said = signature.statement.role;
            let zh = format!("签名是为{}作出的，不能用于“{}”", made.0, said.zh());
            let en = format!("it was made for {} and cannot stand for `{}`", made.1, said.word());
            Err(Refusal::new("trust.other-purpose", place, (zh, en), again))
        }
        None => {
            let zh = format!("签名与 {} 的密钥及其内容不符", key.person);
            let en = format!("it does not verify with the key of {}", key.person);
            Err(Refusal::new("trust.wrong-signature", place, (zh, en), again))
        }
    }
}

/// Whether all signatures are those of one delegation, enough in each role, and no key or person in two.
fn satisfied(
    root: &Root,
    delegation: &Delegation,
    asked: &Asked<'_>,
    file: &SignatureFile,
) -> Result<Release, Refusal> {
    if let Some(expired) = delegation.expires.filter(|expires| asked.now >= *expires) {
        let zh = format!("授权“{}”已于 {expired} 到期", delegation.name);
        let en = format!("delegation `{}` expired at {expired}", delegation.name);
        let fix = ("由平台续期：`banshi trust delegate`", "let the platform renew it: `banshi trust delegate`");
        return Err(Refusal::new("trust.delegation-expired", "trust/signed/delegations", (zh, en), fix));
    }
    let mut taken: BTreeMap<&str, (SigningRole, KeyId)> = BTreeMap::new();
    let mut by_role: BTreeMap<SigningRole, BTreeSet<&str>> = BTreeMap::new();
    let mut signatories = Vec::new();
    for (nth, signature) in file.signatures.iter().enumerate() {
        let (role, id) = (signature.statement.role, signature.key);
        let person = root.keys.get(&id).map_or("", |key| key.person.as_str());
        if !delegation.role(role).keys.contains(&id) {
            return Err(not_theirs(delegation, asked.authority, signature, person, nth));
        }
        if let Some((other, _)) = taken.get(person).filter(|(other, _)| *other != role) {
            let zh = format!("{person} 不得在一个组件包中既“{}”又“{}”", other.zh(), role.zh());
            let en = format!("{person} may not stand for `{}` and `{}` in one package", other.word(), role.word());
            let fix = ("三个角色由不同的人签名", "let different persons sign for the roles");
            return Err(Refusal::new("trust.separation", format!("{}/key", place(nth)), (zh, en), fix));
        }
        taken.insert(person, (role, id));
        by_role.entry(role).or_default().insert(person);
        signatories.push(Signatory { role, person: person.to_owned(), key: id, signed: signature.statement.at });
    }
    for role in SigningRole::ALL {
        let (have, needed) = (by_role.get(&role).map_or(0, BTreeSet::len), delegation.role(role).threshold);
        if u32::try_from(have).unwrap_or(u32::MAX) < needed {
            let zh = format!("授权“{}”的“{}”须 {needed} 人签名，现有 {have}", delegation.name, role.zh());
            let en = format!(
                "delegation `{}` takes {needed} signature(s) of role `{}`; there are {have}",
                delegation.name,
                role.word()
            );
            let fix =
                ("由该角色的人员补签：`banshi package sign`", "have more of that role sign: `banshi package sign`");
            return Err(Refusal::new("trust.threshold", "signatures/signatures", (zh, en), fix));
        }
    }
    signatories.sort_by_key(|one| one.role);
    let thresholds = SigningRole::ALL.map(|role| delegation.role(role).threshold);
    let (name, trust) = (delegation.name.clone(), root.version);
    Ok(Release { trust, delegation: name, accepted: asked.now, thresholds, signatories })
}

/// A good signature of somebody who has no say here: in another role, or of another authority.
fn not_theirs(
    delegation: &Delegation,
    authority: &Authority,
    signature: &PackageSignature,
    person: &str,
    nth: usize,
) -> Refusal {
    let role = signature.statement.role;
    let place = format!("{}/key", place(nth));
    match SigningRole::ALL.into_iter().find(|other| delegation.role(*other).keys.contains(&signature.key)) {
        Some(own) => {
            let zh = format!("{person} 在授权“{}”中是“{}”，不是“{}”", delegation.name, own.zh(), role.zh());
            let en = format!("{person} is `{}` in delegation `{}`, not `{}`", own.word(), delegation.name, role.word());
            let fix = ("由该角色的人员签名", "let somebody who holds that role sign");
            Refusal::new("trust.role", place, (zh, en), fix)
        }
        None => {
            let zh = format!("{person} 的密钥不属于 {authority}");
            let en = format!("the key of {person} is not one of {authority}'s: delegation `{}`", delegation.name);
            let fix = ("由该机构自己的人员签名", "let that authority's own people sign");
            Refusal::new("trust.foreign", place, (zh, en), fix)
        }
    }
}
