//! A platform with three root keys, a district's authority, a vertical department's own line, and a package.

use banshi_model::ids::{Authority, Digest};
use banshi_model::release::{Release, SigningRole};
use banshi_trust::edit::{Dates, Holder, first};
use banshi_trust::{
    Algorithm, Asked, Delegation, PackageSignature, Refusal, Root, SecretKey, SignatureFile, SignedRoot, Statement,
    Threshold, judge,
};
use jiff::Timestamp;
use zeroize::Zeroizing;

/// Keys by number: 1 to 3 root; 11, 12, 13 the district's author, reviewer, releaser; 21, 22, 23 the tobacco line's.
pub fn key(number: u8) -> SecretKey {
    let algorithm = if number.is_multiple_of(2) { Algorithm::Sm2Sm3 } else { Algorithm::Ed25519 };
    SecretKey::new(algorithm, Zeroizing::new([number; 32])).unwrap()
}

pub fn id(number: u8) -> Digest {
    key(number).public().unwrap().id()
}

pub fn holder(number: u8) -> Holder {
    Holder { key: key(number).public().unwrap(), person: format!("某{number}") }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub const NOW: &str = "2026-03-01T00:00:00Z";

pub fn dates() -> Dates {
    Dates { issued: at("2026-01-01T00:00:00Z"), expires: at("2027-01-01T00:00:00Z") }
}

pub fn authority(department: &str, division: &str) -> Authority {
    Authority { department: department.parse().unwrap(), division: division.parse().unwrap() }
}

/// Market regulation in Pudong.
pub fn pudong() -> Authority {
    authority("市场监督管理局", "310115")
}

fn one(root: &mut Root, number: u8) -> Threshold {
    Threshold { keys: [root.hold(&holder(number))].into(), threshold: 1 }
}

pub fn delegation(root: &mut Root, name: &str, whose: &Authority, below: bool, numbers: [u8; 3]) -> Delegation {
    let [author, reviewer, releaser] = numbers.map(|number| one(root, number));
    Delegation {
        name: name.to_owned(),
        department: whose.department.clone(),
        division: whose.division.clone(),
        below,
        expires: None,
        author,
        reviewer,
        releaser,
    }
}

/// Unsigned.
pub fn root() -> SignedRoot {
    let mut root = first([7; 16], "示例平台", &[1, 2, 3].map(holder), 2, dates());
    let district = delegation(&mut root.signed, "浦东市监", &pudong(), false, [11, 12, 13]);
    root.signed.delegate(district);
    let tobacco = delegation(&mut root.signed, "上海烟草", &authority("烟草专卖局", "310000"), true, [21, 22, 23]);
    root.signed.delegate(tobacco);
    root
}

/// Signed by these.
pub fn signed(mut root: SignedRoot, numbers: &[u8]) -> SignedRoot {
    for number in numbers {
        root.sign(&key(*number)).unwrap();
    }
    root
}

pub fn package() -> Digest {
    Digest::of(b"a package file")
}

pub fn statement(root: &Root, role: SigningRole) -> Statement {
    Statement { package: package(), role, root: root.id.clone(), trust: root.version, at: at(NOW) }
}

pub fn signature(root: &Root, role: SigningRole, number: u8) -> PackageSignature {
    PackageSignature::new(statement(root, role), &key(number)).unwrap()
}

/// The package signed by three keys as author, reviewer and releaser.
pub fn file(root: &Root, numbers: [u8; 3]) -> SignatureFile {
    let mut file = SignatureFile::default();
    for (role, number) in SigningRole::ALL.into_iter().zip(numbers) {
        file.add(signature(root, role, number));
    }
    file
}

pub fn judged(root: &Root, whose: &Authority, file: &SignatureFile) -> Result<Release, Refusal> {
    judge(root, &Asked { package: package(), authority: whose, now: at(NOW) }, file)
}

/// Asserts code, place, and a part of what is said in each language, and that there is a remedy in both.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>, code: &str, place: &str, zh: &str, en: &str) {
    let refusal = result.unwrap_err();
    assert_eq!((refusal.code, refusal.place.as_str()), (code, place), "{refusal}");
    assert!(refusal.text.zh.contains(zh), "{}", refusal.text.zh);
    assert!(refusal.text.en.as_ref().unwrap().contains(en), "{refusal}");
    assert!(!refusal.fix.zh.is_empty() && !refusal.fix.en.is_empty());
}
