//! One permit, from the application to the certificate, over HTTP.

use serde_json::json;

use crate::support::{PLAIN_UNITS, host_with_plain_approval, plain_application, say};

#[tokio::test]
async fn a_permit_goes_from_application_to_certificate_and_its_journal_verifies_and_replays() {
    let mut host = host_with_plain_approval().await;
    let applicant = host.as_("applicant");
    let officer = host.as_("officer");
    let id = applicant.submit(plain_application()).await;

    let case = applicant.case(&id).await;
    assert_eq!(case["phase"], "accepted", "{case:#}");
    assert_eq!(case["simulated"], true);
    // Five working days from Thursday 2021-04-22: Sunday the 25th is a make-up working day.
    assert_eq!(case["due"]["date"], "2021-04-28");

    let mut units: Vec<String> = Vec::new();
    for task in officer.tasks_of(&id).await {
        units.push(task["unit"].as_str().unwrap().to_owned());
        say(&officer.verdict(&task, "approve").await, 200);
    }
    units.sort_unstable();
    let mut expected = PLAIN_UNITS.map(str::to_owned);
    expected.sort_unstable();
    assert_eq!(units, expected);
    host.clock("2021-04-22T09:00:01+08:00").await;

    let case = applicant.case(&id).await;
    assert_eq!((&case["phase"], &case["outcome"]), (&json!("closed"), &json!("granted")), "{case:#}");
    let licence = case["licences"][0].as_str().unwrap();
    let shown = applicant.get(&format!("/licences/{licence}")).await;
    assert_eq!(say(&shown, 200)["status_today"], "valid");
    let capability = case["certificate"].as_str().unwrap();
    assert!(!capability.contains(licence));
    let certificate = host.as_("nobody").get(&format!("/certificates/{capability}")).await;
    assert_eq!(say(&certificate, 200)["status"], "valid");

    let journal = applicant.get(&format!("/cases/{id}/journal?limit=100")).await;
    let kinds: Vec<&str> =
        say(&journal, 200)["items"].as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["received", "submitted", "task-done", "task-done", "task-done", "timer-due"]);

    assert_eq!(host.terminate(), Some(0));
    let (code, said) = host.offline(&["verify"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = host.offline(&["replay"]);
    assert_eq!(code, 0, "{said}");
}

#[tokio::test]
async fn a_stranger_does_not_learn_that_a_case_exists() {
    let host = host_with_plain_approval().await;
    let id = host.as_("applicant").submit(plain_application()).await;
    let theirs = host.as_("stranger").get(&format!("/cases/{id}")).await;
    let nothing = host.as_("stranger").get("/cases/310115-210422-0000000000").await;
    assert_eq!((theirs.status, nothing.status), (404, 404));
    assert_eq!(theirs.body["code"], nothing.body["code"]);
    let bare = host.as_("platform").case(&id).await;
    assert_eq!(bare["subject"]["name"], "", "the platform sees where a case stands, not whose it is");
}
