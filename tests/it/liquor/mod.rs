//! The liquor story (沪市监规范〔2023〕7号, in force from 2023-07-10): the separate liquor licence ends and goes into the
//! food licence, so a convenience store takes four permits instead of five. On a date, with cases in flight, taken back and
//! enacted again. The clock is simulated; the instrument and its date are real, everything else is a sample.

mod foresight;
mod merger;
mod street;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::merger::Merger;
pub use self::street::Street;
use self::street::{DIVISION, Shop, at_once};
use crate::support::{COMPOSITE, Store, say};

/// Cases of version 1 that are in work when the day comes. `tests/run` sets `BANSHI_LIQUOR_CASES` to 1,000.
const CASES: usize = 48;
/// One for each so many of them is closed before the day: what a shadow compares.
const CLOSED_SHARE: usize = 8;
/// New cases at each turn of the story.
const NEW: usize = 4;
/// Firms that file after the day have numbers of their own.
const LATER: usize = 100_000;

const FIVE: [&str; 5] = ["P01", "P03", "P04", "P05", "P06"];
const FOUR: [&str; 4] = ["P01", "P04", "P05", "P06"];
const LIQUOR: &str = "11310115MB00000193013";

/// The question that came with the merger: no liquor licence from before.
const ANEW: &[(&str, bool)] = &[("holds-liquor-licence", false)];
/// A liquor licence from before covers it.
const FORMER: &[(&str, bool)] = &[("holds-liquor-licence", true)];

fn cases() -> usize {
    std::env::var("BANSHI_LIQUOR_CASES").ok().map_or(CASES, |number| number.parse().unwrap())
}

/// The cases of the story, by how far they had come when the day came.
#[derive(Default)]
struct Cases {
    /// Version 1, filed: the window has them.
    waiting: Vec<Shop>,
    /// Version 1, accepted: their parts are worked on.
    working: Vec<Shop>,
    /// Version 1, granted before the day.
    done: Vec<Shop>,
    /// Version 1, filed in the last second of the day before, and after the merger was taken back.
    late: Vec<Shop>,
    /// Version 2.
    four: Vec<Shop>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn liquor_goes_into_the_food_licence_on_its_day_while_cases_run_and_back_and_again() {
    Merger::build().await;
    let store = Store::open().await;
    let (street, pid) = (Street::on(&store.host), store.host.pid());
    let (merger, mut cases) = the_week_before(&store, &street).await;
    foresight::finds_the_planted_differences_and_is_signed(&store.host, &merger, cases.done.len()).await;
    let enacted = merger.enact(&store.host, "2023-07-10").await;
    the_day(&store, &street, &mut cases).await;
    back_and_again(&store, &street, &merger, &enacted, &mut cases).await;

    let Cases { waiting, working, done, late, four } = &cases;
    let five = [waiting.as_slice(), working, done, late].concat();
    assert_certificates(&store, &street, &five, &FIVE).await;
    assert_certificates(&store, &street, four, &FOUR).await;
    assert_liquor_stands_in(&street, four).await;
    former_licences_run_out(&store, &street, done).await;
    assert_nothing_failed_or_waited(&store).await;
    assert_eq!(store.host.pid(), pid, "one process from the first case to the last");
    store.verified().await;
}

/// From Monday on: cases of version 1 run, and the merger is published in advance among them.
async fn the_week_before(store: &Store, street: &Street) -> (Merger, Cases) {
    store.clock("2023-07-03T09:00:00+08:00").await;
    let (half, closed) = (cases() / 2, cases() / CLOSED_SHARE);
    let waiting = street.file_all(0..half, &[]).await;
    let rest = street.file_all(half..cases() + closed, &[]);
    // Published under load: cases are filed before, while and after the host admits the three packages.
    let publish = async {
        let before = street.filed();
        let merger = Merger::publish(&store.host).await;
        assert!(street.filed() > before, "nobody filed while the merger was published");
        merger
    };
    let (mut working, merger) = tokio::join!(rest, publish);
    street.accept_all(&working).await;
    let done = working.split_off(working.len() - closed);
    assert_eq!(waiting.len() + working.len(), cases());
    store.clock("2023-07-07T15:00:00+08:00").await;
    street.finish_all(&done).await;
    (merger, Cases { waiting, working, done, ..Cases::default() })
}

/// In the last second before it five permits are needed, in its first four; at midnight nobody is awake and nothing is done.
async fn the_day(store: &Store, street: &Street, cases: &mut Cases) {
    store.clock("2023-07-09T23:59:59+08:00").await;
    cases.late = street.file_all(LATER..LATER + NEW, &[]).await;
    store.clock("2023-07-10T00:00:00+08:00").await;
    cases.four = street.file_all(LATER + 100..LATER + 100 + NEW, ANEW).await;
    store.clock("2023-07-10T09:00:00+08:00").await;
    let new = [cases.waiting.as_slice(), &cases.late, &cases.four].concat();
    street.accept_all(&new).await;
    assert_permits(street, &cases.four, &FOUR, "0.2.0").await;
    assert_permits(street, &cases.late, &FIVE, "0.1.0").await;
    assert_permits(street, &cases.waiting, &FIVE, "0.1.0").await;
    assert_liquor_is_licensed_no_more(store, street, &cases.done[0].firm).await;
    // Five working days from acceptance, whatever the version: the weekend does not count, and no clock was touched.
    assert_due(street, &cases.working, "2023-07-10").await;
    assert_due(street, &new, "2023-07-17").await;
    street.finish_all(&cases.working).await;
}

/// Taken back in one go: new cases follow version 1 at once, and those begun meanwhile go on as they began. Then again.
async fn back_and_again(store: &Store, street: &Street, merger: &Merger, enacted: &[Value], cases: &mut Cases) {
    store.clock("2023-07-11T09:00:00+08:00").await;
    merger.take_back(&store.host, enacted).await;
    let after = street.file_all(LATER + 200..LATER + 200 + NEW, &[]).await;
    street.accept_all(&after).await;
    assert_permits(street, &after, &FIVE, "0.1.0").await;
    street.finish_all(&[cases.waiting.as_slice(), &cases.four].concat()).await;

    merger.enact(&store.host, "2023-07-12").await;
    store.clock("2023-07-12T08:30:00+08:00").await;
    let again = street.file_all(LATER + 300..LATER + 300 + NEW, ANEW).await;
    street.accept_all(&again).await;
    assert_permits(street, &again, &FOUR, "0.2.0").await;
    cases.late.extend(after);
    street.finish_all(&[cases.late.as_slice(), &again].concat()).await;
    cases.four.extend(again);
}

/// The parts of these cases, and the version of the bundle and of the food licence that they are pinned to.
async fn assert_permits(street: &Street, shops: &[Shop], permits: &'static [&'static str], version: &'static str) {
    at_once(shops.to_vec(), |shop| {
        let street = street.clone();
        async move {
            let bundle = street.case(&shop).await;
            assert_eq!(bundle["layers"][0]["version"], version, "{}", shop.case);
            let parts = street.parts(&shop).await;
            assert_eq!(parts.keys().map(String::as_str).collect::<Vec<_>>(), permits, "{}", shop.case);
            assert_eq!(parts["P01"]["layers"][0]["version"], version, "{}", shop.case);
            assert_eq!(bundle["deemed_accepted"], false, "{}", shop.case);
        }
    })
    .await;
}

