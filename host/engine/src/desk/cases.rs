//! Reading cases and their journals.

use banshi_model::case::Case;
use banshi_model::ids::CaseId;
use banshi_store::Cursor;

use super::views::journal_line;
use crate::Engine;
use crate::api::cases::{CaseFilter, CaseSummary, CaseView, JournalLine};
use crate::api::{Page, PageRequest};
use crate::authorise::Sight;
use crate::error::Error;
use crate::principal::{Principal, Role};

/// The most that one page holds.
const PAGE_MAX: usize = 200;
/// How many cases a filtered page may look through before it hands the cursor back.
const LOOKED_MAX: usize = 2000;

impl Engine {
    /// A case.
    pub async fn case(&self, who: &Principal, id: &CaseId) -> Result<CaseView, Error> {
        let stored = self.inner.store.case(id)?.ok_or_else(|| Error::not_found("case", id))?;
        let effective = self.effective_of(&stored.case.pin).await?;
        let sight = self.sight(who, &stored.case, &effective.definition.department)?;
        self.view(&stored.case, stored.seq, &effective.definition, sight)
    }

    /// Cases of a division or a subject, newest first.
    pub async fn cases(
        &self,
        who: &Principal,
        filter: CaseFilter,
        page: PageRequest,
    ) -> Result<Page<CaseSummary>, Error> {
        let limit = page.limit.clamp(1, PAGE_MAX);
        let mut after = cursor(page.cursor.as_deref())?;
        let mut items = Vec::new();
        let mut looked = 0;
        loop {
            let ids = self.case_ids(who, &filter, after.as_ref(), limit)?;
            for id in &ids.items {
                looked += 1;
                if let Some(summary) = self.listed(who, &filter, id).await? {
                    items.push(summary);
                }
            }
            after = ids.next;
            if after.is_none() || items.len() >= limit || looked >= LOOKED_MAX {
                break;
            }
        }
        Ok(Page { items, next: after.map(|cursor| cursor.to_string()) })
    }

    fn case_ids(
        &self,
        who: &Principal,
        filter: &CaseFilter,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<banshi_store::Page<CaseId>, Error> {
        let store = &self.inner.store;
        let subject = match &who.role {
            Role::Applicant { subject } => Some(subject.id.as_str()),
            _ => filter.subject.as_deref(),
        };
        let page = match (&filter.division, subject) {
            _ if filter.parked => store.parked(after, limit)?,
            (_, Some(subject)) => store.cases_of(subject, after, limit)?,
            (Some(division), None) => store.cases_in(division, after, limit)?,
            (None, None) => match &who.role {
                Role::Officer { division, .. } => store.cases_in(division, after, limit)?,
                _ => {
                    let fix = "give `division`, or a subject";
                    return Err(Error::invalid(
                        "cases.filter",
                        "division",
                        "a list of cases is of a division or a subject",
                        fix,
                    ));
                }
            },
        };
        Ok(page)
    }

    async fn listed(&self, who: &Principal, filter: &CaseFilter, id: &CaseId) -> Result<Option<CaseSummary>, Error> {
        let stored = match self.inner.store.case(id) {
            Ok(Some(stored)) => stored,
            Ok(None) | Err(banshi_store::Error::Erased(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if !wanted(&stored.case, filter) {
            return Ok(None);
        }
        let effective = self.effective_of(&stored.case.pin).await?;
        match self.sight(who, &stored.case, &effective.definition.department) {
            Ok(_) => Ok(Some(self.summary(&stored.case, &effective.definition))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A case's journal, oldest first.
    pub async fn journal(&self, who: &Principal, id: &CaseId, page: PageRequest) -> Result<Page<JournalLine>, Error> {
        let stored = self.inner.store.case(id)?.ok_or_else(|| Error::not_found("case", id))?;
        let effective = self.effective_of(&stored.case.pin).await?;
        let sight = self.sight(who, &stored.case, &effective.definition.department)?;
        let after = match page.cursor.as_deref().map(str::parse::<u64>) {
            None => 0,
            Some(Ok(after)) => after,
            Some(Err(_)) => return Err(bad_cursor()),
        };
        let limit = page.limit.clamp(1, PAGE_MAX);
        let entries = self.inner.store.entries(id, after, limit)?;
        let last = entries.last().map_or(after, |entry| entry.seq);
        let items = entries.iter().map(|entry| journal_line(entry, stored.case.simulated, sight)).collect();
        Ok(Page { items, next: (last < stored.seq).then(|| last.to_string()) })
    }

    /// A case with its sequence, its department and how much this caller may see; for writes.
    pub(super) async fn seen(
        &self,
        who: &Principal,
        id: &CaseId,
    ) -> Result<(banshi_store::StoredCase, String, Sight), Error> {
        let stored = self.inner.store.case(id)?.ok_or_else(|| Error::not_found("case", id))?;
        let effective = self.effective_of(&stored.case.pin).await?;
        let department = effective.definition.department.clone();
        let sight = self.sight(who, &stored.case, &department)?;
        Ok((stored, department, sight))
    }
}

fn wanted(case: &Case, filter: &CaseFilter) -> bool {
    let within = filter.division.as_ref().is_none_or(|division| division.contains(&case.draft.division));
    within
        && filter.matter.as_ref().is_none_or(|matter| matter == &case.pin.chain.matter)
        && filter.phase.is_none_or(|phase| phase == case.phase)
        && filter.subject.as_ref().is_none_or(|subject| subject == &case.draft.subject.id)
        && (!filter.parked || case.fault.is_some())
}

/// Parses a cursor that this API gave out.
pub(super) fn cursor(text: Option<&str>) -> Result<Option<Cursor>, Error> {
    text.map(str::parse).transpose().map_err(|_| bad_cursor())
}

fn bad_cursor() -> Error {
    Error::invalid("page.cursor", "cursor", "not a cursor of this list", "use `next` of the page before, as it is")
}
