//! Who may sign what: keys, signature files beside packages, and the trust root that says whose signatures count.
//!
//! The roles, thresholds, expiry, delegation and update chain follow The Update Framework (TUF); what is delegated here
//! is an authority (a department in a division), and a package takes three kinds of signatures: author, reviewer and
//! releaser. Everything is a pure function of the files and of an instant: no clock, no chance, no I/O.
//!
//! | module | what it is |
//! |---|---|
//! | `key` | Ed25519, and SM2 with SM3, behind one interface; key ids |
//! | `message` | what is signed: the domain separation, and which attacks it stops |
//! | `canonical` | one form of JSON for one value (RFC 8785) |
//! | `root` | the trust root: keys, roles, delegations, revocations; its own rules |
//! | `chain` | a first root, and a root after another |
//! | `signature` | the signature file beside a package |
//! | `judge` | whether signatures satisfy a root for one package |
//! | `edit` | drafts of a next root, for the command line |

pub mod canonical;
pub mod chain;
pub mod edit;
pub mod judge;
pub mod key;
pub mod message;
mod refusal;
pub mod root;
pub mod signature;

pub use judge::{Asked, judge};
pub use key::{Algorithm, KeyId, PublicKey, SecretKey};
pub use refusal::{Fix, Refusal};
pub use root::{Delegation, Key, Root, SignedRoot, Threshold};
pub use signature::{PackageSignature, SignatureFile, Statement};
