//! Outcome diff on real history: what a package would have done in the steps that were recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use banshi_model::definition::MatterType;
use banshi_model::ids::{Authority, CaseId, Digest, Division, MatterCode, PackageName};
use banshi_model::package::Kind;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The form of a report; part of what is signed.
pub const FORMAT: &str = "banshi-shadow/1";

/// A shadow run: `s-` and ten random characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "s-7K3M9QX2TR")]
pub struct ShadowId(String);

impl ShadowId {
    /// A new id out of ten random bytes.
    pub fn new(random: [u8; 10]) -> Self {
        const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let letter = |byte: &u8| LETTERS.get(usize::from(byte & 31)).map_or('0', |letter| char::from(*letter));
        Self(format!("s-{}", random.iter().map(letter).collect::<String>()))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ShadowId {
    type Err = banshi_model::ids::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let letter = |b: u8| b.is_ascii_digit() || b.is_ascii_uppercase();
        let valid = text.strip_prefix("s-").is_some_and(|rest| rest.len() == 10 && rest.bytes().all(letter));
        if valid { Ok(Self(text.to_owned())) } else { Err(Self::Err::new(text, "a shadow's id like `s-7K3M9QX2TR`")) }
    }
}

impl TryFrom<String> for ShadowId {
    type Error = banshi_model::ids::Error;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ShadowId> for String {
    fn from(id: ShadowId) -> String {
        id.0
    }
}

impl fmt::Display for ShadowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Try a package on recorded cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShadowRequest {
    /// The published package: a matter, a settings or a code variation.
    pub package: Digest,
    /// At whose authority it would be in force: its cases there and below are compared.
    pub at: Authority,
    /// Only cases received on this day or later.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub since: Option<Date>,
    /// Open cases too, as far as they went.
    #[serde(default)]
    pub open: bool,
    /// How many samples the report holds at most, 0 to 200; the host's option unless said.
    #[serde(default)]
    pub samples: Option<u16>,
}

/// Where a shadow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShadowState {
    /// At work; goes on by itself after a restart.
    Running,
    /// Done; the report is signed.
    Finished,
    /// Stopped by a person; what was found so far is not signed.
    Cancelled,
    /// The host could not go on; `fault` says why.
    Failed,
}

/// Steps by what became of them. Every recorded step is in exactly one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Kinds {
    /// The same commands.
    pub same: u64,
    /// The same but for texts.
    pub wording: u64,
    /// Another command, amount, date or clause.
    pub effect: u64,
    /// The candidate trapped, gave up, or was refused by the host's checks.
    pub failure: u64,
    /// Behind the first difference in effect or failure of its case: not guessed.
    pub unknown: u64,
}

/// One command over all compared steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CommandCounts {
    /// Given by both sides, the same.
    pub same: u64,
    /// Given by both, other texts.
    pub wording: u64,
    /// Given by the candidate only.
    pub added: u64,
    /// Given by the recorded side only.
    pub dropped: u64,
    /// Given by both, in another order.
    pub order: u64,
    /// Other amounts.
    pub amount: u64,
    /// Other dates or spans.
    pub date: u64,
    /// Other clauses.
    pub clause: u64,
    /// Anything else that is not a text.
    pub other: u64,
}

/// One clause over all compared steps, by the commands that cite it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ClauseCounts {
    /// In commands that are the same, or the same but for texts.
    pub same: u64,
    /// On the recorded side of commands that differ in effect.
    pub recorded: u64,
    /// On the candidate's side of commands that differ in effect.
    pub candidate: u64,
}

/// Cases by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CaseCounts {
    /// Compared.
    pub compared: u64,
    /// Of those, with no difference at all.
    pub same: u64,
    /// With other texts and nothing else.
    pub wording: u64,
    /// With a difference in effect.
    pub effect: u64,
    /// Where the candidate failed first.
    pub failure: u64,
    /// Erased by law: cannot be read.
    pub erased: u64,
    /// Of other matters, other days, or not closed: passed by.
    pub passed_by: u64,
}

/// What a difference is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A text for a person.
    Text,
    /// A command that only the candidate gives.
    Added,
    /// A command that only the recorded side gave.
    Dropped,
    /// The order of commands.
    Order,
    /// An amount.
    Amount,
    /// A date or a span.
    Date,
    /// A clause.
    Clause,
    /// Anything else.
    Other,
}

/// In which direction a number or date differs. Values themselves may be personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// The candidate's is more, or later.
    More,
    /// The candidate's is less, or earlier.
    Less,
}

/// One difference of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DifferenceView {
    /// In which command; behind `effect:`, in which effect of the host's decision.
    pub command: String,
    /// Where in it, members joined by `.`; masked like values.
    pub at: String,
    /// In what.
    pub what: What,
    /// In which direction.
    pub turn: Option<Turn>,
}

