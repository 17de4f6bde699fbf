//! From a core module that wit-bindgen made to a component. Knows no wasmtime, and loads or runs nothing.
//!
//! A plugin is built for `wasm32-unknown-unknown`, which has no WASI, by plain cargo; `wit-component` wraps
//! the core module into a component, without any adapter. `banshi package build` does both.

use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// Why there is no component. All are for the plugin's author.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are not a core module.
    #[error("not a core wasm module: {0}")]
    NotCore(String),
    /// The module knows nothing of the contract.
    #[error(
        "the module does not say which world it implements; export one with the SDK's macro, or with wit-bindgen's `generate!` and `export!`"
    )]
    NoWorld,
    /// The module does not fit the world that it names, for example because it imports WASI.
    #[error("the module does not become a component: {0}")]
    Encode(String),
}

/// Makes a component out of a core module that holds wit-bindgen's metadata. No adapter is used, so a
/// module that imports WASI is refused.
pub fn encode(core_wasm: &[u8]) -> Result<Vec<u8>, Error> {
    if !has_world(core_wasm)? {
        return Err(Error::NoWorld);
    }
    ComponentEncoder::default()
        .validate(true)
        .module(core_wasm)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| Error::Encode(format!("{error:#}")))
}

fn has_world(core_wasm: &[u8]) -> Result<bool, Error> {
    if core_wasm.get(..8) != Some(b"\0asm\x01\0\0\0".as_slice()) {
        return Err(Error::NotCore("it does not begin as one".to_owned()));
    }
    let mut found = false;
    for payload in Parser::new(0).parse_all(core_wasm) {
        match payload.map_err(|error| Error::NotCore(error.to_string()))? {
            Payload::CustomSection(section) => found |= section.name().starts_with("component-type"),
            _ => continue,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_core_module_are_refused_by_name() {
        for bytes in [&b""[..], b"\0asm", b"#!/bin/sh\n", b"\0asm\x0d\0\x01\0"] {
            assert!(matches!(encode(bytes), Err(Error::NotCore(_))), "{bytes:?}");
        }
    }

    #[test]
    fn a_module_without_metadata_is_told_to_export_a_world() {
        assert!(matches!(encode(b"\0asm\x01\0\0\0"), Err(Error::NoWorld)));
    }
}
