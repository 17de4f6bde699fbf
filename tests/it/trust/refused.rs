//! One test a rule of trust for packages, through the API: code, place and text.

use banshi_model::ids::Digest;
use banshi_model::release::SigningRole;
use banshi_trust::edit::Holder;
use banshi_trust::{PackageSignature, SignatureFile, SignedRoot};

use super::scene::*;

/// Publishes under a root with a changed signature file; asserts that it is refused and that nothing is there.
async fn under(root: &SignedRoot, file: &SignatureFile, code: &str, place: &str, zh: &str, en: &str) {
    let host = host_with(root).await;
    refused(&publish(&host, &package(), file).await, code, place, zh, en);
    nothing_published(&host).await;
}

fn good(root: &SignedRoot) -> SignatureFile {
    signatures(&root.signed, &package(), [11, 12, 13])
}

#[tokio::test]
async fn nothing_signed() {
    let host = host_with(&changed(&[1, 2], |_| {})).await;
    let (zh, en) = ("没有签名", "nothing is signed");
    refused(&host.as_("platform").upload("/packages", package()).await, "trust.unsigned", "signatures", zh, en);
    refused(&publish(&host, &package(), &SignatureFile::default()).await, "trust.unsigned", "signatures", zh, en);
    nothing_published(&host).await;
    let metrics = host.as_("platform").metrics().await;
    assert!(metrics.contains("banshi_packages_refused_total{rule=\"package.trust\"} 2"), "{metrics}");
}

#[tokio::test]
async fn a_signature_file_that_does_not_read() {
    let host = host_with(&changed(&[1, 2], |_| {})).await;
    let package = package();
    let answer =
        host.as_("platform").upload_parts("/packages", &[("package", &package), ("signatures", b"none")]).await;
    refused(&answer, "trust.format", "signatures", "无法读取", "does not read");
}

#[tokio::test]
async fn a_signature_that_does_not_verify() {
    let root = changed(&[1, 2], |_| {});
    let mut file = good(&root);
    let forged = signature(&root.signed, &package(), SigningRole::Reviewer, 42);
    file.signatures[1] = PackageSignature { key: id(12), ..forged };
    let place = "signatures/signatures/1/signature";
    under(&root, &file, "trust.wrong-signature", place, "某12", "does not verify with the key of 某12").await;
}

#[tokio::test]
async fn a_signature_for_another_package() {
    let root = changed(&[1, 2], |_| {});
    let mut file = good(&root);
    file.signatures[0] = signature(&root.signed, b"another", SigningRole::Author, 11);
    let (place, other) = ("signatures/signatures/0/statement/package", Digest::of(b"another").to_string());
    under(&root, &file, "trust.other-package", place, &other, "it is a signature for package").await;
}

#[tokio::test]
async fn a_signature_for_another_role() {
    let root = changed(&[1, 2], |_| {});
    let mut file = good(&root);
    let mut replayed = file.signatures[0].clone();
    replayed.statement.role = SigningRole::Releaser;
    file.signatures[2] = replayed;
    let place = "signatures/signatures/2/signature";
    under(&root, &file, "trust.other-purpose", place, "起草", "made for role `author` and cannot stand for `releaser`")
        .await;
}

#[tokio::test]
async fn a_signature_for_another_platform() {
    let root = changed(&[1, 2], |_| {});
    let file = good(&changed(&[], |root| root.id = "00".repeat(16)));
    let place = "signatures/signatures/0/statement/root";
    under(&root, &file, "trust.other-platform", place, "另一平台", "another platform's root").await;
}

#[tokio::test]
async fn a_signature_under_trust_that_was_replaced_for_good_reason() {
    let first = changed(&[1, 2], |_| {});
    let host = host_with(&first).await;
    say_installed(&host, &second(|root| root.signatures_since = 2)).await;
    let place = "signatures/signatures/0/statement/trust";
    let answer = publish(&host, &package(), &good(&first)).await;
    refused(&answer, "trust.older-trust", place, "自版本 2 起", "made under trust version 1");
    nothing_published(&host).await;
}

async fn say_installed(host: &crate::support::Host, root: &SignedRoot) {
    crate::support::say(&install(host, root).await, 200);
}

