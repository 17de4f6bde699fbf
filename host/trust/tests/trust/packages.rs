//! Signatures of a package against a root.

use banshi_model::ids::Digest;
use banshi_model::release::SigningRole;
use banshi_trust::edit::draft;
use banshi_trust::{PackageSignature, SignatureFile, Statement};

use crate::scene::*;

fn change(file: &SignatureFile, nth: usize, signature: PackageSignature) -> SignatureFile {
    let mut file = file.clone();
    file.signatures[nth] = signature;
    file
}

#[test]
fn three_persons_of_the_authority_make_a_release() {
    let root = root().signed;
    let release = judged(&root, &pudong(), &file(&root, [11, 12, 13])).unwrap();
    assert_eq!((release.trust, release.delegation.as_str(), release.thresholds), (1, "浦东市监", [1, 1, 1]));
    let told: Vec<_> = release.signatories.iter().map(|one| (one.role.word(), one.person.as_str())).collect();
    assert_eq!(told, [("author", "某11"), ("reviewer", "某12"), ("releaser", "某13")]);
}

#[test]
fn a_vertical_department_signs_for_everything_below_and_a_plain_one_for_itself_only() {
    let root = root().signed;
    let tobacco = file(&root, [21, 22, 23]);
    judged(&root, &authority("烟草专卖局", "310000"), &tobacco).unwrap();
    judged(&root, &authority("烟草专卖局", "310115"), &tobacco).unwrap();
    let place = "package/manifest/authority";
    refused(
        judged(&root, &authority("烟草专卖局", "110000"), &tobacco),
        "trust.foreign",
        place,
        "没有",
        "no delegation",
    );
    let street = authority("市场监督管理局", "310115001");
    refused(judged(&root, &street, &file(&root, [11, 12, 13])), "trust.foreign", place, "310115001", "310115001");
}

#[test]
fn another_authority_s_keys_are_foreign() {
    let root = root().signed;
    let result = judged(&root, &pudong(), &file(&root, [21, 22, 23]));
    refused(result, "trust.foreign", "signatures/signatures/0/key", "某21", "is not one of 市场监督管理局@310115");
}

#[test]
fn the_nearer_of_two_delegations_is_told_and_either_suffices() {
    let mut root = root().signed;
    let tobacco = authority("烟草专卖局", "310115");
    let own = delegation(&mut root, "浦东烟草", &tobacco, false, [31, 32, 33]);
    root.delegate(own);
    assert_eq!(judged(&root, &tobacco, &file(&root, [31, 32, 33])).unwrap().delegation, "浦东烟草");
    assert_eq!(judged(&root, &tobacco, &file(&root, [21, 22, 23])).unwrap().delegation, "上海烟草");
    let mixed = judged(&root, &tobacco, &file(&root, [31, 32, 23]));
    refused(mixed, "trust.foreign", "signatures/signatures/2/key", "某23", "浦东烟草");
}

#[test]
fn nothing_signed_is_refused() {
    let root = root().signed;
    refused(
        judged(&root, &pudong(), &SignatureFile::default()),
        "trust.unsigned",
        "signatures",
        "没有签名",
        "nothing is signed",
    );
}

#[test]
fn a_signature_that_does_not_verify_is_refused() {
    let root = root().signed;
    let good = file(&root, [11, 12, 13]);
    let forged = PackageSignature { key: id(12), ..signature(&root, SigningRole::Reviewer, 42) };
    let place = "signatures/signatures/1/signature";
    refused(
        judged(&root, &pudong(), &change(&good, 1, forged)),
        "trust.wrong-signature",
        place,
        "不符",
        "does not verify",
    );
    let mut later = good.signatures[1].clone();
    later.statement.at = at("2026-06-01T00:00:00Z");
    refused(judged(&root, &pudong(), &change(&good, 1, later)), "trust.wrong-signature", place, "某12", "某12");
    let no_hex = PackageSignature { signature: "部".to_owned(), ..good.signatures[1].clone() };
    refused(judged(&root, &pudong(), &change(&good, 1, no_hex)), "trust.wrong-signature", place, "某12", "某12");
}

