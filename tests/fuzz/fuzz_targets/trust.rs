//! Trust roots: whose signatures count.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| banshi_fuzz::targets::trust::run(data));