#[tokio::test]
async fn a_signature_under_trust_that_is_not_installed() {
    let root = changed(&[1, 2], |_| {});
    let place = "signatures/signatures/0/statement/trust";
    under(&root, &good(&second(|_| {})), "trust.newer-trust", place, "现行版本为 1", "version 1 is installed here")
        .await;
}

#[tokio::test]
async fn an_unknown_key() {
    let root = changed(&[1, 2], |_| {});
    let file = signatures(&root.signed, &package(), [11, 99, 13]);
    under(&root, &file, "trust.unknown-key", "signatures/signatures/1/key", &id(99).to_string(), "knows no key").await;
}

#[tokio::test]
async fn a_revoked_key() {
    let root = changed(&[1, 2], |root| {
        let reviewer = root.hold(&holder(32));
        root.revoke_key(id(12), None, "离任");
        root.delegations[0].reviewer.keys.insert(reviewer);
    });
    under(
        &root,
        &good(&root),
        "trust.key-revoked",
        "signatures/signatures/1/key",
        "离任",
        "the key of 某12 is revoked",
    )
    .await;
}

#[tokio::test]
async fn a_revoked_package() {
    let root = changed(&[1, 2], |root| root.revoke_package(Digest::of(&package()), "期限有误"));
    under(&root, &good(&root), "trust.package-revoked", "package", "期限有误", "the package is revoked").await;
}

#[tokio::test]
async fn a_root_that_expired() {
    let root = changed(&[1, 2], |_| {});
    let host = host_with(&root).await;
    host.clock("2022-02-01T00:00:00+08:00").await;
    let answer = publish(&host, &package(), &good(&root)).await;
    refused(&answer, "trust.expired", "trust/signed/expires", "到期", "version 1 expired at 2022-01-01");
}

#[tokio::test]
async fn a_delegation_that_expired() {
    let root = changed(&[1, 2], |root| root.delegations[0].expires = Some("2021-02-01T00:00:00Z".parse().unwrap()));
    let place = "trust/signed/delegations";
    under(&root, &good(&root), "trust.delegation-expired", place, "浦东城管", "expired at 2021-02-01").await;
}

#[tokio::test]
async fn an_authority_that_nobody_signs_for() {
    let root = changed(&[1, 2], |_| {});
    let host = host_with(&root).await;
    let street = variation(&authority("城市管理局", "310101"), |_| {});
    let answer = publish(&host, &street, &signatures(&root.signed, &street, [11, 12, 13])).await;
    refused(&answer, "trust.foreign", "package/manifest/authority", "310101", "no delegation covers 城市管理局@310101");
}

#[tokio::test]
async fn keys_of_another_authority() {
    let root = changed(&[1, 2], |_| {});
    let file = signatures(&root.signed, &package(), [21, 22, 23]);
    let en = "is not one of 城市管理局@310115's";
    under(&root, &file, "trust.foreign", "signatures/signatures/0/key", "某21", en).await;
}

#[tokio::test]
async fn a_key_of_another_role() {
    let root = changed(&[1, 2], |_| {});
    let file = signatures(&root.signed, &package(), [11, 12, 12]);
    let place = "signatures/signatures/2/key";
    under(&root, &file, "trust.role", place, "审核", "is `reviewer` in delegation `浦东城管`, not `releaser`").await;
}

#[tokio::test]
async fn too_few_signatures_of_a_role() {
    let root = changed(&[1, 2], |_| {});
    let mut file = good(&root);
    file.signatures.pop();
    let en = "takes 1 signature(s) of role `releaser`; there are 0";
    under(&root, &file, "trust.threshold", "signatures/signatures", "发布", en).await;
}

#[tokio::test]
async fn one_key_for_two_roles_and_one_person_with_two_keys() {
    let root = changed(&[1, 2], |root| {
        let second = root.hold(&Holder { person: "某11".to_owned(), ..holder(41) });
        root.delegations[0].releaser.keys.extend([id(11), second]);
    });
    let place = "signatures/signatures/2/key";
    for releaser in [11, 41] {
        let file = signatures(&root.signed, &package(), [11, 12, releaser]);
        under(
            &root,
            &file,
            "trust.separation",
            place,
            "既“起草”又“发布”",
            "某11 may not stand for `author` and `releaser`",
        )
        .await;
    }
}
