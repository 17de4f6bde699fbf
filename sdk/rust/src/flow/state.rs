//! What a flow remembers between two steps: as little as can be, since the view holds the rest.
//!
//! It is read and written as JSON by hand: derived code would be a fifth of a guest's bytes.

use serde_json::{Map, Value};

use crate::contract::types::Fault;
use crate::text::fault;

/// Where the case stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

const PHASES: [(Phase, &str); 9] = [
    (Phase::New, "new"),
    (Phase::Identity, "identity"),
    (Phase::Acceptance, "acceptance"),
    (Phase::Supplement, "supplement"),
    (Phase::Work, "work"),
    (Phase::Parts, "parts"),
    (Phase::Granted, "granted"),
    (Phase::Following, "following"),
    (Phase::Closed, "closed"),
];

/// How a station ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Passed,
    Failed,
    /// Not needed on this path, or not opened after an objection.
    Skipped,
}

const ENDED: [(Ended, &str); 3] = [(Ended::Passed, "passed"), (Ended::Failed, "failed"), (Ended::Skipped, "skipped")];

/// A task that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) task: String,
    pub(super) stage: String,
    /// Of a panel: which of its units.
    pub(super) member: Option<usize>,
}

/// The after-check of a commitment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Check {
    /// The task that is open; none while it is put right.
    pub(super) task: Option<String>,
    /// Whether it has failed before.
    pub(super) failed: bool,
}

/// One unit's vote in a panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Vote {
    pub(super) stage: String,
    pub(super) member: usize,
    pub(super) approved: bool,
}

/// A flow's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) phase: Phase,
    /// How often in a row each signer failed, by id. Sealed with the case, as all of its state is.
    pub(super) failures: Vec<(String, u64)>,
    /// A supplement was asked for; there is no second time.
    pub(super) supplement: bool,
    /// How often a task was opened, by the task's stem.
    pub(super) rounds: Vec<(String, u64)>,
    pub(super) open: Vec<Open>,
    /// Special procedures under way, by stage.
    pub(super) running: Vec<String>,
    /// How stations ended, by stage.
    pub(super) ended: Vec<(String, Ended)>,
    /// What the units of panels said.
    pub(super) votes: Vec<Vote>,
    /// The task of the last review that approved.
    pub(super) approved_by: Option<String>,
    /// The task of the first review that objected.
    pub(super) objected_by: Option<String>,
    /// The task that the grant rests on.
    pub(super) granted_by: Option<String>,
    /// The parcel is under way.
    pub(super) shipped: bool,
    pub(super) check: Option<Check>,
    /// Parts that were opened.
    pub(super) parts: Vec<String>,
}

impl State {
    /// Reads what the last step returned; `null` before the first.
    pub(super) fn read(json: &str) -> Result<Self, Fault> {
        let value: Option<Value> = serde_json::from_str(json).ok();
        match value {
            Some(Value::Null) => Ok(Self::default()),
            Some(value) => Self::from_value(&value).ok_or_else(foreign),
            None => Err(foreign()),
        }
    }

    fn from_value(value: &Value) -> Option<Self> {
        let open = |one: &Value| {
            let member = one.get("member").and_then(Value::as_u64).and_then(|member| usize::try_from(member).ok());
            Some(Open { task: word(one, "task")?, stage: word(one, "stage")?, member })
        };
        let vote = |one: &Value| {
            let member = usize::try_from(one.get("member")?.as_u64()?).ok()?;
            Some(Vote { stage: word(one, "stage")?, member, approved: flag(one, "approved") })
        };
        let check = |one: &Value| Check { task: word(one, "task"), failed: flag(one, "failed") };
        Some(Self {
            phase: named(&PHASES, &word(value, "phase")?)?,
            failures: members(value, "failures", Value::as_u64)?,
            supplement: flag(value, "supplement"),
            rounds: members(value, "rounds", Value::as_u64)?,
            open: items(value, "open", open)?,
            running: items(value, "running", owned)?,
            ended: members(value, "ended", |how| named(&ENDED, how.as_str()?))?,
            votes: items(value, "votes", vote)?,
            approved_by: word(value, "approved_by"),
            objected_by: word(value, "objected_by"),
            granted_by: word(value, "granted_by"),
            shipped: flag(value, "shipped"),
            check: value.get("check").map(check),
            parts: items(value, "parts", owned)?,
        })
    }

    /// What this step returns. Members that say nothing are left out.
    pub(super) fn write(&self) -> String {
        let mut out = Writer(Map::new());
        out.word("phase", Some(name(&PHASES, self.phase)));
        out.members("failures", &self.failures, |count| Value::from(*count));
        out.flag("supplement", self.supplement);
        out.members("rounds", &self.rounds, |count| Value::from(*count));
        out.items("open", &self.open, |open| {
            let mut out = Writer(Map::new());
            out.word("task", Some(&open.task));
            out.word("stage", Some(&open.stage));
            out.value("member", open.member.map(Value::from));
            Value::Object(out.0)
        });
        out.items("running", &self.running, |stage| Value::from(stage.as_str()));
        out.members("ended", &self.ended, |how| Value::from(name(&ENDED, *how)));
        out.items("votes", &self.votes, |vote| {
            let mut out = Writer(Map::new());
            out.word("stage", Some(&vote.stage));
            out.value("member", Some(Value::from(vote.member)));
            out.flag("approved", vote.approved);
            Value::Object(out.0)
        });
        out.word("approved_by", self.approved_by.as_deref());
        out.word("objected_by", self.objected_by.as_deref());
        out.word("granted_by", self.granted_by.as_deref());
        out.flag("shipped", self.shipped);
        out.value(
            "check",
            self.check.as_ref().map(|check| {
                let mut out = Writer(Map::new());
                out.word("task", check.task.as_deref());
                out.flag("failed", check.failed);
                Value::Object(out.0)
            }),
        );
        out.items("parts", &self.parts, |part| Value::from(part.as_str()));
        Value::Object(out.0).to_string()
    }

