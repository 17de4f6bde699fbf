//! What the journals of one package usually say, as a dictionary: an entry is then written as what is new in it.
//!
//! The text comes with the package, from cases that were played with it before it was admitted; no person is in it. It is
//! put once and never changes, because entries read with nothing else. A payload names its phrasebook by eight bytes.

use std::fmt;
use std::sync::OnceLock;

use banshi_model::case::Case;
use banshi_model::ids::Digest;
use banshi_model::package::Kind;
use zstd::zstd_safe::{CDict, DDict};

/// A phrasebook's name in payloads: the first bytes of its package's digest.
pub(crate) type PhrasebookId = [u8; 8];

/// Where the dictionary's own number stands, behind its magic (RFC 8878, 6). Ours have none: the payload names them.
const NUMBER: std::ops::Range<usize> = 4..8;

/// A phrasebook, ready to write and read with.
pub(crate) struct Phrasebook {
    /// Its name.
    pub(crate) id: PhrasebookId,
    /// To write with.
    pub(crate) writes: CDict<'static>,
    /// To read with.
    pub(crate) reads: DDict<'static>,
    /// To write long payloads with, made when the first comes; and of what.
    thorough: OnceLock<Option<CDict<'static>>>,
    dictionary: Vec<u8>,
}

impl Phrasebook {
    /// The common dictionary `common`, a trained one, followed by a package's phrases.
    ///
    /// None where the library has no room for it.
    pub(crate) fn new(id: PhrasebookId, common: &[u8], phrases: &[u8], level: i32) -> Option<Self> {
        let mut dictionary = [common, phrases].concat();
        if let Some(number) = dictionary.get_mut(NUMBER) {
            number.fill(0);
        }
        Some(Self {
            id,
            writes: CDict::try_create(&dictionary, level)?,
            reads: DDict::try_create(&dictionary)?,
            thorough: OnceLock::new(),
            dictionary,
        })
    }

    /// To write long payloads with, at another level.
    pub(crate) fn thorough(&self, level: i32) -> &CDict<'static> {
        self.thorough.get_or_init(|| CDict::try_create(&self.dictionary, level)).as_ref().unwrap_or(&self.writes)
    }
}

impl fmt::Debug for Phrasebook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phrasebook({})", hex::encode(self.id))
    }
}

/// The name of a package's phrasebook.
pub(crate) fn id_of(package: &Digest) -> PhrasebookId {
    package.0.first_chunk().copied().unwrap_or_default()
}

/// The packages in whose words a case's journal may be, the best first: the topmost layer of its chain that says anything was
/// played over those below it.
pub(crate) fn speakers(case: &Case) -> impl Iterator<Item = Digest> {
    case.pin.chain.layers.iter().rev().filter(|layer| layer.kind != Kind::Settings).map(|layer| layer.package)
}
