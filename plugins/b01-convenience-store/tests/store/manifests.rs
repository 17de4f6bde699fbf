//! The manifests of all packages here: they read, and what they set is within what the matter offers.

use banshi_b01_convenience_store::ConvenienceStore;
use banshi_model::package::{Kind, Manifest};
use banshi_p01_food::FoodBusiness;
use banshi_sdk::Matter;
use banshi_sdk::contract::cases::{Direction, Knob, Mode};
use banshi_sdk::harness::Harness;
use serde_json::Value;

use crate::parts::{but, harness};

const HUANGPU_FOOD: &str = include_str!("../../../variations/huangpu-food/variation.toml");
const HUANGPU_CONVENIENCE: &str = include_str!("../../../variations/huangpu-convenience/variation.toml");

fn read(text: &str) -> Manifest {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}\nin\n{text}"))
}

#[test]
fn every_manifest_reads_and_names_its_matter_its_authority_and_what_is_a_sample() {
    let manifests = [
        (include_str!("../../../p01-food/package.toml"), "P01", "310000"),
        (include_str!("../../../p02-prepacked-food/package.toml"), "P02", "310000"),
        (include_str!("../../../p03-liquor/package.toml"), "P03", "310000"),
        (include_str!("../../../p04-tobacco/package.toml"), "P04", "310000"),
        (include_str!("../../../p05-drugs/package.toml"), "P05", "310000"),
        (include_str!("../../../p06-devices/package.toml"), "P06", "310000"),
        (include_str!("../../package.toml"), "B01", "310000"),
        (include_str!("../../../variations/xuhui-convenience/package.toml"), "B01", "310104"),
        (HUANGPU_FOOD, "P01", "310101"),
        (HUANGPU_CONVENIENCE, "B01", "310101"),
    ];
    for (text, matter, division) in manifests {
        let manifest = read(text);
        assert_eq!((manifest.matter.as_str(), manifest.authority.division.as_str()), (matter, division));
        assert!(
            manifest.sample.is_some_and(|sample| sample.zh.contains("示例") && sample.en.is_some()),
            "{}",
            manifest.name
        );
        assert!(manifest.instrument.is_some() && manifest.title.en.is_some(), "{}", manifest.name);
        assert_eq!(manifest.kind == Kind::Settings, !manifest.settings.is_empty(), "{}", manifest.name);
    }
}

/// Whether `value` turns `knob` the way that is narrower.
fn narrows(knob: &Knob, value: &Value) -> bool {
    let default: Value = serde_json::from_str(&knob.default).expect("a default is JSON");
    let holds = |all: &Value, some: &Value| {
        let (all, some) = (all.as_array().expect("a list"), some.as_array().expect("a list"));
        some.iter().all(|one| all.contains(one))
    };
    match knob.narrows {
        Direction::Lower => value.as_i64() < default.as_i64(),
        Direction::Higher => value.as_i64() > default.as_i64(),
        Direction::Subset => holds(&default, value),
        Direction::Superset => holds(value, &default),
    }
}

fn settings_narrow<M: Matter>(manifest: &Manifest) {
    let knobs = M::knobs();
    for (id, value) in &manifest.settings {
        let knob = knobs.iter().find(|knob| &knob.id == id).unwrap_or_else(|| panic!("no knob `{id}`"));
        let schema: Value = serde_json::from_str(&knob.schema).expect("a schema is JSON");
        assert!(jsonschema::is_valid(&schema, value), "`{id}` = {value} is not valid against {schema}");
        assert!(narrows(knob, value), "`{id}` = {value} does not narrow {}", knob.default);
    }
}

#[test]
fn huangpu_turns_only_knobs_that_there_are_and_only_the_narrower_way() {
    settings_narrow::<FoodBusiness>(&read(HUANGPU_FOOD));
    settings_narrow::<ConvenienceStore>(&read(HUANGPU_CONVENIENCE));
}

#[test]
fn in_huangpu_a_small_food_shop_may_commit_itself() {
    let settings = read(HUANGPU_FOOD).settings;
    let modes = |area: i64| {
        let answers = but([("area", area.into())]);
        let most = settings["commitment-below-area"].clone();
        harness::<FoodBusiness>(&answers).parameter("commitment-below-area", most).guide().modes
    };
    assert_eq!(modes(50), [Mode::Commitment, Mode::Approval]);
    assert_eq!(modes(51), [Mode::Approval]);
}

#[test]
fn in_huangpu_a_convenience_store_is_promised_three_days() {
    use banshi_sdk::contract::matters::Processing;
    let settings = read(HUANGPU_CONVENIENCE).settings;
    let days = settings["promised-days"].clone();
    let promised = Harness::<ConvenienceStore>::new().parameter("promised-days", days).definition().promised;
    assert!(matches!(promised, Processing::Promised(span) if span.count == 3));
}

#[test]
fn in_huangpu_store_and_food_permit_are_offered_on_a_commitment_up_to_the_same_area() {
    let (store, food) = (read(HUANGPU_CONVENIENCE).settings, read(HUANGPU_FOOD).settings);
    assert_eq!(store["commitment-below-area"], food["commitment-below-area"]);
    let modes = |area: i64| {
        let answers = but([("area", area.into())]);
        let most = store["commitment-below-area"].clone();
        harness::<ConvenienceStore>(&answers).parameter("commitment-below-area", most).guide().modes
    };
    assert_eq!(modes(50), [Mode::Commitment, Mode::Approval]);
    assert_eq!(modes(51), [Mode::Approval]);
}
