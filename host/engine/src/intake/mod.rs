//! From the guided questions to an application that can be received: guide, form, prefill, precheck, and
//! the preparation of a submission.
//!
//! A matter asks what its definition declares; a bundle asks once what its parts ask, by data element, and
//! takes one paper where covers say that it stands for several. Sources are asked before the applicant is.
//!
//! Must not: receive a case, or decide anything about it. What a precheck finds informs and never refuses.

mod answers;
mod apply;
mod checks;
mod fill;
mod form;
mod guide;
mod kept;
#[cfg(test)]
mod laws;
pub(crate) mod layers;
mod merge;
mod part;
mod plan;
mod precheck;
mod prefill;
mod prepare;
mod sources;
mod supplement;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use banshi_model::case::Pin;
use banshi_model::definition::{Business, Mode, Part, Question};
use banshi_model::draft::{Counts, Document, Draft, FieldValue};
use banshi_model::guidance::Guidance;
use banshi_model::ids::{CaseId, Division, DocumentId, MatterCode};
use banshi_store::SubjectValue;
use serde_json::Value;

use crate::api::intake::{FormField, FormMaterial};
use crate::registry::Effective;

pub(crate) use checks::validate_against;
pub(crate) use part::part_draft;

/// The channel where none is said.
pub(crate) const PORTAL: &str = "portal";

/// A chosen part of a bundle, as it is in force where the bundle is.
#[derive(Debug, Clone)]
pub(crate) struct PlannedPart {
    /// What the bundle says of it.
    pub part: Part,
    /// The part in full.
    pub effective: Arc<Effective>,
    /// What this path needs of it.
    pub guidance: Guidance,
}

/// What a path of answers leads to.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The matter in full.
    pub effective: Arc<Effective>,
    /// Where.
    pub division: Division,
    /// Which business.
    pub business: Business,
    /// Through which channel.
    pub channel: String,
    /// The answers.
    pub answers: BTreeMap<String, Value>,
    /// What the matter's own guide says.
    pub guidance: Guidance,
    /// The chosen parts, in the order in which the guide names them.
    pub parts: Vec<PlannedPart>,
    /// Questions that are open, the matter's own first; none: the path is complete.
    pub next: Vec<Question>,
    /// The form's fields, nothing filled.
    pub fields: Vec<FormField>,
    /// The form's papers, nothing filled.
    pub materials: Vec<FormMaterial>,
}

impl Plan {
    /// The matter's code.
    pub(crate) fn matter(&self) -> &MatterCode {
        &self.effective.chain.matter
    }

    /// How it may be had on this path; the first is proposed.
    pub(crate) fn modes(&self) -> &[Mode] {
        &self.guidance.modes
    }
}

/// A submission before its commit.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// The new case's id; the draft's, where there was one.
    pub id: CaseId,
    /// Whether a draft was kept under this id: its vault is open already, and the draft is to be dropped.
    pub draft_kept: bool,
    /// The application.
    pub draft: Draft,
    /// What the case is pinned to.
    pub pin: Pin,
    /// Uploaded documents that the case claims.
    pub documents: Vec<DocumentId>,
    /// What was declared and what was asked.
    pub counts: Counts,
    /// What the applicant gave, for later prefilling.
    pub subject_values: Vec<SubjectValue>,
}

/// A supplement before its commit.
#[derive(Debug, Clone)]
pub(crate) struct Supplied {
    /// Form values, valid.
    pub values: Vec<FieldValue>,
    /// Papers.
    pub documents: Vec<Document>,
    /// Uploaded documents that the case claims.
    pub documents_claimed: Vec<DocumentId>,
}
