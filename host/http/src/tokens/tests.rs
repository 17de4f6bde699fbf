//! Tokens from their making to their revocation on a running host.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use banshi_engine::Role;
use banshi_model::effect::PartnerKind;
use banshi_model::text::{Subject, SubjectKind};
use jiff::Timestamp;

use super::*;

fn now() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

struct Folder {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn folder() -> Folder {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.toml");
    Folder { _folder: folder, path }
}

impl Folder {
    fn create(&self, name: &str, role: Role, random: u8) -> String {
        TokenFile::edit(&self.path, |file| file.create(name, role, None, [random; 32])).unwrap()
    }

    fn write(&self, text: &str) {
        fs::write(&self.path, text).unwrap();
        fs::set_permissions(&self.path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn roles() -> Vec<Role> {
    let subject =
        Subject { kind: SubjectKind::NaturalPerson, id: "310115199003072518".to_owned(), name: "张三".to_owned() };
    let department: banshi_model::ids::Department = "市场监督管理局".parse().unwrap();
    let authority =
        banshi_model::ids::Authority { department: department.clone(), division: "310101".parse().unwrap() };
    vec![
        Role::Platform,
        Role::Publisher { authority },
        Role::Officer {
            division: "310115".parse().unwrap(), department, units: vec!["食品经营许可科".to_owned()]
        },
        Role::Partner { kind: None },
        Role::Partner { kind: Some(PartnerKind::SharedData) },
        Role::Applicant { subject },
    ]
}

#[test]
fn a_token_is_64_digits_and_the_file_holds_only_its_hash() {
    let folder = folder();
    let token = folder.create("window", Role::Platform, 0xab);
    assert_eq!(token, "ab".repeat(32));
    let text = fs::read_to_string(&folder.path).unwrap();
    assert!(!text.contains(&token));
    // Literal from `printf ab…ab | sha256sum`, so that the hash is that of the digits.
    assert!(text.contains("271a413bd339c5709fdceaec41f14f11e9fbfb5042d72d331c65f32b284cd09a"), "{text}");
}

#[test]
fn every_role_survives_the_file() {
    let folder = folder();
    for (number, role) in (0..).zip(roles()) {
        let token = folder.create(&format!("t{number}"), role.clone(), number);
        let found = Tokens::open(&folder.path).unwrap().find(&token, now()).unwrap();
        assert_eq!((found.name, found.role), (format!("t{number}"), role));
    }
}

#[test]
fn only_the_operator_may_read_the_file() {
    let folder = folder();
    folder.create("window", Role::Platform, 1);
    assert_eq!(fs::metadata(&folder.path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&folder.path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = TokenFile::load(&folder.path).unwrap_err();
    assert!(matches!(error, Error::Mode { mode: 0o640, .. }) && error.to_string().contains("chmod 600"), "{error}");
}

#[test]
fn a_revoked_token_stops_on_a_running_host_and_others_go_on() {
    let folder = folder();
    let (first, second) = (folder.create("first", Role::Platform, 1), folder.create("second", Role::Platform, 2));
    let tokens = Tokens::open(&folder.path).unwrap();
    assert!(tokens.find(&first, now()).is_ok());
    TokenFile::edit(&folder.path, |file| file.revoke("first")).unwrap();
    assert_eq!(tokens.find(&first, now()).unwrap_err(), Denied::Unknown);
    assert_eq!(tokens.find(&second, now()).unwrap().name, "second");
    let third = folder.create("third", Role::Platform, 3);
    assert_eq!(tokens.find(&third, now()).unwrap().name, "third");
}

#[test]
fn a_token_ends_at_its_expiry() {
    let folder = folder();
    let token = TokenFile::edit(&folder.path, |file| file.create("t", Role::Platform, Some(now()), [1; 32])).unwrap();
    let tokens = Tokens::open(&folder.path).unwrap();
    assert!(tokens.find(&token, now() - jiff::SignedDuration::from_secs(1)).is_ok());
    assert_eq!(tokens.find(&token, now()).unwrap_err(), Denied::Expired);
}

#[test]
fn a_wrong_token_is_unknown() {
    let folder = folder();
    let token = folder.create("t", Role::Platform, 0xab);
    let tokens = Tokens::open(&folder.path).unwrap();
    let cut = token.get(..63).unwrap();
    for wrong in ["", "0", cut, &token.to_uppercase(), &new_token([2; 32])] {
        assert_eq!(tokens.find(wrong, now()).unwrap_err(), Denied::Unknown, "{wrong}");
    }
}

#[test]
fn a_file_that_no_longer_reads_leaves_the_last_good_one_in_force_and_says_so() {
    let folder = folder();
    let token = folder.create("t", Role::Platform, 1);
    let tokens = Tokens::open(&folder.path).unwrap();
    let good = fs::read_to_string(&folder.path).unwrap();
    folder.write("[[token]\n");
    assert!(tokens.find(&token, now()).is_ok());
    assert!(tokens.trouble().unwrap().contains("line 1"), "{:?}", tokens.trouble());
    folder.write(&good);
    assert_eq!(tokens.trouble(), None);
    fs::remove_file(&folder.path).unwrap();
    assert!(tokens.trouble().is_some());
    assert!(tokens.find(&token, now()).is_ok());
}

#[test]
fn a_key_that_means_nothing_is_refused_by_name() {
    let hash = "0".repeat(64);
    let folder = folder();
    for (text, key) in [
        (
            format!(
                "[[token]]\nname = \"a\"\nsha256 = \"{hash}\"\nrole = \"platform\"\nexpire = \"2027-01-01T00:00:00Z\"\n"
            ),
            "expire",
        ),
        (format!("[[token]]\nname = \"a\"\nsha256 = \"{hash}\"\nrole = \"platform\"\nunits = []\n"), "units"),
    ] {
        folder.write(&text);
        match TokenFile::load(&folder.path).unwrap_err() {
            Error::UnknownKey { number: 1, key: named } => assert_eq!(named, key),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn an_error_in_the_file_names_the_line_and_no_person() {
    let folder = folder();
    let hash = "0".repeat(64);
    folder.write(&format!(
        "[[token]]\nname = \"a\"\nsha256 = \"{hash}\"\nrole = \"applicant\"\n\n[token.subject]\nkind = \"张三\"\nid = \"1\"\nname = \"x\"\n"
    ));
    let error = TokenFile::load(&folder.path).unwrap_err().to_string();
    assert!(error.contains("expected one of `natural-person`") && !error.contains("张三"), "{error}");
    folder.write("[[token]]\nname = 13800138000 x\n");
    let error = TokenFile::load(&folder.path).unwrap_err().to_string();
    assert!(error.contains("line 2") && !error.contains("13800138000"), "{error}");
}

#[test]
fn names_are_plain_and_there_once() {
    let folder = folder();
    folder.create("a", Role::Platform, 1);
    let create = |name: &str, random: u8| {
        TokenFile::edit(&folder.path, |file| file.create(name, Role::Platform, None, [random; 32]))
    };
    assert!(matches!(create("a", 2), Err(Error::Doubled(name)) if name == "a"));
    assert!(matches!(create("b", 1), Err(Error::Doubled(name)) if name == "b"));
    for wrong in ["", "a b", "张三", &"x".repeat(65)] {
        assert!(matches!(create(wrong, 3), Err(Error::Name(_))), "{wrong}");
    }
    assert_eq!(TokenFile::load(&folder.path).unwrap().token.len(), 1);
    let unknown = TokenFile::edit(&folder.path, |file| file.revoke("zz")).unwrap_err();
    assert_eq!(unknown.to_string(), "no token `zz` in the file");
}

#[test]
fn two_changes_at_once_both_happen() {
    let folder = folder();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let folder = &folder;
            scope.spawn(move || folder.create(&format!("t{number}"), Role::Platform, number));
        }
    });
    assert_eq!(TokenFile::load(&folder.path).unwrap().token.len(), 8);
}

#[test]
fn debug_output_shows_no_person_and_no_hash() {
    let mut file = TokenFile::default();
    let applicant = roles().pop().unwrap();
    file.create("t", applicant, None, [1; 32]).unwrap();
    let shown = format!("{file:?}");
    assert!(shown.contains("\"t\"") && !shown.contains("张三") && !shown.contains("sha256"), "{shown}");
}
