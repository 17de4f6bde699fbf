//! How a platform comes to its first root, and from one root to the next. No way leads back.
//!
//! The first root is taken as it is given, by whoever holds a platform token: nothing older could vouch for it. From then
//! on version n+1 takes the thresholds of n and of n+1 over the very same content, so that neither a thief of the new
//! keys nor one of too few of the old ones can replace the list. Signatures by keys that n+1 revokes still count for n, as
//! in TUF: otherwise a list that needs all its keys could never revoke one.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::key::KeyId;
use crate::message::{Purpose, message};
use crate::refusal::Refusal;
use crate::root::{Root, SignedRoot, Threshold};

/// Whether this can be a platform's first root.
pub fn first(root: &SignedRoot, now: Timestamp) -> Result<(), Refusal> {
    alive(&root.signed, now)?;
    signed_by(root, &root.signed, &root.signed.root, "trust.root.threshold")
}

/// Whether `next` follows `current`.
pub fn next(current: &Root, next: &SignedRoot, now: Timestamp) -> Result<(), Refusal> {
    let new = &next.signed;
    if new.id != current.id {
        let text = ("这是另一平台的信任根", "this is the root of another platform: its id differs");
        let fix = ("从本平台的现行版本继续修改", "go on from this platform's own version: `banshi trust show --json`");
        return Err(Refusal::new("trust.root.other-platform", "/signed/id", text, fix));
    }
    if new.version <= current.version {
        let zh = format!("版本 {} 不新于现行版本 {}；不得退回旧清单", new.version, current.version);
        let en = format!(
            "version {} is not newer than version {}, which is in force; there is no way back to an older list",
            new.version, current.version
        );
        let fix = ("从现行版本生成下一版本", "make the next version out of the one in force");
        return Err(Refusal::new("trust.root.rollback", "/signed/version", (zh, en), fix));
    }
    if new.version != current.version + 1 {
        let zh = format!("版本 {} 之后应为 {}", current.version, current.version + 1);
        let en = format!(
            "after version {} comes {}; versions between would go unseen",
            current.version,
            current.version + 1
        );
        let fix = ("逐个安装中间版本", "install the versions between, one after another");
        return Err(Refusal::new("trust.root.gap", "/signed/version", (zh, en), fix));
    }
    kept(current, new)?;
    alive(new, now)?;
    signed_by(next, current, &current.root, "trust.root.old-threshold")?;
    signed_by(next, new, &new.root, "trust.root.threshold")
}

/// What was revoked stays revoked, and what stopped counting does not count again.
fn kept(current: &Root, new: &Root) -> Result<(), Refusal> {
    let fix = ("保留原有的撤销记录", "keep every revocation; a key or package that is good again gets a new id");
    let lost = |place: &str, zh: String, en: String| Refusal::new("trust.root.revocation-lost", place, (zh, en), fix);
    for old in &current.revoked_keys {
        let wider = |since: Option<Timestamp>| match (old.since, since) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(old), Some(since)) => since <= old,
        };
        if !new.revoked(&old.key).is_some_and(|known| wider(known.since)) {
            let zh = format!("密钥 {} 的撤销被去掉或放宽", old.key);
            return Err(lost(
                "/signed/revoked_keys",
                zh,
                format!("the revocation of key {} is gone or narrower", old.key),
            ));
        }
    }
    if let Some(old) = current.revoked_packages.iter().find(|old| new.revoked_package(&old.package).is_none()) {
        let zh = format!("组件包 {} 的撤销被去掉", old.package);
        return Err(lost("/signed/revoked_packages", zh, format!("the revocation of package {} is gone", old.package)));
    }
    if new.signatures_since < current.signatures_since {
        let zh = format!("signatures_since 不得小于 {}", current.signatures_since);
        let en = format!("it may not be less than {}", current.signatures_since);
        return Err(lost("/signed/signatures_since", zh, en));
    }
    Ok(())
}

fn alive(root: &Root, now: Timestamp) -> Result<(), Refusal> {
    if now < root.expires {
        return Ok(());
    }
    let text = (format!("已于 {} 到期", root.expires), format!("it expired at {}", root.expires));
    let fix = ("生成到期日在后的版本", "make a version that expires later, and have the root keys sign it");
    Err(Refusal::new("trust.root.expired", "/signed/expires", text, fix))
}

/// Whether enough of a root's keys signed the file. A signature that is there and wrong is told, not passed over.
fn signed_by(file: &SignedRoot, keys_of: &Root, wanted: &Threshold, code: &'static str) -> Result<(), Refusal> {
    let message = message(Purpose::Root, &file.signed).map_err(|error| {
        Refusal::new("trust.root.format", "/signed", ("无法规范化".to_owned(), error.to_string()), AGAIN)
    })?;
    let mut signed: BTreeSet<KeyId> = BTreeSet::new();
    for (nth, signature) in file.signatures.iter().enumerate() {
        if !wanted.keys.contains(&signature.key) {
            continue;
        }
        let key = keys_of.keys.get(&signature.key).and_then(|key| key.key().ok());
        let bytes = hex::decode(&signature.signature).unwrap_or_default();
        if key.is_none_or(|key| key.verify(&message, &bytes).is_err()) {
            let place = format!("/signatures/{nth}");
            let zh = format!("密钥 {} 的签名与此信任根不符", signature.key);
            let en = format!("the signature by key {} is not over this root", signature.key);
            return Err(Refusal::new("trust.root.wrong-signature", place, (zh, en), AGAIN));
        }
        signed.insert(signature.key);
    }
    let count = u32::try_from(signed.len()).unwrap_or(u32::MAX);
    if count >= wanted.threshold {
        return Ok(());
    }
    let zh = format!("版本 {} 的根密钥须 {} 人签名，现有 {count}", keys_of.version, wanted.threshold);
    let en = format!("version {} takes {} of its root keys; {count} signed", keys_of.version, wanted.threshold);
    Err(Refusal::new(code, "/signatures", (zh, en), AGAIN))
}

const AGAIN: (&str, &str) =
    ("用 `banshi trust sign` 补签", "have the holders sign with `banshi trust sign FILE --key KEY`");
