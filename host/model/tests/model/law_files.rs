//! Files of rows: what reads, and what is refused with row and key.

use banshi_model::ids::Digest;
use banshi_model::law::{Error, File, Table};
use jiff::civil::date;

const ROW: &str = r#"
[[row]]
id = "delivery"
clause = "行政许可法 第四十四条"
title = { zh = "送达", en = "Delivery" }
valid_from = 2004-07-01
matter_types = ["licence"]
modes = ["approval"]

[row.rule.delivery]
span = { count = 10, unit = "working-days" }
"#;

/// A derogation of `delivery` by a city.
const DEROGATION: &str = r#"
[[row]]
id = "delivery-here"
clause = "某市 变通规定"
title = { zh = "送达" }
valid_from = 2021-01-01
valid_until = 2021-12-31
matter_types = ["licence"]
modes = ["approval"]
division = "310000"
derogates = "delivery"
instrument = "授权决定〔2020〕1号"
[row.rule.delivery]
span = { count = 15, unit = "working-days" }
"#;

fn file(text: &str) -> File {
    File::parse(text).unwrap()
}

fn refused(text: &str) -> String {
    File::parse(text).unwrap_err().to_string()
}

#[test]
fn the_binary_carries_rows_that_read() {
    let table = Table::built_in().unwrap();
    for id in ["licence-law-32-acceptance", "licence-law-42-joint", "licence-law-45", "putuo-composite-2021"] {
        assert!(table.row(id).is_some(), "{id}");
    }
    for row in table.rows() {
        assert!(row.title.en.is_some(), "{}: English beside Chinese", row.id);
        assert_eq!(
            row.sample,
            row.clause.contains("示例"),
            "{}: a sample says so wherever its clause is shown",
            row.id
        );
        assert_eq!(row.sample, row.id.as_str().ends_with("-sample"), "{}", row.id);
    }
}

#[test]
fn dates_read_with_quotes_and_without() {
    let quoted = ROW.replace("2004-07-01", "\"2004-07-01\"");
    assert_eq!(file(ROW), file(&quoted));
    assert_eq!(Table::parse(ROW).unwrap().rows()[0].valid_from, date(2004, 7, 1));
}

#[test]
fn an_unknown_key_is_refused_however_deep_it_is() {
    for (from, to, key) in [
        ("[[row]]", "[[row]]\nvalid_till = 2030-01-01", "`valid_till`"),
        ("en = ", "eng = ", "`title.eng`"),
        ("unit = \"working-days\"", "unit = \"working-days\", joint = true", "span.joint`"),
        ("span = {", "jiont = true\nspan = {", "jiont`"),
    ] {
        let said = refused(&ROW.replace(from, to));
        assert!(said.contains("law row `delivery`") && said.contains(key) && said.contains("unknown key"), "{said}");
    }
    assert_eq!(File::parse("[[rows]]\n"), Err(Error::Top("rows".to_owned())));
}

#[test]
fn an_error_names_row_and_key() {
    for (from, to, said) in [
        ("valid_from = 2004-07-01", "valid_from = 2004-02-30", "law file does not read"),
        ("valid_from = 2004-07-01", "valid_from = \"2004-02-30\"", "law row `delivery`, key `valid_from`"),
        ("valid_from = 2004-07-01", "valid_from = 2004-07-01T00:00:00Z", "law row `delivery`, key `valid_from`"),
        ("valid_from = 2004-07-01", "", "law row `delivery`, key `row`: missing field `valid_from`"),
        ("id = \"delivery\"", "", "law row `no. 1`, key `row`: missing field `id`"),
        ("id = \"delivery\"", "id = \"送达\"", "law row `送达`, key `id`"),
        ("\"approval\"", "\"aproval\"", "law row `delivery`, key `modes`"),
        ("count = 10", "count = -1", "law row `delivery`, key `rule"),
        ("count = 10", "count = 0", "law row `delivery`, key `rule.delivery.span`: a count of 0"),
        ("[row.rule.delivery]", "[row.rule.delivry]", "law row `delivery`, key `rule"),
        ("[\"approval\"]", "[]", "law row `delivery`, key `modes`: is empty"),
        ("[\"licence\"]", "[]", "law row `delivery`, key `matter_types`: is empty"),
        ("行政许可法 第四十四条", " ", "law row `delivery`, key `clause`: is empty"),
        ("[[row]]", "[[row]]\nvalid_until = 2004-06-30", "law row `delivery`, key `valid_until`: lies before"),
        ("[[row]]", "[[row]]\nsample = true", "law row `delivery`, key `note`: a sample needs"),
        ("[[row]]", "[[row]]\ndivision = \"31\"", "law row `delivery`, key `division`"),
        ("[[row]]", "[row]", "has to be written `[[row]]`"),
    ] {
        let text = ROW.replace(from, to);
        assert_ne!(text, ROW, "{from}");
        let refused = refused(&text);
        assert!(refused.contains(said), "expected: {said}\nfound: {refused}");
        assert!(!refused.contains('\n'), "{refused}");
    }
}

