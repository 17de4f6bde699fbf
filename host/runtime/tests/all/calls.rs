//! Calls of well-behaved guests.

use std::collections::BTreeMap;

use banshi_model::command::{Command, Due, StepOutput};
use banshi_model::definition::{Processing, Span};
use banshi_model::event::Event;
use banshi_model::guidance::Direction;
use banshi_model::ids::Digest;
use banshi_model::text::Severity;
use banshi_runtime::CallError;
use serde_json::json;

use crate::support::{Bench, draft, layer, place, plain, told, told_step, unruly, view};

#[tokio::test]
async fn a_matter_answers_every_function_in_the_models_words() {
    let bench = Bench::new();
    let package = bench.packages.add(plain());

    let knobs = bench.runtime.knobs(package).await.unwrap();
    assert_eq!(knobs.len(), 1);
    assert_eq!((knobs[0].default.clone(), knobs[0].narrows), (json!(5), Direction::Lower));

    let parameters = BTreeMap::from([("promised-days".to_owned(), json!(3))]);
    let definition = bench.runtime.define(package, &parameters).await.unwrap();
    assert_eq!(definition.statutory, Span::working_days(20));
    assert_eq!(definition.fields[0].schema, json!({"type": "string", "maxLength": 60}));
    assert_eq!(definition.samples[0].zh, r#"{"promised-days":3}"#, "the guest sees its settings as one object");

    let open = bench.runtime.guide(package, &place(), &BTreeMap::new()).await.unwrap();
    assert_eq!(open.next[0].as_str(), "kind");
    let done = bench.runtime.guide(package, &place(), &draft().answers).await.unwrap();
    assert!(done.next.is_empty());

    assert!(bench.runtime.precheck(package, &draft()).await.unwrap().is_empty());
    let mut empty = draft();
    empty.values.clear();
    let findings = bench.runtime.precheck(package, &empty).await.unwrap();
    assert_eq!(findings[0].severity, Severity::Blocking);

    let step = bench.runtime.advance(package, &view(), "null", &Event::Submitted).await.unwrap();
    assert_eq!(step.commands[0], Command::Accept(Processing::Promised(Span::working_days(5))));
    let Command::SetTimer { due, .. } = &step.commands[2] else { panic!("{:?}", step.commands) };
    assert_eq!(*due, Due::On("2021-05-06".parse().unwrap()));
}

#[tokio::test]
async fn a_state_comes_back_byte_for_byte_and_goes_in_again() {
    let bench = Bench::new();
    let package = bench.packages.add(plain());
    let first = bench.runtime.advance(package, &view(), "null", &Event::Submitted).await.unwrap();
    assert_eq!(
        first.state,
        "{ \"steps\" : 1, \"now\" : \"2021-04-26T09:02:03+08:00\", \"received\" : \"2021-04-26T00:00:00+08:00\", \
         \"values\" : {\"name\":\"便利店\",\"floors\":[1,2.5]} }"
    );
    let second = bench.runtime.advance(package, &view(), &first.state, &Event::Supplemented).await.unwrap();
    assert!(second.state.starts_with("{ \"steps\" : 2,"), "{}", second.state);
}

#[tokio::test]
async fn equal_calls_give_equal_bytes_and_no_instance_outlives_its_call() {
    let bench = Bench::new();
    let package = bench.packages.add(unruly());
    for _ in 0..3 {
        let step = bench.runtime.advance(package, &view(), "null", &told_step("remember")).await.unwrap();
        assert_eq!(step.state, "1");
    }
}

#[tokio::test]
async fn a_variation_refines_what_the_matter_answered_and_lets_the_rest_pass_unchanged() {
    let bench = Bench::new();
    let (matter, variation) = (bench.packages.add(plain()), bench.packages.add(layer()));
    let none = BTreeMap::new();

    let below = bench.runtime.define(matter, &none).await.unwrap();
    let above = bench.runtime.refine_definition(variation, &none, &below).await.unwrap();
    assert_eq!(above.promised, Processing::Promised(Span::working_days(3)));
    assert_eq!(above.fields, below.fields);
    assert_eq!(above.questions, below.questions);

    let below = bench.runtime.guide(matter, &place(), &none).await.unwrap();
    let above = bench.runtime.refine_guidance(variation, &place(), &none, &below).await.unwrap();
    assert_eq!((below.materials.len(), above.materials.len()), (1, 0));
    assert_eq!(above.next, below.next);

    let mut empty = draft();
    empty.values.clear();
    let below = bench.runtime.precheck(matter, &empty).await.unwrap();
    assert_eq!(bench.runtime.refine_findings(variation, &empty, &below).await.unwrap(), below);

    let below = bench.runtime.advance(matter, &view(), "null", &Event::Submitted).await.unwrap();
    let above = bench.runtime.refine_step(variation, &view(), "\"mine\"", &Event::Submitted, &below).await.unwrap();
    assert_eq!(above, StepOutput { state: format!("[\"mine\", {}]", below.state), commands: below.commands });
}

#[tokio::test]
async fn a_fault_is_the_guests_own_word_and_its_text_stays_out_of_the_message() {
    let bench = Bench::new();
    let package = bench.packages.add(unruly());
    let error = bench.runtime.define(package, &told("fault")).await.unwrap_err();
    let CallError::Fault(fault) = &error else { panic!("{error:?}") };
    assert_eq!((fault.code.as_str(), fault.text.as_str()), ("sorry", "今天 不行"));
    assert_eq!((error.code(), error.to_string().as_str()), ("guest.fault", "plugin gave up: sorry"));
}

#[tokio::test]
async fn a_package_that_the_store_does_not_have_is_unavailable() {
    let bench = Bench::new();
    let error = bench.runtime.knobs(Digest::of(b"nothing")).await.unwrap_err();
    assert_eq!(error.code(), "package.unavailable");
}

#[tokio::test]
async fn a_matter_is_not_called_as_a_variation_nor_the_other_way_round() {
    let bench = Bench::new();
    let (matter, variation) = (bench.packages.add(plain()), bench.packages.add(layer()));
    let error = bench.runtime.knobs(variation).await.unwrap_err();
    assert!(error.to_string().contains("is a variation and not a matter"), "{error}");
    let error = bench.runtime.refine_findings(matter, &draft(), &[]).await.unwrap_err();
    assert!(error.to_string().contains("is a matter and not a variation"), "{error}");
}

#[tokio::test]
async fn what_was_called_is_counted_by_fixed_words() {
    let bench = Bench::new();
    let package = bench.packages.add(unruly());
    let _ = bench.runtime.define(package, &told("fault")).await;
    let _ = bench.runtime.define(package, &told("panic")).await;
    let _ = bench.runtime.define(package, &told("panic")).await;
    let counts = bench.runtime.metrics();
    assert_eq!((counts.calls, counts.loaded, counts.compiled), (3, 1, 1));
    assert_eq!((counts.running, counts.queued), (0, 0));
    assert_eq!(counts.failures, BTreeMap::from([("guest.fault", 1), ("guest.trap", 2)]));
}
