//! Core modules that become components, and one that does not.

use banshi_runtime::build::{Error, encode};

use crate::support::{module, wat};

#[test]
fn a_module_that_imports_wasi_is_refused_by_the_name_of_what_it_imports() {
    // The metadata of a real matter, in a module that asks for the clock.
    let real = module("plain");
    let mut asking =
        wat(r#"(module (import "wasi_snapshot_preview1" "clock_time_get" (func (param i32 i64 i32) (result i32))))"#);
    let mut found = 0;
    for payload in wasmparser::Parser::new(0).parse_all(&real) {
        if let wasmparser::Payload::CustomSection(section) = payload.unwrap()
            && section.name().starts_with("component-type")
        {
            let name = section.name().as_bytes();
            let contents = [leb128(name.len()), name.to_vec(), section.data().to_vec()].concat();
            asking.extend([vec![0], leb128(contents.len()), contents].concat());
            found += 1;
        }
    }
    assert!(found > 0, "wit-bindgen leaves its metadata in the module");
    let Err(Error::Encode(what)) = encode(&asking) else { panic!("it was encoded") };
    assert!(what.contains("wasi_snapshot_preview1"), "{what}");
}

fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).unwrap();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
