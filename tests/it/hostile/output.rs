//! Answers that are too much, or no answers; and guests' text on its way out.

use serde_json::json;

use crate::cli::banshi;

use super::{Neighbour, host_under_fire, parked_at_submission, told};

#[tokio::test]
async fn an_answer_that_is_too_much_or_none_is_parked_under_its_own_name() {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    parked_at_submission(
        &host,
        &[
            ("huge", "guest.lifting"),
            ("alias", "guest.lifting"),
            ("output", "guest.output"),
            ("no-json", "guest.answer"),
            ("deep-json", "guest.nesting"),
            ("many-commands", "guest.commands"),
            ("bad-id", "guest.answer"),
        ],
    )
    .await;
    neighbour.end().await;
}

#[tokio::test]
async fn a_guests_text_breaks_no_log_line_no_metric_and_no_terminal() {
    let host = host_under_fire("").await;
    let id = host.as_("applicant").submit(told("310115", "fault")).await;
    let case = host.as_("officer").case(&id).await;
    assert_eq!(super::fault(&case), "guest.fault", "{:#}", case["fault"]);
    assert!(!case["fault"]["fault"]["text"].as_str().unwrap().contains(char::is_control), "{:#}", case["fault"]);

    let log = host.logged().await;
    assert!(log.contains("plugin says"), "the guest's line is there:\n{log}");
    for line in log.lines() {
        let begins = line.split('T').next().unwrap_or_default();
        assert!(begins.parse::<jiff::civil::Date>().is_ok(), "no line of the host's own: {line}");
    }
    assert!(!log.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{log}");

    let metrics = host.as_("platform").metrics().await;
    assert!(metrics.contains(r#"banshi_step_faults_total{code="guest.fault"} 1"#), "{metrics}");
    assert!(!metrics.contains("evil"), "{metrics}");

    let (code, shown) = banshi(&host, "officer", &["case", "show", &id]);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("guest.fault"), "{shown}");
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown}");
}

#[tokio::test]
async fn facts_without_end_open_nothing_and_notices_reach_the_cases_own_parties_only() {
    let partner = crate::support::Partner::start().await;
    let host = host_under_fire(&partner.config("")).await;
    let facts = host.as_("applicant").submit(told("310115", "facts")).await;
    let aimed = host.as_("applicant").submit(told("310115", "notify")).await;
    let notice = partner.nth(1, |message| message.template() == "aimed").await;
    assert_eq!(notice.data["person"]["id"], "91310115MA1K00015K", "{:#}", notice.data);
    // There is no agent and no signer, so there is nobody else to tell.
    host.clock("2021-04-22T09:00:01+08:00").await;
    let another = |message: &crate::support::Message| message.case == aimed && message.id != notice.id;
    assert!(!partner.messages().iter().any(another), "{:#?}", partner.messages());

    for id in [&facts, &aimed] {
        let case = host.as_("officer").case(id).await;
        assert_eq!((super::fault(&case).as_str(), &case["seq"]), ("none", &json!(2)), "{case:#}");
    }
}
