//! Officers' inbox and verdicts.

use banshi_model::case::Case;
use banshi_model::definition::Definition;
use banshi_model::draft::{Opinion, TaskResult};
use banshi_model::effect::{Effect, Limits};
use banshi_model::entry::Actor;
use banshi_model::event::Event;
use banshi_model::ids::TaskId;
use banshi_model::task::{Task, TaskStatus};

use super::cases::cursor;
use crate::api::tasks::{TaskFilter, TaskView, VerdictAnswer, VerdictRequest};
use crate::api::{Page, PageRequest};
use crate::authorise::may_do_task;
use crate::decide::part_result;
use crate::drive::{Change, Work, keep_reply};
use crate::error::Error;
use crate::intake::validate_against;
use crate::principal::{Principal, Role};
use crate::{Done, Engine, Idempotency};

impl Engine {
    /// Open tasks by due date, earliest first. An officer sees those of their own units.
    pub async fn tasks(&self, who: &Principal, filter: TaskFilter, page: PageRequest) -> Result<Page<TaskView>, Error> {
        let Role::Officer { division, units, .. } = &who.role else {
            return Err(Error::Forbidden { what: "list tasks", needs: "an officer" });
        };
        let place = filter.division.as_ref().filter(|wanted| division.contains(wanted)).unwrap_or(division);
        let limit = page.limit.clamp(1, 200);
        let after = cursor(page.cursor.as_deref())?;
        let unit = match &filter.unit {
            Some(unit) if units.contains(unit) => Some(unit.as_str()),
            Some(_) => {
                return Err(Error::Forbidden { what: "list another unit's tasks", needs: "an officer of that unit" });
            }
            None if units.len() == 1 => units.first().map(String::as_str),
            None => None,
        };
        let ids = self.inner.store.open_tasks(place, unit, after.as_ref(), limit)?;
        let mut items = Vec::new();
        for id in &ids.items {
            if let Ok(view) = self.task(who, id).await {
                items.push(view);
            }
        }
        Ok(Page { items, next: ids.next.map(|cursor| cursor.to_string()) })
    }

    /// A task.
    pub async fn task(&self, who: &Principal, id: &TaskId) -> Result<TaskView, Error> {
        let (case, local) = id.split();
        let stored = self.inner.store.case(&case)?.ok_or_else(|| Error::not_found("task", id))?;
        let task = stored.case.task(&local).ok_or_else(|| Error::not_found("task", id))?;
        may_do_task(who, task, &stored.case.draft.division)?;
        let effective = self.effective_of(&stored.case.pin).await?;
        Ok(self.task_view(&stored.case, task, &effective.definition))
    }

    /// An officer's answer to a task: recorded, and the case's next step, in one commit. The verdict stands
    /// even where the plugin then fails.
    pub async fn verdict(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &TaskId,
        request: VerdictRequest,
    ) -> Result<Done<VerdictAnswer>, Error> {
        let outcome = self.take_verdict(who, key, id, request).await;
        self.or_repeated(who, key, outcome)
    }

    async fn take_verdict(
        &self,
        who: &Principal,
        key: Option<&Idempotency>,
        id: &TaskId,
        request: VerdictRequest,
    ) -> Result<Done<VerdictAnswer>, Error> {
        let (case, local) = id.split();
        let _guard = self.lock(&case).await;
        let stored = self.inner.store.case(&case)?.ok_or_else(|| Error::not_found("task", id))?;
        let task = stored.case.task(&local).ok_or_else(|| Error::not_found("task", id))?.clone();
        may_do_task(who, &task, &stored.case.draft.division)?;
        check_verdict(&task, &request)?;
        self.case_within_quota(&stored.case).await?;
        let result = TaskResult {
            task: local,
            unit: task.unit.clone(),
            opinion: request.opinion,
            by_silence: false,
            data: request.data,
            reasons: request.reasons,
        };
        let mut work = Work::at(self.now());
        let mut change = self.begin(&mut work, stored).await?;
        let by = Actor::Principal(who.name.clone());
        let parked = self.advance(&mut work, &mut change, Event::TaskDone(result.clone()), by).await?;
        self.tell_parts(&work, &mut change, &task, &result)?;
        let answer = VerdictAnswer { task: id.clone(), phase: change.case.phase, parked };
        keep_reply(&mut work.group, who, key, 200, Some(&case), &answer)?;
        self.commit_once(work, change, key, answer).await
    }

