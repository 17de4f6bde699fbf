//! From a plugin's crate to a component. Knows no wasmtime, and loads or runs nothing that it builds.
//!
//! A plugin is built for `wasm32-unknown-unknown`, which has no WASI, by plain cargo; `wit-component` then
//! wraps the core module into a component, without any adapter. What cargo needs for that is passed on its
//! command line, so that a plugin's own folder needs no settings at all.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// What plugins are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The cargo profile of plugins: small, one unit, no unwinding. The workspace declares the same one.
pub const PROFILE: &str = "plugin";

/// What cargo is told besides the target and the profile. The guest's own stack has 64 KiB, which cuts a
/// plugin's first memory from 17 pages to 2 and makes each call cheaper.
const SETTINGS: [&str; 9] = [
    "target.wasm32-unknown-unknown.rustflags=['-Clink-arg=-zstack-size=65536']",
    "profile.plugin.inherits='release'",
    "profile.plugin.opt-level='s'",
    "profile.plugin.lto='fat'",
    "profile.plugin.codegen-units=1",
    "profile.plugin.panic='abort'",
    "profile.plugin.strip=true",
    "profile.plugin.debug=false",
    "profile.plugin.overflow-checks=true",
];

/// Why there is no component. All are for the plugin's author.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Cargo could not be started.
    #[error("cargo does not start: {0}; install Rust, or put cargo on the path")]
    NoCargo(#[source] std::io::Error),
    /// Cargo failed.
    #[error("cargo does not build it:\n{output}")]
    Cargo {
        /// What cargo said; empty where it was shown already.
        output: String,
    },
    /// The crate makes no wasm module.
    #[error("the crate in {dir} makes no wasm module; give its Cargo.toml `[lib]` with `crate-type = [\"cdylib\"]`")]
    NoModule {
        /// Its folder.
        dir: String,
    },
    /// A file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
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

/// Whether cargo's progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// On standard error, as it comes.
    Shown,
    /// Only in the error, if it fails.
    Kept,
}

/// Arguments for `cargo build` that make a plugin; those that choose packages and folders may follow.
pub fn cargo_arguments() -> Vec<String> {
    let mut arguments = vec!["build".to_owned(), format!("--target={TARGET}"), format!("--profile={PROFILE}")];
    arguments.extend(SETTINGS.iter().map(|setting| format!("--config={setting}")));
    arguments
}

/// Builds the crate in `dir` with cargo and makes a component out of it. Takes as long as cargo does, and
/// blocks meanwhile. `target` is where cargo puts its files; none: where it always does.
pub fn plugin(dir: &Path, target: Option<&Path>, progress: Progress) -> Result<Vec<u8>, Error> {
    let manifest = dir.join("Cargo.toml");
    let manifest = std::fs::canonicalize(&manifest)
        .map_err(|source| Error::File { path: manifest.display().to_string(), source })?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(cargo_arguments()).arg("--message-format=json-render-diagnostics").current_dir(dir);
    if let Some(target) = target {
        command.arg("--target-dir").arg(target);
    }
    // Flags in the environment are meant for the host's own build, and would replace the settings above.
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    command.stderr(match progress {
        Progress::Shown => Stdio::inherit(),
        Progress::Kept => Stdio::piped(),
    });
    let output = command.stdout(Stdio::piped()).spawn().and_then(|child| child.wait_with_output());
    let output = output.map_err(Error::NoCargo)?;
    if !output.status.success() {
        return Err(Error::Cargo { output: String::from_utf8_lossy(&output.stderr).into_owned() });
    }
    let module = module(&output.stdout, &manifest).ok_or_else(|| Error::NoModule { dir: dir.display().to_string() })?;
    let core_wasm = std::fs::read(&module).map_err(|source| Error::File { path: module, source })?;
    encode(&core_wasm)
}

/// Finds the module of the crate with this manifest in what cargo reports.
fn module(messages: &[u8], manifest: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Message {
        reason: String,
        #[serde(default)]
        manifest_path: String,
        #[serde(default)]
        filenames: Vec<String>,
    }
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Message>(line).ok())
        .filter(|message| message.reason == "compiler-artifact" && Path::new(&message.manifest_path) == manifest)
        .flat_map(|message| message.filenames)
        .find(|file| file.ends_with(".wasm"))
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

    #[test]
    fn the_module_of_the_asked_crate_is_found_among_its_dependencies() {
        let messages =
            br#"{"reason":"compiler-artifact","manifest_path":"/p/dep/Cargo.toml","filenames":["/t/dep.wasm"]}
not json
{"reason":"compiler-artifact","manifest_path":"/p/own/Cargo.toml","filenames":["/t/own.rlib","/t/own.wasm"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(module(messages, Path::new("/p/own/Cargo.toml")).as_deref(), Some("/t/own.wasm"));
        assert_eq!(module(messages, Path::new("/p/other/Cargo.toml")), None);
    }
}
