//! Killed (SIGKILL) at random moments, again and again on one folder.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Chance;
use super::load::Load;
use crate::support::{DAY_ONE, Host, Start};

const ROUNDS: usize = 30;

#[tokio::test(flavor = "multi_thread")]
async fn thirty_kills_lose_nothing_that_was_acknowledged_and_work_goes_on() {
    let mut chance = Chance::new("thirty kills");
    let load = Load::new().await;
    let mut host = Host::start(Start::simulated(DAY_ONE).configured(&load.config())).await;
    load.enact(&host).await;
    let mut today: Timestamp = DAY_ONE.parse().unwrap();
    for round in 0..ROUNDS {
        load.host_is_at(Some(&host));
        let clerks = load.clerks(&host, 16, true);
        load.acknowledges(1).await;
        // Timers come due while the host is killed: a day passes in every third round.
        let mut moving = None;
        if round % 3 == 2 {
            today += SignedDuration::from_hours(24);
            let (platform, to) = (host.as_("platform"), json!({ "to": today }));
            moving = Some(tokio::spawn(async move {
                platform.try_post_once("/clock", &format!("round-{round}"), &to).await;
            }));
        }
        // Not a wait for anything: this is the random moment.
        tokio::time::sleep(Duration::from_millis(chance.between(0, 1000))).await;
        host.kill();
        load.host_is_at(None);
        clerks.join_all().await;
        if let Some(moving) = moving {
            moving.await.unwrap();
        }
        let (code, said) = host.offline(&["verify"]);
        assert_eq!(code, 0, "round {round}: {said}");
        host.restart();
        assert_eq!(load.missing(&host).await, Vec::<String>::new(), "round {round}");
    }
    end(&load, &mut host, today).await;
}

/// Work goes on to the end, and nothing was done twice on the way.
pub async fn end(load: &Load, host: &mut Host, today: Timestamp) {
    load.host_is_at(Some(host));
    host.clock(&(today + SignedDuration::from_hours(24)).to_string()).await;
    load.finish(host).await;
    assert_eq!(load.ever_missing(host).await, Vec::<String>::new());
    load.one_body_for_each_delivery();
    println!("{} writes were acknowledged, {} deliveries arrived", load.acknowledged(), load.partner.count());
    assert_eq!(host.terminate(), Some(0));
    let (code, said) = host.offline(&["verify"]);
    assert_eq!(code, 0, "{said}");
    assert!(!host.log().contains("panicked"), "a host panicked");
}
