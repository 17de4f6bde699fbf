//! A bundle's form out of its parts'.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banshi_fuzz::targets::merge::run(data));
