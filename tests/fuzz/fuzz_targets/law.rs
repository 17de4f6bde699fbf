//! Law tables: files of rows and ends.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banshi_fuzz::targets::law::run(data));
