//! What a decision reads beside its case, gathered from the store and the registry.

use std::collections::BTreeMap;
use std::sync::Arc;

use banshi_model::calendar::Calendar;
use banshi_model::case::Case;
use banshi_model::command::Command;
use banshi_model::effect::{DueDate, Limits};
use banshi_model::ids::{Authority, Department, MatterCode};
use banshi_model::law::Table;
use banshi_model::licence::Licence;
use banshi_model::time;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::Engine;
use crate::decide::{BundleView, Context, PartView};
use crate::error::Error;
use crate::registry::Effective;

/// Owned counterparts of a decision's context.
pub(crate) struct Gathered {
    pub effective: Arc<Effective>,
    pub law: Arc<Table>,
    pub calendar: Arc<Calendar>,
    bundle: Option<BundleView>,
    parts: BTreeMap<MatterCode, PartView>,
    licences: Vec<Licence>,
    issuer: String,
    capability_key: [u8; 32],
}

impl Gathered {
    /// Sets the bundle's due date where the bundle is not stored yet as it will be.
    pub(crate) fn set_bundle_due(&mut self, due: Option<DueDate>) {
        self.bundle.get_or_insert_with(|| BundleView { due: None, inspections: Vec::new() }).due = due;
    }

    /// Hands the context to `f`.
    pub(crate) fn with<T>(&self, now: Timestamp, seq: u64, f: impl FnOnce(&Context<'_>) -> T) -> T {
        let capability = |id: &str| capability(&self.capability_key, id);
        f(&Context {
            now,
            today: time::date_of(now),
            seq,
            definition: &self.effective.definition,
            law: &self.law,
            calendar: &self.calendar,
            bundle: self.bundle.as_ref(),
            parts: &self.parts,
            licences: &self.licences,
            issuer: &self.issuer,
            capability: &capability,
        })
    }
}

/// A certificate's public capability: 160 bits of a keyed hash of the identifier. Stops guessing and
/// walking from one certificate to the next; the same in every replay.
fn capability(key: &[u8; 32], id: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(id.as_bytes());
    let bytes: Vec<u8> = mac.finalize().into_bytes().iter().take(20).copied().collect();
    hex::encode(bytes)
}

impl Engine {
    /// The law rows in force now.
    pub(crate) fn law(&self) -> Arc<Table> {
        self.inner.law.read().map(|law| law.clone()).unwrap_or_else(|poisoned| poisoned.into_inner().clone())
    }

    /// The calendar in force now.
    pub(crate) fn calendar(&self) -> Arc<Calendar> {
        self.inner.calendar.read().map(|c| c.clone()).unwrap_or_else(|poisoned| poisoned.into_inner().clone())
    }

    /// Gathers what deciding these commands on this case reads.
    pub(crate) async fn gather(
        &self,
        case: &Case,
        effective: Arc<Effective>,
        commands: &[Command],
    ) -> Result<Gathered, Error> {
        let opens_parts = commands.iter().any(|command| matches!(command, Command::OpenPart { .. }));
        let parts = if opens_parts { Box::pin(self.part_views(case)).await? } else { BTreeMap::new() };
        let issuer = self.issuer(&effective.definition.department, case);
        Ok(Gathered {
            bundle: self.bundle_view(case).await?,
            licences: self.licences_of_case(case)?,
            law: self.law(),
            calendar: self.calendar(),
            parts,
            issuer,
            capability_key: self.inner.store.derive_key("certificate-capability"),
            effective,
        })
    }

    /// The 18-character code of the authority that issues, or its division where none is configured.
    fn issuer(&self, department: &str, case: &Case) -> String {
        let division = case.draft.division.clone();
        let known = department.parse::<Department>().ok().and_then(|department| {
            let named = |division| Authority { department: department.clone(), division }.to_string();
            division.line().into_iter().rev().find_map(|d| self.inner.config.authorities.get(&named(d)).cloned())
        });
        known.unwrap_or_else(|| division.county().to_owned())
    }

    async fn bundle_view(&self, case: &Case) -> Result<Option<BundleView>, Error> {
        let Some(parent) = &case.parent else { return Ok(None) };
        let Some(bundle) = self.inner.store.case(parent)? else { return Ok(None) };
        let effective = self.effective_of(&bundle.case.pin).await?;
        let declared = effective.definition.bundle.as_ref().map_or(&[][..], |bundle| &bundle.inspections);
        let inspections = declared
            .iter()
            .filter_map(|inspection| bundle.case.task(&inspection.id).map(|task| (inspection.clone(), task.clone())))
            .collect();
        let due = bundle.case.limits.as_ref().map(Limits::effective).cloned();
        Ok(Some(BundleView { due, inspections }))
    }

    async fn part_views(&self, case: &Case) -> Result<BTreeMap<MatterCode, PartView>, Error> {
        let mut views = BTreeMap::new();
        for (code, pin) in &case.pin.parts {
            let effective = self.effective_of(pin).await?;
            let guidance = self.guide_part(&case.draft, &effective).await?;
            views.insert(code.clone(), PartView { modes: guidance.modes });
        }
        Ok(views)
    }

    fn licences_of_case(&self, case: &Case) -> Result<Vec<Licence>, Error> {
        let parts =
            case.parts.iter().filter_map(|part| part.result.as_ref()).filter_map(|result| result.licence.as_ref());
        let ids = case.licences.iter().chain(parts).chain(case.draft.licence.as_ref());
        ids.filter_map(|id| self.inner.store.licence(id).transpose()).collect::<Result<_, _>>().map_err(Error::from)
    }
}
