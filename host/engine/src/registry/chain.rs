//! What is in force at one place: which enactments make the chain of layers, and in which order. Pure.
//!
//! Must not: look into a package. Whether a layer can stand on its ground is `effective`'s business.

use banshi_model::enactment::{Chain, Enactment, Layer};
use banshi_model::gradual::ALL;
use banshi_model::ids::{Department, Division, EnactmentId, MatterCode, PackageName};
use banshi_model::package::Kind;
use banshi_model::time;
use jiff::Timestamp;

/// Whether an enactment counts: it is in force at an instant, or governs a case.
type Counts<'a> = &'a dyn Fn(&Enactment) -> bool;

/// The matter that is in force at a division itself: of several the one with the latest first day, then
/// the one that was enacted last. The id only breaks a tie, so that every host answers the same.
fn matter_at<'a>(enactments: &'a [Enactment], division: &Division, counts: Counts<'_>) -> Option<&'a Enactment> {
    enactments
        .iter()
        .filter(|e| e.kind == Kind::Matter && &e.authority.division == division && counts(e))
        .max_by(|a, b| order(a).cmp(&order(b)))
}

fn order(e: &Enactment) -> (jiff::civil::Date, Timestamp, &EnactmentId) {
    (e.effective_from, e.enacted, &e.id)
}

/// The ground: the matter in force at the nearest division of the line that has one. `enactments` are
/// those of one matter.
pub(crate) fn ground<'a>(enactments: &'a [Enactment], division: &Division, at: Timestamp) -> Option<&'a Enactment> {
    let day = time::date_of(at);
    ground_by(enactments, division, &|e| governs_all(e, at, day))
}

fn ground_by<'a>(enactments: &'a [Enactment], division: &Division, counts: Counts<'_>) -> Option<&'a Enactment> {
    division.line().iter().rev().find_map(|division| matter_at(enactments, division, counts))
}

/// The variations in force at one division: of each authority's package of one name the newest, in the
/// order in which they were enacted.
fn variations_at<'a>(enactments: &'a [Enactment], division: &Division, counts: Counts<'_>) -> Vec<&'a Enactment> {
    let mut newest: Vec<(&Department, &PackageName, &Enactment)> = Vec::new();
    let in_force =
        enactments.iter().filter(|e| e.kind != Kind::Matter && &e.authority.division == division && counts(e));
    for e in in_force {
        let same = newest.iter_mut().find(|(by, name, _)| **by == e.authority.department && **name == e.name);
        match same {
            Some((_, _, kept)) if order(kept) < order(e) => *kept = e,
            Some(_) => {}
            None => newest.push((&e.authority.department, &e.name, e)),
        }
    }
    let mut list: Vec<&Enactment> = newest.into_iter().map(|(_, _, e)| e).collect();
    list.sort_by(|a, b| (a.enacted, &a.id).cmp(&(b.enacted, &b.id)));
    list
}

/// Whether it is in force for every new case, and not for a share of them only.
fn governs_all(e: &Enactment, at: Timestamp, day: jiff::civil::Date) -> bool {
    e.in_force(at, day) && e.share(at) >= ALL
}

/// The enactments that make the chain at a place for every new case, ground first; empty where the matter is not in force.
pub(crate) fn select<'a>(enactments: &'a [Enactment], division: &Division, at: Timestamp) -> Vec<&'a Enactment> {
    let day = time::date_of(at);
    select_by(enactments, division, &|e| governs_all(e, at, day))
}

/// The same over those enactments that count.
pub(crate) fn select_by<'a>(
    enactments: &'a [Enactment],
    division: &Division,
    counts: Counts<'_>,
) -> Vec<&'a Enactment> {
    let Some(ground) = ground_by(enactments, division, counts) else { return Vec::new() };
    let line = division.line();
    let from_ground = line.iter().skip_while(|on_line| **on_line != ground.authority.division);
    let variations = from_ground.flat_map(|on_line| variations_at(enactments, on_line, counts));
    std::iter::once(ground).chain(variations).collect()
}

/// The layer that an enactment makes.
pub(crate) fn layer(e: &Enactment) -> Layer {
    Layer {
        enactment: e.id.clone(),
        authority: e.authority.clone(),
        kind: e.kind,
        package: e.package,
        name: e.name.clone(),
        version: e.version.clone(),
        instrument: e.instrument.clone(),
        permissions: e.permissions.clone(),
    }
}

