//! Journal: decode ∘ encode is the identity, for entries of every kind with any text, number and JSON in them; and
//! what is written again is the same to the byte.

use banshi_model::command::{Command, StepOutput};
use banshi_model::definition::{Business, Mode, Source, Span};
use banshi_model::draft::{Draft, FieldValue, Opinion, Outcome, TaskResult};
use banshi_model::effect::{DueDate, Effect, Limits, Outgoing, PartnerKind, StepFault, TimerKind};
use banshi_model::entry::{Actor, Bindings, Cause, Entry, HostAct, LayerAnswer};
use banshi_model::event::Event;
use banshi_model::ids::{CaseId, Digest, Slug};
use banshi_model::text::{Finding, Reason, Severity, Subject, SubjectKind, Text};
use jiff::Timestamp;
use jiff::civil::Date;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value;

use super::{decode, decode_bytes, encode};
use crate::sample::{Story, at, draft, id};

/// Any JSON: deep, wide, with every number that JSON has.
fn json() -> impl Strategy<Value = Value> {
    let float = any::<f64>().prop_filter_map("JSON has no such number", serde_json::Number::from_f64);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        float.prop_map(Value::Number),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Any text: Chinese, control characters, quotes, characters beyond the basic plane.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![2 => "[一-龥a-z0-9 ]{0,12}", 1 => any::<String>()]
}

fn slug() -> impl Strategy<Value = Slug> {
    "[a-z][a-z0-9-]{0,10}[a-z0-9]".prop_map(|slug| slug.parse().unwrap())
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (-2_000_000_000_000_i64..4_000_000_000_000).prop_map(|ms| Timestamp::from_millisecond(ms).unwrap())
}

fn day() -> impl Strategy<Value = Date> {
    (1990..2080_i16, 1..13_i8, 1..29_i8).prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

fn case_id() -> impl Strategy<Value = CaseId> {
    any::<u8>().prop_map(|n| id("310115", n))
}

fn subject() -> impl Strategy<Value = Subject> {
    (text(), text()).prop_map(|(id, name)| Subject { kind: SubjectKind::NaturalPerson, id, name })
}

fn both() -> impl Strategy<Value = Text> {
    (text(), proptest::option::of(text())).prop_map(|(zh, en)| Text { zh, en })
}

fn reason() -> impl Strategy<Value = Reason> {
    (text(), text(), both(), vec(text(), 0..2)).prop_map(|(rule, basis, text, evidence)| Reason {
        rule,
        basis,
        text,
        evidence,
    })
}

fn opinion() -> impl Strategy<Value = Opinion> {
    proptest::sample::select(vec![Opinion::Approve, Opinion::Object, Opinion::Abstain])
}

fn task_result() -> impl Strategy<Value = TaskResult> {
    (slug(), text(), opinion(), any::<bool>(), json(), vec(reason(), 0..2)).prop_map(
        |(task, unit, opinion, by_silence, data, reasons)| TaskResult {
            task,
            unit,
            opinion,
            by_silence,
            data,
            reasons,
        },
    )
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![Just(Source::Applicant), Just(Source::SubjectRecord), text().prop_map(Source::Licence)]
}

fn field_value() -> impl Strategy<Value = FieldValue> {
    (slug(), json(), source(), instant()).prop_map(|(field, value, origin, at)| FieldValue { field, value, origin, at })
}

fn limits() -> impl Strategy<Value = Limits> {
    let due = || (day(), any::<bool>()).prop_map(|(date, provisional)| DueDate { date, provisional });
    let span = || (0..99_u16).prop_map(Span::working_days);
    (span(), text(), due(), proptest::option::of(span()), due(), proptest::option::of(due())).prop_map(
        |(statutory, statutory_row, statutory_due, promised, promised_due, bundle_due)| Limits {
            statutory,
            statutory_row,
            statutory_due,
            promised,
            promised_due,
            bundle_due,
        },
    )
}

fn fault() -> impl Strategy<Value = StepFault> {
    (text(), text(), any::<bool>()).prop_map(|(code, text, package)| StepFault {
        code,
        text,
        package: package.then(|| Digest::of(b"package")),
    })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Submitted),
        task_result().prop_map(Event::TaskDone),
        slug().prop_map(Event::TimerDue),
        subject().prop_map(Event::IdentityVerified),
        (slug(), proptest::option::of(json().prop_filter("null is none", |value| !value.is_null())))
            .prop_map(|(id, value)| Event::LookedUp { id, value }),
        (slug(), any::<bool>()).prop_map(|(id, paid)| Event::Payment { id, paid }),
        json().prop_map(Event::FactHeard),
        text().prop_map(Event::LicenceEnded),
        (0..30_u16).prop_map(|days| Event::Extended(Span::working_days(days))),
    ]
}

