//! A case's id: later ones sort later, a part's is the same in every build.

use super::*;

fn at(text: &str) -> Timestamp {
    crate::time::parse(text).unwrap()
}

fn case(text: &str, random: [u8; 7]) -> CaseId {
    let id = CaseId::new(&"310115104".parse().unwrap(), at(text), random);
    assert_eq!(id.as_str().parse::<CaseId>().as_ref(), Ok(&id), "what is made is an id");
    id
}

#[test]
fn ids_made_later_sort_later_whatever_chance_says() {
    let times = ["2021-04-26T00:00:00+08:00", "2021-04-26T09:00:00+08:00", "2021-04-26T09:00:03+08:00"];
    let later = ["2021-04-26T12:00:00+08:00", "2021-04-26T23:59:59+08:00", "2021-04-27T00:00:00+08:00"];
    let ids: Vec<CaseId> = times.iter().chain(&later).map(|time| case(time, [31; 7])).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    assert!(case(times[1], [31; 7]) < case(times[2], [0; 7]), "the time comes before the chance");
    assert_eq!(ids[0].as_str(), "310115-210426-000ZZZZZZZ");
    assert_eq!(case(later[1], [0; 7]).as_str(), "310115-210426-ZZZ0000000", "the last part of the day");
}

#[test]
fn a_part_has_the_id_that_it_had_in_every_build_before() {
    let bundle: CaseId = "310115-210426-7K3M9QX2TR".parse().unwrap();
    assert_eq!(bundle.derive("food").as_str(), "310115-210426-RFYE57JFC0");
    assert_ne!(bundle.derive("food"), bundle.derive("tobacco"));
    assert_ne!(bundle.derive("food"), case("2021-04-26T09:00:00+08:00", [6; 7]).derive("food"));
}
