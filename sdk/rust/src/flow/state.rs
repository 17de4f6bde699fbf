//! What a flow remembers between two steps: as little as can be, since the view holds the rest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::types::Fault;
use crate::text::fault;

/// Where the case stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Phase {
    /// Not received yet.
    #[default]
    New,
    /// The signers prove who they are.
    Identity,
    /// An officer takes it in.
    Acceptance,
    /// The applicant supplements.
    Supplement,
    /// Stages and verdict.
    Work,
    /// The parts of a bundle.
    Parts,
    /// Granted; the certificate waits for its timer.
    Granted,
    /// The parcel is under way, or the commitment is still to be checked.
    Following,
    /// Ended.
    Closed,
}

/// How a station ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Ended {
    Passed,
    Failed,
    /// Not needed on this path, or not opened after an objection.
    Skipped,
}

/// A task that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Open {
    pub(super) task: String,
    pub(super) stage: String,
    /// Of a panel: which of its units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) member: Option<usize>,
}

/// The after-check of a commitment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Check {
    /// The task that is open; none while it is put right.
    pub(super) task: Option<String>,
    /// Whether it has failed before.
    pub(super) failed: bool,
}

/// A flow's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    pub(super) phase: Phase,
    /// How often each signer failed, by id. Sealed with the case, as all of its state is.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) failures: BTreeMap<String, u8>,
    /// A supplement was asked for; there is no second time.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) supplement: bool,
    /// How often a task was opened, by the task's stem.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) rounds: BTreeMap<String, u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) open: Vec<Open>,
    /// Special procedures under way, by stage.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) running: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) ended: BTreeMap<String, Ended>,
    /// A panel's votes: unit and whether it approved.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) votes: BTreeMap<String, Vec<(usize, bool)>>,
    /// The task of the last review that approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) approved_by: Option<String>,
    /// The task of the first review that objected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) objected_by: Option<String>,
    /// The task that the grant rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) granted_by: Option<String>,
    /// The parcel is under way.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) shipped: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) check: Option<Check>,
    /// Parts that were opened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) parts: Vec<String>,
}

impl State {
    /// Reads what the last step returned; `null` before the first.
    pub(super) fn read(json: &str) -> Result<Self, Fault> {
        let state: Option<Self> = serde_json::from_str(json)
            .map_err(|_| fault("state", "状态不是本流程写下的 / the state was not written by this flow"))?;
        Ok(state.unwrap_or_default())
    }

    /// What this step returns.
    pub(super) fn write(&self) -> Result<String, Fault> {
        serde_json::to_string(self).map_err(|_| fault("state", "状态无法写出 / the state cannot be written"))
    }
}
