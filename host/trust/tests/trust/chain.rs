//! A first root, and one after another.

use banshi_trust::SignedRoot;
use banshi_trust::chain::{first, next};
use banshi_trust::edit::draft;

use crate::scene::*;

/// Version 2 of the scene's root, unsigned.
fn second() -> SignedRoot {
    draft(&signed(root(), &[1]), dates())
}

#[test]
fn a_first_root_is_signed_by_its_own_threshold() {
    first(&signed(root(), &[1, 3]), at(NOW)).unwrap();
    let one = first(&signed(root(), &[1]), at(NOW));
    refused(one, "trust.root.threshold", "/signatures", "须 2 人", "takes 2 of its root keys; 1 signed");
    let others = first(&signed(root(), &[1, 11]), at(NOW));
    refused(others, "trust.root.threshold", "/signatures", "现有 1", "1 signed");
}

#[test]
fn a_next_root_is_signed_by_the_threshold_of_both() {
    let mut new = second();
    new.signed.root.keys = [id(1), new.signed.hold(&holder(4))].into();
    new.signed.keys.remove(&id(3));
    let by = |numbers: &[u8]| next(&root().signed, &signed(new.clone(), numbers), at(NOW));
    by(&[1, 2, 4]).unwrap();
    refused(by(&[1, 4]), "trust.root.old-threshold", "/signatures", "版本 1", "version 1 takes 2");
    refused(by(&[1, 2]), "trust.root.threshold", "/signatures", "版本 2", "version 2 takes 2");
}

#[test]
fn there_is_no_way_back_and_no_leap() {
    let mut current = root().signed;
    current.version = 5;
    for version in [4, 5] {
        let mut old = root();
        old.signed.version = version;
        let result = next(&current, &signed(old, &[1, 2]), at(NOW));
        refused(result, "trust.root.rollback", "/signed/version", "不得退回", "no way back to an older list");
    }
    let mut leap = root();
    leap.signed.version = 7;
    refused(
        next(&current, &signed(leap, &[1, 2]), at(NOW)),
        "trust.root.gap",
        "/signed/version",
        "之后应为 6",
        "after version 5 comes 6",
    );
}

#[test]
fn another_platform_s_root_does_not_follow() {
    let mut new = second();
    new.signed.id = "00".repeat(16);
    let result = next(&root().signed, &signed(new, &[1, 2]), at(NOW));
    refused(result, "trust.root.other-platform", "/signed/id", "另一平台", "another platform");
}

#[test]
fn an_expired_root_does_not_begin_and_does_not_follow_but_is_followed() {
    let (now, mut new) = (at("2027-06-01T00:00:00Z"), second());
    let place = "/signed/expires";
    refused(first(&signed(root(), &[1, 2]), now), "trust.root.expired", place, "到期", "expired at 2027-01-01");
    refused(next(&root().signed, &signed(new.clone(), &[1, 2]), now), "trust.root.expired", place, "到期", "expired");
    new.signed.expires = at("2028-01-01T00:00:00Z");
    next(&root().signed, &signed(new, &[1, 2]), now).unwrap();
}

#[test]
fn what_was_revoked_stays_revoked() {
    let mut current = root().signed;
    current.version = 2;
    current.revoke_key(id(21), Some(at("2026-02-01T00:00:00Z")), "遗失");
    let in_its_place = current.hold(&holder(41));
    current.delegations[1].author.keys.insert(in_its_place);
    current.revoke_package(package(), "有误");
    let mut new = current.clone();
    new.version = 3;
    let tried = |new: &banshi_trust::Root| {
        next(&current, &signed(SignedRoot { signed: new.clone(), signatures: vec![] }, &[1, 2]), at(NOW))
    };
    tried(&new).unwrap();
    let (mut key, mut package, mut narrower, mut since) = (new.clone(), new.clone(), new.clone(), new.clone());
    key.revoked_keys.clear();
    refused(tried(&key), "trust.root.revocation-lost", "/signed/revoked_keys", "去掉", "revocation of key");
    package.revoked_packages.clear();
    refused(tried(&package), "trust.root.revocation-lost", "/signed/revoked_packages", "去掉", "of package");
    narrower.revoked_keys[0].since = Some(at("2026-02-02T00:00:00Z"));
    refused(tried(&narrower), "trust.root.revocation-lost", "/signed/revoked_keys", "放宽", "narrower");
    since.signatures_since = 1;
    refused(tried(&since), "trust.root.revocation-lost", "/signed/signatures_since", "不得小于 2", "less than 2");
    new.revoked_keys[0].since = None;
    tried(&new).unwrap();
}

#[test]
fn a_signature_over_something_else_is_told() {
    let mut file = signed(root(), &[1, 2]);
    file.signed.platform = "另一名称".to_owned();
    refused(
        first(&file, at(NOW)),
        "trust.root.wrong-signature",
        "/signatures/0",
        &id(1).to_string(),
        "is not over this root",
    );
}
