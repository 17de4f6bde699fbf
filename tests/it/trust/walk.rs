//! The whole way by the command line: keys, a root, a refused publish, an accepted one, a revocation.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::cli::banshi;
use crate::support::{Host, host_with_plain_approval, top};

/// Runs a command line of words; `@` before a word stands for the folder. Asserts the exit code.
#[track_caller]
fn run(host: &Host, folder: &Path, line: &str, expected: i32) -> String {
    let place = |word: &str| match word.strip_prefix('@') {
        Some(name) => folder.join(name).to_str().unwrap().to_owned(),
        None => word.to_owned(),
    };
    let words: Vec<String> = line.split_whitespace().map(place).collect();
    let (code, said) = banshi(host, "platform", &words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(code, expected, "{line}\n{said}");
    said
}

/// Keys of five persons, a root by two of them, and a package of Pudong's.
fn prepared(host: &Host, folder: &Path) {
    let keygen = |name: &str, person: &str, algorithm: &str| {
        let said = run(host, folder, &format!("package keygen @{name} --person {person} --algorithm {algorithm}"), 0);
        let secret = std::fs::read_to_string(folder.join(format!("{name}.key"))).unwrap();
        let secret = secret.split("\"secret\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(!said.contains(&secret), "a private key is never printed");
        let mode = std::fs::metadata(folder.join(format!("{name}.key"))).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    };
    for (name, person, algorithm) in [
        ("wang", "王某", "ed25519"),
        ("zhao", "赵某", "sm2-sm3"),
        ("author", "张三", "sm2-sm3"),
        ("reviewer", "李四", "ed25519"),
        ("releaser", "孙五", "sm2-sm3"),
    ] {
        keygen(name, person, algorithm);
    }
    let root = "trust init @root-1.json --platform 示例平台 --key @wang.pub --key @zhao.pub --threshold 2";
    run(host, folder, &format!("{root} --expires 2099-01-01"), 0);
    let delegate = "trust delegate @root-1.json --name 浦东城管 --department 城市管理局 --division 310115";
    run(host, folder, &format!("{delegate} --author @author.pub --reviewer @reviewer.pub --releaser @releaser.pub"), 0);
    let variation = top().join("tests/variations/pudong-plain");
    run(host, folder, &format!("package build {} -o @faster.banshi", variation.display()), 0);
}

#[tokio::test]
async fn from_a_key_to_a_package_in_force_and_its_revocation() {
    let host = host_with_plain_approval().await;
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &str, expected| run(&host, folder.path(), line, expected);
    prepared(&host, folder.path());

    // One root key is not enough; two are.
    run("trust sign @root-1.json --key @wang.key", 0);
    assert!(run("trust install @root-1.json", 1).contains("trust.root.threshold"));
    run("trust sign @root-1.json --key @zhao.key", 0);
    assert!(run("trust install @root-1.json", 0).contains("浦东城管"));

    let said = run("package publish @faster.banshi", 1);
    assert!(said.contains("trust.unsigned") && said.contains("banshi package sign"), "{said}");

    // Signed against the host's own root; the reviewer cannot stand for the releaser.
    run("trust show -o @trust.json", 0);
    run("package sign @faster.banshi --role author --key @author.key --trust @trust.json", 0);
    let said = run("package sign @faster.banshi --role reviewer --key @reviewer.key --trust @trust.json", 0);
    assert!(said.contains("尚未满足"), "{said}");
    assert!(run("package verify @faster.banshi --trust @trust.json", 1).contains("trust.threshold"));
    assert!(run("package publish @faster.banshi", 1).contains("trust.threshold"));
    let said = run("package sign @faster.banshi --role releaser --key @releaser.key --trust @trust.json", 0);
    assert!(said.contains("信任根已满足"), "{said}");
    assert!(run("package verify @faster.banshi --trust @trust.json", 0).contains("孙五"));

    let said = run("package publish @faster.banshi", 0);
    assert!(said.contains("审核 李四"), "{said}");
    assert!(run("package list", 0).contains("起草 张三，审核 李四，发布 孙五"));
    run("enact @faster.banshi --from 2021-01-02 --instrument 示例〔2021〕2号", 0);

    // The next version revokes it; signed files are not changed in place.
    assert_eq!(run("trust revoke @root-1.json --package @faster.banshi --reason 期限有误", 2).matches("-o").count(), 1);
    run("trust revoke @root-1.json -o @root-2.json --package @faster.banshi --reason 期限有误", 0);
    run("trust sign @root-2.json --key @wang.key", 0);
    run("trust sign @root-2.json --key @zhao.key", 0);
    assert!(run("trust install @root-2.json", 0).contains("停收新办件"));
    assert!(run("trust install @root-1.json", 1).contains("trust.root.rollback"));
    let said = run("package publish @faster.banshi", 1);
    assert!(said.contains("trust.package-revoked") && said.contains("期限有误"), "{said}");
    let host_log = host.logged().await;
    for person in ["张三", "李四", "孙五"] {
        assert!(!host_log.contains(person), "no person's name in a log line");
    }
}

#[tokio::test]
async fn a_key_that_others_can_read_or_that_the_root_does_not_know_signs_nothing() {
    let host = host_with_plain_approval().await;
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &str, expected| run(&host, folder.path(), line, expected);
    prepared(&host, folder.path());
    run("trust sign @root-1.json --key @wang.key", 0);
    let line = "package sign @faster.banshi --role author --trust @root-1.json --key";
    run("package keygen @stranger --person 某人", 0);
    assert!(run(&format!("{line} @stranger.key"), 2).contains("knows no key"));
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(folder.path().join("author.key"), open).unwrap();
    assert!(run(&format!("{line} @author.key"), 2).contains("0600"));
    assert!(!folder.path().join("faster.banshi.sig").exists());
}
