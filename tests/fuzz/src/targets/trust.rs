//! Trust roots: their files, their rules for themselves, and which follows which.

use arbitrary::{Result, Unstructured};
use banshi_model::ids::{Authority, Digest};
use banshi_trust::edit::{Dates, Holder, first};
use banshi_trust::{Algorithm, Delegation, Refusal, SecretKey, SignedRoot, Threshold, chain};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::bounded;
use crate::json;

/// Bytes as they are, or a root that was right before it was edited.
pub fn run(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else { return };
    if mode % 4 == 0 {
        read(rest);
    } else {
        let _ = edited(&mut Unstructured::new(rest));
    }
}

/// Keys by number: 1 and 2 root, 11 to 13 those of an authority.
pub(super) fn key(number: u8) -> SecretKey {
    let algorithm = if number.is_multiple_of(2) { Algorithm::Sm2Sm3 } else { Algorithm::Ed25519 };
    SecretKey::new(algorithm, Zeroizing::new([number; 32])).expect("a scalar in range")
}

pub(super) fn authority() -> Authority {
    let (department, division) = ("市场监督管理局".parse(), "310115".parse());
    Authority { department: department.expect("a name"), division: division.expect("a division") }
}

fn holder(number: u8) -> Holder {
    Holder { key: key(number).public().expect("a key"), person: format!("某{number}") }
}

/// An instant within the root's time.
pub(super) fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("an instant")
}

/// A root with one delegation, signed by both of its keys.
pub(super) fn root() -> SignedRoot {
    let at = |second| Timestamp::from_second(second).expect("an instant");
    let dates = Dates { issued: at(1_600_000_000), expires: at(1_900_000_000) };
    let mut root = first([7; 16], "示例平台", &[1, 2].map(holder), 2, dates);
    let [author, reviewer, releaser] =
        [11, 12, 13].map(|number| Threshold { keys: [root.signed.hold(&holder(number))].into(), threshold: 1 });
    let Authority { department, division } = authority();
    let (name, below, expires) = ("浦东市监".to_owned(), false, None);
    root.signed.delegate(Delegation { name, department, division, below, expires, author, reviewer, releaser });
    signed(root)
}

fn signed(mut root: SignedRoot) -> SignedRoot {
    for number in [1, 2] {
        root.sign(&key(number)).expect("it can sign");
    }
    root
}

fn edited(u: &mut Unstructured<'_>) -> Result<()> {
    let mut document = serde_json::to_value(root()).expect("a root is JSON");
    json::edit(u, &mut document)?;
    read(document.to_string().as_bytes());
    Ok(())
}

fn read(bytes: &[u8]) {
    let file = match SignedRoot::parse(bytes) {
        Ok(file) => file,
        Err(refusal) => return told(&refusal),
    };
    let written = serde_json::to_vec(&file).expect("what was read can be written");
    assert_eq!(SignedRoot::parse(&written).expect("what was written can be read"), file, "a root comes back");
    let right = root();
    match chain::first(&file, now()) {
        // Whoever signed it, those are its own keys; with ours, nothing but what we signed.
        Ok(()) if file.signed.root == right.signed.root => assert_eq!(file.signed, right.signed, "a forged root"),
        Ok(()) => {}
        Err(refusal) => told(&refusal),
    }
    match chain::next(&right.signed, &file, now()) {
        Ok(()) => panic!("nobody signed a version after ours"),
        Err(refusal) => told(&refusal),
    }
    // The same content, signed for once: it follows where its rules let it, and never back.
    let next = signed(SignedRoot { signatures: Vec::new(), ..file });
    match chain::next(&right.signed, &next, now()) {
        Ok(()) => assert_eq!((next.signed.version, &next.signed.id), (right.signed.version + 1, &right.signed.id)),
        Err(refusal) => told(&refusal),
    }
    assert!(chain::next(&next.signed, &right, now()).is_err(), "there is no way back to the first version");
}

/// A refusal is short, one line a text, under a code of trust.
pub(super) fn told(refusal: &Refusal) {
    bounded(&refusal.to_string());
    assert!(refusal.code.starts_with("trust."), "{}", refusal.code);
    for text in [&refusal.place, &refusal.text.zh].into_iter().chain(&refusal.text.en) {
        assert!(!text.chars().any(char::is_control), "a control character in {text:?}");
    }
}

/// The package that is signed.
pub(super) fn package() -> Digest {
    Digest::of(b"a package file")
}
