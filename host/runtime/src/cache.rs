//! Compiled components on disk.
//!
//! A compiled component is machine code: whoever can write one runs code in the host. So the folder has
//! mode 0700, and each file starts with an HMAC-SHA-256 under a key that is not in the data folder, over
//! the file's name and its code. A file without a right MAC is not looked at; it is compiled again.
//!
//! A file is named by the SHA-256 of the component and the engine's compatibility hash, so that another
//! version of the engine finds nothing rather than something else. The folder belongs to one process.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use banshi_model::ids::Digest;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::compile::described;
use crate::engine::compatibility;
use crate::error::Error;

const MAC_BYTES: usize = 32;
const WRITING: &str = "writing";

/// The folder.
pub(crate) struct Cache {
    folder: PathBuf,
    /// Keyed, and nothing fed yet.
    mac: Hmac<Sha256>,
    engine: Engine,
    compatibility: String,
    /// Tells apart files that are written at the same time.
    writes: AtomicU64,
}

/// What the folder has for a component.
pub(crate) enum Found {
    /// A compiled component that this host wrote.
    Component(Component),
    /// Nothing.
    Nothing,
    /// A component that this host compiled and whose structure this engine has no place for, and why.
    DoesNotFit(String),
    /// A file that this host did not write, or that is damaged; none of its code was used.
    Refused,
}

impl Cache {
    /// Opens the folder, makes it if it is not there, and removes what nobody will read: what an
    /// interrupted write left, and what another version of the engine made.
    pub fn open(folder: &Path, key: [u8; 32], engine: &Engine) -> Result<Self, Error> {
        let compatibility = compatibility(engine);
        let of_others = |path: &Path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let writing = path.extension().is_some_and(|extension| extension == WRITING);
            writing || (name.ends_with(".cwasm") && !name.ends_with(&format!("-{compatibility}.cwasm")))
        };
        let prepare = || -> io::Result<()> {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
            for file in fs::read_dir(folder)? {
                let path = file?.path();
                if of_others(&path) {
                    fs::remove_file(path)?;
                }
            }
            Ok(())
        };
        prepare().map_err(|source| Error::Cache { path: folder.to_owned(), source })?;
        let mac = Hmac::new_from_slice(&key).map_err(|error| Error::Engine(error.to_string()))?;
        let (folder, engine) = (folder.to_owned(), engine.clone());
        Ok(Self { folder, mac, compatibility, engine, writes: AtomicU64::new(0) })
    }

    fn name(&self, component: Digest) -> String {
        format!("{component}-{}.cwasm", self.compatibility)
    }

    fn mac(&self, name: &str, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(name.as_bytes());
        mac.update(code);
        mac
    }

    /// Loads a component, if the folder has it.
    pub fn load(&self, component: Digest) -> Found {
        let name = self.name(component);
        let file = match fs::read(self.folder.join(&name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Nothing,
            Err(error) => {
                tracing::warn!(component.digest = %component, %error, "compiled component does not read");
                return Found::Nothing;
            }
        };
        match file.split_at_checked(MAC_BYTES) {
            Some((mac, code)) if self.mac(&name, code).verify_slice(mac).is_ok() => match self.deserialize(code) {
                Ok(component) => Found::Component(component),
                Err(error) => Found::DoesNotFit(described(&error)),
            },
            _ => Found::Refused,
        }
    }

    /// Whether the folder has a file for a component, good or not.
    pub fn has(&self, component: Digest) -> bool {
        self.folder.join(self.name(component)).exists()
    }

    /// Removes what the folder has for a component; it is compiled again when it is called.
    pub fn forget(&self, component: Digest) {
        if let Err(error) = fs::remove_file(self.folder.join(self.name(component)))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(component.digest = %component, %error, "compiled component is not removed");
        }
    }

    /// Keeps a compiled component: written aside, synced, and renamed into place.
    pub fn keep(&self, component: Digest, code: &[u8]) -> io::Result<()> {
        let name = self.name(component);
        let write = self.writes.fetch_add(1, Ordering::Relaxed);
        let aside = self.folder.join(format!("{name}.{write}.{WRITING}"));
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
        file.write_all(&self.mac(&name, code).finalize().into_bytes())?;
        file.write_all(code)?;
        file.sync_all()?;
        fs::rename(&aside, self.folder.join(&name))?;
        File::open(&self.folder)?.sync_all()
    }

    /// Makes code that our own compiler just made, or that carries our MAC, callable.
    #[allow(unsafe_code)]
    pub fn deserialize(&self, code: &[u8]) -> wasmtime::Result<Component> {
        // SAFETY: `deserialize` runs what it is given as machine code and must only be given the unmodified
        // output of a compiler of ours. There are two callers. `load` has verified an HMAC over exactly
        // these bytes in memory (not over a file that could change between check and use), under a key
        // that only this host holds and uses for nothing else, and this host signs only in `keep`.
        // `packages.rs` hands over what the compiler, in this process or its child, has just answered.
        // That it was made for another version or other settings of the engine is checked by
        // `deserialize` itself.
        unsafe { Component::deserialize(&self.engine, code) }
    }
}