async fn assert_due(street: &Street, shops: &[Shop], day: &'static str) {
    at_once(shops.to_vec(), |shop| {
        let street = street.clone();
        async move { assert_eq!(street.case(&shop).await["due"]["date"], day, "{}", shop.case) }
    })
    .await;
}

/// The separate licence cannot be applied for any more, and the refusal says what can be.
async fn assert_liquor_is_licensed_no_more(store: &Store, street: &Street, firm: &Value) {
    let request = json!({ "subject": firm, "answers": {} });
    let path = format!("/divisions/{DIVISION}/matters/P03/prefill");
    let refused = store.host.as_("portal").post(&path, request).await;
    assert_eq!(say(&refused, 422)["code"], "intake.business", "{:#}", refused.body);
    assert!(refused.body.to_string().contains("cancel"), "{:#}", refused.body);
    // Who holds one from before is not asked about liquor, and the licence comes out of the library.
    let form = street.prefill(firm, FORMER).await;
    assert_eq!(former(&form)["filled"]["origin"], json!({ "licence": LIQUOR }));
    assert!(!form["fields"].to_string().contains("liquor.supplier"));
}

fn former(form: &Value) -> &Value {
    let papers = form["materials"].as_array().unwrap();
    papers.iter().find(|paper| paper["id"] == "former-liquor-licence").unwrap_or_else(|| panic!("{papers:#?}"))
}

