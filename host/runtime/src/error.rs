//! What can go wrong, split by what the caller can do.
//!
//! No message holds a guest's own text, except where it says so: a guest's text may be anything, also
//! personal data.

use std::path::PathBuf;

use banshi_model::guidance::Fault;

/// The runtime could not be made. The operator has to change the configuration or the machine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An option has a value that cannot work.
    #[error("option `{option}` of the runtime must be {allowed}")]
    Option {
        /// Its name.
        option: &'static str,
        /// What it may be.
        allowed: &'static str,
    },
    /// The folder of compiled components cannot be used.
    #[error("folder of compiled components {path}: {source}; give a folder that only this process' user can write")]
    Cache {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The engine does not start on this machine.
    #[error("wasm engine does not start: {0}")]
    Engine(String),
}

/// A component was not admitted. All but `Unavailable` are for its author to put right.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    /// The kind of package has no component, or must have one.
    #[error("a settings variation holds no component; publish it as `code` or leave the component out")]
    Kind,
    /// Too big.
    #[error(
        "component has {bytes} bytes, at most {limit} are admitted (option `component_bytes`); build with the profile `plugin`"
    )]
    Size {
        /// How many bytes it has.
        bytes: usize,
        /// How many it may have.
        limit: usize,
    },
    /// Not a component.
    #[error("not a component but {what}; build it with `banshi package build DIR`")]
    NotAComponent {
        /// What it is instead.
        what: &'static str,
    },
    /// The bytes do not validate.
    #[error("component does not validate: {what}")]
    Malformed {
        /// What the validator says; made of positions, and of names in the component.
        what: String,
    },
    /// It asks for more than the log.
    #[error(
        "component imports `{name}`; a plugin may import the function of `banshi:matter/log@0.1.0` and types, nothing else (no WASI: build for wasm32-unknown-unknown)"
    )]
    Import {
        /// What it asks for.
        name: String,
    },
    /// It does not give what its kind needs.
    #[error("component does not export `{name}`, which a package of its kind must")]
    Export {
        /// What is missing.
        name: &'static str,
    },
    /// It does not fit the contract or the structural limits.
    #[error("component does not fit: {what}")]
    Structure {
        /// What does not fit.
        what: String,
    },
    /// It does not compile within the limits.
    #[error("component does not compile: {what}")]
    Compile {
        /// Why.
        what: String,
    },
    /// An instance of it could not be made.
    #[error("component cannot be instantiated: {0}")]
    Instantiate(#[source] CallError),
    /// The host could not look at it; try again.
    #[error("component could not be looked at: {what}; try again")]
    Unavailable {
        /// Why.
        what: String,
    },
}

impl AdmissionError {
    /// The stable name of the rule that refused it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Kind => "package.kind",
            Self::Size { .. } => "package.size",
            Self::NotAComponent { .. } => "package.not-a-component",
            Self::Malformed { .. } => "package.malformed",
            Self::Import { .. } => "package.import",
            Self::Export { .. } => "package.export",
            Self::Structure { .. } => "package.structure",
            Self::Compile { .. } => "package.compile",
            Self::Instantiate(_) => "package.instantiate",
            Self::Unavailable { .. } => "package.unavailable",
        }
    }
}

/// A call gave no answer that could be used. Never an outcome: the event is parked and tried again.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The guest hit a limit.
    #[error("plugin hit the limit `{name}`: {what}")]
    Limit {
        /// The limit's stable name, for example `guest.deadline`.
        name: &'static str,
        /// Which option sets it, and to what.
        what: String,
    },
    /// The guest trapped.
    #[error("plugin trapped: {what}")]
    Trap {
        /// The machine's words for it; none of the guest's text.
        what: String,
    },
    /// The guest itself says that it cannot work. The code is a word of letters, digits, `-`, `_` and `.`;
    /// the text is the guest's own, bounded and without control characters, and not part of the message.
    #[error("plugin gave up: {}", .0.code)]
    Fault(Fault),
    /// The answer does not convert into the host's words.
    #[error("plugin's answer is invalid: {what}")]
    Invalid {
        /// The place in the answer and what was expected there; none of the guest's text.
        what: String,
    },
    /// There is no component to call, or it cannot be loaded.
    #[error("plugin is unavailable: {what}")]
    Unavailable {
        /// Why.
        what: String,
    },
}

impl CallError {
    /// The stable name: the limit's own, or `guest.trap`, `guest.fault`, `guest.answer`,
    /// `package.unavailable`. A fixed word, safe as a metric label.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Limit { name, .. } => name,
            Self::Trap { .. } => "guest.trap",
            Self::Fault(_) => "guest.fault",
            Self::Invalid { .. } => "guest.answer",
            Self::Unavailable { .. } => "package.unavailable",
        }
    }
}

impl std::fmt::Debug for CallError {
    /// As the message, so that no `?error` in a log line shows the text of a guest's fault.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({self})", self.code())
    }
}
