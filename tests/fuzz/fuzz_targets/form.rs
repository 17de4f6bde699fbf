//! Form values against schemas of plugins, and answers to guided questions.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banshi_fuzz::targets::form::run(data));
