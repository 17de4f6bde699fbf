//! A chain of five: the nation's matter, settings of the province, code of the city, settings of the district, code of the
//! street. And the lines of two departments at one place.

use serde_json::{Value, json};

use super::{CITY, DEPARTMENT, DISTRICT, NATION, PROVINCE, STREET, file, in_force, nation, settings, shown, stacked};
use crate::cli::banshi;
use crate::support::{Host, applicant_subject, say};

const MATTER: &str = "EX-PLAIN";

/// Everything in force, laid from the street up to the province, so that the order of acts is not the order of layers.
async fn five() -> Host {
    let host = nation().await;
    let promised = |name, place, days: u8| file(settings(MATTER, name, place, &json!({ "promised-days": days })));
    in_force(&host, stacked(MATTER, "street", STREET).await, MATTER, STREET).await;
    in_force(&host, stacked(MATTER, "city", CITY).await, MATTER, CITY).await;
    in_force(&host, promised("province", PROVINCE, 4), MATTER, PROVINCE).await;
    in_force(&host, promised("district", DISTRICT, 3), MATTER, DISTRICT).await;
    host
}

/// The package, version and instrument that `explain` names for a value.
fn origin(view: &Value, path: &str) -> (String, String, String) {
    let found = view["provenance"].as_array().unwrap().iter().find(|value| value["path"] == path);
    let found = found.unwrap_or_else(|| panic!("{path}: {:#}", view["provenance"]));
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    (text("name"), text("version"), text("instrument"))
}

fn names(view: &Value) -> Vec<&str> {
    view["layers"].as_array().unwrap().iter().map(|layer| layer["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn explain_names_layer_package_version_and_instrument_of_every_value_of_a_chain_of_five() {
    let host = five().await;
    let view = shown(&host, STREET, MATTER).await;
    assert_eq!(
        names(&view),
        ["examples/plain-approval", "tests/province", "tests/city", "tests/district", "tests/street"]
    );
    let named =
        |name: &str, version: &str, instrument: &str| (name.to_owned(), version.to_owned(), instrument.to_owned());
    let district = named("tests/district", "1.0.0", "测试〔2021〕310115号");
    assert_eq!(origin(&view, "promised"), district, "settings above code are the last word");
    assert_eq!(origin(&view, "parameters.promised-days"), district);
    assert_eq!(origin(&view, "stages.layer-1"), named("tests/city", "0.1.0", "测试〔2021〕310100号"));
    assert_eq!(origin(&view, "stages.layer-2"), named("tests/street", "0.1.0", "测试〔2021〕310115001号"));
    assert_eq!(origin(&view, "samples").0, "tests/street");
    for path in ["title", "statutory", "statutory_basis", "matter_type", "stages.planning", "issues"] {
        assert_eq!(origin(&view, path), named("examples/plain-approval", "0.1.0", "测试〔2021〕1号"), "{path}");
    }
    assert_eq!(view["definition"]["promised"]["promised"]["count"], 3);
    // Each place has its own line and no more.
    assert_eq!(origin(&shown(&host, "310101", MATTER).await, "promised").0, "tests/province");
    assert_eq!(names(&shown(&host, "440300", MATTER).await), ["examples/plain-approval"]);

    let (code, said) = banshi(&host, "platform", &["matter", "explain", STREET, MATTER]);
    assert_eq!(code, 0, "{said}");
    let line =
        |value: &str| said.lines().find(|line| line.trim_start().starts_with(value)).unwrap_or_default().to_owned();
    for (value, package, instrument) in [
        ("promised ", "tests/district@1.0.0", "测试〔2021〕310115号"),
        ("stages.layer-1", "tests/city@0.1.0", "测试〔2021〕310100号"),
        ("stages.layer-2", "tests/street@0.1.0", "测试〔2021〕310115001号"),
        ("title", "examples/plain-approval@0.1.0", "测试〔2021〕1号"),
    ] {
        let line = line(value);
        assert!(line.contains(package) && line.contains(instrument), "{value}: `{line}`\n{said}");
    }
}

#[tokio::test]
async fn each_code_layer_of_a_chain_of_five_has_its_own_state_and_its_own_commands() {
    let host = five().await;
    let application = json!({ "matter": MATTER, "division": STREET, "subject": applicant_subject() });
    let id = host.as_("portal").submit(application).await;
    let officer = host.as_("officer");
    let opened = async || {
        let tasks = officer.tasks_of(&id).await;
        let own = |task: &&Value| task["local"].as_str().is_some_and(|local| local.starts_with("layer-"));
        let told = |task: &Value| task["title"]["en"].as_str().unwrap().to_owned();
        let mut told: Vec<String> = tasks.iter().filter(own).map(told).collect();
        told.sort();
        told
    };
    assert_eq!(opened().await, ["layer 1, call 1, 3 days", "layer 2, call 1, 3 days"]);
    let planning = say(&officer.get(&format!("/tasks/{id}.planning")).await, 200).clone();
    say(&officer.verdict(&planning, "approve").await, 200);
    assert_eq!(
        opened().await,
        ["layer 1, call 1, 3 days", "layer 1, call 2, 3 days", "layer 2, call 1, 3 days", "layer 2, call 2, 3 days"]
    );
}

/// A vertical department's own line and the district's own department, at one place: each has a layer, and neither takes
/// the other's place although both packages have one name.
#[tokio::test]
async fn the_lines_of_two_departments_stand_beside_each_other_at_one_place() {
    let host = nation().await;
    let mut vertical = settings(MATTER, "local", PROVINCE, &json!({ "promised-days": 4 }));
    vertical.authority = super::authority("烟草专卖局", PROVINCE);
    let mut below = settings(MATTER, "local", DISTRICT, &json!({ "promised-days": 2 }));
    below.authority = super::authority("烟草专卖局", DISTRICT);
    let own = settings(MATTER, "local", DISTRICT, &json!({ "promised-days": 3 }));
    // Three versions: a name and a version are one package.
    for (nth, mut manifest) in [vertical, own, below].into_iter().enumerate() {
        manifest.version = format!("1.0.{nth}");
        let department = manifest.authority.department.to_string();
        let division = manifest.authority.division.to_string();
        let digest = super::published(&host, file(manifest)).await;
        host.enact(&digest, MATTER, &department, &division).await;
    }
    let view = shown(&host, DISTRICT, MATTER).await;
    let line: Vec<(&str, &str)> = view["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| {
            let authority = &layer["authority"];
            (authority["department"].as_str().unwrap(), authority["division"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        line,
        [(DEPARTMENT, NATION), ("烟草专卖局", PROVINCE), (DEPARTMENT, DISTRICT), ("烟草专卖局", DISTRICT)]
    );
    assert_eq!(view["parameters"]["promised-days"], 2);
}
