//! Killed, and then only what was synced is there: what a power cut leaves.

use std::time::Duration;

use super::Chance;
use super::disk::{Names, Shadow};
use super::kill::end;
use super::load::Load;
use crate::support::{DAY_ONE, Host, Start};

const ROUNDS: usize = 10;
/// Without the sync, each of these rounds loses writes unless the kill meets sled's own sync, twice a second.
const ROUNDS_UNSYNCED: usize = 5;

/// A host works on a disk that forgets and is killed at a random moment; then only what was synced is there.
async fn power_cut(
    host: &mut Host,
    load: &Load,
    chance: &mut Chance,
    names: Names,
    fault: Option<(&'static str, &str)>,
) {
    let shadow = Shadow::under(host);
    let mut environment = shadow.environment(host, names);
    environment.extend(fault.map(|(name, value)| (name, value.to_owned())));
    host.set_environment(&environment);
    host.restart();
    if load.acknowledged() == 0 {
        load.enact(host).await;
    } else {
        assert_eq!(load.missing(host).await, Vec::<String>::new());
    }
    load.host_is_at(Some(host));
    let clerks = load.clerks(host, 16, true);
    load.acknowledges(30).await;
    tokio::time::sleep(Duration::from_millis(chance.between(0, 1000))).await;
    host.kill();
    load.host_is_at(None);
    clerks.join_all().await;
    shadow.cut(host);
    host.set_environment(&[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_power_cuts_lose_nothing_that_was_acknowledged() {
    let mut chance = Chance::new("ten power cuts");
    let load = Load::new().await;
    let mut host = Host::prepare(Start::simulated(DAY_ONE).configured(&load.config()));
    for round in 0..ROUNDS {
        let names = [Names::Synced, Names::Ordered][round % 2];
        power_cut(&mut host, &load, &mut chance, names, None).await;
        let (code, said) = host.offline(&["verify"]);
        assert_eq!(code, 0, "round {round}, names {names:?}: {said}");
    }
    host.restart();
    end(&load, &mut host, DAY_ONE.parse().unwrap()).await;
}

/// That the check above can fail: the same with the `fdatasync` of the storage taken out.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_fdatasync_acknowledged_writes_are_found_missing() {
    let mut chance = Chance::new("power cuts without fdatasync");
    let load = Load::new().await;
    // The storage syncs by itself whenever it gives space back: seldom enough that a write is lost, and often enough that
    // the folder itself is not.
    let config = format!("{}\n[store]\ncompact_every_ms = 500\n", load.config());
    let mut host = Host::prepare(Start::simulated(DAY_ONE).configured(&config));
    let fault = Some(("BANSHI_SHIM_IGNORES_FDATASYNC", "/sled/db"));
    for _ in 0..ROUNDS_UNSYNCED {
        power_cut(&mut host, &load, &mut chance, Names::Ordered, fault).await;
        host.restart();
        if !load.missing(&host).await.is_empty() {
            return;
        }
        host.terminate();
    }
    panic!("nothing was missing: the check sees no difference between synced and not");
}