fn effect() -> impl Strategy<Value = Effect> {
    let sent = (text(), text(), json(), proptest::option::of(text())).prop_map(|(key, action, data, answers)| {
        Effect::Sent(Outgoing { key, partner: PartnerKind::Notice, action, data, answers })
    });
    let decided =
        (vec(reason(), 0..3), proptest::option::of(both()), proptest::option::of(slug()), proptest::option::of(text()))
            .prop_map(|(reasons, remedy, task, row)| Effect::Decided {
                outcome: Outcome::Refused,
                ground: None,
                task,
                reasons,
                remedy,
                row,
            });
    let finding = reason().prop_map(|reason| Finding { severity: Severity::Blocking, reason });
    prop_oneof![
        vec(text(), 0..3).prop_map(Effect::StatesSet),
        (day(), limits(), any::<bool>()).prop_map(|(on, limits, deemed)| Effect::Accepted { on, limits, deemed }),
        vec(finding, 0..3).prop_map(|findings| Effect::SupplementAsked { findings, deadline: None }),
        vec(field_value(), 0..3).prop_map(|values| Effect::Supplemented { values, documents: Vec::new() }),
        (task_result(), proptest::option::of(text()))
            .prop_map(|(result, by)| Effect::TaskDone { result: result.into(), by }),
        (slug(), instant()).prop_map(|(id, at)| Effect::TimerSet { timer: TimerKind::Plugin(id), at }),
        slug().prop_map(|id| Effect::TimerEnded(TimerKind::Silence(id))),
        sent,
        decided,
        vec(text(), 0..3).prop_map(Effect::LicencesReleased),
        json().prop_map(Effect::FactPublished),
        (case_id(), event()).prop_map(|(to, event)| Effect::EventSent { to, event }),
        (event(), fault()).prop_map(|(event, fault)| Effect::Parked { event: Box::new(event), fault }),
        Just(Effect::Closed(Outcome::Granted)),
    ]
}

fn application() -> impl Strategy<Value = Draft> {
    (subject(), vec(field_value(), 0..4), btree_map(text(), json(), 0..4)).prop_map(|(subject, values, answers)| {
        Draft {
            values,
            answers: answers.clone(),
            parameters: answers,
            business: Business::Renew,
            mode: Mode::Commitment,
            ..draft("310115", subject)
        }
    })
}

fn cause() -> impl Strategy<Value = Cause> {
    let bound = || Digest::of(b"bound");
    let commands = vec(json().prop_map(Command::PublishFact), 0..3);
    let step = (event(), text(), commands, 0..4_usize).prop_map(move |(event, state, commands, arrived)| Cause::Step {
        event: Box::new(event),
        answers: vec![LayerAnswer { package: bound(), output: StepOutput { state, commands } }],
        bindings: Box::new(Bindings {
            chain: bound(),
            definition: bound(),
            calendar: bound(),
            law: bound(),
            before: bound(),
        }),
        arrived,
    });
    let received = (application(), any::<u8>()).prop_map(|(draft, n)| {
        let story = Story::begin(&id("310115", n), draft, at(i64::from(n)));
        story.fresh.into_iter().next().unwrap().cause
    });
    prop_oneof![
        received,
        step,
        (event(), fault()).prop_map(|(event, fault)| Cause::Failed { event: Box::new(event), fault }),
        event().prop_map(|event| Cause::Host(HostAct::Noted(Box::new(event)))),
        text().prop_map(|row| Cause::Host(HostAct::DeemedAccepted(row))),
    ]
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        Just(Actor::Host),
        text().prop_map(Actor::Principal),
        text().prop_map(Actor::Partner),
        case_id().prop_map(Actor::Case)
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    (case_id(), any::<u64>(), instant(), actor(), cause(), vec(effect(), 0..6)).prop_map(
        |(case, seq, at, by, cause, effects)| Entry {
            case,
            seq,
            at,
            by,
            cause,
            effects,
            after: Digest::of(&seq.to_be_bytes()),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_entry_reads_as_it_was_written_and_is_written_again_as_the_same_bytes(entry in entry(), room in 0..20_usize) {
        let body = encode(&entry, room).unwrap();
        let read: Entry = decode(&body[room..]).expect("reads");
        prop_assert_eq!(&read, &entry);
        prop_assert_eq!(encode(&read, room).unwrap(), body.clone());
        // And through any other reader of JSON: the journal holds nothing but text.
        let plain = decode_bytes(&body[room..]).unwrap();
        let value: Value = serde_json::from_slice(&plain).unwrap();
        prop_assert_eq!(serde_json::to_vec(&value).unwrap(), plain);
    }

    #[test]
    fn a_state_has_the_same_digest_after_its_journal_was_read(draft in application(), effects in vec(effect(), 0..6)) {
        let mut story = Story::begin(&id("310115", 1), draft, at(0));
        story.step(at(1), effects);
        let mut folded = None;
        for entry in &story.fresh {
            let read: Entry = decode(&encode(entry, 0).unwrap()).expect("reads");
            folded = crate::fold(folded, &read);
        }
        prop_assert_eq!(folded.unwrap().digest().unwrap(), story.case.digest().unwrap());
    }
}
