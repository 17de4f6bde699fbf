//! Calls that do not end, or that take more than they may.

use std::hint::black_box;
use std::mem::ManuallyDrop;

use crate::banshi::matter::log::{Level, emit};
use crate::banshi::matter::types::Fault;

/// Does the wrong of this name, if it is one of these; a fault is a wrong too.
pub fn run(wrong: &str) -> Result<(), Fault> {
    match wrong {
        "loop" => spin(),
        "deep-loop" => {
            black_box(dive(black_box(1_000)));
        }
        "memory" => {
            // Taken and not touched, so that the memory runs out long before the time does.
            let mut eaten = Vec::new();
            loop {
                eaten.push(black_box(Vec::<u8>::with_capacity(8 << 20)));
            }
        }
        "stack" => {
            black_box(fall(black_box(1 << 40), 1));
        }
        "trap" => panic!("as told"),
        "log-flood" => (0..100_000).for_each(|_| emit(Level::Info, "again")),
        "fault" => {
            emit(Level::Error, "one\ntwo\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}");
            let code = "a\"} 1\nbanshi_evil_total{b=\"c".to_owned();
            return Err(Fault { code, text: "今天\u{1b}[31m不行\nbanshi_evil_total 1".to_owned() });
        }
        _ => {}
    }
    Ok(())
}

fn spin() -> ! {
    loop {
        black_box(());
    }
}

/// Goes down so far, and stays there.
fn dive(depth: u64) -> u64 {
    if depth == 0 { spin() } else { dive(depth - 1).wrapping_mul(31) ^ depth }
}

/// Goes down for ever, with no frame in the guest's own memory.
fn fall(depth: u64, below: u64) -> u64 {
    if depth == 0 { below } else { fall(depth - 1, below ^ depth).wrapping_mul(31) ^ fall(depth - 1, below) }
}

/// Takes its time, and less than the deadline.
pub fn dawdle() {
    for step in 0..40_000_000_u32 {
        black_box(step);
    }
}

/// A texts' list whose elements all are one region of memory: small here, gigabytes when copied out.
pub fn amplified() -> Vec<String> {
    let region = ManuallyDrop::new("x".repeat(1 << 20));
    let alias = |_| {
        let (start, length) = (region.as_ptr().cast_mut(), region.len());
        // SAFETY: none; this is the attack. The call ends in a trap, before anything is freed twice.
        unsafe { String::from_raw_parts(start, length, length) }
    };
    (0..4_096).map(alias).collect()
}
