//! Which row governs: matters, places, derogations, dates.

use std::collections::BTreeMap;

use banshi_model::calendar::Calendar;
use banshi_model::command::SpecialKind;
use banshi_model::definition::{MatterType, Mode, Span, SpanUnit};
use banshi_model::ids::{Division, MatterCode};
use banshi_model::law::{File, Refusal, Scope, Table, Unanswered};
use banshi_model::time;
use jiff::civil::{Date, date};

/// A place and a matter that own what a scope borrows.
struct At {
    division: Division,
    matter: MatterCode,
}

fn at(division: &str) -> At {
    At { division: division.parse().unwrap(), matter: "P01".parse().unwrap() }
}

impl At {
    /// A licence by approval, handled by one authority, in the demo's year.
    fn licence(&self) -> Scope<'_> {
        Scope {
            day: date(2021, 4, 26),
            division: &self.division,
            matter: &self.matter,
            matter_type: MatterType::Licence,
            mode: Mode::Approval,
            joint: false,
        }
    }

    fn on(&self, day: Date) -> Scope<'_> {
        Scope { day, ..self.licence() }
    }
}

fn table() -> Table {
    Table::built_in().unwrap()
}

/// The built-in rows, and one more of this kind.
fn with(lines: &str) -> Table {
    let row = format!(
        "[[row]]\nclause = \"某规定\"\ntitle = {{ zh = \"某\" }}\nmatter_types = [\"licence\"]\nmodes = [\"approval\"]\n{lines}"
    );
    table().merge([File::parse(&row).unwrap()]).unwrap()
}

fn ceiling_of(table: &Table, scope: &Scope<'_>) -> (String, Span) {
    let found = table.ceiling(scope).unwrap();
    (found.row.id.to_string(), found.value)
}

const SPAN: &str = "[row.rule.ceiling]\njoint = false\nspan = { unit = \"working-days\", count = ";

#[test]
fn a_licence_is_decided_in_20_working_days_and_jointly_in_45() {
    let (table, here) = (table(), at("310115"));
    let single = here.licence();
    assert_eq!(ceiling_of(&table, &single), ("licence-law-42-single".into(), Span::working_days(20)));
    let joint = Scope { joint: true, ..single };
    assert_eq!(ceiling_of(&table, &joint), ("licence-law-42-joint".into(), Span::working_days(45)));
    let promise = Scope { mode: Mode::Commitment, ..single };
    assert_eq!(ceiling_of(&table, &promise).1, Span::working_days(20));
    let extension = table.extension(&single).unwrap();
    assert_eq!(
        (extension.value.span, extension.value.approver.zh.as_str()),
        (Span::working_days(10), "本行政机关负责人")
    );
    let extension = table.extension(&joint).unwrap();
    assert_eq!(
        (extension.value.span, extension.value.approver.zh.as_str()),
        (Span::working_days(15), "本级人民政府负责人")
    );
}

#[test]
fn a_licence_is_accepted_by_silence_after_5_working_days_and_delivered_in_10() {
    let (table, here) = (table(), at("310115"));
    let scope = here.licence();
    assert_eq!(table.acceptance_period(&scope).unwrap().value, Span::working_days(5));
    let supplement = table.supplement(&scope).unwrap();
    assert_eq!((supplement.value.times, supplement.value.within), (1, Span::working_days(5)));
    assert_eq!(table.delivery(&scope).unwrap().value, Span::working_days(10));
    assert_eq!(supplement.row.clause, "行政许可法 第三十二条第一款第四项");
}

#[test]
fn silence_accepts_at_the_end_of_the_fifth_working_day_after_receipt() {
    let (table, calendar, here) = (table(), Calendar::built_in().unwrap(), at("310115"));
    for (received, accepted_by_silence) in [
        ("2026-03-02T10:00:00+08:00", "2026-03-10T00:00:00+08:00"),
        // Over five days off and a Saturday on which one works.
        ("2021-04-29T23:59:59+08:00", "2021-05-11T00:00:00+08:00"),
    ] {
        let day = time::date_of(time::parse(received).unwrap());
        let period = table.acceptance_period(&here.on(day)).unwrap().value;
        assert_eq!(time::text(time::end_of(calendar.add(day, period).date)), accepted_by_silence);
    }
}

