//! The token file: read, checked, changed and written as one. Holds hashes, never tokens.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use banshi_model::ids::Digest;
use banshi_model::text::one_line;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Role;
use crate::wording::without_values;

/// Why the token file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system said no.
    #[error("token file {path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others may read it.
    #[error("token file {path} has mode {mode:o}: others may read it; run `chmod 600 {path}`")]
    Mode {
        /// Which file.
        path: PathBuf,
        /// The mode it has.
        mode: u32,
    },
    /// It does not read.
    #[error("token file does not read, line {line}: {what}; see the format in the documentation of `banshi token`")]
    Syntax {
        /// From 1; 0 where it is not one line's fault.
        line: usize,
        /// What is wrong, without the line itself: it may hold a person.
        what: String,
    },
    /// A key that nothing reads.
    #[error(
        "token file: token {number} has the key `{key}`, which means nothing for its role; remove it or correct its spelling"
    )]
    UnknownKey {
        /// Which token, from 1.
        number: usize,
        /// Which key.
        key: String,
    },
    /// A name that cannot be.
    #[error("token name `{0}` is not 1 to 64 letters, digits, `-`, `_` or `.`; choose another")]
    Name(String),
    /// Two tokens of one name, or one hash twice.
    #[error("token `{0}` is there twice; rename or revoke one")]
    Doubled(String),
    /// No token of this name.
    #[error("no token `{0}` in the file")]
    Unknown(String),
}

/// A token as the file keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// What journals and logs call its bearer; not personal.
    pub name: String,
    /// SHA-256 of the token's 64 digits.
    pub sha256: Digest,
    /// From when on it is no longer accepted; none: until revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// What its bearer may do.
    #[serde(flatten)]
    pub role: Role,
}

impl fmt::Debug for Token {
    /// Shows the name only: an applicant's role holds a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("name", &self.name).finish_non_exhaustive()
    }
}

/// All tokens of a host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenFile {
    /// In the order of the file.
    #[serde(default)]
    pub token: Vec<Token>,
}

/// The text of a token out of 32 random bytes; hand it to its bearer and forget it.
pub fn new_token(random: [u8; 32]) -> String {
    hex::encode(random)
}

impl TokenFile {
    /// Reads and checks the file.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let io = |source| Error::Io { path: path.to_owned(), source };
        let mode = fs::metadata(path).map_err(io)?.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(Error::Mode { path: path.to_owned(), mode });
        }
        Self::parse(&fs::read_to_string(path).map_err(io)?)
    }

    /// Writes the file whole, with mode 0600, so that a reader sees the old one or the new one.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let io = |source| Error::Io { path: path.to_owned(), source };
        let text = toml::to_string(self).map_err(|error| unwritable(&error))?;
        let fresh = beside(path, ".new");
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).map_err(io)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        fs::rename(&fresh, path).map_err(io)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
    }

    /// Loads the file (or begins an empty one), lets `change` change it, and saves it; two such changes at
    /// once happen one after the other.
    pub fn edit<T>(path: &Path, change: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let lock_path = beside(path, ".lock");
        let io = |source| Error::Io { path: lock_path.clone(), source };
        let lock =
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&lock_path).map_err(io)?;
        lock.lock().map_err(io)?;
        let mut file = if path.exists() { Self::load(path)? } else { Self::default() };
        let answer = change(&mut file)?;
        file.check()?;
        file.save(path)?;
        Ok(answer)
    }

    /// Adds a token made of 32 random bytes; answers its text, which is kept nowhere.
    pub fn create(
        &mut self,
        name: &str,
        role: Role,
        expires: Option<Timestamp>,
        random: [u8; 32],
    ) -> Result<String, Error> {
        let text = new_token(random);
        self.token.push(Token { name: name.to_owned(), sha256: Digest::of(text.as_bytes()), expires, role });
        match self.check() {
            Ok(()) => Ok(text),
            Err(error) => {
                self.token.pop();
                Err(error)
            }
        }
    }

    /// Takes the token of this name out.
    pub fn revoke(&mut self, name: &str) -> Result<Token, Error> {
        let at = self.token.iter().position(|token| token.name == name);
        at.map(|at| self.token.remove(at)).ok_or_else(|| Error::Unknown(name.to_owned()))
    }

    /// Parses and checks the file's text.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let given: toml::Table = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        let file: Self = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        let kept = toml::Table::try_from(&file).map_err(|error| unwritable(&error))?;
        let tokens =
            |table: &toml::Table| table.get("token").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        for (number, (given, kept)) in tokens(&given).iter().zip(&tokens(&kept)).enumerate() {
            if let Some(key) = unread(given, kept) {
                return Err(Error::UnknownKey { number: number + 1, key: one_line(&key, 80) });
            }
        }
        file.check()?;
        Ok(file)
    }

    /// Names are good, and names and hashes are there once.
    fn check(&self) -> Result<(), Error> {
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        for (at, token) in self.token.iter().enumerate() {
            if token.name.is_empty() || token.name.len() > 64 || !token.name.chars().all(good) {
                return Err(Error::Name(one_line(&token.name, 80)));
            }
            let before = self.token.iter().take(at);
            if before.clone().any(|other| other.name == token.name || other.sha256 == token.sha256) {
                return Err(Error::Doubled(token.name.clone()));
            }
        }
        Ok(())
    }
}

/// The first key of `given` that reading dropped. `deny_unknown_fields` cannot say it beside `flatten`.
fn unread(given: &toml::Value, kept: &toml::Value) -> Option<String> {
    let (Some(given), Some(kept)) = (given.as_table(), kept.as_table()) else { return None };
    given.iter().find_map(|(key, value)| match kept.get(key) {
        None => Some(key.clone()),
        Some(kept) => unread(value, kept).map(|inner| format!("{key}.{inner}")),
    })
}

fn syntax(text: &str, error: &toml::de::Error) -> Error {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(0, |before| before.matches('\n').count() + 1);
    let what = without_values(error.message());
    Error::Syntax { line, what }
}

fn unwritable(error: &toml::ser::Error) -> Error {
    Error::Syntax { line: 0, what: format!("cannot be written: {error}") }
}

/// The path with something behind its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
