//! Steps that do not end, or that take more than they may.

use serde_json::json;

use super::{Neighbour, host_under_fire, parked_at_submission, told};
use crate::support::say;

#[tokio::test]
async fn a_step_that_runs_away_is_parked_under_the_limits_name_while_neighbours_are_served() {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    parked_at_submission(
        &host,
        &[
            ("loop", "guest.deadline"),
            ("deep-loop", "guest.deadline"),
            ("memory", "guest.memory"),
            ("stack", "guest.stack"),
            ("trap", "guest.trap"),
            ("log-flood", "guest.log"),
        ],
    )
    .await;
    neighbour.end().await;
}

#[tokio::test]
async fn a_precheck_that_runs_away_is_a_problem_with_the_limits_name() {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    let path = "/divisions/310115/matters/T-WILD/precheck";
    for (wrong, name) in [
        ("precheck.loop", "guest.deadline"),
        ("precheck.memory", "guest.memory"),
        ("precheck.stack", "guest.stack"),
        ("precheck.trap", "guest.trap"),
        ("precheck.log-flood", "guest.log"),
    ] {
        let answer = host.as_("applicant").post(path, told("310115", wrong)).await;
        assert_eq!(say(&answer, 502)["plugin"]["code"], name, "{wrong}: {:#}", answer.body);
    }
    super::shown(
        &host,
        "banshi_plugin_failures_total",
        "code",
        ["guest.deadline", "guest.memory", "guest.stack", "guest.trap", "guest.log"].into_iter(),
    )
    .await;
    neighbour.end().await;
}

#[tokio::test]
async fn a_timer_that_sets_itself_again_at_once_stops_at_the_second_time() {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    let id = host.as_("applicant").submit(told("310115", "timer-again")).await;
    // Returns when nothing is due any more: a case that went round for ever would keep it.
    host.clock("2021-04-22T09:00:01+08:00").await;
    let case = host.as_("officer").case(&id).await;
    assert_eq!(super::fault(&case), "timer.at-once", "{:#}", case["fault"]);
    assert_eq!((&case["fault"]["event"], &case["phase"]), (&json!("timer-due"), &json!("accepted")));
    super::shown(&host, "banshi_step_faults_total", "code", ["timer.at-once"].into_iter()).await;
    neighbour.end().await;
}
