//! Years of the working-day calendar.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banshi_fuzz::targets::calendar::run(data));
