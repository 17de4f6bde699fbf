//! Definitions: what a plugin says that a matter is, and the walk through its guide.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banshi_fuzz::targets::definition::run(data));