/// The chain of these enactments.
pub(crate) fn chain(matter: &MatterCode, selected: &[&Enactment]) -> Chain {
    Chain { matter: matter.clone(), layers: selected.iter().map(|e| layer(e)).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample;

    fn at(text: &str) -> Timestamp {
        time::parse(text).unwrap()
    }

    fn noon(day: &str) -> Timestamp {
        at(&format!("{day}T12:00:00+08:00"))
    }

    /// The ids of the chain at a place and day.
    fn check(enactments: &[Enactment], division: &str, day: &str, expect: &[&str]) {
        let selected = select(enactments, &division.parse().unwrap(), noon(day));
        let names: Vec<&str> = selected.iter().map(|e| e.instrument.as_str()).collect();
        assert_eq!(names, expect, "{division} on {day}");
    }

    /// An enactment named by its instrument.
    fn e(instrument: &str, kind: Kind, division: &str, name: &str, from: &str) -> Enactment {
        let mut e = sample::enactment(kind, division, name, from);
        instrument.clone_into(&mut e.instrument);
        e
    }

    #[test]
    fn the_nearest_division_that_has_the_matter_is_the_ground() {
        let list = [
            e("nation", Kind::Matter, "000000", "cn/food", "2020-01-01"),
            e("city", Kind::Matter, "310000", "sh/food", "2020-01-01"),
        ];
        check(&list, "310115", "2021-04-26", &["city"]);
        check(&list, "110101", "2021-04-26", &["nation"]);
        check(&list, "310115001", "2021-04-26", &["city"]);
    }

    #[test]
    fn a_newer_version_takes_over_on_its_day_and_falls_away_when_taken_back() {
        let mut list = [
            e("v1", Kind::Matter, "310000", "sh/food", "2020-01-01"),
            e("v2", Kind::Matter, "310000", "sh/food", "2021-05-01"),
        ];
        check(&list, "310115", "2021-04-30", &["v1"]);
        check(&list, "310115", "2021-05-01", &["v2"]);
        list[1].taken_back = Some(noon("2021-05-03"));
        let place = "310115".parse().unwrap();
        assert_eq!(select(&list, &place, at("2021-05-03T11:59:59+08:00"))[0].instrument, "v2");
        assert_eq!(select(&list, &place, noon("2021-05-03"))[0].instrument, "v1");
    }

    #[test]
    fn after_its_last_day_an_enactment_gives_way_to_what_was_in_force_before() {
        let mut list = [
            e("v1", Kind::Matter, "310000", "sh/food", "2020-01-01"),
            e("v2", Kind::Matter, "310000", "sh/food", "2021-05-01"),
            e("local", Kind::Settings, "310115", "pd/food", "2021-05-01"),
        ];
        list[1].until = Some("2021-05-31".parse().unwrap());
        list[2].until = Some("2021-05-15".parse().unwrap());
        check(&list, "310115", "2021-05-15", &["v2", "local"]);
        check(&list, "310115", "2021-05-31", &["v2"]);
        check(&list, "310115", "2021-06-01", &["v1"]);
    }

    #[test]
    fn a_case_is_governed_by_each_enactment_s_own_clause() {
        let mut list = [
            e("v1", Kind::Matter, "310000", "sh/food", "2020-01-01"),
            e("v2", Kind::Matter, "310000", "sh/food", "2021-05-01"),
            e("local", Kind::Settings, "310115", "pd/food", "2021-05-01"),
        ];
        let (received, accepted) = (noon("2021-04-30"), noon("2021-05-02"));
        let governed = |list: &[Enactment]| -> Vec<String> {
            let governs = |e: &Enactment| e.governs(received, accepted);
            let place = "310115".parse().unwrap();
            select_by(list, &place, &governs).iter().map(|e| e.instrument.clone()).collect()
        };
        assert_eq!(governed(&list), ["v1"]);
        list[1].transitional = banshi_model::enactment::Transitional::AcceptedOnOrAfter;
        assert_eq!(governed(&list), ["v2"], "the local layer is for what is received from its day on");
        list[2].transitional = banshi_model::enactment::Transitional::AcceptedOnOrAfter;
        assert_eq!(governed(&list), ["v2", "local"]);
        list[1].taken_back = Some(noon("2021-05-01"));
        assert_eq!(governed(&list), ["v1", "local"]);
    }

    #[test]
    fn variations_stand_from_the_ground_down_in_the_order_of_divisions_then_of_enactment() {
        let mut list = [
            e("street", Kind::Settings, "310101001", "street/x", "2021-01-01"),
            e("district second", Kind::Code, "310101", "hp/b", "2021-01-01"),
            e("district first", Kind::Settings, "310101", "hp/a", "2021-03-01"),
            e("city", Kind::Settings, "310000", "sh/x", "2021-01-01"),
            e("nation", Kind::Settings, "000000", "cn/x", "2021-01-01"),
            e("ground", Kind::Matter, "310000", "sh/food", "2020-01-01"),
        ];
        list[1].enacted = noon("2021-02-02");
        list[2].enacted = noon("2021-02-01");
        check(&list, "310101001", "2021-04-26", &["ground", "city", "district first", "district second", "street"]);
        check(&list, "310104", "2021-04-26", &["ground", "city"]);
    }

    #[test]
    fn an_authority_has_one_layer_for_each_package_name() {
        let mut list = [
            e("ground", Kind::Matter, "310000", "sh/food", "2020-01-01"),
            e("old", Kind::Settings, "310101", "hp/food", "2021-01-01"),
            e("new", Kind::Settings, "310101", "hp/food", "2021-02-01"),
            e("other name", Kind::Settings, "310101", "hp/other", "2021-01-01"),
            e("other department", Kind::Settings, "310101", "hp/food", "2021-01-15"),
        ];
        list[3].enacted = noon("2020-12-02");
        list[4].enacted = noon("2020-12-03");
        list[4].authority.department = "烟草专卖局".parse().unwrap();
        check(&list, "310101", "2021-04-26", &["ground", "new", "other name", "other department"]);
        check(&list, "310101", "2021-01-31", &["ground", "old", "other name", "other department"]);
    }

    #[test]
    fn a_matter_that_starts_tomorrow_or_was_enacted_later_is_not_in_force() {
        let mut list = [e("ground", Kind::Matter, "310000", "sh/food", "2021-05-01")];
        check(&list, "310115", "2021-04-30", &[]);
        list[0].enacted = at("2021-05-02T00:00:00+08:00");
        check(&list, "310115", "2021-05-01", &[]);
        check(&list, "310115", "2021-05-02", &["ground"]);
        assert!(chain(&list[0].matter, &[]).layers.is_empty());
    }
}