    /// How a station ended; none while it has not.
    pub(super) fn ended(&self, stage: &str) -> Option<Ended> {
        self.ended.iter().find(|(id, _)| id == stage).map(|(_, how)| *how)
    }

    /// Counts one more for `key`; answers how many that makes.
    pub(super) fn count(list: &mut Vec<(String, u64)>, key: &str) -> u64 {
        match list.iter_mut().find(|(id, _)| id == key) {
            Some((_, count)) => {
                *count = count.saturating_add(1);
                *count
            }
            None => {
                list.push((key.to_owned(), 1));
                1
            }
        }
    }
}

fn foreign() -> Fault {
    fault("state", "状态不是本流程写下的 / the state was not written by this flow")
}

fn named<T: Copy>(names: &[(T, &str)], given: &str) -> Option<T> {
    names.iter().find(|(_, name)| *name == given).map(|(one, _)| *one)
}

fn name<T: Copy + PartialEq>(names: &[(T, &'static str)], given: T) -> &'static str {
    names.iter().find(|(one, _)| *one == given).map_or("", |(_, name)| name)
}

fn owned(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn word(value: &Value, member: &str) -> Option<String> {
    owned(value.get(member)?)
}

fn flag(value: &Value, member: &str) -> bool {
    value.get(member) == Some(&Value::Bool(true))
}

fn items<T>(value: &Value, member: &str, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    value.get(member).and_then(Value::as_array).map_or(Some(Vec::new()), |list| list.iter().map(read).collect())
}

fn members<T>(value: &Value, member: &str, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<(String, T)>> {
    let pair = |(key, value): (&String, &Value)| Some((key.clone(), read(value)?));
    value.get(member).and_then(Value::as_object).map_or(Some(Vec::new()), |map| map.iter().map(pair).collect())
}

/// An object in the making; what says nothing is left out.
struct Writer(Map<String, Value>);

impl Writer {
    fn value(&mut self, member: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.0.insert(member.to_owned(), value);
        }
    }

    fn word(&mut self, member: &str, word: Option<&str>) {
        self.value(member, word.map(Value::from));
    }

    fn flag(&mut self, member: &str, set: bool) {
        self.value(member, set.then_some(Value::Bool(true)));
    }

    fn items<T>(&mut self, member: &str, list: &[T], write: impl Fn(&T) -> Value) {
        let written = || Value::Array(list.iter().map(write).collect());
        self.value(member, (!list.is_empty()).then(written));
    }

    fn members<T>(&mut self, member: &str, list: &[(String, T)], write: impl Fn(&T) -> Value) {
        let written = || Value::Object(list.iter().map(|(key, value)| (key.clone(), write(value))).collect());
        self.value(member, (!list.is_empty()).then(written));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> State {
        State {
            phase: Phase::Following,
            failures: vec![("p".to_owned(), 2)],
            supplement: true,
            rounds: vec![("verdict".to_owned(), 3), ("a.u1".to_owned(), 1)],
            open: vec![
                Open { task: "a.u1".to_owned(), stage: "a".to_owned(), member: Some(0) },
                Open { task: "b".to_owned(), stage: "b".to_owned(), member: None },
            ],
            running: vec!["hearing".to_owned()],
            ended: vec![("c".to_owned(), Ended::Skipped), ("d".to_owned(), Ended::Failed)],
            votes: vec![Vote { stage: "a".to_owned(), member: 1, approved: true }],
            approved_by: Some("a.u2".to_owned()),
            objected_by: Some("d".to_owned()),
            granted_by: Some("verdict.3".to_owned()),
            shipped: true,
            check: Some(Check { task: None, failed: true }),
            parts: vec!["P01".to_owned()],
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_nothing_is_lost() {
        assert_eq!(State::read(&full().write()).ok(), Some(full()));
        for (phase, _) in PHASES {
            let state = State { phase, ..State::default() };
            assert_eq!(State::read(&state.write()).ok(), Some(state));
        }
    }

    #[test]
    fn before_the_first_step_it_is_empty_and_what_others_wrote_is_a_fault() {
        assert_eq!(State::read("null").ok(), Some(State::default()));
        for foreign in
            ["{}", "[]", "{\"phase\":\"lunch\"}", "not json", "{\"phase\":\"work\",\"rounds\":{\"a\":\"b\"}}"]
        {
            assert!(State::read(foreign).is_err_and(|fault| fault.code == "state"), "{foreign}");
        }
    }
}
