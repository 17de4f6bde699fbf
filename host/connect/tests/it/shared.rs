//! Shared data asked over HTTP: every answer a partner can give, and what becomes of it.

use banshi_connect::{HttpSharedData, Options};
use banshi_engine::{SharedData, SourceProblem};
use banshi_model::definition::SharedField;
use banshi_model::text::{Subject, SubjectKind};
use serde_json::{Value, json};

use crate::partner::{Does, Partner};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

async fn ask(partner: &Partner, more: &str) -> Result<Option<Value>, SourceProblem> {
    crate::provider();
    let text = format!("[shared_data]\nurl = \"{}\"\nsecret = \"{SECRET}\"\n{more}", partner.url);
    let options: Options = toml::from_str(&text).unwrap();
    fetch(&HttpSharedData::new(&options).unwrap()).await
}

async fn fetch(shared: &HttpSharedData) -> Result<Option<Value>, SourceProblem> {
    let field = SharedField {
        service: "real-estate".to_owned(),
        field: "address".to_owned(),
        purpose: "食品经营许可".to_owned(),
    };
    let subject =
        Subject {
            kind: SubjectKind::LegalPerson, id: "91310115MA1K3YJ12X".to_owned(), name: "示例便利店".to_owned()
        };
    shared.fetch(&field, &subject, "2021-04-26T01:00:00Z".parse().unwrap()).await
}

#[tokio::test]
async fn a_question_is_signed_and_says_what_for() {
    let mut partner = Partner::start(|_| Does::Says(r#"{"value":{"road":"世纪大道"}}"#.to_owned())).await;
    assert_eq!(ask(&partner, "").await, Ok(Some(json!({ "road": "世纪大道" }))));
    let request = partner.next().await;
    assert_eq!(request.path, "/in/query");
    assert_eq!(request.verify(SECRET.as_bytes()), Ok(()));
    assert_eq!(
        request.json(),
        json!({
            "service": "real-estate",
            "field": "address",
            "purpose": "食品经营许可",
            "subject": { "kind": "legal-person", "id": "91310115MA1K3YJ12X", "name": "示例便利店" },
        })
    );
}

#[tokio::test]
async fn no_record_is_an_answer_and_not_a_problem() {
    assert_eq!(ask(&Partner::start(|_| Does::Status(404)).await, "").await, Ok(None));
    let null = Partner::start(|_| Does::Says(r#"{"value":null}"#.to_owned())).await;
    assert_eq!(ask(&null, "").await, Ok(None));
}

#[tokio::test]
async fn what_does_not_read_or_does_not_end_is_invalid() {
    for body in ["", "<html>", "[]", "{}", r#"{"values":1}"#] {
        let partner = Partner::start(move |_| Does::Says(body.to_owned())).await;
        assert_eq!(ask(&partner, "").await, Err(SourceProblem::Invalid), "{body}");
    }
    let endless = Partner::start(|_| Does::Endless).await;
    assert_eq!(ask(&endless, "answer_bytes_max = 4096").await, Err(SourceProblem::Invalid));
}

#[tokio::test]
async fn a_refusal_a_redirect_and_a_hanging_partner_have_their_names() {
    assert_eq!(ask(&Partner::start(|_| Does::Status(500)).await, "").await, Err(SourceProblem::Refused));
    let elsewhere = Partner::start(|_| Does::Says(r#"{"value":1}"#.to_owned())).await;
    let to = elsewhere.url.clone();
    let redirecting = Partner::start(move |_| Does::Redirects(to.clone())).await;
    assert_eq!(ask(&redirecting, "").await, Err(SourceProblem::Refused));
    let hanging = Partner::start(|_| Does::Hangs).await;
    assert_eq!(ask(&hanging, "timeout_ms = 50").await, Err(SourceProblem::Timeout));
}

#[tokio::test]
async fn without_a_partner_every_question_is_unreachable() {
    let shared = HttpSharedData::new(&Options::default()).unwrap();
    assert_eq!(fetch(&shared).await, Err(SourceProblem::Unreachable));
}

#[tokio::test]
async fn waiting_for_a_turn_counts_against_the_timeout() {
    crate::provider();
    let mut partner = Partner::start(|_| Does::Hangs).await;
    let more = "timeout_ms = 200\nquery_concurrency = 1";
    let text = format!("[shared_data]\nurl = \"{}\"\nsecret = \"{SECRET}\"\n{more}", partner.url);
    let shared = HttpSharedData::new(&toml::from_str(&text).unwrap()).unwrap();
    let (first, second) = tokio::join!(fetch(&shared), fetch(&shared));
    assert_eq!((first, second), (Err(SourceProblem::Timeout), Err(SourceProblem::Timeout)));
    partner.next().await;
    assert!(partner.requests.try_recv().is_err());
}
