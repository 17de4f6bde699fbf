//! The sourced variations 1 to 8; 9 and 10 are the host's (`on_a_host`).

use banshi_b01_convenience_store::ConvenienceStore;
use banshi_b02_pharmacy::Pharmacy;
use banshi_b14_bookstore::Bookstore;
use banshi_p01_food::FoodBusiness;
use banshi_p09_fire_check::FireCheck;
use banshi_p10_sports::Sports;
use banshi_samples::{application, is_held};
use banshi_sdk::contract::cases::{Command, Outcome, WayForward};
use banshi_sdk::contract::matters::{Business, Mode, Processing};
use banshi_sdk::contract::types::{Span, SpanUnit};
use banshi_sdk::harness::Harness;
use banshi_sdk::{Matter, months, working_days};

use super::variation;

/// Promised so many working days.
fn days(promised: Processing) -> u16 {
    match promised {
        Processing::Promised(Span { count, unit: SpanUnit::WorkingDays }) => count,
        Processing::OnTheSpot => 0,
        other => panic!("not in working days: {other:?}"),
    }
}

/// What acceptance promised.
fn accepted<M: Matter>(case: &Harness<M>) -> u16 {
    let found = case.all_commands().iter().find_map(|command| match command {
        Command::Accept(processing) => Some(*processing),
        _ => None,
    });
    days(found.expect("accepted"))
}

#[test]
fn s1_a_convenience_store_within_one_day_is_a_setting() {
    assert_eq!(days(Harness::<ConvenienceStore>::new().definition().promised), 5);
    let jingmen = Harness::<ConvenienceStore>::new().variation(variation!("jingmen-convenience"));
    assert_eq!(days(jingmen.definition().promised), 1);
}

#[test]
fn s2_a_pharmacy_within_five_days_on_five_papers_is_settings() {
    let asked = |shop: &Harness<Pharmacy>| {
        let needed = shop.guide().materials;
        let papers = shop.definition().materials.into_iter().filter(|paper| needed.contains(&paper.id));
        papers.filter(|paper| !is_held(paper)).count()
    };
    let city = Harness::<Pharmacy>::new().answer("sells-devices", true);
    assert_eq!((days(city.definition().promised), asked(&city)), (20, 7));
    let feng = Harness::<Pharmacy>::new().variation(variation!("feng-pharmacy")).answer("sells-devices", true);
    // The lease comes from the register that the sample calls silent: what counts is that a source is there.
    let shared = |id: &str| feng.definition().materials.iter().any(|one| one.id == id && one.sources.len() == 2);
    assert!(shared("premises-proof") && shared("staff-roster"));
    assert_eq!((days(feng.definition().promised), asked(&feng)), (5, 5));
}

#[test]
fn s3_a_renewal_on_the_spot_that_is_checked_within_a_month_is_settings() {
    let renewal = || application::<FoodBusiness>().business(Business::Renew).licence("old");
    assert_eq!(renewal().guide().modes, [Mode::Approval]);
    let changning = || renewal().variation(variation!("changning-food-renewal"));
    assert_eq!(changning().guide().modes, [Mode::Commitment, Mode::Approval]);
    assert_eq!(changning().business(Business::Establish).guide().modes, [Mode::Approval], "renewals only");
    let mut case = changning().mode(Mode::Commitment);
    case.submit().approve("accept").approve("document-review").approve("verdict");
    assert_eq!(accepted(&case), 0, "on the spot");
    assert_eq!((case.licences().len(), case.open_stages()), (1, vec!["after-check"]));
    let check = case.definition().stages.into_iter().find(|stage| stage.id == "after-check");
    assert_eq!(check.and_then(|stage| stage.limit), Some(months(1)));
}

#[test]
fn s4_five_days_with_a_look_on_the_spot_is_settings() {
    let wei = || application::<Sports>().answer("enterprise-size", "other").variation(variation!("weixian-sports"));
    assert_eq!(days(Harness::<Sports>::new().definition().promised), 20);
    assert_eq!(days(wei().definition().promised), 5);
    let mut case = wei();
    case.submit().approve("accept");
    assert_eq!(case.open_stages(), ["document-review", "onsite"]);
    case.approve("document-review").approve("onsite").approve("verdict");
    assert_eq!(case.outcome(), Some(Outcome::Granted));
}

#[test]
fn s5_counter_and_online_differ_by_the_channel_that_the_matter_declares() {
    let committed = |channel: &str| {
        let mut case = application::<FireCheck>().channel(channel).mode(Mode::Commitment);
        case.submit().approve("accept").approve("verdict");
        assert_eq!(case.open_stages(), ["after-check"]);
        accepted(&case)
    };
    assert_eq!((committed("window"), committed("portal")), (0, 1));
    let fire = Harness::<FireCheck>::new().definition();
    assert_eq!(days(fire.promised), 10, "without a commitment");
    let check = fire.stages.iter().find(|stage| stage.id == "after-check").and_then(|stage| stage.limit);
    assert_eq!(check, Some(working_days(20)));
    // A place that does it on the spot online too turns a knob.
    let mut online =
        application::<FireCheck>().parameter("commitment-days", 0).channel("portal").mode(Mode::Commitment);
    online.submit().approve("accept");
    assert_eq!(accepted(&online), 0);
}

#[test]
fn s6_leaving_corners_of_malls_to_single_permits_is_a_setting_and_nobody_is_left_without_a_way() {
    let corner = |shop: Harness<Bookstore>| shop.answer("shop-kind", "mall-corner").guide().way;
    assert!(corner(Harness::new()).is_none());
    let Some(WayForward::Signpost(way)) = corner(Harness::new().variation(variation!("chenghua-bookstore"))) else {
        panic!("no way is shown")
    };
    assert_eq!(way.matter, "P12");
    let standalone = Harness::<Bookstore>::new().variation(variation!("chenghua-bookstore"));
    assert!(standalone.answer("shop-kind", "standalone").guide().way.is_none());
}

#[test]
fn s7_the_health_licence_by_area_or_by_central_air_is_a_setting() {
    let needs = |toml: &str, area: i64, air: bool| {
        let shop = Harness::<Bookstore>::new().variation(toml).answer("shop-kind", "standalone");
        shop.answer("area", area).answer("central-air", air).guide().parts.contains(&"P08".to_owned())
    };
    let (shanghai, elsewhere) = (variation!("shanghai-bookstore"), variation!("beijing-bookstore"));
    assert_eq!([(1001, false), (1000, true)].map(|(area, air)| needs(shanghai, area, air)), [true, false]);
    assert_eq!([(1001, false), (1000, true)].map(|(area, air)| needs(elsewhere, area, air)), [false, true]);
}

#[test]
fn s8_from_a_thousand_square_metres_on_the_city_decides_by_a_setting() {
    let way = |division: &str, area: i64| {
        let shop = Harness::<FoodBusiness>::new().variation(variation!("shanghai-food-level")).division(division);
        match shop.answer("food-kind", "mixed").answer("area", area).guide().way {
            Some(WayForward::Signpost(way)) => Some((way.matter, way.division)),
            _ => None,
        }
    };
    assert_eq!(way("310115", 999), None);
    assert_eq!(way("310115", 1000), Some(("P01".to_owned(), "310000".to_owned())));
    assert_eq!(way("310000", 1000), None, "who is at the city already needs no way there");
}