#[test]
fn the_licence_law_does_not_reach_filings() {
    let (table, here) = (table(), at("310115"));
    for matter_type in [MatterType::Licence, MatterType::Filing] {
        let filing = Scope { matter_type, mode: Mode::Filing, ..here.licence() };
        assert!(table.acceptance_period(&filing).is_none());
        assert!(table.supplement(&filing).is_none());
        assert!(table.pauses(&filing).is_none() && table.extension(&filing).is_none());
        assert!(table.delivery(&filing).is_none() && table.renewal_by_silence(&filing).is_none());
        let ceiling = table.ceiling(&filing).unwrap();
        assert!(ceiling.row.sample);
    }
}

#[test]
fn nothing_held_before_the_law_did() {
    let (table, here) = (table(), at("310115"));
    assert!(table.ceiling(&here.on(date(2004, 6, 30))).is_none());
    assert!(table.ceiling(&here.on(date(2004, 7, 1))).is_some());
}

#[test]
fn what_becomes_of_an_unanswered_notice_is_a_sample() {
    let here = at("310115");
    let table = table();
    let found = table.unanswered(&here.licence()).unwrap();
    assert!(found.row.sample && found.row.note.is_some());
    assert_eq!(found.value, Unanswered::Lapses { after: Span::working_days(30) });
    let waits = with("id = \"waits\"\nvalid_from = 2021-01-01\n[row.rule]\nsupplement-unanswered = \"waits\"\n");
    assert_eq!(waits.unanswered(&here.licence()).unwrap().value, Unanswered::Waits);
}

#[test]
fn a_renewal_counts_as_granted_where_the_holder_applied_thirty_days_before() {
    let here = at("310115");
    let table = table();
    let rule = table.renewal_by_silence(&here.licence()).unwrap().value;
    assert!(rule.in_time(date(2021, 5, 1), date(2021, 5, 31)));
    assert!(!rule.in_time(date(2021, 5, 2), date(2021, 5, 31)));
    assert!(!rule.in_time(Date::MAX, date(2021, 5, 31)));
}

#[test]
fn a_composite_needs_two_permits_where_a_row_says_so_and_none_is_issued_elsewhere() {
    let table = table();
    let putuo =
        table.composite(&at("310107").on(date(2021, 7, 1))).map(|found| (found.row.id.to_string(), found.value));
    let (row, rule) = putuo.unwrap();
    assert_eq!(
        (row.as_str(), rule.min_permits, rule.back_fill, rule.with_permits),
        ("putuo-composite-2021", 2, false, true)
    );
    for district in ["310115", "310101", "310104", "310107"] {
        let found = at(district);
        let found = table.composite(&found.licence()).unwrap();
        assert_eq!((found.row.id.as_str(), found.row.sample), ("shanghai-composite-sample", true));
    }
    assert!(table.composite(&at("370283").licence()).is_none());
    assert!(table.composite(&at("310115").on(date(2019, 6, 30))).is_none());
}

#[test]
fn a_law_that_speaks_of_one_matter_stands_before_the_general_one() {
    let sports = wrap(&format!("id = \"sports\"\nvalid_from = 2003-10-01\nmatters = [\"P01\"]\n{SPAN}30 }}\n"));
    let table =
        with(&format!("id = \"nearer-and-later\"\nvalid_from = 2020-01-01\ndivision = \"310115\"\n{SPAN}18 }}\n"));
    let (table, here) = (table.merge([sports]).unwrap(), at("310115"));
    assert_eq!(ceiling_of(&table, &here.licence()), ("sports".into(), Span::working_days(30)));
    let other = At { matter: "P04".parse().unwrap(), ..at("310115") };
    assert_eq!(ceiling_of(&table, &other.licence()).0, "nearer-and-later");
}

