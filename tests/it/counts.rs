//! What a convenience store declares and what it is asked, counted by the host: both move when a permit asks for more,
//! and only one moves back when a place finds a source for it.

use serde_json::{Value, json};

use crate::support::{Host, Store, Wish, licence_id, say, subject};

/// A filing of the cellar, which only the tests know.
const CELLAR_FILING: &str = "11310115MB00000193913";

/// Declared and asked, of fields and of papers.
#[derive(Debug, PartialEq)]
struct Counts {
    fields: (u64, u64),
    papers: (u64, u64),
}

impl Counts {
    fn of(holder: &Value) -> Self {
        let number = |name: &str| holder["counts"][name].as_u64().unwrap();
        Self {
            fields: (number("fields_declared"), number("fields_asked")),
            papers: (number("materials_declared"), number("materials_asked")),
        }
    }

    /// So much more.
    fn and(&self, declared: u64, asked: u64) -> Self {
        Self {
            fields: (self.fields.0 + declared, self.fields.1 + asked),
            papers: (self.papers.0 + declared, self.papers.1 + asked),
        }
    }
}

#[tokio::test]
async fn one_field_and_one_source_more_move_what_is_declared_and_what_is_asked() {
    let store = Store::open().await;
    let pudong = Wish::default();
    let first = Counts::of(&store.prefill(&pudong).await);
    // As published for Pudong; the split over the permits is a sample.
    assert_eq!((first.fields.0, first.papers), (313, (53, 10)));
    assert!(first.fields.1 <= 98, "{first:?}");

    // A new version of the liquor licence asks for one field and one paper more.
    let digest = store.host.publish("tests/guests/liquor-one-more").await;
    enact(&store.host, &digest, "310000").await;
    let form = store.prefill(&pudong).await;
    assert_eq!(Counts::of(&form), first.and(1, 1));
    assert_eq!(one(&form, "fields", "liquor.cellar-temperature")["filled"], Value::Null);

    // Pudong finds a source for both. As long as it holds nothing, they are asked all the same.
    let digest = store.host.publish("tests/guests/liquor-source").await;
    enact(&store.host, &digest, "310115").await;
    assert_eq!(Counts::of(&store.prefill(&pudong).await), first.and(1, 1), "the source holds nothing yet");
    register_cellar(&store.host).await;
    store.clock("2021-04-22T10:30:00+08:00").await;
    let form = store.prefill(&pudong).await;
    assert_eq!(Counts::of(&form), first.and(1, 0));
    let field = &one(&form, "fields", "liquor.cellar-temperature")["filled"];
    assert_eq!(field["value"], 12);
    assert_eq!(field["origin"], json!({ "licence": CELLAR_FILING }));
    assert_eq!(field["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap(), at("2021-04-22T10:30:00+08:00"));
    let paper = &one(&form, "materials", "P03.cellar-record")["filled"];
    assert_eq!(paper["origin"], json!({ "licence": CELLAR_FILING }));

    // Elsewhere nobody has found that source.
    let huangpu = Wish { division: "310101", ..Wish::default() };
    assert_eq!(Counts::of(&store.prefill(&huangpu).await), first.and(1, 1));

    // What is handed in carries the counts, and the value its source and time.
    let id = store.applicant().submit(store.application(&pudong).await).await;
    let case = store.applicant().case(&id).await;
    assert_eq!(Counts::of(&case), first.and(1, 0));
    let value = case["values"].as_array().unwrap().iter().find(|value| value["field"] == "liquor.cellar-temperature");
    assert_eq!(value.unwrap()["origin"], json!({ "licence": CELLAR_FILING }));
    assert_eq!(value.unwrap()["at"], field["at"]);
}

/// The one of this id in a list of a form.
fn one<'a>(form: &'a Value, list: &str, id: &str) -> &'a Value {
    let found = form[list].as_array().unwrap().iter().find(|one| one["id"] == id);
    found.unwrap_or_else(|| panic!("no {id} among {list}"))
}

fn at(text: &str) -> jiff::Timestamp {
    text.parse().unwrap()
}

async fn enact(host: &Host, digest: &str, division: &str) {
    host.enact(digest, "P03", "市场监督管理局", division).await;
}

async fn register_cellar(host: &Host) {
    let licence = json!({
        "id": licence_id(CELLAR_FILING, "11310115MB1A01151B", "2021000000115077"), "licence_type": CELLAR_FILING,
        "title": { "zh": "酒窖备案凭证（测试）" }, "division": "310115", "department": "市场监督管理局",
        "holder": subject(), "content": { "liquor.cellar-temperature": 12 },
    });
    say(&host.as_("platform").post("/licences", licence).await, 201);
}
