//! Packages, built from source once a run by the command that authors use.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

type Slot = Arc<OnceLock<Vec<u8>>>;

/// The package file of a folder of this repository, for example `examples/plain-approval`.
pub fn package(source: &str) -> Vec<u8> {
    static BUILT: Mutex<Option<HashMap<String, Slot>>> = Mutex::new(None);
    let slot = {
        let mut built = BUILT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        built.get_or_insert_default().entry(source.to_owned()).or_default().clone()
    };
    slot.get_or_init(|| build(source)).clone()
}

/// The top of the repository.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn build(source: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("it.banshi");
    let output = Command::new(env!("CARGO_BIN_EXE_banshi"))
        .args(["package", "build"])
        .arg(top().join(source))
        .arg("-o")
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{source}: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(file).unwrap()
}
