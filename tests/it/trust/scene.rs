//! A platform with two root keys that both sign, Pudong's city management with its own three people, and a package of
//! theirs; made with the same crate that the command line uses.

use banshi_model::ids::{Authority, Digest};
use banshi_model::package::{Manifest, Package};
use banshi_model::release::SigningRole;
use banshi_trust::edit::{Dates, Holder, first};
use banshi_trust::{
    Algorithm, Delegation, PackageSignature, Root, SecretKey, SignatureFile, SignedRoot, Statement, Threshold,
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::support::{Answer, DAY_ONE, Host, Start, say};

/// Keys by number: 1 and 2 root; 11, 12, 13 Pudong's author, reviewer and releaser; 21, 22, 23 the tobacco line's.
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

pub fn authority(department: &str, division: &str) -> Authority {
    Authority { department: department.parse().unwrap(), division: division.parse().unwrap() }
}

/// Whose the package is.
pub fn pudong() -> Authority {
    authority("城市管理局", "310115")
}

pub fn delegation(root: &mut Root, name: &str, whose: &Authority, below: bool, numbers: [u8; 3]) -> Delegation {
    let [author, reviewer, releaser] =
        numbers.map(|number| Threshold { keys: [root.hold(&holder(number))].into(), threshold: 1 });
    let (name, department, division) = (name.to_owned(), whose.department.clone(), whose.division.clone());
    Delegation { name, department, division, below, expires: None, author, reviewer, releaser }
}

/// Version 1, unsigned.
pub fn root() -> SignedRoot {
    let dates =
        Dates { issued: "2021-01-01T00:00:00Z".parse().unwrap(), expires: "2022-01-01T00:00:00Z".parse().unwrap() };
    let mut root = first([7; 16], "示例平台", &[1, 2].map(holder), 2, dates);
    let district = delegation(&mut root.signed, "浦东城管", &pudong(), false, [11, 12, 13]);
    root.signed.delegate(district);
    let tobacco = delegation(&mut root.signed, "上海烟草", &authority("烟草专卖局", "310000"), true, [21, 22, 23]);
    root.signed.delegate(tobacco);
    root
}

/// Changed, and signed by these.
pub fn changed(numbers: &[u8], change: impl FnOnce(&mut Root)) -> SignedRoot {
    let mut root = root();
    change(&mut root.signed);
    for number in numbers {
        root.sign(&key(*number)).unwrap();
    }
    root
}

/// The next version after `changed(.., before)`, signed by both root keys.
pub fn second(change: impl FnOnce(&mut Root)) -> SignedRoot {
    changed(&[1, 2], |root| {
        root.version = 2;
        change(root);
    })
}

/// Two working days instead of five, by this authority.
pub fn variation(whose: &Authority, change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let said = json!({
        "name": "tests/signed", "version": "0.1.0", "kind": "settings", "matter": "EX-PLAIN", "authority": whose,
        "title": { "zh": "测试", "en": "A test" }, "settings": { "promised-days": 2 },
    });
    let mut manifest: Manifest = serde_json::from_value(said).unwrap();
    change(&mut manifest);
    Package { manifest, component: Vec::new() }.encode().unwrap()
}

/// Pudong's package.
pub fn package() -> Vec<u8> {
    variation(&pudong(), |_| {})
}

pub fn signature(root: &Root, package: &[u8], role: SigningRole, number: u8) -> PackageSignature {
    let at = "2021-04-22T00:00:00Z".parse().unwrap();
    let statement = Statement { package: Digest::of(package), role, root: root.id.clone(), trust: root.version, at };
    PackageSignature::new(statement, &key(number)).unwrap()
}

/// A package signed by three keys as author, reviewer and releaser.
pub fn signatures(root: &Root, package: &[u8], numbers: [u8; 3]) -> SignatureFile {
    let mut file = SignatureFile::default();
    for (role, number) in SigningRole::ALL.into_iter().zip(numbers) {
        file.add(signature(root, package, role, number));
    }
    file
}

/// A host without a root.
pub async fn host() -> Host {
    Host::start(Start::simulated(DAY_ONE)).await
}

/// A host with this root installed.
pub async fn host_with(root: &SignedRoot) -> Host {
    let host = host().await;
    say(&install(&host, root).await, 200);
    host
}

pub async fn install(host: &Host, root: &SignedRoot) -> Answer {
    let body = serde_json::to_value(root).unwrap();
    host.as_("platform").whole("PUT", "/api/v1/trust", Some(body)).await
}

pub async fn publish(host: &Host, package: &[u8], file: &SignatureFile) -> Answer {
    let file = serde_json::to_vec(file).unwrap();
    host.as_("platform").upload_parts("/packages", &[("package", package), ("signatures", &file)]).await
}

/// Asserts code, place, a part of the Chinese and of the English text, and that a remedy stands beside them.
#[track_caller]
pub fn refused(answer: &Answer, code: &str, place: &str, zh: &str, en: &str) {
    let problem = say(answer, 422);
    let told = |member: &str| problem[member].as_str().unwrap_or_default().to_owned();
    assert_eq!((told("code").as_str(), told("place").as_str()), (code, place), "{problem:#}");
    assert!(told("detail").contains(zh) && told("detail_en").contains(en), "{problem:#}");
    assert!(!told("fix").is_empty(), "{problem:#}");
}

/// Nothing of a refused package is there.
pub async fn nothing_published(host: &Host) {
    let packages = host.as_("platform").get("/packages").await;
    assert_eq!(say(&packages, 200)["items"], Value::Array(vec![]));
}
