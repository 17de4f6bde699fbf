//! A disk that is full, or nearly, or takes no writes at all.

use serde_json::json;

use super::disk::failing;
use super::load::Load;
use crate::support::{DAY_ONE, Host, Start, host_with_plain_approval, plain_application, say};

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_the_host_ends_with_a_clear_error_and_nothing_acknowledged_is_lost() {
    let load = Load::new().await;
    // The least that a segment has: the disk is to be full while it is written to, and not only when it is opened.
    let config = format!("{}\n[store]\nsegment_bytes = 524288\n", load.config());
    let mut host = Host::start(Start::simulated(DAY_ONE).configured(&config)).await;
    load.enact(&host).await;
    assert_eq!(host.terminate(), Some(0));
    // Too full even to open: sled begins by writing a segment.
    host.set_environment(&failing(&host, "BANSHI_SHIM_FULL_AFTER", "4096"));
    let ended = host.try_restart().expect_err("it listens on a full disk");
    assert_eq!(ended.code, Some(5), "{}", ended.said);
    assert!(ended.said.contains("No space left") && !ended.said.contains("panicked"), "{}", ended.said);
    assert!(!ended.said.contains("backup"), "a full disk is no reason to restore: {}", ended.said);
    for (bytes, log_too) in [("1200000", false), ("2500000", false), ("1700000", true)] {
        let mut environment = failing(&host, "BANSHI_SHIM_FULL_AFTER", bytes);
        environment.extend(log_too.then(|| ("BANSHI_SHIM_LOG_TOO", "1".to_owned())));
        host.set_environment(&environment);
        // It may be full before the host has come to listen.
        let code = match host.try_restart() {
            Err(ended) => ended.code,
            Ok(()) => {
                load.host_is_at(Some(&host));
                let clerks = load.clerks(&host, 16, true);
                let code = tokio::task::block_in_place(|| host.ended());
                load.host_is_at(None);
                clerks.join_all().await;
                code
            }
        };
        assert_eq!(code, Some(5), "{bytes}");
        let log = host.log();
        // A log on the same disk ends somewhere; only the exit code is sure then.
        assert!(log_too || log.contains("storage failed") && log.contains("os error 28"), "{bytes}");
        assert!(!log.contains("panicked"), "{bytes}");

        host.set_environment(&[]);
        let (code, said) = host.offline(&["verify"]);
        assert_eq!(code, 0, "{bytes}: {said}");
        host.restart();
        assert_eq!(load.missing(&host).await, Vec::<String>::new(), "{bytes}");
        assert_eq!(host.terminate(), Some(0));
    }
    host.restart();
    super::kill::end(&load, &mut host, DAY_ONE.parse().unwrap()).await;
}

#[tokio::test]
async fn below_the_reserve_writes_are_told_to_come_back_and_reads_go_on() {
    let mut host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    assert_eq!(host.terminate(), Some(0));
    std::fs::write(host.folder().join("config.toml"), "[store]\nreserve_bytes = 4611686018427387904\n").unwrap();
    host.restart();
    let refused = host.as_("applicant").post("/cases", plain_application()).await;
    assert_eq!((refused.status, &refused.body["code"]), (503, &json!("busy")), "{:#}", refused.body);
    assert!(refused.body["retry_after"].as_u64().unwrap() >= 1);
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");

    assert_eq!(host.terminate(), Some(0));
    std::fs::write(host.folder().join("config.toml"), "").unwrap();
    host.restart();
    say(&host.as_("applicant").post("/cases", plain_application()).await, 201);
}

#[tokio::test]
async fn a_read_only_folder_is_named_and_left_as_it_is() {
    let mut host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    assert_eq!(host.terminate(), Some(0));
    host.set_environment(&failing(&host, "BANSHI_SHIM_READ_ONLY", "1"));
    let ended = host.try_restart().expect_err("it listens on a read-only folder");
    assert_eq!(ended.code, Some(5), "{}", ended.said);
    let data = host.folder().join("data").display().to_string();
    assert!(ended.said.contains("Read-only file system") && ended.said.contains(&data), "{}", ended.said);
    assert!(!ended.said.contains("panicked"), "{}", ended.said);
    host.set_environment(&[]);
    host.restart();
    assert_eq!(host.as_("applicant").case(&id).await["phase"], "accepted");
}
