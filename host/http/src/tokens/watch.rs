//! The tokens of a running host: looked up at each request, read again when the file changes.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use banshi_engine::Principal;
use banshi_model::ids::Digest;
use jiff::Timestamp;
use subtle::ConstantTimeEq as _;

use super::{Error, Token, TokenFile};

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// There is no such token, or no longer.
    #[error("token is not known or was revoked")]
    Unknown,
    /// Its time is over.
    #[error("token has expired")]
    Expired,
}

/// The tokens of a running host. Cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    held: RwLock<Held>,
}

/// What was read last.
struct Held {
    seen: Option<Stamp>,
    known: Arc<Known>,
    trouble: Option<String>,
}

/// Tokens by the first bytes of their hash; which bytes those are tells nobody a token.
type Known = HashMap<[u8; 8], Vec<Token>>;

/// What tells that a file changed. A save renames, so that the inode changes even within one tick of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl Tokens {
    /// Reads the file for the first time; a host must not start with one that does not read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let seen = stamp(path).ok();
        let known = Arc::new(by_hash(TokenFile::load(path)?));
        let held = RwLock::new(Held { seen, known, trouble: None });
        Ok(Self { inner: Arc::new(Inner { path: path.to_owned(), held }) })
    }

    /// Who bears this token at `now`.
    pub fn find(&self, presented: &str, now: Timestamp) -> Result<Principal, Denied> {
        let known = self.current();
        let hash = Digest::of(presented.as_bytes());
        let same_start = known.get(&start(&hash)).map(Vec::as_slice).unwrap_or_default();
        let found = same_start.iter().find(|token| bool::from(token.sha256.0.ct_eq(&hash.0)));
        match found {
            None => Err(Denied::Unknown),
            Some(token) if token.expires.is_some_and(|end| end <= now) => Err(Denied::Expired),
            Some(token) => Ok(Principal { name: token.name.clone(), role: token.role.clone() }),
        }
    }

    /// Why the file on disk is not the one in force, if it is not.
    pub fn trouble(&self) -> Option<String> {
        self.current();
        self.inner.held.read().unwrap_or_else(PoisonError::into_inner).trouble.clone()
    }

    /// What is in force, after another look at the file.
    fn current(&self) -> Arc<Known> {
        let seen = stamp(&self.inner.path).ok();
        {
            let held = self.inner.held.read().unwrap_or_else(PoisonError::into_inner);
            if held.seen == seen {
                return Arc::clone(&held.known);
            }
        }
        let mut held = self.inner.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.seen != seen {
            held.seen = seen;
            match TokenFile::load(&self.inner.path) {
                Ok(file) => {
                    held.known = Arc::new(by_hash(file));
                    held.trouble = None;
                    tracing::info!(tokens.known = held.known.len(), "token file was read again");
                }
                Err(error) => {
                    let text = error.to_string();
                    tracing::error!(error.text = %text, "token file does not read; the last good one stays in force");
                    held.trouble = Some(text);
                }
            }
        }
        Arc::clone(&held.known)
    }
}

fn by_hash(file: TokenFile) -> Known {
    let mut known = Known::new();
    for token in file.token {
        known.entry(start(&token.sha256)).or_default().push(token);
    }
    known
}

fn start(hash: &Digest) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = hash.0;
    [a, b, c, d, e, f, g, h]
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let meta = fs::metadata(path)?;
    Ok(Stamp {
        inode: meta.ino(),
        bytes: meta.len(),
        modified: (meta.mtime(), meta.mtime_nsec()),
        changed: (meta.ctime(), meta.ctime_nsec()),
    })
}
