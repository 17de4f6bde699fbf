//! Guests that go too far: each is ended by its own limit, named, and leaves the neighbours alone.

use std::collections::BTreeMap;

use banshi_model::event::Event;
use banshi_runtime::{CallError, Options};

use crate::support::{Bench, place, plain, told, told_step, unruly, view};

async fn define(bench: &Bench, what: &str) -> CallError {
    let package = bench.packages.add(unruly());
    bench.runtime.define(package, &told(what)).await.unwrap_err()
}

async fn advance(bench: &Bench, what: &str) -> CallError {
    let package = bench.packages.add(unruly());
    bench.runtime.advance(package, &view(), "null", &told_step(what)).await.unwrap_err()
}

#[tokio::test]
async fn an_endless_loop_ends_at_the_deadline() {
    let error = define(&Bench::with(Options { deadline_ms: 20, ..Options::default() }), "loop").await;
    assert_eq!(error.code(), "guest.deadline");
}

#[tokio::test]
async fn a_panic_is_a_trap() {
    let error = define(&Bench::new(), "panic").await;
    assert_eq!(error, CallError::Trap { what: "wasm trap: wasm `unreachable` instruction executed".to_owned() });
}

#[tokio::test]
async fn endless_recursion_ends_at_the_stack() {
    assert_eq!(define(&Bench::new(), "recurse").await.code(), "guest.stack");
}

#[tokio::test]
async fn a_memory_bomb_ends_at_the_memory_and_never_sees_a_growth_fail() {
    let error = define(&Bench::with(Options { memory_bytes: 8 << 20, ..Options::default() }), "eat-memory").await;
    assert_eq!(error.code(), "guest.memory", "{error}");
}

#[tokio::test]
async fn a_list_that_amplifies_one_region_ends_at_lifting() {
    let bench = Bench::new();
    let package = bench.packages.add(unruly());
    let error = bench.runtime.guide(package, &place(), &BTreeMap::new()).await.unwrap_err();
    assert_eq!(error.code(), "guest.lifting", "{error}");
}

#[tokio::test]
async fn a_huge_log_line_ends_at_lifting_before_it_is_cut() {
    assert_eq!(define(&Bench::new(), "log-amplified").await.code(), "guest.lifting");
}

#[tokio::test]
async fn a_flood_of_log_lines_ends_at_the_log() {
    assert_eq!(define(&Bench::new(), "flood-log").await.code(), "guest.log");
}

#[tokio::test]
async fn too_big_an_answer_ends_at_the_output() {
    assert_eq!(advance(&Bench::new(), "big-state").await.code(), "guest.output");
}

#[tokio::test]
async fn too_deep_an_answer_ends_at_the_nesting() {
    assert_eq!(advance(&Bench::new(), "deep-state").await.code(), "guest.nesting");
}

#[tokio::test]
async fn too_many_commands_end_at_the_commands() {
    assert_eq!(advance(&Bench::new(), "many-commands").await.code(), "guest.commands");
}

#[tokio::test]
async fn an_answer_that_does_not_convert_names_the_place_and_not_what_stands_there() {
    let bench = Bench::new();
    for (what, message) in [
        ("no-json-state", "`state` is not JSON text"),
        ("bad-id", "`commands[1].set-timer.id` is not an id of 1 to 64 letters, digits, `-`, `_` or `.`"),
        ("bad-date", "`commands[0].set-timer.due.on` is not a civil date like `2021-04-26`"),
        ("bad-content", "`commands[0].issue-licence.content` is not a JSON object"),
    ] {
        let error = advance(&bench, what).await;
        assert_eq!(error, CallError::Invalid { what: message.to_owned() });
        assert_eq!(error.code(), "guest.answer");
    }
}

#[tokio::test]
async fn neighbours_go_on_after_every_kind_of_end() {
    let options = Options { deadline_ms: 20, memory_bytes: 8 << 20, ..Options::default() };
    let bench = Bench::with(options);
    let good = bench.packages.add(plain());
    for what in ["loop", "panic", "recurse", "eat-memory", "flood-log"] {
        define(&bench, what).await;
        bench.runtime.advance(good, &view(), "null", &Event::Submitted).await.unwrap();
    }
}

#[tokio::test]
async fn options_that_cannot_work_are_refused_at_start_by_name() {
    for (options, name) in [
        (Options { deadline_ms: 0, ..Options::default() }, "deadline_ms"),
        (Options { stack_bytes: 8 << 20, ..Options::default() }, "stack_bytes"),
        (Options { json_nesting: 500, ..Options::default() }, "json_nesting"),
        (
            Options { concurrent_calls: 2, concurrent_calls_per_package: 3, ..Options::default() },
            "concurrent_calls_per_package",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let result = banshi_runtime::Runtime::new(
            options,
            folder.path(),
            [0; 32],
            banshi_runtime::Compiler::InProcess,
            std::sync::Arc::new(crate::support::Packages::default()),
        );
        let Err(error) = result else { panic!("{name} was taken") };
        assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
    }
}

#[test]
fn an_unknown_option_is_refused() {
    assert!(serde_json::from_str::<Options>(r#"{"deadline_ms": 100}"#).is_ok());
    assert!(serde_json::from_str::<Options>(r#"{"dead_line_ms": 100}"#).is_err());
}
