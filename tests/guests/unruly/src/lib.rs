//! A matter that misbehaves as it is told to: `define` by the knob `do`, `advance` by a timer's id. One
//! guest for many wrongs, so that the tests build fast.

wit_bindgen::generate!({ path: "../../../wit", world: "matter" });

use std::hint::black_box;
use std::mem::ManuallyDrop;

use banshi::matter::cases::{Command, Draft, Due, Event, Guidance, Knob, Licence, Offer, Place, Step, Timer, View};
use banshi::matter::log::{Level, emit};
use banshi::matter::matters::Definition;
use banshi::matter::types::{Fault, Finding};
use exports::banshi::matter::workflow::Guest;

struct Unruly;
export!(Unruly);

fn fault(code: &str) -> Fault {
    Fault { code: code.to_owned(), text: "as told".to_owned() }
}

/// Goes down for ever, with no frame in the guest's own memory.
fn fall(depth: u64, below: u64) -> u64 {
    if depth == 0 { below } else { fall(depth - 1, below ^ depth).wrapping_mul(31) ^ fall(depth - 1, below) }
}

/// A texts' list whose elements all are one region of memory: small here, huge when copied out.
fn amplified() -> Vec<String> {
    let region = ManuallyDrop::new("x".repeat(1 << 20));
    let alias = |_| {
        let (start, length) = (region.as_ptr().cast_mut(), region.len());
        // SAFETY: none; this is the attack. The call ends in a trap, before anything is freed twice.
        unsafe { String::from_raw_parts(start, length, length) }
    };
    (0..4_096).map(alias).collect()
}

impl Guest for Unruly {
    fn knobs() -> Vec<Knob> {
        vec![]
    }

    fn define(parameters: String) -> Result<Definition, Fault> {
        let told = parameters.trim_start_matches("{\"do\":\"").trim_end_matches("\"}");
        match told {
            "loop" => loop {
                black_box(());
            },
            "panic" => panic!("as told"),
            "recurse" => {
                black_box(fall(black_box(1 << 40), 1));
            }
            "eat-memory" => {
                let mut eaten = Vec::new();
                loop {
                    eaten.push(black_box(vec![1_u8; 1 << 20]));
                }
            }
            "flood-log" => (0..10_000).for_each(|_| emit(Level::Info, "again")),
            "log-long" => emit(Level::Warn, &"长".repeat(100_000)),
            "log-controls" => emit(Level::Error, "one\ntwo\u{1b}[2J\u{202e}"),
            "log-amplified" => emit(Level::Info, &"x".repeat(20 << 20)),
            "fault" => return Err(Fault { code: "sorry".to_owned(), text: "今天\u{1b}不行".to_owned() }),
            _ => {}
        }
        Err(fault("done"))
    }

    fn guide(_: Place, _: String) -> Result<Guidance, Fault> {
        Ok(Guidance { next: amplified(), fields: vec![], materials: vec![], parts: vec![], modes: vec![], way: None })
    }

    fn precheck(_: Draft) -> Result<Vec<Finding>, Fault> {
        Err(fault("done"))
    }

    fn advance(current: View, event: Event) -> Result<Step, Fault> {
        let Event::TimerDue(told) = event else { return Err(fault("done")) };
        let timer = |id: &str, due: &str| Command::SetTimer(Timer { id: id.to_owned(), due: Due::On(due.to_owned()) });
        let licence = |content: &str| {
            Command::IssueLicence(Licence {
                licence_type: "T".to_owned(),
                content: content.to_owned(),
                valid_until: None,
            })
        };
        let with_state = |state: &str| Ok(Step { state: state.to_owned(), commands: vec![] });
        let with_commands = |commands| Ok(Step { state: "null".to_owned(), commands });
        match told.as_str() {
            "many-commands" => with_commands(vec![Command::Close; 257]),
            "big-state" => with_state(&format!("\"{}\"", "x".repeat(5 << 20))),
            "deep-state" => with_state(&format!("{}{}", "[".repeat(65), "]".repeat(65))),
            "no-json-state" => with_state("{'a':1}"),
            "bad-id" => with_commands(vec![Command::Close, timer("张三", "2021-05-06")]),
            "bad-date" => with_commands(vec![timer("remind", "2021-02-30")]),
            "bad-content" => with_commands(vec![licence("[1]")]),
            "remember" => with_state(&remembered(&current.state)),
            _ => Err(fault("unknown")),
        }
    }

    fn judge(_: Place, _: String, _: String) -> Result<Option<Offer>, Fault> {
        Ok(None)
    }

    fn migrate(_: View, _: String) -> Result<Step, Fault> {
        Err(fault("done"))
    }
}

/// How often this instance was called, by a global that would live on if instances did.
fn remembered(_: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static CALLS: AtomicU32 = AtomicU32::new(0);
    (CALLS.fetch_add(1, Ordering::Relaxed) + 1).to_string()
}
