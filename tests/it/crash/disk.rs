//! A disk of the test's own: tests/shim, built with the machine's C compiler and preloaded into the host.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::support::{Host, top};

/// The environment variables of a host on this disk.
type Environment = Vec<(&'static str, String)>;

/// How names survive a power cut; both are allowed to a file system.
#[derive(Debug, Clone, Copy)]
pub enum Names {
    /// Only those of a folder that was synced.
    Synced,
    /// At once and in order, as with a journal.
    Ordered,
}

/// The shim, built once a run.
fn shim() -> &'static Path {
    static BUILT: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("synced.so");
        let source = top().join("tests/shim/synced.c");
        let built = Command::new("cc")
            .args(["-O2", "-shared", "-fPIC", "-o"])
            .arg(&file)
            .arg(source)
            .args(["-ldl", "-lpthread"])
            .output();
        let built = built.unwrap_or_else(|error| {
            panic!("`cc` cannot be run ({error}); install a C compiler: apt-get install gcc libc6-dev")
        });
        assert!(built.status.success(), "cc: {}", String::from_utf8_lossy(&built.stderr));
        (folder, file)
    });
    file
}

/// A host's disk fails in this one way: `BANSHI_SHIM_` and the name in tests/shim/synced.c.
pub fn failing(host: &Host, name: &'static str, value: &str) -> Environment {
    let mut environment = preloaded(host);
    environment.push((name, value.to_owned()));
    environment
}

fn preloaded(host: &Host) -> Environment {
    let root = host.folder().display().to_string();
    vec![("LD_PRELOAD", shim().display().to_string()), ("BANSHI_SHIM_ROOT", root)]
}

/// What would be left of a host's folder if the power went now.
pub struct Shadow {
    folder: TempDir,
}

impl Shadow {
    /// Lays it under a host that does not run: all that is there counts as synced.
    pub fn under(host: &Host) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("objects")).unwrap();
        std::fs::create_dir(folder.path().join("names")).unwrap();
        lay(host.folder(), &folder.path().join("names"), "@");
        Self { folder }
    }

    /// What the host has to be started with.
    pub fn environment(&self, host: &Host, names: Names) -> Environment {
        let mut environment = preloaded(host);
        environment.push(("BANSHI_SHIM_SHADOW", self.folder.path().display().to_string()));
        let names = match names {
            Names::Synced => "synced",
            Names::Ordered => "ordered",
        };
        environment.push(("BANSHI_SHIM_NAMES", names.to_owned()));
        environment
    }

    /// Puts what survived in the place of the folder of a host that was killed. Machine code in `data/compiled` stays: it
    /// is checked when it is read and made again when it is missing, which would only take time here.
    pub fn cut(self, host: &Host) {
        let survived = tempfile::tempdir().unwrap();
        gather(&self.folder.path().join("names"), "@", survived.path());
        if !survived.path().join("data").exists() {
            remove(&host.folder().join("data"));
        }
        for name in ["data/store", "keys"] {
            let (there, survived) = (host.folder().join(name), survived.path().join(name));
            remove(&there);
            if survived.exists() {
                copy(&survived, &there);
            }
        }
    }
}

/// Lays a folder out as the shim keeps it: one list of names for each folder, side by side.
fn lay(folder: &Path, names: &Path, flat: &str) {
    std::fs::create_dir(names.join(flat)).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let to = names.join(flat).join(&name);
        if entry.path().is_dir() {
            std::fs::create_dir(to).unwrap();
            lay(&entry.path(), names, &below(flat, &name));
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Puts the folder together again from the names that survived: what no surviving name leads to is gone.
fn gather(names: &Path, flat: &str, to: &Path) {
    let Ok(entries) = std::fs::read_dir(names.join(flat)) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            std::fs::create_dir(to.join(&name)).unwrap();
            gather(names, &below(flat, &name), &to.join(&name));
        } else {
            std::fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

fn below(flat: &str, name: &str) -> String {
    if flat == "@" { format!("@{name}") } else { format!("{flat}@{name}") }
}

/// Removes a file, or a folder with all that is in it, if it is there.
pub fn remove(path: &Path) {
    if path.is_dir() {
        std::fs::remove_dir_all(path).unwrap();
    } else if path.exists() {
        std::fs::remove_file(path).unwrap();
    }
}

/// Copies a file or a folder, modes included.
pub fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
