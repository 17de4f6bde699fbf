//! Callbacks of partners: their bodies, their tokens, and the signatures of messages.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banshi_fuzz::targets::callback::run(data));
