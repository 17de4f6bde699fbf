//! Components that are refused when they are published.

use banshi_model::package::{Kind, Package};

use super::hand_made::{component, manifest, matter, nested, pretender};
use super::{Neighbour, host_under_fire, refused, shown};
use crate::support::Host;

/// A list of one knob at 64, whose id has so many bytes from 0 on; the rest of it is empty.
fn knob_with_id(bytes: usize) -> String {
    format!(
        "(i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 1))
         (i32.store (i32.const 68) (i32.const {bytes})) (i32.const 0)"
    )
}

/// A list of knobs in 16 MiB whose ids all are the 16 MiB beside it: terabytes, when copied out.
fn aliased() -> String {
    "(local $at i32) (drop (memory.grow (i32.const 512))) (local.set $at (i32.const 65536))
     (loop $fill
       (i32.store (local.get $at) (i32.const 16842752))
       (i32.store offset=4 (local.get $at) (i32.const 16777216))
       (local.set $at (i32.add (local.get $at) (i32.const 48)))
       (br_if $fill (i32.lt_u (local.get $at) (i32.const 16777216))))
     (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 340000)) (i32.const 0)"
        .to_owned()
}

/// What the first call of an export does, and the limit that ends it.
fn run_aways() -> Vec<(&'static str, String, String, &'static str)> {
    let spin = "(loop $l (br $l)) unreachable".to_owned();
    let grow = "(loop $l (drop (memory.grow (i32.const 600))) (br $l)) unreachable".to_owned();
    let both = "(loop $l (drop (memory.grow $memory2 (i32.const 16))) (drop (memory.grow 0 (i32.const 16))) (br $l)) unreachable";
    let dive = "(func $dive (param i32) (result i32)
         (if (i32.eqz (local.get 0)) (then (loop $l (br $l))))
         (i32.add (call $dive (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))";
    let fall = "(func $fall (result i32) (i32.add (call $fall) (i32.const 1)))";
    let table = "(loop $l (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $l)) unreachable";
    let none = String::new;
    vec![
        ("endless-loop", none(), spin, "guest.deadline"),
        ("deep-loop", dive.to_owned(), "(call $dive (i32.const 1000))".to_owned(), "guest.deadline"),
        ("stack", fall.to_owned(), "(call $fall)".to_owned(), "guest.stack"),
        ("memory", none(), grow, "guest.memory"),
        ("memories", "(memory $memory2 1)".to_owned(), both.to_owned(), "guest.memory"),
        ("table", "(table $t 1 funcref)".to_owned(), table.to_owned(), "guest.tables"),
        ("trap", none(), "unreachable".to_owned(), "guest.trap"),
        ("far-list", none(), "(i32.store (i32.const 4) (i32.const 0x0fffffff)) (i32.const 0)".to_owned(), "guest.trap"),
        (
            "huge-text",
            none(),
            format!("(drop (memory.grow (i32.const 800))) {}", knob_with_id(50_000_000)),
            "guest.lifting",
        ),
        ("aliased", none(), aliased(), "guest.lifting"),
        ("no-text", none(), bad_text(), "guest.trap"),
        ("no-json", none(), knob_with_id(0), "guest.answer"),
        (
            "start-spins",
            "(func $s (loop $l (br $l))) (start $s)".to_owned(),
            "i32.const 8".to_owned(),
            "guest.deadline",
        ),
        ("start-traps", "(func $s unreachable) (start $s)".to_owned(), "i32.const 8".to_owned(), "guest.trap"),
        ("define-traps", none(), "i32.const 8".to_owned(), "guest.trap"),
    ]
}

async fn publish_all(host: &Host, packages: Vec<(&str, Vec<u8>, &'static str)>) {
    for (name, file, rule) in &packages {
        let answer = host.as_("platform").upload("/packages", file.clone()).await;
        assert_eq!(refused(&answer), [*rule], "{name}: {:#}", answer.body);
    }
    shown(host, "banshi_packages_refused_total", "rule", packages.iter().map(|(_, _, rule)| *rule)).await;
}

#[tokio::test]
async fn a_component_that_runs_away_at_its_first_call_is_refused_under_the_limits_name() {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    let packages = run_aways()
        .into_iter()
        .map(|(name, more, knobs, rule)| (name, matter(name, component(&more, &knobs)), rule))
        .collect();
    publish_all(&host, packages).await;
    neighbour.end().await;
}

/// A knob whose id is the byte at 128, which is no UTF-8.
fn bad_text() -> String {
    "(i32.store8 (i32.const 128) (i32.const 255))
     (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 1))
     (i32.store (i32.const 64) (i32.const 128)) (i32.store (i32.const 68) (i32.const 1)) (i32.const 0)"
        .to_owned()
}

#[tokio::test]
async fn what_is_no_component_of_the_contract_is_refused_by_its_rule() {
    let host = host_under_fire("").await;
    let neighbour = Neighbour::begin(&host);
    let text = |text: &str| wat::parse_str(text).unwrap();
    let instances = |count: usize| format!("(core module $m) {}", "(core instance (instantiate $m))".repeat(count));
    let doubled: String = (0..40)
        .map(|n| format!("(type $t{} (tuple $t{n} $t{n}))", n + 1))
        .fold("(type $t0 (tuple u64 u64))".to_owned(), |all, one| all + &one);
    let wasi = r#"(component (import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func (result u64))))))"#;
    let beyond = r#"(component (import "banshi:matter/cases@0.1.0" (instance (export "peek" (func)))))"#;
    let packages = vec![
        ("core", text("(module)"), "package.not-a-component"),
        ("text", b"#!/bin/sh\nexit\n".to_vec(), "package.not-a-component"),
        ("empty", text("(component)"), "package.export"),
        ("wasi", text(wasi), "package.import"),
        ("beyond", text(beyond), "package.import"),
        ("pretender", pretender(""), "package.structure"),
        ("instances", pretender(&instances(500)), "package.structure"),
        ("instances-5000", pretender(&instances(5_000)), "package.malformed"),
        (
            "memories",
            pretender("(core module $m (memory 1) (memory 1) (memory 1)) (core instance (instantiate $m))"),
            "package.structure",
        ),
        ("threads", pretender("(core module (memory 1 1 shared))"), "package.compile"),
        ("doubled", pretender(&doubled), "package.malformed"),
        ("nested", nested(1_000), "package.structure"),
    ];
    let packages = packages.into_iter().map(|(name, bytes, rule)| (name, matter(name, bytes), rule)).collect();
    publish_all(&host, packages).await;
    neighbour.end().await;
}

#[tokio::test]
async fn a_manifest_that_nests_a_hundred_thousand_deep_is_no_package() {
    let host = host_under_fire("").await;
    let whole = Package { manifest: manifest(Kind::Settings, "deep", "T-WILD"), component: vec![] };
    let manifest = serde_json::to_string(&whole.manifest).unwrap();
    let deep = format!("{{\"do\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let manifest = manifest.replace("\"settings\":{}", &format!("\"settings\":{deep}"));
    let mut file = banshi_model::package::MAGIC.to_vec();
    file.extend(u32::try_from(manifest.len()).unwrap().to_be_bytes());
    file.extend(manifest.bytes());
    publish_all(&host, vec![("deep", file, "package.format")]).await;

    let body = format!("{{\"matter\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = host.as_("applicant").post_text("/cases", body).await;
    assert_eq!(answer.status, 400, "{:#}", answer.body);
}