#[test]
fn an_application_does_not_lapse_at_once() {
    let delivery = "[row.rule.delivery]\nspan = { count = 10, unit = \"working-days\" }";
    let lapses = |count: u16| {
        let rule =
            format!("[row.rule.supplement-unanswered.lapses]\nafter = {{ count = {count}, unit = \"working-days\" }}");
        ROW.replace(delivery, &rule)
    };
    assert!(File::parse(&lapses(30)).is_ok());
    let (said, member) = (refused(&lapses(0)), "lapses.after");
    assert!(said.contains(&format!("law row `delivery`, key `rule.supplement-unanswered.{member}`")), "{said}");
}

#[test]
fn a_derogation_needs_an_instrument_and_a_last_day() {
    let without = |line: &str| refused(&DEROGATION.replace(line, ""));
    assert!(without("instrument = \"授权决定〔2020〕1号\"").contains("key `instrument`"));
    assert!(without("valid_until = 2021-12-31").contains("key `valid_until`"));
}

#[test]
fn two_rows_of_one_id_are_refused_over_all_files() {
    let error = Table::of([file(ROW), file(ROW)]).unwrap_err();
    assert!(error.to_string().contains("law row `delivery`, key `id`: occurs twice"), "{error}");
    assert!(Table::parse(&[ROW, ROW].concat()).is_err());
    let built_in = Table::built_in().unwrap();
    assert!(built_in.merge([file(&ROW.replace("\"delivery\"", "\"licence-law-44\""))]).is_err());
}

#[test]
fn a_derogation_has_to_find_a_row_of_its_kind_and_no_circle() {
    let of = |texts: &[&str]| Table::of(texts.iter().map(|text| file(text)));
    assert!(of(&[ROW, DEROGATION]).is_ok());
    assert!(of(&[DEROGATION]).unwrap_err().to_string().contains("no row has the id `delivery`"));

    let ceiling = ROW.replace("rule.delivery", "rule.ceiling");
    let error = of(&[&ceiling, DEROGATION]).unwrap_err().to_string();
    assert!(error.contains("`delivery-here`") && error.contains("of the kind ceiling"), "{error}");

    let back = DEROGATION
        .replace("\"delivery\"", "\"x\"")
        .replace("\"delivery-here\"", "\"delivery\"")
        .replace("\"x\"", "\"delivery-here\"");
    let error = of(&[&back, DEROGATION]).unwrap_err().to_string();
    assert!(error.contains("leads back"), "{error}");
}

#[test]
fn a_place_loosens_only_by_a_derogation() {
    let built_in = Table::built_in().unwrap();
    let with = |more: &str, rule: &str| {
        let row = ROW.replace("id = \"delivery\"", &format!("id = \"here\"\ndivision = \"310115\"\n{more}"));
        let (head, _) = row.split_once("[row.rule").unwrap();
        built_in.merge([file(&format!("{head}[row.rule.{rule}"))]).map_err(|error| error.to_string())
    };
    let days = |count: u16| format!("span = {{ count = {count}, unit = \"working-days\" }}");
    let approver = "approver = { zh = \"负责人\" }";
    for (rule, wider) in [
        (format!("ceiling]\njoint = false\n{}", days(21)), "licence-law-42-single"),
        (format!("ceiling]\n{}", days(46)), "licence-law-42-joint"),
        ("ceiling]\njoint = true\nspan = { count = 1, unit = \"months\" }".to_owned(), "licence-law-42-joint"),
        (format!("acceptance-period]\n{}", days(6)), "licence-law-32-acceptance"),
        (
            "supplement]\ntimes = 2\nwithin = { count = 5, unit = \"working-days\" }".to_owned(),
            "licence-law-32-supplement",
        ),
        (format!("extension]\njoint = false\ntimes = 2\n{approver}\n{}", days(10)), "licence-law-42-single-extension"),
        (format!("delivery]\n{}", days(11)), "licence-law-44"),
        ("renewal-by-silence]\napplied_days_before = 31".to_owned(), "licence-law-50"),
        ("local-materials]\nallowed = true".to_owned(), "licence-law-16"),
    ] {
        let error = with("", &rule).unwrap_err();
        assert!(error.contains("law row `here`, key `derogates`: loosens `licence-law"), "{rule}\n{error}");
        let derogates = format!("derogates = \"{wider}\"\ninstrument = \"授权〔2020〕1号\"\nvalid_until = 2021-12-31");
        assert!(with(&derogates, &rule).is_ok(), "{rule}");
        assert!(with("matters = [\"P10\"]", &rule).is_ok(), "a law that speaks of one matter: {rule}");
    }
    for narrower in [
        format!("ceiling]\n{}", days(20)),
        format!("delivery]\n{}", days(10)),
        "pauses]\nkinds = [\"testing\"]".to_owned(),
    ] {
        assert!(with("", &narrower).is_ok(), "{narrower}");
    }
}

