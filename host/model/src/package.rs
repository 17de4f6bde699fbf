//! What is published: the manifest and the file format of a package.
//!
//! File format, version 1: the eight bytes `BANSHI\0\x01`, the manifest's length as a 32-bit big-endian
//! number, the manifest as JSON, and the component (nothing for a settings variation). A package is
//! named by the SHA-256 of the whole file.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::definition::plain_enum;
use crate::ids::{Authority, Digest, MatterCode, PackageName};
use crate::text::{Text, one_line};

/// The first bytes of a package file.
pub const MAGIC: [u8; 8] = *b"BANSHI\0\x01";
/// The contract that a package is written for.
pub const CONTRACT: &str = "banshi:matter@0.1.0";
/// A manifest may have this many bytes.
pub const MANIFEST_BYTES_MAX: usize = 256 * 1024;
/// What a parser says of a manifest is told up to this many characters.
const MESSAGE_CHARS_MAX: usize = 300;

plain_enum!(
    /// What a package is.
    Kind {
        /// A matter, whole.
        Matter,
        /// A variation in data.
        Settings,
        /// A variation in code.
        Code,
    }
);

/// What a package asks for, and what the platform permits; a package may use what is in both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Permissions {
    /// Command kinds by their names in the contract.
    pub commands: BTreeSet<String>,
    /// Licence types that it may issue, end, or read as a source.
    pub licences: BTreeSet<String>,
    /// Shared data services.
    pub services: BTreeSet<String>,
    /// Units that it may give tasks to.
    pub units: BTreeSet<String>,
    /// Kinds of facts that it may publish or hear.
    pub facts: BTreeSet<String>,
}

impl Permissions {
    /// What is in both.
    pub fn intersect(&self, other: &Self) -> Self {
        let both = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.intersection(b).cloned().collect();
        Self {
            commands: both(&self.commands, &other.commands),
            licences: both(&self.licences, &other.licences),
            services: both(&self.services, &other.services),
            units: both(&self.units, &other.units),
            facts: both(&self.facts, &other.facts),
        }
    }
}

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `owner/name`.
    pub name: PackageName,
    /// Semantic version.
    pub version: String,
    /// Matter, settings or code.
    pub kind: Kind,
    /// The contract that it is written for.
    #[serde(default = "contract")]
    pub contract: String,
    /// The matter that it is, or that it varies.
    pub matter: MatterCode,
    /// Who ships it.
    pub authority: Authority,
    /// What it is, for a person.
    pub title: Text,
    /// A variation: the versions of the matter that it was made for, as a range like `^1.2` or `>=1.4, <3`; checked when it
    /// is enacted. None: any that it stands on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The instrument (文号) that it rests on.
    #[serde(default)]
    pub instrument: Option<String>,
    /// What changed.
    #[serde(default)]
    pub changelog: Vec<String>,
    /// Who wrote it.
    #[serde(default)]
    pub authors: Vec<String>,
    /// Why a user must be told that this is a sample (示例).
    #[serde(default)]
    pub sample: Option<Text>,
    /// What it asks for.
    #[serde(default)]
    pub permissions: Permissions,
    /// A settings variation's values by knob id.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub settings: BTreeMap<String, Value>,
}

fn contract() -> String {
    CONTRACT.to_owned()
}

/// Why bytes are not a package.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a package at all.
    #[error(
        "not a package file: the first eight bytes are not those of format version 1; build one with `banshi package build DIR`"
    )]
    Magic,
    /// Cut short, or a length that cannot be.
    #[error("package file is cut short: {0}")]
    Short(&'static str),
    /// The manifest does not read.
    #[error("manifest does not read: {}", told(.0))]
    Manifest(#[from] serde_json::Error),
    /// The parts contradict each other.
    #[error("manifest contradicts the file: {0}")]
    Contradiction(&'static str),
}

/// What the parser says, without the length of what it met; where it met it stays.
fn told(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let (what, place) = whole.strip_suffix(&place).map_or((whole.as_str(), ""), |what| (what, &place));
    one_line(what, MESSAGE_CHARS_MAX) + place
}

/// A package, parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The component's bytes; empty for settings.
    pub component: Vec<u8>,
}

impl Package {
    /// The file's bytes.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let manifest = serde_json::to_vec(&self.manifest)?;
        let length = u32::try_from(manifest.len()).map_err(|_| Error::Short("manifest over 4 GiB"))?;
        let mut bytes = Vec::with_capacity(12 + manifest.len() + self.component.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&manifest);
        bytes.extend_from_slice(&self.component);
        Ok(bytes)
    }

    /// Parses a file and checks that its parts agree.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let rest = bytes.strip_prefix(MAGIC.as_slice()).ok_or(Error::Magic)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(Error::Short("no manifest length"))?;
        let length = u32::from_be_bytes(*length) as usize;
        if length > MANIFEST_BYTES_MAX {
            return Err(Error::Short("manifest over 256 KiB"));
        }
        let (manifest, component) = rest.split_at_checked(length).ok_or(Error::Short("manifest"))?;
        let manifest: Manifest = serde_json::from_slice(manifest)?;
        match (manifest.kind, component.is_empty()) {
            (Kind::Settings, false) => return Err(Error::Contradiction("settings with a component")),
            (Kind::Matter | Kind::Code, true) => return Err(Error::Contradiction("code without a component")),
            _ => {}
        }
        if manifest.kind != Kind::Settings && !manifest.settings.is_empty() {
            return Err(Error::Contradiction("settings in a package of code"));
        }
        Ok(Self { manifest, component: component.to_vec() })
    }

    /// The digest that names it.
    pub fn digest(bytes: &[u8]) -> Digest {
        Digest::of(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_about_a_manifest_is_short_and_names_its_place_whatever_stands_there() {
        let manifest = ["{\"\\u001b[2J", &"x".repeat(200_000), "\": 1}"].concat();
        let length = u32::try_from(manifest.len()).unwrap().to_be_bytes();
        let file = [MAGIC.as_slice(), &length, manifest.as_bytes()].concat();
        let told = Package::decode(&file).unwrap_err().to_string();
        assert!(told.starts_with("manifest does not read: ") && told.contains(" at line 1 column "), "{told}");
        assert!(told.chars().count() < 400 && !told.contains(char::is_control), "{told}");
    }
}
