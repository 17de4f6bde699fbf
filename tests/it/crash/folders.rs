//! A folder that somebody has already, and keys that are not there or not the right ones.

use super::disk::{copy, remove};
use crate::support::{Ended, Host, host_with_plain_approval, plain_application};

/// A host with one case that has ended its work; its folder can be opened by anyone.
async fn stopped() -> (Host, String) {
    let mut host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    assert_eq!(host.terminate(), Some(0));
    (host, id)
}

#[track_caller]
fn refused(started: Result<(), Ended>, word: &str) {
    let ended = started.expect_err("it listens");
    assert_eq!(ended.code, Some(5), "{}", ended.said);
    assert!(ended.said.contains(word), "{}", ended.said);
    assert!(!ended.said.contains("panicked"), "{}", ended.said);
}

#[tokio::test]
async fn a_second_host_on_the_folder_is_refused_and_the_first_goes_on() {
    let (mut first, id) = stopped().await;
    first.restart();
    let mut second = Host::prepare(crate::support::Start::default());
    for name in ["data", "keys"] {
        std::os::unix::fs::symlink(first.folder().join(name), second.folder().join(name)).unwrap();
    }
    refused(second.try_restart(), "in use by another process");
    assert_eq!(first.as_("applicant").case(&id).await["phase"], "accepted");

    // The keys alone, under another folder: in use as well.
    remove(&second.folder().join("data"));
    refused(second.try_restart(), "in use by another process");
    first.as_("applicant").submit(plain_application()).await;
}

#[tokio::test]
async fn a_lost_key_file_is_named_and_no_new_one_is_made_in_its_place() {
    let (mut host, id) = stopped().await;
    let (keys, aside) = (host.folder().join("keys"), host.folder().join("aside"));
    std::fs::rename(&keys, &aside).unwrap();
    refused(host.try_restart(), "is missing");
    assert!(!keys.exists(), "a host that lost its keys has made new ones");
    let (code, said) = host.offline(&["verify"]);
    assert_ne!(code, 0);
    assert!(said.contains("is missing") && !keys.exists(), "{said}");
    std::fs::rename(&aside, &keys).unwrap();
    host.restart();
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");
}

#[tokio::test]
async fn the_keys_of_another_folder_are_refused_both_ways() {
    let (mut host, _) = stopped().await;
    let (other, _) = stopped().await;
    remove(&host.folder().join("keys"));
    copy(&other.folder().join("keys"), &host.folder().join("keys"));
    refused(host.try_restart(), "belongs to another data folder");
    // An empty folder does not take them either: they would come to seal two.
    remove(&host.folder().join("data"));
    refused(host.try_restart(), "belongs to another data folder");
}

#[tokio::test]
async fn a_damaged_key_file_is_named_or_found_by_verify() {
    let (mut host, id) = stopped().await;
    let keys = host.folder().join("keys");
    let whole = std::fs::read(&keys).unwrap();
    for (what, damaged) in [
        ("emptied", Vec::new()),
        ("cut within its header", whole[..60].to_vec()),
        ("bad header", [&[0xa5; 512], &whole[512..]].concat()),
    ] {
        std::fs::write(&keys, damaged).unwrap();
        refused(host.try_restart(), "does not read");
        let (code, said) = host.offline(&["verify"]);
        assert!(code != 0 && said.contains("does not read"), "{what}: {said}");
    }
    for (what, damaged) in [
        ("bad first sector of keys", [&whole[..512], &[0; 512], &whole[1024..]].concat()),
        ("cut behind its header", whole[..512].to_vec()),
    ] {
        std::fs::write(&keys, damaged).unwrap();
        let (code, said) = host.offline(&["verify"]);
        assert!(code == 1 && said.contains("fault") && !said.contains("panicked"), "{what}: {code} {said}");
    }
    std::fs::write(&keys, whole).unwrap();
    host.restart();
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");
}