#[test]
fn loosening_is_looked_for_where_two_places_meet_on_a_day() {
    let row = |id: &str, division: &str, from: &str, until: &str, count: u16| {
        file(&format!(
            "[[row]]\nid = \"{id}\"\nclause = \"某规定\"\ntitle = {{ zh = \"某\" }}\nvalid_from = {from}\nvalid_until = {until}\n\
             matter_types = [\"licence\"]\nmodes = [\"approval\"]\ndivision = \"{division}\"\n\
             [row.rule.delivery]\nspan = {{ count = {count}, unit = \"working-days\" }}\n"
        ))
    };
    let city = || row("city", "310000", "2020-01-01", "2020-12-31", 5);
    for (division, from, until, refused) in [
        ("310115", "2020-12-31", "2021-12-31", true),
        ("310115", "2019-01-01", "2020-01-01", true),
        ("310115", "2021-01-01", "2021-12-31", false),
        ("310115", "2019-01-01", "2019-12-31", false),
        ("370283", "2020-12-31", "2021-12-31", false),
        ("310000", "2020-12-31", "2021-12-31", false),
    ] {
        let table = Table::of([city(), row("near", division, from, until, 6)]);
        assert_eq!(table.is_err(), refused, "{division} {from} {until}");
    }
}

#[test]
fn an_end_needs_its_row_an_instrument_and_makes_nothing_longer() {
    let end = |row: &str, day: &str, instrument: &str| {
        let text = format!("[[end]]\nrow = \"{row}\"\nlast_day = {day}\ninstrument = \"{instrument}\"\n");
        Table::of([file(ROW), file(DEROGATION), file(&text)])
    };
    let table = end("delivery", "2030-12-31", "某〔2030〕1号").unwrap();
    let row = table.row("delivery").unwrap();
    assert_eq!((row.valid_until, row.ended_by.as_deref()), (Some(date(2030, 12, 31)), Some("某〔2030〕1号")));
    for (row, day, instrument, said) in [
        ("nothing", "2030-12-31", "某", "law row `nothing`, key `end.row`: no row"),
        ("delivery", "2030-12-31", "", "law row `delivery`, key `end.instrument`"),
        ("delivery", "2004-06-30", "某", "law row `delivery`, key `end.last_day`: lies before"),
        (
            "delivery-here",
            "2022-01-01",
            "某",
            "law row `delivery-here`, key `end.last_day`: the row ends on 2021-12-31",
        ),
    ] {
        let error = end(row, day, instrument).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let text = "[[end]]\nrow = \"delivery\"\nlast_dya = 2030-12-31\nlast_day = 2030-12-31\ninstrument = \"某\"\n";
    assert!(refused(text).contains("law row `delivery`, key `last_dya`: unknown key"));
}

#[test]
fn the_digest_depends_on_the_rows_and_not_on_files() {
    let a = Table::of([file(ROW), file(DEROGATION)]).unwrap();
    let b = Table::parse(&[DEROGATION, ROW].concat()).unwrap();
    assert_eq!((a.digest(), a.encode()), (b.digest(), b.encode()));
    assert_eq!(Digest::of(&a.encode().unwrap()), a.digest());
    assert_eq!(Table::decode(&a.encode().unwrap()).unwrap(), a);
    assert_ne!(a.digest(), Table::parse(ROW).unwrap().digest());
    let ended = a.merge([file("[[end]]\nrow = \"delivery\"\nlast_day = 2030-12-31\ninstrument = \"某\"\n")]).unwrap();
    assert_ne!(a.digest(), ended.digest());
    assert_eq!(Table::decode(&ended.encode().unwrap()).unwrap(), ended);
    // Entries of every earlier build bind digests made in this way: the encoding must not change.
    let golden = "cd5322d6dc19b7665bbc64c7b077bd010d863526fb2b122cf30a34c1471174d4";
    assert_eq!(a.digest().to_string(), golden);
}

#[test]
fn kept_rows_that_were_tampered_with_do_not_read() {
    let kept = String::from_utf8(Table::parse(ROW).unwrap().encode().unwrap()).unwrap();
    assert!(matches!(Table::decode(b"[{}]"), Err(Error::Kept(_))));
    assert!(Table::decode(kept.replace("\"count\":10", "\"count\":0").as_bytes()).is_err());
}