#[test]
fn a_signature_for_another_package_is_refused() {
    let root = root().signed;
    let said = Statement { package: Digest::of(b"another"), ..statement(&root, SigningRole::Author) };
    let replayed = PackageSignature::new(said, &key(11)).unwrap();
    let result = judged(&root, &pudong(), &change(&file(&root, [11, 12, 13]), 0, replayed));
    let place = "signatures/signatures/0/statement/package";
    refused(result, "trust.other-package", place, &Digest::of(b"another").to_string(), "for package");
}

#[test]
fn a_signature_for_another_role_is_told_as_a_replay() {
    let root = root().signed;
    let mut replayed = signature(&root, SigningRole::Author, 11);
    replayed.statement.role = SigningRole::Releaser;
    let result = judged(&root, &pudong(), &change(&file(&root, [11, 12, 13]), 2, replayed));
    let place = "signatures/signatures/2/signature";
    refused(result, "trust.other-purpose", place, "起草", "was made for role `author` and cannot stand for `releaser`");
}

#[test]
fn a_signature_for_another_platform_is_refused() {
    let root = root().signed;
    let mut other = root.clone();
    other.id = "00".repeat(16);
    let result = judged(&root, &pudong(), &file(&other, [11, 12, 13]));
    refused(result, "trust.other-platform", "signatures/signatures/0/statement/root", "另一平台", "another platform");
}

#[test]
fn a_signature_under_older_trust_counts_until_something_was_revoked() {
    let old = signed(root(), &[1, 2]);
    let signatures = file(&old.signed, [11, 12, 13]);
    let mut next = draft(&old, dates()).signed;
    judged(&next, &pudong(), &signatures).unwrap();
    next.revoke_key(id(21), None, "遗失");
    let place = "signatures/signatures/0/statement/trust";
    refused(judged(&next, &pudong(), &signatures), "trust.older-trust", place, "自版本 2 起", "version 2 or later");
}

#[test]
fn a_signature_under_trust_that_is_not_installed_is_refused() {
    let root = root().signed;
    let mut next = root.clone();
    next.version = 2;
    let place = "signatures/signatures/0/statement/trust";
    refused(
        judged(&root, &pudong(), &file(&next, [11, 12, 13])),
        "trust.newer-trust",
        place,
        "现行版本为 1",
        "version 1 is installed",
    );
}

#[test]
fn an_unknown_key_is_refused() {
    let root = root().signed;
    let result = judged(&root, &pudong(), &file(&root, [11, 99, 13]));
    refused(result, "trust.unknown-key", "signatures/signatures/1/key", &id(99).to_string(), "knows no key");
}

#[test]
fn a_revoked_key_is_refused_with_its_reason() {
    let mut root = root().signed;
    root.version = 2;
    root.revoke_key(id(12), None, "离任");
    let result = judged(&root, &pudong(), &file(&root, [11, 12, 13]));
    refused(result, "trust.key-revoked", "signatures/signatures/1/key", "离任", "of 某12 is revoked");
}

#[test]
fn a_revoked_package_is_refused_with_its_reason() {
    let mut root = root().signed;
    root.revoke_package(package(), "算错期限");
    refused(
        judged(&root, &pudong(), &file(&root, [11, 12, 13])),
        "trust.package-revoked",
        "package",
        "算错期限",
        "is revoked",
    );
}

