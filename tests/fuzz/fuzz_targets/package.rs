//! Package files: what is published.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banshi_fuzz::targets::package::run(data));