#[test]
fn a_nearer_place_stands_before_a_wider_and_a_later_row_before_an_earlier() {
    let row = |id: &str, from: &str, more: &str, count: u16| {
        format!("id = \"{id}\"\nvalid_from = {from}\n{more}\n{SPAN}{count} }}\n")
    };
    let city = row("city", "2020-01-01", "division = \"310000\"", 18);
    let here = at("310115001");
    let table = with(&city);
    assert_eq!(ceiling_of(&table, &here.licence()).0, "city");
    assert_eq!(ceiling_of(&table, &at("370283").licence()).0, "licence-law-42-single");

    let nearer = with(&row("district", "2005-01-01", "division = \"310115\"", 15)).merge([wrap(&city)]).unwrap();
    assert_eq!(ceiling_of(&nearer, &here.licence()).0, "district");
    assert_eq!(ceiling_of(&nearer, &at("310104").licence()).0, "city");

    let later = with(&row("later", "2021-04-26", "division = \"310000\"", 12)).merge([wrap(&city)]).unwrap();
    assert_eq!(ceiling_of(&later, &here.licence()).0, "later");
    assert_eq!(ceiling_of(&later, &here.on(date(2021, 4, 25))).0, "city");
}

fn wrap(lines: &str) -> File {
    let head =
        "[[row]]\nclause = \"某规定\"\ntitle = { zh = \"某\" }\nmatter_types = [\"licence\"]\nmodes = [\"approval\"]\n";
    File::parse(&format!("{head}{lines}")).unwrap()
}

#[test]
fn a_derogation_stands_before_what_it_derogates_for_as_long_and_where_it_holds() {
    let derogation = format!(
        "id = \"a-pilot\"\nvalid_from = 2003-01-01\nvalid_until = 2021-06-30\nderogates = \"city\"\ninstrument = \"授权〔2020〕1号\"\n{SPAN}60 }}\n"
    );
    // Older and wider than the city's own row, older than the nation's: it wins because it stands in the
    // place of what it derogates.
    let city = format!("id = \"city\"\nvalid_from = 2020-01-01\ndivision = \"310000\"\n{SPAN}18 }}\n");
    let table = with(&city).merge([wrap(&derogation)]).unwrap();
    let here = at("310115");
    assert_eq!(ceiling_of(&table, &here.licence()), ("a-pilot".into(), Span::working_days(60)));
    assert_eq!(ceiling_of(&table, &here.on(date(2021, 6, 30))).0, "a-pilot");
    assert_eq!(ceiling_of(&table, &here.on(date(2021, 7, 1))).0, "city");
    // Where the city's row does not hold there is nothing to set aside: it competes by its own.
    assert_eq!(ceiling_of(&table, &at("370283").licence()).0, "licence-law-42-single");
    let district = format!("id = \"district\"\nvalid_from = 2020-01-01\ndivision = \"310115\"\n{SPAN}12 }}\n");
    assert_eq!(ceiling_of(&table.merge([wrap(&district)]).unwrap(), &here.licence()).0, "district");
    let joint = Scope { joint: true, ..here.licence() };
    assert_eq!(ceiling_of(&table, &joint).0, "licence-law-42-joint");
}

#[test]
fn an_operator_ends_a_row_by_a_file_and_adds_another() {
    let text = "[[end]]\nrow = \"licence-law-42-single\"\nlast_day = 2021-04-25\ninstrument = \"某令\"\n";
    let ended = table().merge([File::parse(text).unwrap()]).unwrap();
    let here = at("310115");
    assert!(ended.ceiling(&here.licence()).is_none());
    assert!(ended.ceiling(&here.on(date(2021, 4, 25))).is_some());
    let new = format!("id = \"new-42\"\nvalid_from = 2021-04-26\n{SPAN}10 }}\n");
    let table = ended.merge([wrap(&new)]).unwrap();
    assert_eq!(ceiling_of(&table, &here.licence()), ("new-42".into(), Span::working_days(10)));
}

#[test]
fn only_the_procedures_of_article_45_stop_the_clock() {
    let (table, here) = (table(), at("310115"));
    assert_eq!(table.may_pause(&here.licence(), SpecialKind::Hearing).unwrap().id.as_str(), "licence-law-45");
    let filing = Scope { mode: Mode::Filing, ..here.licence() };
    let refusal = table.may_pause(&filing, SpecialKind::Hearing).unwrap_err();
    assert_eq!(refusal.row, "no-row.pauses");
    let narrow = with("id = \"fewer\"\nvalid_from = 2021-01-01\n[row.rule.pauses]\nkinds = [\"testing\"]\n");
    let refusal = narrow.may_pause(&here.licence(), SpecialKind::Hearing).unwrap_err();
    assert_eq!((refusal.row.as_str(), refusal.clause.as_str()), ("fewer", "某规定"));
    assert!(refusal.to_string().starts_with("law row `fewer` (某规定): "), "{refusal}");
}

