//! The rows that a host makes true: scope by enactment, law rows, what the law does not let a district do, and that the
//! settings are admitted over what is in force.

use banshi_model::definition::{MatterType, Mode};
use banshi_model::law::{Scope, Table};
use jiff::civil::date;
use serde_json::{Value, json};

use crate::liquor::Street;
use crate::support::{COMPOSITE, DAY_ONE, Host, Start, Store, applicant_subject, say};

const MARKET: &str = "市场监督管理局";
const FUME_NOTE: &str = "plugins/variations/sample-fume-note";

/// 平度, 莱西 and the city itself have matters of their own in one list of the province: each is enacted where it is.
#[tokio::test]
async fn s9_a_matter_that_one_county_has_and_its_neighbour_has_not_is_an_enactment() {
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "370283").await;
    let status = |division: &'static str| {
        let caller = host.anybody();
        async move { caller.get(&format!("/divisions/{division}/matters/EX-PLAIN")).await.status }
    };
    assert_eq!((status("370283").await, status("370285").await, status("370203").await), (200, 404, 404));
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "370200").await;
    assert_eq!((status("370285").await, status("370203").await, status("310115").await), (200, 200, 404));
}

#[test]
fn s10_that_existing_firms_are_not_back_filled_is_a_law_row_of_its_district() {
    let table = Table::built_in().unwrap();
    let (putuo, pudong, bundle) = ("310107".parse().unwrap(), "310115".parse().unwrap(), "B01".parse().unwrap());
    let row = |division, day| {
        let (matter_type, mode) = (MatterType::Licence, Mode::Approval);
        let scope = Scope { day, division, matter: &bundle, matter_type, mode, joint: true };
        let governs = table.composite(&scope).unwrap();
        (governs.row.id.to_string(), governs.value.back_fill, governs.value.min_permits)
    };
    assert_eq!(row(&putuo, date(2021, 6, 22)), ("putuo-composite-2021".to_owned(), false, 2));
    assert_eq!(row(&pudong, date(2021, 6, 22)).0, "shanghai-composite-sample");
    assert_eq!(row(&putuo, date(2021, 6, 21)).0, "shanghai-composite-sample");
}

/// What the row says, in the mechanism: a firm that has its permits one by one has no certificate over them.
#[tokio::test]
async fn s10_permits_that_a_firm_had_before_are_not_gathered_into_a_composite() {
    let store = Store::open().await;
    let street = Street::on(&store.host);
    let firm = street.firm(1).await;
    for matter in ["P03", "P06"] {
        street.single(&firm, matter, json!({})).await;
    }
    let request = json!({ "holder": firm["id"] });
    let found = store.host.as_("market").post("/licences/search", request).await;
    let kinds: Vec<&Value> =
        say(&found, 200)["items"].as_array().unwrap().iter().map(|one| &one["licence_type"]).collect();
    assert_eq!(kinds.len(), 3, "the business licence and two permits: {kinds:?}");
    assert!(!kinds.contains(&&json!(COMPOSITE)), "{kinds:?}");
}

#[tokio::test]
async fn i3_a_paper_more_of_one_district_is_refused_by_the_law_row_that_forbids_it() {
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    host.put_in_force("plugins/p01-food", "P01", MARKET, "310000").await;
    let refused = fume_note(&host).await.unwrap_err();
    assert!(refused.contains("law.local-materials") && refused.contains("licence-law-16"), "{refused}");
}

#[tokio::test]
async fn i3_a_paper_more_is_code_and_a_law_row_where_an_instrument_lets_the_district_ask() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pilot.toml");
    std::fs::write(&file, PILOT).unwrap();
    let config = format!("[law]\nfiles = [{:?}]\n", file.display().to_string());
    let host = Host::start(Start::simulated(DAY_ONE).configured(&config)).await;
    host.put_in_force("plugins/p01-food", "P01", MARKET, "310000").await;
    fume_note(&host).await.unwrap();
    let asked = |division: &'static str| {
        let caller = host.as_("portal");
        async move {
            let answers = json!({ "food-kind": "mixed", "area": 60 });
            let request = json!({ "subject": applicant_subject(), "answers": answers });
            let form = caller.post(&format!("/divisions/{division}/matters/P01/prefill"), request).await;
            say(&form, 200)["materials"].as_array().unwrap().iter().any(|paper| paper["id"] == "fume-note")
        }
    };
    assert_eq!((asked("310115").await, asked("310101").await), (true, false));
}

/// A sample of what the law would have to say, with its instrument and an end.
const PILOT: &str = r#"
[[row]]
id = "pudong-fume-note-sample"
clause = "示例〔2021〕16号（示例）"
title = { zh = "示例：浦东新区可以要求提交油烟净化设施说明", en = "Sample: Pudong may ask for the note on the fume filters" }
valid_from = 2021-01-01
valid_until = 2023-12-31
matter_types = ["licence"]
modes = ["approval", "commitment"]
matters = ["P01"]
division = "310115"
derogates = "licence-law-16"
instrument = "示例〔2021〕16号"
sample = true
note = "For the tests: no instrument lets Pudong ask for it."

[row.rule.local-materials]
allowed = true
"#;

/// Publishes and enacts the variation in Pudong; where it is refused, the refusal.
async fn fume_note(host: &Host) -> Result<(), String> {
    let file = tokio::task::spawn_blocking(|| crate::support::package(FUME_NOTE)).await.unwrap();
    let published = host.as_("platform").upload("/packages", file).await;
    if published.status != 201 {
        return Err(published.body.to_string());
    }
    let request = json!({
        "matter": "P01", "authority": { "department": MARKET, "division": "310115" },
        "package": published.body["package"], "effective_from": "2021-01-01", "until": "2023-12-31",
        "instrument": "示例〔2021〕16号",
    });
    let enacted = host.as_("platform").post("/enactments", request).await;
    if enacted.status == 201 { Ok(()) } else { Err(enacted.body.to_string()) }
}

/// The settings of this city, over the matters that are in force: each is admitted, and `show` names its layer.
#[tokio::test]
async fn the_settings_of_the_city_s_districts_are_admitted_and_each_value_names_its_layer() {
    let store = Store::open().await;
    let settings = [
        ("changning-food-renewal", "P01", MARKET, "310105", "commitment-days", json!(0)),
        ("sample-food-lease", "P01", MARKET, "310115", "shared-data-materials", json!(["premises-proof"])),
        ("sample-street-opinion", "P01", MARKET, "310115", "extra-opinions", json!(["street"])),
        ("sample-tobacco-spacing", "P04", "烟草专卖局", "310115", "spacing-metres", json!(50)),
        ("shanghai-food-level", "P01", MARKET, "310000", "city-from-area", json!(1000)),
    ];
    for (folder, matter, department, division, knob, value) in settings {
        let layer =
            store.host.put_in_force(&format!("plugins/variations/{folder}"), matter, department, division).await;
        let shown = store.host.anybody().get(&format!("/divisions/{division}/matters/{matter}")).await;
        let shown = say(&shown, 200);
        assert_eq!(shown["parameters"][knob], value, "{folder}");
        let names = |one: &Value| one["enactment"] == layer["id"];
        assert!(shown["layers"].as_array().unwrap().iter().any(names), "{folder}: {:#}", shown["layers"]);
    }
    let refused = store.host.anybody().get("/divisions/310110/matters/P01").await;
    assert_eq!(say(&refused, 200)["layers"].as_array().unwrap().len(), 2, "the others stay as the city has it");
}