/// Every case is closed and granted, and its certificate shows exactly these permits, each valid; on its page too.
async fn assert_certificates(store: &Store, street: &Street, shops: &[Shop], permits: &'static [&'static str]) {
    let (url, nobody) = (store.host.url().to_owned(), store.host.anybody());
    let looked = at_once(shops.to_vec(), |shop| {
        let (street, url, nobody) = (street.clone(), url.clone(), nobody.clone());
        async move {
            let case = street.case(&shop).await;
            assert_eq!((&case["phase"], &case["outcome"]), (&json!("closed"), &json!("granted")), "{}", shop.case);
            let capability = capability(&case).to_owned();
            let certificate = nobody.get(&format!("/certificates/{capability}")).await;
            let certificate = say(&certificate, 200);
            assert_eq!(certificate["status"], "valid", "{certificate:#}");
            let shown: Vec<&Value> =
                certificate["permits"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
            assert_eq!(shown, vec!["valid"; permits.len()], "{certificate:#}");
            let page = street.page(format!("{url}/api/v1/certificates/{capability}")).await;
            assert_eq!(page.contains("酒类商品零售许可证"), permits.contains(&"P03"), "{page}");
        }
    });
    assert_eq!(looked.await.len(), shops.len());
}

fn capability(case: &Value) -> &str {
    case["certificate"].as_str().unwrap_or_else(|| panic!("no certificate of type {COMPOSITE}: {case:#}"))
}

/// 经营项目 on the food licence of version 2.
async fn assert_liquor_stands_in(street: &Street, shops: &[Shop]) {
    let licences = at_once(shops.to_vec(), |shop| {
        let street = street.clone();
        async move { street.licence(&street.parts(&shop).await["P01"]).await }
    });
    for licence in licences.await {
        assert!(licence["content"]["food.items"].to_string().contains("含酒类（零售）"), "{licence:#}");
        let issued: jiff::Timestamp = licence["issued"].as_str().unwrap().parse().unwrap();
        let years = licence["valid_until"].as_str().unwrap()[..4].parse::<i16>().unwrap()
            - banshi_model::time::date_of(issued).year();
        assert_eq!(years, 5, "{licence:#}");
    }
}

/// No step was parked in any case; of all requests of the story one was refused, as it should be, and none was answered as
/// a failure, as too much or as over a quota; none waited for one.
async fn assert_nothing_failed_or_waited(store: &Store) {
    let metrics = store.host.as_("platform").metrics().await;
    let counted = |name: &str| -> BTreeSet<&str> {
        let lines = metrics.lines().filter(|line| line.starts_with(name));
        lines.filter(|line| !line.ends_with(" 0")).collect()
    };
    for name in [
        "banshi_step_faults_total",
        "banshi_steps_parked_total",
        "banshi_entries_total{kind=\"failed\"}",
        "banshi_plugin_failures_total",
        "banshi_quota_queued_total",
        "banshi_quota_refused_total",
    ] {
        assert_eq!(counted(name), BTreeSet::new());
    }
    assert!(!counted("banshi_entries_total{kind=\"step\"}").is_empty(), "steps are counted:\n{metrics}");
    let answered = counted("banshi_http_requests_total");
    assert!(answered.iter().any(|line| line.contains("status=\"201\"")), "requests are counted:\n{metrics}");
    let refused: Vec<&&str> = answered.iter().filter(|line| !line.contains("status=\"2")).collect();
    let [one] = refused.as_slice() else { panic!("{refused:#?}") };
    assert!(one.contains("status=\"422\"") && one.contains("/prefill\"") && one.ends_with(" 1"), "{one}");
}

/// Liquor licences from before stand until their last day: on certificates, and in the place of the item in a new case.
async fn former_licences_run_out(store: &Store, street: &Street, done: &[Shop]) {
    let (holder, giver) = (&done[0], &done[1]);
    let liquor = street.licence(&street.parts(holder).await["P03"]).await;
    assert_eq!(liquor["valid_until"], "2026-07-06", "three years from 2023-07-07");
    let second = street.file(holder.firm.clone(), FORMER).await;
    street.accept_all(std::slice::from_ref(&second)).await;
    assert_permits(street, std::slice::from_ref(&second), &FOUR, "0.2.0").await;
    street.finish_all(std::slice::from_ref(&second)).await;
    let food = street.licence(&street.parts(&second).await["P01"]).await;
    assert!(!food["content"]["food.items"].to_string().contains("酒类"), "{food:#}");

    // One firm gives its licence up; its other four permits, and the certificate over them, stand.
    street.give_up_liquor(giver).await;
    let case = street.case(giver).await;
    assert_eq!(liquor_on(&certificate(store, &case).await)["status"], "cancelled");
    assert!(page(store, street, &case).await.contains("已注销"));

    let case = street.case(holder).await;
    for (at, status, word) in
        [("2026-07-06T23:59:59+08:00", "valid", "2026-07-06"), ("2026-07-07T00:00:00+08:00", "expired", "已过期")]
    {
        store.clock(at).await;
        let shown = certificate(store, &case).await;
        assert_eq!(liquor_on(&shown)["status"], status, "{at}: {shown:#}");
        assert!(page(store, street, &case).await.contains(word), "{at}");
        let form = street.prefill(&holder.firm, FORMER).await;
        assert_eq!(
            former(&form)["filled"].is_null(),
            status == "expired",
            "{at}: the food licence is needed from then on"
        );
    }
    let shown = certificate(store, &case).await;
    assert_eq!(shown["permits"].as_array().unwrap().iter().filter(|one| one["status"] == "valid").count(), 4);
    assert_eq!(shown["status"], "valid", "four permits are left to it: {shown:#}");
}

fn liquor_on(certificate: &Value) -> &Value {
    let permits = certificate["permits"].as_array().unwrap();
    permits.iter().find(|one| one["title"]["zh"] == "酒类商品零售许可证").unwrap_or_else(|| panic!("{permits:#?}"))
}

/// What whoever scans the code of a bundle's certificate is told.
async fn certificate(store: &Store, case: &Value) -> Value {
    say(&store.host.anybody().get(&format!("/certificates/{}", capability(case))).await, 200).clone()
}

/// The page behind the same code.
async fn page(store: &Store, street: &Street, case: &Value) -> String {
    street.page(format!("{}/api/v1/certificates/{}", store.host.url(), case["certificate"].as_str().unwrap())).await
}
