//! What is admitted and what is not.

use banshi_model::ids::Digest;
use banshi_model::package::Kind;
use banshi_runtime::{AdmissionError, Options};

use crate::support::{Bench, layer, plain, pretender, wat};

async fn refused(kind: Kind, component: &[u8]) -> AdmissionError {
    Bench::new().runtime.admit(kind, component).await.unwrap_err()
}

#[tokio::test]
async fn a_matter_and_a_variation_are_admitted_and_reported() {
    let bench = Bench::new();
    let admitted = bench.runtime.admit(Kind::Matter, plain()).await.unwrap();
    assert_eq!((admitted.component, admitted.bytes), (Digest::of(plain()), plain().len()));
    assert_eq!(admitted.exports, ["banshi:matter/workflow@0.1.0"]);
    assert!(admitted.imports.contains(&"banshi:matter/log@0.1.0".to_owned()), "{:?}", admitted.imports);
    assert!(admitted.imports.iter().all(|name| name.starts_with("banshi:matter/")), "{:?}", admitted.imports);

    let admitted = bench.runtime.admit(Kind::Code, layer()).await.unwrap();
    assert_eq!(admitted.exports, ["banshi:matter/refinement@0.1.0"]);
    let codes = (bench.runtime.metrics().compiled, bench.runtime.metrics().calls);
    assert_eq!(codes, (2, 0));
}

#[tokio::test]
async fn a_component_must_give_what_its_kind_needs() {
    assert!(matches!(
        refused(Kind::Matter, layer()).await,
        AdmissionError::Export { name: "banshi:matter/workflow@0.1.0" }
    ));
    assert!(matches!(
        refused(Kind::Code, plain()).await,
        AdmissionError::Export { name: "banshi:matter/refinement@0.1.0" }
    ));
    let settings = refused(Kind::Settings, plain()).await;
    assert_eq!(settings.code(), "package.kind");
    assert!(settings.to_string().contains("publish it as `code`"), "{settings}");
}

#[tokio::test]
async fn what_is_no_component_is_told_what_it_is() {
    for (bytes, what) in [
        (b"".to_vec(), "something that is no WebAssembly"),
        (vec![0x5a; 4_096], "something that is no WebAssembly"),
        (wat("(module)"), "a core module"),
        (b"BANSHI\0\x01rest".to_vec(), "a package file"),
    ] {
        let error = refused(Kind::Matter, &bytes).await;
        assert!(matches!(error, AdmissionError::NotAComponent { what: found } if found == what), "{error}");
    }
}

#[tokio::test]
async fn a_damaged_component_is_malformed_wherever_it_is_cut_or_changed() {
    let bench = Bench::new();
    let length = plain().len();
    for cut in [9, 64, length / 2, length - 1] {
        let error = bench.runtime.admit(Kind::Matter, &plain()[..cut]).await.unwrap_err();
        assert!(matches!(error, AdmissionError::Malformed { .. } | AdmissionError::Export { .. }), "{cut}: {error}");
    }
}

#[tokio::test]
async fn a_component_over_its_bytes_is_refused_before_it_is_read() {
    let bench = Bench::with(Options { component_bytes: 100, ..Options::default() });
    let error = bench.runtime.admit(Kind::Matter, plain()).await.unwrap_err();
    assert_eq!(error.code(), "package.size");
    assert_eq!(bench.runtime.metrics().compiled, 0);
}

#[tokio::test]
async fn any_import_but_the_log_and_types_is_refused_by_name_and_nothing_is_compiled() {
    for (text, name) in [
        (
            r#"(component (import "wasi:clocks/wall-clock@0.2.0" (instance
                 (export "now" (func (result u64))))))"#,
            "wasi:clocks/wall-clock@0.2.0",
        ),
        (r#"(component (import "now" (func (result u64))))"#, "now"),
        (r#"(component (import "m" (core module)))"#, "m"),
        (
            r#"(component (import "banshi:matter/types@0.1.0" (instance (export "f" (func)))))"#,
            "banshi:matter/types@0.1.0",
        ),
        (
            r#"(component (import "wasi:io/poll@0.2.0" (instance
              (export "pollable" (type (sub resource))))))"#,
            "wasi:io/poll@0.2.0",
        ),
        // Hidden behind a harmless one.
        (
            r#"(component
                 (import "banshi:matter/log@0.1.0" (instance (export "emit" (func))))
                 (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64))))))"#,
            "wasi:random/random@0.2.0",
        ),
    ] {
        let bench = Bench::new();
        let error = bench.runtime.admit(Kind::Matter, &wat(text)).await.unwrap_err();
        assert!(matches!(&error, AdmissionError::Import { name: found } if found == name), "{error}");
        assert_eq!(bench.runtime.metrics().compiled, 0);
    }
}

#[tokio::test]
async fn an_export_of_the_right_name_and_the_wrong_shape_is_refused() {
    let error = refused(Kind::Matter, &pretender("", "")).await;
    assert_eq!(error.code(), "package.structure");
    assert!(error.to_string().contains("knobs"), "{error}");

    let lifted = r#"(core module $m (func (export "f")))
        (core instance $i (instantiate $m))
        (func $f (canon lift (core func $i "f")))"#;
    let all = ["knobs", "define", "guide", "precheck", "advance", "judge", "migrate"];
    let inside: String = all.iter().map(|name| format!("(export \"{name}\" (func $f))")).collect();
    let error = refused(Kind::Matter, &pretender(lifted, &inside)).await;
    assert_eq!(error.code(), "package.structure", "{error}");
}

#[tokio::test]
async fn a_component_that_traps_as_it_starts_is_refused() {
    let lifted = r#"(core module $m (func $start unreachable) (start $start) (func (export "f")))
        (core instance $i (instantiate $m))
        (func $f (canon lift (core func $i "f")))"#;
    let all = ["knobs", "define", "guide", "precheck", "advance", "judge", "migrate"];
    let inside: String = all.iter().map(|name| format!("(export \"{name}\" (func $f))")).collect();
    let error = refused(Kind::Matter, &pretender(lifted, &inside)).await;
    assert_eq!(error.code(), "package.instantiate", "{error}");
}

#[tokio::test]
async fn what_would_differ_between_processors_does_not_compile() {
    for (what, module) in [
        ("threads", "(module (memory 1 1 shared))"),
        ("memory64", "(module (memory i64 1))"),
        (
            "relaxed SIMD",
            "(module (func (param v128 v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 1))))",
        ),
    ] {
        let error = refused(Kind::Matter, &pretender(&format!("(core {}", &module[1..]), "")).await;
        assert_eq!(error.code(), "package.compile", "{what}: {error}");
    }
}

#[tokio::test]
async fn more_memories_or_tables_or_bytes_than_allowed_do_not_fit() {
    for module in
        ["(module (memory 1) (memory 1) (memory 1))", "(module (memory 2000))", "(module (table 30000 funcref))"]
    {
        let before = format!("(core module $m {} (core instance (instantiate $m))", &module["(module ".len()..]);
        let error = refused(Kind::Matter, &pretender(&before, "")).await;
        assert_eq!(error.code(), "package.structure", "{module}: {error}");
    }
}
