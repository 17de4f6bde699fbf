//! Writing to cases: submit, supplement, withdraw, extend, end a procedure. Finishing by hand has a file of its own.

use std::future::Future;

use banshi_model::case::Phase;
use banshi_model::effect::{Effect, TimerKind};
use banshi_model::entry::{Actor, Cause, HostAct};
use banshi_model::event::Event;
use banshi_model::frozen::Frozen;
use banshi_model::ids::{CaseId, Slug};
use banshi_model::time;

use crate::api::cases::{CaseView, ExtendRequest, SupplementRequest, WithdrawRequest};
use crate::api::intake::Application;
use crate::authorise::Sight;
use crate::decide::limits;
use crate::drive::{Change, Work, first_stands, keep_reply};
use crate::error::Error;
use crate::principal::{Principal, Role};
use crate::{Done, Engine, Idempotency};

impl Engine {
    /// Receives an application: one commit for receipt and first step. 201.
    pub async fn submit(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        application: Application,
    ) -> Result<Done<Frozen<CaseView>>, Error> {
        let outcome = self.receive_and_step(who, key, application).await;
        self.or_repeated(who, key, outcome)
    }

    async fn receive_and_step(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        application: Application,
    ) -> Result<Done<Frozen<CaseView>>, Error> {
        let prepared = self.prepare(who, application).await?;
        let _guard = self.lock(&prepared.id).await;
        let by = Actor::Principal(who.name.clone());
        let mut work = Work::at(self.now());
        if prepared.draft_kept {
            work.group.drop_draft(&prepared.id);
        } else {
            work.group.open_case(prepared.id.clone());
        }
        let mut change = self.receive(&mut work, &prepared, by.clone()).await?;
        self.charge_documents(&change.case, &prepared.documents).await?;
        for document in &prepared.documents {
            work.group.claim_document(document.clone(), &prepared.id);
        }
        for value in &prepared.subject_values {
            work.group.put_subject_value(&prepared.draft.subject.id, value.clone());
        }
        self.advance(&mut work, &mut change, Event::Submitted, by).await?;
        self.finish_write(who, key, 201, work, change, Sight::Whole).await
    }

    /// The applicant supplements what was asked for.
    pub async fn supplement(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &CaseId,
        request: SupplementRequest,
    ) -> Result<Done<Frozen<CaseView>>, Error> {
        self.write_within_quota(who, key, id, |mut work, mut change, _| async move {
            if change.case.phase != Phase::Supplementing {
                return Err(Error::conflict("case.no-supplement", "no supplement is asked for in this case"));
            }
            let supplied = self.check_supplement(who, &change.case, request).await?;
            self.charge_documents(&change.case, &supplied.documents_claimed).await?;
            for document in &supplied.documents_claimed {
                work.group.claim_document(document.clone(), &change.case.id);
            }
            let mut effects = vec![
                Effect::TimerEnded(TimerKind::Supplement),
                Effect::Supplemented { values: supplied.values, documents: supplied.documents },
            ];
            let effective = self.effective_of(&change.case.pin).await?;
            let today = time::date_of(work.now);
            let scope = limits::scope(&change.case, &effective.definition, today);
            if let Some(row) = self.law().acceptance_period(&scope) {
                let last = self.calendar().add(today, row.value);
                effects.push(Effect::TimerSet { timer: TimerKind::Acceptance, at: time::end_of(last.date) });
            }
            let by = Actor::Principal(who.name.clone());
            change.record(work.now, by.clone(), Cause::Host(HostAct::Supplemented), effects)?;
            self.advance(&mut work, &mut change, Event::Supplemented, by).await?;
            Ok((work, change))
        })
        .await
    }

    /// The applicant withdraws, from all of it or from one part.
    pub async fn withdraw(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &CaseId,
        request: WithdrawRequest,
    ) -> Result<Done<Frozen<CaseView>>, Error> {
        let target = match &request.part {
            None => id.clone(),
            Some(part) => {
                let (stored, ..) = self.seen(who, id).await?;
                let found = stored.case.parts.iter().find(|open| &open.part == part);
                found.map(|open| open.case.clone()).ok_or_else(|| Error::not_found("part", part))?
            }
        };
        let done = self
            .write(who, key, &target, |mut work, mut change, _| async move {
                if matches!(who.role, Role::Officer { .. }) {
                    return Err(Error::Forbidden {
                        what: "withdraw an application",
                        needs: "the applicant, or the portal that handed it in",
                    });
                }
                self.end_withdrawn(&mut work, &mut change, Actor::Principal(who.name.clone())).await?;
                Ok((work, change))
            })
            .await?;
        Ok(done)
    }