#[test]
fn an_expired_root_and_an_expired_delegation_are_refused() {
    let mut root = root().signed;
    root.delegations[0].expires = Some(at(NOW));
    let signatures = file(&root, [11, 12, 13]);
    let place = "trust/signed/delegations";
    refused(
        judged(&root, &pudong(), &signatures),
        "trust.delegation-expired",
        place,
        "浦东市监",
        "expired at 2026-03-01",
    );
    root.expires = at(NOW);
    refused(
        judged(&root, &pudong(), &signatures),
        "trust.expired",
        "trust/signed/expires",
        "版本 1",
        "version 1 expired",
    );
}

#[test]
fn a_key_of_another_role_is_refused() {
    let root = root().signed;
    let result = judged(&root, &pudong(), &file(&root, [11, 12, 12]));
    refused(
        result,
        "trust.role",
        "signatures/signatures/2/key",
        "审核",
        "is `reviewer` in delegation `浦东市监`, not `releaser`",
    );
}

#[test]
fn too_few_of_a_role_are_refused_and_the_same_person_counts_once() {
    let mut root = root().signed;
    let mut signatures = file(&root, [11, 12, 13]);
    signatures.signatures.pop();
    let place = "signatures/signatures";
    refused(
        judged(&root, &pudong(), &signatures),
        "trust.threshold",
        place,
        "发布",
        "1 signature(s) of role `releaser`; there are 0",
    );
    // A second key of the same person.
    let second = root.hold(&banshi_trust::edit::Holder { person: "某12".to_owned(), ..holder(41) });
    root.delegations[0].reviewer.keys.insert(second);
    root.delegations[0].reviewer.threshold = 2;
    let mut twice = file(&root, [11, 12, 13]);
    twice.add(signature(&root, SigningRole::Reviewer, 41));
    refused(
        judged(&root, &pudong(), &twice),
        "trust.threshold",
        place,
        "审核",
        "2 signature(s) of role `reviewer`; there are 1",
    );
}

#[test]
fn nobody_stands_for_two_roles_with_one_key_or_with_two() {
    let mut root = root().signed;
    root.delegations[0].releaser.keys.insert(id(11));
    let place = "signatures/signatures/2/key";
    let result = judged(&root, &pudong(), &file(&root, [11, 12, 11]));
    refused(result, "trust.separation", place, "既“起草”又“发布”", "`author` and `releaser`");
    let second = root.hold(&banshi_trust::edit::Holder { person: "某11".to_owned(), ..holder(41) });
    root.delegations[0].releaser.keys.insert(second);
    refused(judged(&root, &pudong(), &file(&root, [11, 12, 41])), "trust.separation", place, "某11", "某11");
}

#[test]
fn a_signature_file_that_does_not_read_is_refused() {
    for (bytes, en) in [
        (b"{".to_vec(), "does not read"),
        (br#"{"format":"banshi-signatures@2","signatures":[]}"#.to_vec(), "the format must be"),
        (br#"{"format":"banshi-signatures@1","signatures":[],"more":1}"#.to_vec(), "unknown field"),
        (vec![b' '; 70_000], "at most 65536"),
    ] {
        refused(SignatureFile::parse(&bytes), "trust.format", "signatures", "", en);
    }
    let many = SignatureFile {
        signatures: vec![signature(&root().signed, SigningRole::Author, 11); 65],
        ..Default::default()
    };
    refused(
        SignatureFile::parse(&serde_json::to_vec(&many).unwrap()),
        "trust.format",
        "signatures",
        "64",
        "at most 64",
    );
}

#[test]
fn a_release_stands_as_long_as_enough_of_each_role_do() {
    let mut root = root().signed;
    let release = judged(&root, &pudong(), &file(&root, [11, 12, 13])).unwrap();
    let stands = |root: &banshi_trust::Root| release.stands(|key| root.holds(key, release.accepted));
    assert!(stands(&root));
    root.revoke_key(id(12), Some(at("2026-04-01T00:00:00Z")), "离任");
    assert!(stands(&root), "published before the key fell");
    root.revoke_key(id(12), Some(at("2026-02-01T00:00:00Z")), "被盗");
    assert!(!stands(&root));
}
