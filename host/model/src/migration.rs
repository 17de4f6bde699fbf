//! Migration of open cases (在办件迁移): what a case's journal says of its move to another chain, and of the way back.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::case::Pin;
use crate::entry::{Bindings, LayerAnswer};
use crate::ids::Error;

/// A migration: `m-` and ten random characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "m-7K3M9QX2TR")]
pub struct MigrationId(String);

impl MigrationId {
    /// A new id out of ten random bytes.
    pub fn new(random: [u8; 10]) -> Self {
        const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let letter = |byte: &u8| LETTERS.get(usize::from(byte & 31)).map_or('0', |letter| char::from(*letter));
        Self(format!("m-{}", random.iter().map(letter).collect::<String>()))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MigrationId {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let letter = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
        let valid = text.strip_prefix("m-").is_some_and(|rest| rest.len() == 10 && rest.bytes().all(letter));
        if valid { Ok(Self(text.to_owned())) } else { Err(Error::new(text, "a migration's id like `m-7K3M9QX2TR`")) }
    }
}

impl TryFrom<String> for MigrationId {
    type Error = Error;
    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<MigrationId> for String {
    fn from(id: MigrationId) -> String {
        id.0
    }
}

impl fmt::Display for MigrationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// By which migration a case is on its chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MovedBy {
    /// Which.
    pub migration: MigrationId,
    /// On which instrument.
    pub instrument: String,
}

/// A case was moved to another chain: what each layer's `migrate` answered on what it was handed. The case's states before
/// are those of the entries before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Migrated {
    /// By which migration, on which instrument.
    pub by: MovedBy,
    /// What it was pinned to.
    pub from: Pin,
    /// What it is pinned to now.
    pub pin: Pin,
    /// What each layer of code of the new chain answered, ground first.
    pub answers: Vec<LayerAnswer>,
    /// What was read; its chain and definition are the new ones.
    pub bindings: Bindings,
}

/// A move was undone before the case's next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationUndone {
    /// By which migration it had been moved.
    pub migration: MigrationId,
    /// On which instrument it was undone.
    pub instrument: String,
    /// The entry that had moved it.
    pub entry: u64,
}
