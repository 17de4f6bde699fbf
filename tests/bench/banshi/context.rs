//! What every measurement is given: sizes, a folder on a real disk, and packages built once.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::bundle_http::Bundles;

/// Shared by all measurements of a run.
pub struct Context {
    /// A smoke run.
    pub quick: bool,
    /// Cases of the large store.
    pub cases: u64,
    only: Vec<String>,
    folder: TempDir,
    packages: RefCell<HashMap<String, Vec<u8>>>,
    /// What the run of the bundle found; two measurements read it.
    pub bundles: OnceCell<Bundles>,
}

impl Context {
    /// Makes the folder: on the disk that the target folder is on, because `/tmp` may be memory.
    pub fn new(arguments: &Arguments) -> Result<Self> {
        let below = arguments.folder.as_deref().unwrap_or(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(below).with_context(|| below.to_owned())?;
        let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(below).with_context(|| below.to_owned())?;
        let cases = arguments.cases.unwrap_or(if arguments.quick { 3_000 } else { 1_000_000 });
        let (quick, only) = (arguments.quick, arguments.only.clone());
        Ok(Self { quick, cases, only, folder, packages: RefCell::default(), bundles: OnceCell::new() })
    }

    /// Whether a key was asked for.
    pub fn wants(&self, key: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == key)
    }

    /// One of two sizes.
    pub fn size(&self, full: usize, quick: usize) -> usize {
        if self.quick { quick } else { full }
    }

    /// The folder of the run.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A fresh folder; goes when it is dropped.
    pub fn fresh(&self) -> Result<TempDir> {
        Ok(tempfile::tempdir_in(self.folder.path())?)
    }

    /// The package file of a folder of this repository, built once a run by the command that authors use.
    pub fn package(&self, source: &str) -> Result<Vec<u8>> {
        if let Some(built) = self.packages.borrow().get(source) {
            return Ok(built.clone());
        }
        let folder = self.fresh()?;
        let file = folder.path().join("bench.banshi");
        let output = Command::new(banshi())
            .args(["package", "build"])
            .arg(top().join(source))
            .arg("-o")
            .arg(&file)
            .current_dir(top())
            .output()?;
        ensure!(output.status.success(), "{source}: {}", String::from_utf8_lossy(&output.stderr));
        let built = std::fs::read(file)?;
        self.packages.borrow_mut().insert(source.to_owned(), built.clone());
        Ok(built)
    }
}

/// The binary `banshi` of this build.
pub fn banshi() -> &'static str {
    env!("CARGO_BIN_EXE_banshi")
}

/// The top of the repository.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