/// What a sample shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SampleKind {
    /// Texts only.
    Wording,
    /// A difference in effect.
    Effect,
    /// The candidate failed.
    Failure,
}

/// Both sides of one step. What does not come from a definition or a law row is masked; equal masks of one sample
/// stand for equal values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sample {
    /// Which case.
    pub case: CaseId,
    /// Which entry of its journal.
    pub seq: u64,
    /// The event's name.
    pub event: String,
    /// What it shows.
    pub kind: SampleKind,
    /// Where they differ.
    pub differences: Vec<DifferenceView>,
    /// The recorded commands that differ, masked.
    #[schema(value_type = Vec<Object>)]
    pub recorded: Vec<Value>,
    /// The candidate's, masked.
    #[schema(value_type = Vec<Object>)]
    pub candidate: Vec<Value>,
    /// The limit's, rule's or law row's name, where the candidate failed.
    pub failure: Option<String>,
}

/// What was compared, by digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Compared {
    /// The candidate chain at each place that had cases, by division; the authority's own among them.
    pub chains: BTreeMap<Division, Digest>,
    /// Its effective definitions, likewise.
    pub definitions: BTreeMap<Division, Digest>,
    /// The chains that the recorded steps ran on.
    pub recorded: BTreeSet<Digest>,
    /// The law rows that they read.
    pub law: BTreeSet<Digest>,
    /// The calendars that they read.
    pub calendars: BTreeSet<Digest>,
    /// A chain over id, sequence and head of each compared case's journal, in the order of comparison.
    pub heads: Option<Digest>,
}

/// What a shadow found. This, as JSON with its members in this order, is what is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShadowReport {
    /// The report's form.
    pub format: String,
    /// The shadow.
    pub id: ShadowId,
    /// The package.
    pub package: Digest,
    /// Its matter.
    pub matter: MatterCode,
    /// At whose authority.
    pub at: Authority,
    /// Only cases received on this day or later.
    #[schema(value_type = Option<String>, format = Date)]
    pub since: Option<Date>,
    /// Whether open cases were compared too.
    pub open: bool,
    /// What else was in force was taken as of this instant.
    pub as_of: Timestamp,
    /// When it ended; none while it runs.
    pub finished: Option<Timestamp>,
    /// Whether the folder runs on a simulated clock.
    pub simulated: bool,
    /// What was compared, by digest.
    pub compared: Compared,
    /// Cases by what became of them.
    pub cases: CaseCounts,
    /// Steps by what became of them.
    pub steps: Kinds,
    /// Steps that differ where the host could not decide again as it did: their commands alone were compared.
    pub unjudged: u64,
    /// By command.
    pub commands: BTreeMap<String, CommandCounts>,
    /// By clause. What neither a definition nor a law row says is counted together, unnamed.
    pub clauses: BTreeMap<String, ClauseCounts>,
    /// Failures by the limit's, rule's or law row's name.
    pub failures: BTreeMap<String, u64>,
    /// Variations that do not stand on the candidate and were left out, with their places.
    pub left_out: BTreeSet<String>,
    /// Both sides of some steps.
    pub samples: Vec<Sample>,
}

/// The host's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signature {
    /// `ed25519`.
    pub algorithm: String,
    /// The host's public key, hexadecimal.
    pub key: String,
    /// The signature, hexadecimal.
    pub value: String,
}

/// The host's public key, to check reports with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShadowKey {
    /// `ed25519`.
    pub algorithm: String,
    /// The key, hexadecimal.
    pub key: String,
}

/// A person takes responsibility for what a report shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOffRequest {
    /// The person in charge, by name and post.
    pub person: String,
    /// The digest of the report that was read, as `digest` shows it.
    pub report: Digest,
}

/// A person's signature under a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignOff {
    /// The person.
    pub person: String,
    /// By which principal.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The digest of the report.
    pub report: Digest,
    /// The host's signature over the above.
    pub signature: Option<Signature>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Progress {
    /// Cases that were looked at.
    pub looked: u64,
    /// Cases that there are at the place, of all matters.
    pub total: u64,
}

/// A shadow, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShadowView {
    /// Its id.
    pub id: ShadowId,
    /// Where it stands.
    pub state: ShadowState,
    /// The package's name.
    pub name: PackageName,
    /// Its version.
    pub version: String,
    /// Matter, settings or code.
    pub kind: Kind,
    /// 事项类型 of the candidate.
    pub matter_type: MatterType,
    /// By which principal it was begun.
    pub by: String,
    /// When.
    pub created: Timestamp,
    /// How far it is.
    pub progress: Progress,
    /// Why it could not go on.
    pub fault: Option<String>,
    /// What it found, so far where it is not finished.
    pub report: ShadowReport,
    /// The report's digest, once it is finished.
    pub digest: Option<Digest>,
    /// The host's signature over the report, once it is finished.
    pub signature: Option<Signature>,
    /// Who answers for its differences.
    pub sign_offs: Vec<SignOff>,
}
