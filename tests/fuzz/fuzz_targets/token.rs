//! The token file, and the token in a header.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banshi_fuzz::targets::token::run(data));
