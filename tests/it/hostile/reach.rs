//! What a plugin may not reach: beyond its permissions, other parties, and decisions that no person made.

use serde_json::json;

use super::{Neighbour, fault, host_under_fire, parked_at_submission, shown, told};
use crate::support::{Host, plain_application, say};

#[tokio::test]
async fn what_a_package_did_not_ask_for_is_denied() {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    let denied = ["denied.command", "denied.unit", "denied.licence", "denied.fact", "denied.service"];
    parked_at_submission(&host, &denied.map(|wrong| (wrong, "permission.denied"))).await;
    neighbour.end().await;
}

#[tokio::test]
async fn no_decision_no_pause_and_no_ending_without_a_person() {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    parked_at_submission(
        &host,
        &[
            ("grant-alone", "case.verdict"),
            ("refuse-alone", "case.verdict"),
            ("refuse-undone", "case.verdict"),
            ("decline-alone", "case.verdict"),
            ("refuse-early", "case.not-accepted"),
            ("close-undecided", "case.undecided"),
            ("licence-undecided", "licence.before-grant"),
            ("special-early", "procedure.phase"),
            ("special-alone", "procedure.officer"),
            ("silent-verdict", "task.silence"),
            ("remote-form", "task.form"),
            ("stranger", "identity.party"),
        ],
    )
    .await;
    neighbour.end().await;
}

#[tokio::test]
async fn a_licence_of_another_case_cannot_be_ended() {
    let host = host_under_fire("").await;
    let id = host.as_("applicant").submit(plain_application()).await;
    host.as_("officer").approve_all(&id).await;
    host.clock("2021-04-22T09:00:01+08:00").await;
    let licence = host.as_("applicant").case(&id).await["licences"][0].as_str().unwrap().to_owned();

    parked_at_submission(&host, &[(&format!("end-foreign:{licence}"), "licence.unknown")]).await;
    let shown = host.as_("applicant").get(&format!("/licences/{licence}")).await;
    assert_eq!(say(&shown, 200)["status_today"], "valid");
}

#[tokio::test]
async fn a_verdict_is_what_the_officer_said_with_reasons_and_a_remedy() {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    let wrongs = [
        ("later.refuse", "approve", "case.verdict"),
        ("later.grant", "object", "case.verdict"),
        ("later.grant", "abstain", "case.verdict"),
        ("later.bare-refuse", "object", "case.verdict"),
        ("later.no-remedy", "object", "case.remedy"),
    ];
    for (wrong, opinion, name) in wrongs {
        let id = host.as_("applicant").submit(told("310115", wrong)).await;
        let officer = host.as_("officer");
        let task = say(&officer.get(&format!("/tasks/{id}.verdict")).await, 200).clone();
        let answer = officer.verdict(&task, opinion).await;
        assert_eq!(say(&answer, 200)["parked"]["code"], name, "{wrong}, {opinion}: {:#}", answer.body);
        // The officer's word stands; nothing was decided by it.
        let case = officer.case(&id).await;
        assert_eq!(case["tasks"][0]["result"]["opinion"], opinion, "{case:#}");
        assert_eq!((&case["decision"], &case["licences"]), (&json!(null), &json!([])), "{case:#}");
    }
    shown(&host, "banshi_step_faults_total", "code", wrongs.iter().map(|(_, _, name)| *name)).await;
    neighbour.end().await;
}

#[tokio::test]
async fn a_licence_is_not_ended_without_an_officer_who_said_so() {
    let host = host_under_fire("").await;
    for wrong in ["later.end-own", "later.end-approved"] {
        let id = host.as_("applicant").submit(told("310115", wrong)).await;
        let officer = host.as_("officer");
        for local in ["verdict", "opinion"] {
            let task = say(&officer.get(&format!("/tasks/{id}.{local}")).await, 200).clone();
            say(&officer.verdict(&task, "approve").await, 200);
        }
        let case = officer.case(&id).await;
        assert_eq!(fault(&case), "case.verdict", "{wrong}: {:#}", case["fault"]);
        let licence = case["licences"][0].as_str().unwrap();
        let shown = host.as_("applicant").get(&format!("/licences/{licence}")).await;
        assert_eq!(say(&shown, 200)["status_today"], "valid", "{wrong}");
    }
}

#[tokio::test]
async fn silence_closes_a_consultation_and_is_no_verdict() {
    let host = host_under_fire("").await;
    let for_it = host.as_("applicant").submit(told("310115", "silence.grant")).await;
    let against = host.as_("applicant").submit(told("310115", "silence.refuse")).await;
    assert_eq!(fault(&host.as_("officer").case(&for_it).await), "none");
    // One working day after the Thursday on which they came in.
    host.clock("2021-04-24T00:00:00+08:00").await;
    for id in [&for_it, &against] {
        silent_and_undecided(&host, id).await;
    }
    shown(&host, "banshi_step_faults_total", "code", ["case.verdict", "case.verdict"].into_iter()).await;
}

async fn silent_and_undecided(host: &Host, id: &str) {
    let case = host.as_("officer").case(id).await;
    assert_eq!(fault(&case), "case.verdict", "{case:#}");
    assert_eq!(case["tasks"][0]["result"]["by_silence"], true, "{case:#}");
    assert_eq!((&case["decision"], &case["phase"]), (&json!(null), &json!("accepted")), "{case:#}");
}