    fn task_view(&self, case: &Case, task: &Task, definition: &Definition) -> TaskView {
        TaskView {
            task: task.clone(),
            case: case.id.clone(),
            matter: case.pin.chain.matter.clone(),
            matter_title: definition.title.clone(),
            division: case.draft.division.clone(),
            case_due: self.limits_today(case, definition).as_ref().map(Limits::effective).cloned(),
            case_late: self.late(case, definition),
        }
    }

    /// A joint inspection gives each stage that it serves a result of its own.
    fn tell_parts(&self, work: &Work, change: &mut Change, task: &Task, result: &TaskResult) -> Result<(), Error> {
        let mut effects = Vec::new();
        for served in &task.serves {
            let part = change.case.parts.iter().find(|part| part.part == served.part && part.result.is_none());
            let own = part_result(result, served.part.as_str(), &served.stage);
            if let (Some(part), Some(own)) = (part, own) {
                let task = self.joined_task(&part.case, &served.stage)?;
                if let Some(task) = task {
                    let event = Event::TaskDone(TaskResult { task, ..own });
                    effects.push(Effect::EventSent { to: part.case.clone(), event });
                }
            }
        }
        if effects.is_empty() { Ok(()) } else { change.add_effects(effects, work.now) }
    }

    /// The part's task that a joint inspection stands for, if it is open by now; one that opens later finds
    /// the result in its bundle.
    fn joined_task(
        &self,
        part: &banshi_model::ids::CaseId,
        stage: &banshi_model::ids::Slug,
    ) -> Result<Option<banshi_model::ids::Slug>, Error> {
        let Some(stored) = self.inner.store.case(part)? else { return Ok(None) };
        let joined = stored.case.tasks.iter().find(|task| &task.stage == stage && task.status == TaskStatus::Joined);
        Ok(joined.map(|task| task.local.clone()))
    }
}

fn check_verdict(task: &Task, request: &VerdictRequest) -> Result<(), Error> {
    match task.status {
        TaskStatus::Open => {}
        TaskStatus::Joined => {
            return Err(Error::conflict(
                "task.joined",
                "a joint inspection of the bundle serves this task; answer that one",
            ));
        }
        TaskStatus::Done => return Err(Error::conflict("task.done", "the task is done")),
        TaskStatus::Closed => return Err(Error::conflict("task.closed", "the task is no longer needed")),
    }
    if task.revision != request.revision {
        let what = format!("the task is at revision {}, you read {}; read it again", task.revision, request.revision);
        return Err(Error::conflict("task.revision", what));
    }
    if let Some(form) = &task.form {
        validate_against(form, &request.data, "/data")?;
    } else if !request.data.is_null() {
        return Err(Error::invalid("task.form", "/data", "the task takes no data", "leave `data` out"));
    }
    let against = request.opinion == Opinion::Object;
    if against && (request.reasons.is_empty() || request.reasons.iter().any(|reason| reason.basis.trim().is_empty())) {
        let fix = "give at least one reason, each with `basis`";
        return Err(Error::invalid("task.reasons", "/reasons", "an objection gives its reasons by clause", fix));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_a_joint_inspection_serves_is_answered_there() {
        let task = serde_json::json!({
            "id": "310115-210426-AAAAAAAAAA.onsite", "local": "onsite", "stage": "onsite", "unit": "食品科",
            "title": { "zh": "核查" }, "form": null, "opened": "2021-04-26T02:00:00Z", "due": null,
            "silence_consents": false, "after_check": false, "serves": [], "revision": 1, "status": "joined",
            "result": null, "done_by": null,
        });
        let mut task: Task = serde_json::from_value(task).unwrap();
        let request = VerdictRequest {
            revision: 1,
            opinion: Opinion::Approve,
            reasons: Vec::new(),
            data: serde_json::Value::Null,
        };
        let Err(Error::Conflict { code, what }) = check_verdict(&task, &request) else { panic!("it was taken") };
        assert_eq!(code, "task.joined");
        assert!(what.contains("a joint inspection of the bundle serves this task"), "{what}");
        task.status = TaskStatus::Open;
        assert!(check_verdict(&task, &request).is_ok());
    }
}
