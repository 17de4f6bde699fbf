//! Killed while it opens its folder: before each change that opening makes to the disk, one after another.

use super::disk::{Names, Shadow, failing};
use super::load::Load;
use crate::support::{DAY_ONE, Host, Start};

/// More changes than any opening makes.
const CHANGES_MAX: usize = 2000;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_folder_whose_making_is_cut_short_anywhere_is_made_by_the_next_start() {
    for change in 1..CHANGES_MAX {
        let mut host = Host::prepare(Start::simulated(DAY_ONE));
        let shadow = Shadow::under(&host);
        let mut environment = shadow.environment(&host, [Names::Synced, Names::Ordered][change % 2]);
        environment.push(("BANSHI_SHIM_KILL_AT", change.to_string()));
        host.set_environment(&environment);
        if host.try_restart().is_ok() {
            assert!(change > 10, "only {change} changes were seen: the shim does not work");
            println!("{change} changes");
            return;
        }
        shadow.cut(&host);
        host.set_environment(&[]);
        host.restart();
        assert_eq!(host.terminate(), Some(0), "change {change}");
        let (code, said) = host.offline(&["verify"]);
        assert_eq!(code, 0, "change {change}: {said}");
    }
    panic!("the host never came to listen");
}

#[tokio::test]
async fn a_host_that_says_that_it_listens_already_heeds_the_signal_to_stop() {
    let mut host = Host::start(Start::simulated(DAY_ONE)).await;
    for _ in 0..10 {
        assert_eq!(host.terminate(), Some(0));
        host.restart();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_whose_opening_after_a_kill_is_killed_again_and_again_loses_nothing() {
    let load = Load::new().await;
    let mut host = Host::start(Start::simulated(DAY_ONE).configured(&load.config())).await;
    load.enact(&host).await;
    load.host_is_at(Some(&host));
    let clerks = load.clerks(&host, 16, true);
    load.acknowledges(60).await;
    host.kill();
    load.host_is_at(None);
    clerks.join_all().await;
    let mut opened = false;
    for change in 1..CHANGES_MAX {
        host.set_environment(&failing(&host, "BANSHI_SHIM_KILL_AT", &change.to_string()));
        if host.try_restart().is_ok() {
            assert!(change > 3, "only {change} changes were seen: the shim does not work");
            println!("{change} changes");
            opened = true;
            break;
        }
    }
    assert!(opened, "the host never came to listen");
    host.kill();
    let (code, said) = host.offline(&["verify"]);
    assert_eq!(code, 0, "{said}");
    host.set_environment(&[]);
    host.restart();
    assert_eq!(load.missing(&host).await, Vec::<String>::new());
    super::kill::end(&load, &mut host, DAY_ONE.parse().unwrap()).await;
}
