//! Admission: components through validation, compilation, linking and one instance, as `Runtime::admit` does it.
//!
//! Seeds are made here and not kept: the smallest component of each world of the contract, by wit-component.
#![no_main]

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use arbitrary::{Result, Unstructured};
use banshi_model::ids::Digest;
use banshi_model::package::Kind;
use banshi_runtime::{AdmissionError, Admitted, Compiler, ComponentSource, Options, Runtime};
use tempfile::TempDir;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

/// The folder of compiled components is emptied after so many runs.
const RUNS_KEPT: usize = 256;
/// What an error says has at most so many characters.
const MESSAGE_CHARS_MAX: usize = 1_000;

libfuzzer_sys::fuzz_target!(init: {
    for kind in [Kind::Matter, Kind::Code] {
        let unchanged = admit(kind, seed(kind));
        assert!(unchanged.is_ok(), "what is changed is right before: {unchanged:?}");
    }
}, |data: &[u8]| {
    let Some((mode, rest)) = data.split_first() else { return };
    let kind = if mode & 1 == 0 { Kind::Matter } else { Kind::Code };
    match mode % 8 {
        0 | 1 => judge(kind, rest),
        2..=4 => drop(changed(kind, &mut Unstructured::new(rest)).map(|bytes| judge(kind, &bytes))),
        _ => drop(written(&mut Unstructured::new(rest)).map(|bytes| judge(kind, &bytes))),
    }
});

/// The component of a world with bytes changed, cut out, doubled or put in.
fn changed(kind: Kind, u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut bytes = seed(kind).to_vec();
    for _ in 0..u.int_in_range(0..=6)? {
        let at = u.choose_index(bytes.len().max(1))?;
        let length = u.int_in_range(0..=32_usize)?.min(bytes.len().saturating_sub(at));
        match u.int_in_range(0..=3)? {
            0 if at < bytes.len() => bytes[at] = u.arbitrary()?,
            1 => drop(bytes.drain(at..at + length)),
            2 => {
                let copy = bytes[at..at + length].to_vec();
                let to = u.choose_index(bytes.len().max(1))?;
                bytes.splice(to..to, copy);
            }
            _ => {
                let fresh = u.bytes(length.min(u.len()))?.to_vec();
                bytes.splice(at.min(bytes.len())..at.min(bytes.len()), fresh);
            }
        }
    }
    Ok(bytes)
}

/// A component put together from pieces of text, most of them harmful.
fn written(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    const PIECES: [&str; 14] = [
        r#"(import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func (result u64)))))"#,
        r#"(import "banshi:matter/log@0.1.0" (instance (export "emit" (func))))"#,
        r#"(import "banshi:matter/types@0.1.0" (instance (export "t" (type (sub resource)))))"#,
        r#"(import "m" (core module))"#,
        "(core module (func $s (loop (br 0))) (start $s))",
        "(core module $big (memory 65536))",
        "(core module $table (table 4000000000 funcref))",
        "(core module $data (memory 1) (data (i32.const 65535) \"xx\"))",
        "(core module $traps (func $s unreachable) (start $s))",
        "(core module $v (func (param v128 v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 1))))",
        "(component (component (component (core module (memory 1 1 shared)))))",
        "(core module $deep (func $f (call $f)) (start $f))",
        "(instance $w)",
        r#"(export "banshi:matter/workflow@0.1.0" (instance $w))"#,
    ];
    let mut text = "(component ".to_owned();
    for nth in 0..u.int_in_range(1..=6)? {
        let piece = *u.choose(&PIECES)?;
        text.push_str(piece);
        if let Some(name) = piece.strip_prefix("(core module $").and_then(|rest| rest.split(' ').next()) {
            for _ in 0..u.int_in_range(0..=40)? {
                text.push_str(&format!("(core instance (instantiate ${name}))"));
            }
        }
        if nth == 0 && u.ratio(1, 8)? {
            text.push_str(&"(component ".repeat(500));
            text.push_str(&")".repeat(500));
        }
    }
    text.push(')');
    // Names that clash do not become bytes; nothing is lost, the fuzzer goes on.
    Ok(wat::parse_str(&text).unwrap_or_default())
}

fn judge(kind: Kind, bytes: &[u8]) {
    let first = admit(kind, bytes);
    match &first {
        Ok(admitted) => {
            let needed = match kind {
                Kind::Matter => "banshi:matter/workflow@0.1.0",
                _ => "banshi:matter/refinement@0.1.0",
            };
            assert!(admitted.exports.iter().any(|name| name == needed), "{:?}", admitted.exports);
            assert_eq!((admitted.component, admitted.bytes), (Digest::of(bytes), bytes.len()));
            assert!(!admitted.imports.iter().any(|name| name.starts_with("wasi:clocks")), "{:?}", admitted.imports);
        }
        Err(error) => {
            let told = error.to_string();
            assert!(!matches!(error, AdmissionError::Unavailable { .. }), "the host is to blame: {told}");
            assert!(error.code().starts_with("package."), "{}", error.code());
            assert!(told.chars().count() <= MESSAGE_CHARS_MAX, "{} characters", told.chars().count());
            assert!(!told.contains(char::is_control), "{told:?}");
        }
    }
    let again = admit(kind, bytes);
    assert_eq!(first.as_ref().ok(), again.as_ref().ok(), "the same bytes have the same admission");
    assert_eq!(first.err().map(|error| error.code()), again.err().map(|error| error.code()));
    assert!(matches!(admit(Kind::Settings, bytes), Err(AdmissionError::Kind)));
}

fn admit(kind: Kind, bytes: &[u8]) -> std::result::Result<Admitted, AdmissionError> {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let (tokio, runtime, folder) = sandbox();
    if RUNS.fetch_add(1, Ordering::Relaxed) % RUNS_KEPT == 0 {
        empty(&folder.path().join("cache"));
    }
    tokio.block_on(runtime.admit(kind, bytes))
}

fn empty(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let _ = if entry.path().is_dir() { Ok(empty(&entry.path())) } else { std::fs::remove_file(entry.path()) };
    }
}

/// A store without packages: admission asks for none.
struct Nothing;

impl ComponentSource for Nothing {
    fn component(&self, _: Digest) -> Option<Vec<u8>> {
        None
    }
}

fn sandbox() -> &'static (tokio::runtime::Runtime, Runtime, TempDir) {
    static SANDBOX: OnceLock<(tokio::runtime::Runtime, Runtime, TempDir)> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("tokio starts");
        let folder = TempDir::new().expect("a folder");
        // Small limits, so that each is met often; the compiler in this process, so that coverage sees it.
        let options = Options { concurrent_calls: 2, deadline_ms: 20, memory_bytes: 4 << 20, ..Options::default() };
        let guard = tokio.enter();
        let runtime = Runtime::new(
            options,
            &folder.path().join("cache"),
            [7; 32],
            Compiler::InProcess,
            std::sync::Arc::new(Nothing),
        )
        .expect("the sandbox starts");
        drop(guard);
        (tokio, runtime, folder)
    })
}

/// The smallest component of a world: every export traps.
fn seed(kind: Kind) -> &'static [u8] {
    static SEEDS: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let [matter, variation] = SEEDS.get_or_init(|| ["matter", "variation"].map(component));
    if kind == Kind::Matter { matter } else { variation }
}

fn component(world: &str) -> Vec<u8> {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(&wit).expect("the contract reads");
    let world = resolve.select_world(&[package], Some(world)).expect("the world is there");
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("it is a module");
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(&module).expect("it fits the world").encode().expect("it is a component")
}