    /// An officer extends the limit, on an approval (第四十二条). The applicant is told.
    pub async fn extend(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &CaseId,
        request: ExtendRequest,
    ) -> Result<Done<Frozen<CaseView>>, Error> {
        self.write_within_quota(who, key, id, |mut work, mut change, department| async move {
            self.deciding_officer(who, &change.case, &department)?;
            if request.instrument.trim().is_empty() {
                let fix = "name the approval and its document number";
                return Err(Error::invalid(
                    "extend.instrument",
                    "/instrument",
                    "an extension rests on an approval",
                    fix,
                ));
            }
            if request.reason.basis.trim().is_empty() || request.reason.text.zh.trim().is_empty() {
                let what = "the applicant is told why the limit is extended, by clause";
                return Err(Error::invalid("extend.reason", "/reason", what, "give `basis` and `text`"));
            }
            let by = Actor::Principal(who.name.clone());
            self.extend_limit(&mut work, &mut change, request, by).await?;
            Ok((work, change))
        })
        .await
    }

    /// An officer records that a special procedure has ended; the clock goes on.
    pub async fn end_procedure(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &CaseId,
        procedure: &Slug,
    ) -> Result<Done<Frozen<CaseView>>, Error> {
        self.write_within_quota(who, key, id, |mut work, mut change, department| async move {
            self.deciding_officer(who, &change.case, &department)?;
            let running =
                change.case.procedures.iter().any(|known| &known.procedure.id == procedure && known.to.is_none());
            if !running {
                return Err(Error::not_found("running special procedure", procedure));
            }
            let ended = Effect::ProcedureEnded { id: procedure.clone(), to: time::date_of(work.now) };
            change.case.apply(&ended, work.now);
            let effective = self.effective_of(&change.case.pin).await?;
            let gathered = self.gather(&change.case, effective, &[]).await?;
            let again = gathered.with(work.now, change.seq() + 1, |ctx| limits::again(ctx, &change.case));
            let mut effects = vec![ended];
            if let Some(limits) = again {
                let moved = Effect::LimitsSet(limits);
                change.case.apply(&moved, work.now);
                effects.push(moved);
            }
            let by = Actor::Principal(who.name.clone());
            change.push(work.now, by.clone(), Cause::Host(HostAct::ProcedureEnded), effects)?;
            self.move_parts(&mut work, &change).await?;
            self.advance(&mut work, &mut change, Event::SpecialProcedureEnded(procedure.clone()), by).await?;
            Ok((work, change))
        })
        .await
    }

    /// A write that may call plugins: it waits for its authority's quota.
    async fn write_within_quota<F, Fut>(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &CaseId,
        act: F,
    ) -> Result<Done<Frozen<CaseView>>, Error>
    where
        F: FnOnce(Work, Change, String) -> Fut,
        Fut: Future<Output = Result<(Work, Change), Error>>,
    {
        self.write_framed(who, key, id, true, act).await
    }

    /// A write that nothing may hold up.
    pub(super) async fn write<F, Fut>(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &CaseId,
        act: F,
    ) -> Result<Done<Frozen<CaseView>>, Error>
    where
        F: FnOnce(Work, Change, String) -> Fut,
        Fut: Future<Output = Result<(Work, Change), Error>>,
    {
        self.write_framed(who, key, id, false, act).await
    }

    /// The frame of every write to a case: the idempotent reply, the lock, the caller's sight, the commit.
    async fn write_framed<F, Fut>(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &CaseId,
        within_quota: bool,
        act: F,
    ) -> Result<Done<Frozen<CaseView>>, Error>
    where
        F: FnOnce(Work, Change, String) -> Fut,
        Fut: Future<Output = Result<(Work, Change), Error>>,
    {
        let _guard = self.lock(id).await;
        // Under the lock: the same request may just have been answered.
        if let Some(done) = self.repeated(who, key)? {
            return Ok(done);
        }
        let (stored, department, sight) = self.seen(who, id).await?;
        if sight == Sight::Bare {
            return Err(Error::Forbidden {
                what: "change a case",
                needs: "the applicant, their portal, or an officer",
            });
        }
        if stored.case.phase == Phase::Closed {
            return Err(Error::conflict("case.closed", format!("case {id} has ended")));
        }
        if within_quota {
            self.case_within_quota(&stored.case).await?;
        }
        let mut work = Work::at(self.now());
        let change = self.begin(&mut work, stored).await?;
        let (work, change) = act(work, change, department).await?;
        self.finish_write(who, key, 200, work, change, sight).await
    }

    /// Answers with the case as it will be, and commits the answer with it. The answer is written as JSON once: to be kept
    /// under the caller's key, and to be sent.
    async fn finish_write(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        status: u16,
        mut work: Work,
        change: Change,
        sight: Sight,
    ) -> Result<Done<Frozen<CaseView>>, Error> {
        let effective = self.effective_of(&change.case.pin).await?;
        let view = Frozen::new(self.view(&change.case, change.seq(), &effective.definition, sight)?);
        let case = change.case.id.clone();
        keep_reply(&mut work.group, who, key, status, Some(&case), &view)?;
        self.commit_once(work, change, key, view).await
    }

    /// Commits; where another request with the same key was first, its answer stands.
    pub(super) async fn commit_once<T>(
        &self,
        work: Work,
        change: Change,
        key: Option<&Idempotency>,
        answer: T,
    ) -> Result<Done<T>, Error> {
        first_stands(self.commit(work, change).await, key, answer)
    }
}
