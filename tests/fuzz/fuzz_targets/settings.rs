//! Settings of a variation against the knobs of its matter.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banshi_fuzz::targets::settings::run(data));
