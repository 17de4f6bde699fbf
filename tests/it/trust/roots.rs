//! One test a rule for installing a root, through the API: code, place and text. And who may.

use serde_json::json;

use super::scene::*;
use crate::support::{Host, say};

async fn installed() -> Host {
    host_with(&changed(&[1, 2], |_| {})).await
}

#[tokio::test]
async fn what_is_no_root() {
    let host = host().await;
    let answer = host.as_("platform").whole("PUT", "/api/v1/trust", Some(json!({ "signed": 1 }))).await;
    refused(&answer, "trust.root.format", "", "无法读取", "does not read");
}

#[tokio::test]
async fn a_root_that_breaks_its_own_rules() {
    let answer = install(&host().await, &changed(&[1, 2], |root| root.root.threshold = 3)).await;
    refused(&answer, "trust.root.rules", "/signed/root/threshold", "1 与 2", "between 1 and 2");
}

#[tokio::test]
async fn a_first_root_without_its_threshold() {
    let answer = install(&host().await, &changed(&[1], |_| {})).await;
    refused(&answer, "trust.root.threshold", "/signatures", "现有 1", "takes 2 of its root keys; 1 signed");
}

#[tokio::test]
async fn a_next_root_without_the_threshold_of_the_one_before() {
    let host = installed().await;
    let mut next = changed(&[], |root| {
        root.version = 2;
        root.root.keys = [root.hold(&holder(3)), root.hold(&holder(4))].into();
    });
    for number in [3, 4, 1] {
        next.sign(&key(number)).unwrap();
    }
    let answer = install(&host, &next).await;
    refused(
        &answer,
        "trust.root.old-threshold",
        "/signatures",
        "版本 1",
        "version 1 takes 2 of its root keys; 1 signed",
    );
}

#[tokio::test]
async fn an_older_list() {
    let host = installed().await;
    say(&install(&host, &second(|_| {})).await, 200);
    let answer = install(&host, &changed(&[1, 2], |_| {})).await;
    refused(&answer, "trust.root.rollback", "/signed/version", "不得退回", "no way back to an older list");
}

#[tokio::test]
async fn a_version_that_leaps() {
    let answer = install(&installed().await, &changed(&[1, 2], |root| root.version = 3)).await;
    refused(&answer, "trust.root.gap", "/signed/version", "之后应为 2", "after version 1 comes 2");
}

#[tokio::test]
async fn another_platform_s_root() {
    let answer = install(&installed().await, &second(|root| root.id = "00".repeat(16))).await;
    refused(&answer, "trust.root.other-platform", "/signed/id", "另一平台", "another platform");
}

#[tokio::test]
async fn an_expired_root() {
    let expires = "2021-04-01T00:00:00Z".parse().unwrap();
    let answer = install(&host().await, &changed(&[1, 2], |root| root.expires = expires)).await;
    refused(&answer, "trust.root.expired", "/signed/expires", "到期", "expired at 2021-04-01");
}

#[tokio::test]
async fn a_revocation_that_is_lost() {
    let host = host_with(&changed(&[1, 2], |root| root.revoke_package(super::digest(&package()), "有误"))).await;
    let answer = install(&host, &second(|_| {})).await;
    refused(&answer, "trust.root.revocation-lost", "/signed/revoked_packages", "去掉", "the revocation of package");
}

#[tokio::test]
async fn a_signature_over_another_root() {
    let mut root = changed(&[1, 2], |_| {});
    root.signed.platform = "改名".to_owned();
    let answer = install(&host().await, &root).await;
    refused(&answer, "trust.root.wrong-signature", "/signatures/0", "不符", "is not over this root");
}

#[tokio::test]
async fn the_same_root_again_changes_nothing_and_a_restart_keeps_it() {
    let mut host = installed().await;
    say(&install(&host, &changed(&[1, 2], |_| {})).await, 200);
    host.kill();
    host.restart();
    let view = host.as_("publisher-pudong").get("/trust").await;
    let view = say(&view, 200);
    assert_eq!((&view["enforced"], &view["root"]["signed"]["version"]), (&json!(true), &json!(1)));
    assert_eq!(view["versions"].as_array().unwrap().len(), 1);
    assert_eq!(view["versions"][0]["signed_by"], json!(["某1", "某2"]));
    refused(
        &host.as_("platform").upload("/packages", package()).await,
        "trust.unsigned",
        "signatures",
        "没有签名",
        "nothing",
    );
}

#[tokio::test]
async fn only_the_platform_installs_and_nothing_secret_is_shown() {
    let host = host().await;
    let root = serde_json::to_value(changed(&[1, 2], |_| {})).unwrap();
    say(&host.as_("publisher-pudong").whole("PUT", "/api/v1/trust", Some(root.clone())).await, 403);
    say(&host.as_("platform").whole("PUT", "/api/v1/trust", Some(root)).await, 200);
    say(&host.as_("portal").get("/trust").await, 403);
    let shown = say(&host.as_("platform").get("/trust").await, 200).to_string();
    for number in [1, 2, 11, 12, 13] {
        assert!(!shown.contains(key(number).expose_hex().as_str()));
    }
}