#[test]
fn a_supplement_is_asked_once() {
    let (table, here) = (table(), at("310115"));
    assert!(table.may_supplement(&here.licence(), 0).unwrap().is_some());
    let Refusal { row, text, .. } = table.may_supplement(&here.licence(), 1).unwrap_err();
    assert_eq!(row, "licence-law-32-supplement");
    assert!(text.en.is_some());
    let filing = Scope { mode: Mode::Filing, ..here.licence() };
    assert_eq!(table.may_supplement(&filing, 7), Ok(None));
}

#[test]
fn a_limit_is_extended_once_and_by_no_more_than_the_row_says() {
    let (table, here) = (table(), at("310115"));
    let scope = here.licence();
    let may = |span, granted| {
        table.may_extend(&scope, span, granted).map(|found| found.row.id.to_string()).map_err(|refusal| refusal.row)
    };
    let (row, id) = ("licence-law-42-single-extension".to_owned(), "licence-law-42-single-extension".to_owned());
    assert_eq!(may(Span::working_days(10), 0), Ok(row.clone()));
    assert_eq!(may(Span::working_days(3), 0), Ok(row));
    for (span, granted) in [
        (Span::working_days(11), 0),
        (Span::working_days(0), 0),
        (Span { count: 10, unit: SpanUnit::Days }, 0),
        (Span::working_days(1), 1),
    ] {
        assert_eq!(may(span, granted), Err(id.clone()), "{span:?} after {granted}");
    }
    let filing = Scope { mode: Mode::Filing, ..scope };
    assert_eq!(table.may_extend(&filing, Span::working_days(1), 0).unwrap_err().row, "no-row.extension");
}

#[test]
fn a_district_adds_no_material_unless_an_instrument_lets_it() {
    let (table, here) = (table(), at("310115"));
    let refusal = table.may_add_material(&here.licence()).unwrap_err();
    assert_eq!((refusal.row.as_str(), refusal.clause.as_str()), ("licence-law-16", "行政许可法 第十六条"));
    let lets = with(
        "id = \"pilot\"\nvalid_from = 2021-01-01\nvalid_until = 2021-12-31\ndivision = \"310115\"\nderogates = \"licence-law-16\"\ninstrument = \"授权〔2020〕1号\"\n[row.rule.local-materials]\nallowed = true\n",
    );
    assert_eq!(lets.may_add_material(&here.licence()).unwrap().id.as_str(), "pilot");
    assert!(lets.may_add_material(&at("310104").licence()).is_err());
    let nowhere = Table::of([]).unwrap();
    assert_eq!(nowhere.may_add_material(&here.licence()).unwrap_err().row, "no-row.local-materials");
}

#[test]
fn every_matter_of_the_product_has_one_national_limit_and_one_rule_on_materials() {
    use MatterType::{Benefit, Confirmation, Filing, Licence, PublicService};
    let (table, here) = (table(), at("370283"));
    for matter_type in [Licence, Confirmation, Benefit, PublicService, Filing] {
        for mode in [Mode::Approval, Mode::Commitment, Mode::Filing] {
            for joint in [false, true] {
                let scope = Scope { matter_type, mode, joint, ..here.licence() };
                assert!(table.ceiling(&scope).is_some(), "{scope:?}");
                assert!(table.may_add_material(&scope).is_err(), "{scope:?}");
                let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
                for row in table.in_force(&scope) {
                    *kinds.entry(row.rule.kind()).or_default() += 1;
                }
                // The two rows of Article 42 are told apart by `joint`.
                kinds.retain(|kind, rows| *rows > 1 && !matches!(*kind, "ceiling" | "extension"));
                assert!(kinds.is_empty(), "rows compete at one place in {scope:?}: {kinds:?}");
            }
        }
    }
}
