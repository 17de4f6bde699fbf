//! A new version of the base, before it is enacted: which of the variations above it fit, differ and conflict.

use serde_json::{Value, json};

use super::{DEPARTMENT, PROVINCE, START, as_package, file, in_force, published, settings, shown, stacked};
use crate::cli::banshi;
use crate::support::{Host, Start, say};

const MATTER: &str = "EX-STALL";

/// The matter with four variations above it: one turns a knob that the new version has no more, one was made for the old
/// version, one changes what the new version changes too, and one does the same on both.
async fn host() -> Host {
    let host = Host::start(Start::simulated(START)).await;
    host.put_in_force("examples/smallest-matter", MATTER, DEPARTMENT, PROVINCE).await;
    let papers = json!({ "promised-days": 2, "shared-data-materials": ["site-plan"] });
    in_force(&host, file(settings(MATTER, "papers", "310115", &papers)), MATTER, "310115").await;
    let days = json!({ "promised-days": 3 });
    in_force(&host, file(settings(MATTER, "days", "310101", &days)), MATTER, "310101").await;
    let mut bound = settings(MATTER, "bound", "310105", &days);
    bound.base = Some("^0.1".to_owned());
    in_force(&host, file(bound), MATTER, "310105").await;
    in_force(&host, stacked(MATTER, "code", "310104").await, MATTER, "310104").await;
    host
}

#[tokio::test]
async fn a_new_base_tells_each_layer_above_it_whether_it_fits_differs_or_conflicts_and_where() {
    let host = host().await;
    let v2 = as_package("examples/plain-approval", |manifest| {
        manifest.matter = MATTER.parse().unwrap();
        manifest.name = "examples/smallest-matter".parse().unwrap();
        manifest.version = "0.2.0".to_owned();
    });
    let path = host.folder().join("v2.banshi");
    let v2 = v2.await;
    std::fs::write(&path, &v2).unwrap();
    let digest = published(&host, v2).await;

    let found = host.as_("publisher-city").get(&format!("/packages/{digest}/fits")).await;
    let items = say(&found, 200)["items"].as_array().unwrap();
    assert_eq!(items.len(), 4, "{:#}", found.body);
    let of = |name: &str| items.iter().find(|item| item["name"] == format!("tests/{name}")).unwrap();
    let conflict = |name: &str| -> (&str, &str, &str) {
        assert_eq!(of(name)["fit"], "conflicts", "{:#}", of(name));
        let why = &of(name)["conflicts"][0];
        (why["rule"].as_str().unwrap(), why["place"].as_str().unwrap(), why["what"]["en"].as_str().unwrap())
    };
    assert_eq!(of("days")["fit"], "fits", "{:#}", of("days"));
    assert_eq!(of("days")["differences"], json!([]));
    let below: Vec<&str> = of("days")["below"].as_array().unwrap().iter().filter_map(|c| c["path"].as_str()).collect();
    assert!(below.contains(&"stages.planning") && below.contains(&"materials.site-plan"), "{below:?}");
    assert_eq!(of("code")["fit"], "differs", "{:#}", of("code"));
    let changed: Vec<&Value> = of("code")["differences"].as_array().unwrap().iter().map(|c| &c["path"]).collect();
    assert_eq!(changed, ["samples"], "it brings its stage to both, and its note to what each has");
    let (rule, place, text) = conflict("papers");
    assert_eq!((rule, place), ("admission.settings", "settings.shared-data-materials"));
    assert_eq!(text, "the matter has no knob `shared-data-materials`");
    let (rule, place, text) = conflict("bound");
    assert_eq!((rule, place), ("enactment.base-version", "manifest.base"));
    assert!(text.contains("^0.1") && text.contains("0.2.0"), "{text}");

    // It was a look: nothing changed. The command line says the same of the file.
    assert_eq!(shown(&host, "310115", MATTER).await["layers"].as_array().unwrap().len(), 2);
    let (code, said) = banshi(&host, "platform", &["package", "fits", path.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    for text in [
        "适用 fits 1，有差异 fits with differences 1，冲突 conflicts 2",
        "settings.shared-data-materials",
        "tests/code",
    ] {
        assert!(said.contains(text), "{text}\n{said}");
    }
}

#[tokio::test]
async fn a_new_version_of_a_layer_in_the_middle_is_tried_under_the_layers_above_it() {
    let host = Host::start(Start::simulated(START)).await;
    host.put_in_force("examples/smallest-matter", MATTER, DEPARTMENT, PROVINCE).await;
    let promised = |name: &str, place: &str, days: u8| settings(MATTER, name, place, &json!({ "promised-days": days }));
    in_force(&host, file(promised("middle", "310100", 4)), MATTER, "310100").await;
    in_force(&host, file(promised("same", "310115", 2)), MATTER, "310115").await;
    in_force(&host, file(promised("falls", "310101", 3)), MATTER, "310101").await;
    let mut next = promised("middle", "310100", 2);
    next.version = "2.0.0".to_owned();
    let digest = published(&host, file(next)).await;
    let found = host.as_("platform").get(&format!("/packages/{digest}/fits")).await;
    let of = |name: &str| {
        let items = say(&found, 200)["items"].as_array().unwrap();
        items.iter().find(|item| item["name"] == format!("tests/{name}")).unwrap().clone()
    };
    assert_eq!(of("same")["fit"], "differs", "it gives nothing any more that the middle does not give");
    let promised =
        of("same")["differences"].as_array().unwrap().iter().any(|c| c["path"] == "promised" && c["after"].is_null());
    assert!(promised, "{:#}", of("same"));
    assert_eq!(of("falls")["fit"], "conflicts");
    let why = &of("falls")["conflicts"][0];
    assert_eq!(why["place"], "settings.promised-days");
    assert_eq!(why["what"]["en"], "knob `promised-days` may only be turned lower: below it is 2, the package sets 3");
}
