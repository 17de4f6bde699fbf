//! The rules of a root for itself, and its file.

use banshi_trust::{Key, Root, SignedRoot};

use crate::scene::*;

fn wrong(change: impl FnOnce(&mut Root), place: &str, zh: &str, en: &str) {
    let mut root = root().signed;
    change(&mut root);
    refused(root.check(), "trust.root.rules", place, zh, en);
}

#[test]
fn a_root_holds_its_own_rules() {
    root().signed.check().unwrap();
    wrong(|root| root.format = "x".to_owned(), "/signed/format", "格式", "banshi-trust@1");
    wrong(|root| root.id = "X".repeat(32), "/signed/id", "十六进制", "hexadecimal");
    wrong(|root| root.version = 0, "/signed/version", "从 1 起", "from 1");
    wrong(|root| root.version = u64::MAX, "/signed/version", "从 1 起", "from 1");
    wrong(|root| root.signatures_since = 2, "/signed/signatures_since", "1", "between 1 and this version");
    wrong(|root| root.expires = root.issued, "/signed/expires", "到期", "before it was issued");
    wrong(|root| root.platform = "\u{1b}[2J".to_owned(), "/signed/platform", "名称", "control characters");
}

#[test]
fn keys_are_what_their_ids_say() {
    let place = format!("/signed/keys/{}", id(11));
    wrong(
        |root| root.keys.get_mut(&id(11)).unwrap().public = "00".to_owned(),
        &format!("{place}/public"),
        "公钥",
        "public key",
    );
    let other = |root: &mut Root| {
        let other: Key = root.keys[&id(13)].clone();
        root.keys.insert(id(11), other);
    };
    wrong(other, &place, "不符", "is not that of the public key");
    wrong(|root| root.keys.get_mut(&id(11)).unwrap().person.clear(), &format!("{place}/person"), "名称", "name");
}

#[test]
fn thresholds_can_be_reached_by_keys_that_count() {
    for threshold in [0, 4] {
        wrong(|root| root.root.threshold = threshold, "/signed/root/threshold", "1 与 3", "between 1 and 3");
    }
    let place = "/signed/delegations/0/reviewer/keys";
    wrong(|root| drop(root.keys.remove(&id(12))), place, "未列于", "is not among `keys`");
    let revoked = |root: &mut Root| {
        let reviewer = root.delegations[0].reviewer.clone();
        root.revoke_key(id(12), None, "遗失");
        root.delegations[0].reviewer = reviewer;
    };
    wrong(revoked, place, "已撤销", "is revoked");
    wrong(|root| root.delegations[0].reviewer = root.root.clone(), place, "根密钥", "signs roots and nothing else");
    wrong(|root| root.delegations[1].name = "浦东市监".to_owned(), "/signed/delegations/0/name", "重复", "twice");
}

#[test]
fn a_revocation_says_why_and_stands_once() {
    wrong(|root| root.revoke_package(package(), " "), "/signed/revoked_packages/0/reason", "理由", "says why");
    let twice = |root: &mut Root| {
        root.revoke_package(package(), "有误");
        root.revoked_packages.push(root.revoked_packages[0].clone());
    };
    wrong(twice, "/signed/revoked_packages/1", "已列出", "twice");
}

#[test]
fn a_file_that_is_no_root_is_refused_short_and_without_control_characters() {
    let long = ["{\"\\u001b[2J", &"x".repeat(100_000), "\": 1}"].concat();
    for bytes in [b"".as_slice(), b"[]", long.as_bytes(), b"{\"signed\":{\"format\":\"banshi-trust@1\"}}"] {
        let refusal = SignedRoot::parse(bytes).unwrap_err();
        assert_eq!(refusal.code, "trust.root.format");
        assert!(refusal.to_string().chars().count() < 1_000 && !refusal.to_string().contains('\u{1b}'), "{refusal}");
    }
    refused(SignedRoot::parse(&vec![b' '; 5 << 20]), "trust.root.format", "", "字节", "the file has");
}

#[test]
fn a_file_is_read_as_it_was_written() {
    let root = signed(root(), &[1, 2]);
    let bytes = serde_json::to_vec_pretty(&root).unwrap();
    assert_eq!(SignedRoot::parse(&bytes).unwrap(), root);
}
