//! Officers who work through their inboxes. Each sees what their token sees and answers what is asked: nothing here
//! knows which matters there are, how their flows go, or that some case is part of a bundle.

use banshi_engine::api::tasks::{TaskView, VerdictRequest};
use banshi_model::draft::Opinion;
use banshi_model::ids::CaseId;
use banshi_model::task::Task;
use banshi_model::time;
use jiff::Span;
use jiff::civil::Date;
use serde_json::Value;

use super::cast::Cast;
use super::form;
use super::theatre::Actors;
use crate::client::Key;
use crate::failure::{Failure, Kind, Result};

/// A task in somebody's inbox.
pub struct Waiting {
    /// Whose, by the token's name.
    pub officer: String,
    /// The task.
    pub view: TaskView,
}

impl Waiting {
    /// Whether the case is due today, or overdue: an officer sees that in the inbox.
    pub fn is_due(&self, today: Date) -> bool {
        self.view.case_due.as_ref().is_some_and(|due| due.date <= today)
    }
}

/// What lies in all inboxes and is taken up today, officer by officer, the earliest due first. The check after a
/// commitment has a month: it is made when the shop has run for a while.
pub async fn inboxes(cast: &Cast, actors: &Actors, today: Date) -> Result<Vec<Waiting>> {
    let waits = |task: &Task| {
        task.after_check && today < time::date_of(task.opened).saturating_add(Span::new().days(cast.after_check_days))
    };
    let mut waiting = Vec::new();
    for officer in &cast.officers {
        let client = actors.of(&officer.name)?;
        let mut cursor = None;
        loop {
            let page = client.tasks(Vec::new(), cursor).await?;
            let now = page.items.into_iter().filter(|view| !waits(&view.task));
            waiting.extend(now.map(|view| Waiting { officer: officer.name.clone(), view }));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok(waiting)
}

/// The officer approves, with what the form asks at least and what they found. Answers whose case it was.
pub async fn approve(cast: &Cast, actors: &Actors, waiting: &Waiting) -> Result<CaseId> {
    let (task, case) = (&waiting.view.task, waiting.view.case.clone());
    let data = task.form.as_ref().map_or(Value::Null, |schema| form::with(form::least(schema), schema, &cast.findings));
    let request = VerdictRequest { revision: task.revision, opinion: Opinion::Approve, data, reasons: Vec::new() };
    let answer = actors.of(&waiting.officer)?.verdict(&task.id, &request, &Key::fresh()?).await?;
    match answer.parked {
        None => Ok(case),
        Some(fault) => {
            let what = format!(
                "the verdict of {} on {} stands, but its step is parked: {}: {}",
                waiting.officer, task.id, fault.code, fault.text
            );
            Err(Failure::new(Kind::Refused, what))
        }
    }
}
