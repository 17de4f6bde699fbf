//! What the played cases say, as their journals would have it: the text of the package's phrasebook. Its real cases say
//! nearly the same again, so that the store writes only what is new in each of their entries. Nobody real is in it.

use banshi_model::effect::Effect;
use banshi_model::entry::{Actor, Bindings, Cause, Entry, LayerAnswer};
use banshi_model::event::Event;
use banshi_model::ids::{CaseId, Digest};
use jiff::Timestamp;

use super::super::admission::values;

/// More text costs more memory for each package in use than it saves on disk.
const BYTES_MAX: usize = 48 * 1024;

/// The journals of the cases that were played so far.
#[derive(Default)]
pub(super) struct Phrases {
    journals: Vec<Vec<u8>>,
    bytes: usize,
}

/// One case's journal in the making.
#[derive(Default)]
pub(super) struct Journal {
    text: Vec<u8>,
    entries: u64,
}

/// A step that was played.
pub(super) struct Step {
    pub event: Event,
    pub by: Actor,
    pub answers: Vec<LayerAnswer>,
    pub bindings: Bindings,
    /// What the event itself did, and after it what was decided.
    pub effects: Vec<Effect>,
    pub arrived: usize,
}

impl Journal {
    /// An entry of this case. What no case has twice (its digests) is left out of the text.
    pub(super) fn entry(&mut self, case: &CaseId, at: Timestamp, by: Actor, cause: Cause, effects: Vec<Effect>) {
        if self.text.len() >= BYTES_MAX {
            return;
        }
        self.entries += 1;
        let entry = Entry { case: case.clone(), seq: self.entries, at, by, cause, effects, after: Digest([0; 32]) };
        // What does not serialise would not in a journal either; here it is a phrase less.
        if let Ok(line) = serde_json::to_string(&entry) {
            // The text is kept in the clear: no number of anybody stands in it, made up or not.
            let line =
                values::NUMBERS.iter().fold(line, |line, number| line.replace(number, &"0".repeat(number.len())));
            self.text.extend(line.into_bytes());
        }
    }

    /// A step of this case.
    pub(super) fn step(&mut self, case: &CaseId, at: Timestamp, step: Step) {
        let Step { event, by, answers, bindings, effects, arrived } = step;
        let cause = Cause::Step { event: Box::new(event), answers, bindings: Box::new(bindings), arrived };
        self.entry(case, at, by, cause, effects);
    }
}

impl Phrases {
    /// Whether another journal would be used.
    pub(super) fn wanted(&self) -> bool {
        self.bytes < BYTES_MAX
    }

    /// A case was played.
    pub(super) fn add(&mut self, journal: Journal) {
        self.bytes += journal.text.len();
        self.journals.push(journal.text);
    }

    /// The text: the case that went as most do stands at the end, where it is cheapest to refer to.
    pub(super) fn text(self) -> Vec<u8> {
        let mut kept = Vec::new();
        let mut room = BYTES_MAX;
        for mut journal in self.journals {
            journal.truncate(room);
            room -= journal.len();
            kept.push(journal);
        }
        kept.into_iter().rev().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use banshi_model::text::{Subject, SubjectKind};

    use super::*;

    #[test]
    fn no_number_that_somebody_may_have_stands_in_it() {
        let person =
            Subject { kind: SubjectKind::NaturalPerson, id: values::NUMBERS.concat(), name: "试办".to_owned() };
        let mut journal = Journal::default();
        let effects = vec![Effect::SignerAnswered { person, verified: true }];
        let id = "310115-210426-7K3M9QX2TR".parse().unwrap();
        let cause = Cause::Host(banshi_model::entry::HostAct::DeemedAccepted("row".to_owned()));
        journal.entry(&id, Timestamp::UNIX_EPOCH, Actor::Host, cause, effects);
        let text = String::from_utf8(journal.text).unwrap();
        assert!(text.contains("signer-answered") && text.contains(&"0".repeat(18)), "{text}");
        assert!(values::NUMBERS.iter().all(|number| !text.contains(number)), "{text}");
    }

    #[test]
    fn the_first_case_stands_last_and_no_more_is_kept_than_there_is_room() {
        let journal = |byte: u8, length: usize| Journal { text: vec![byte; length], entries: 1 };
        let mut phrases = Phrases::default();
        phrases.add(journal(b'a', 10));
        assert!(phrases.wanted());
        phrases.add(journal(b'b', BYTES_MAX));
        assert!(!phrases.wanted());
        phrases.add(journal(b'c', 5));
        let text = phrases.text();
        assert_eq!(text.len(), BYTES_MAX);
        assert!(text.ends_with(b"baaaaaaaaaa") && text.starts_with(b"bb"));
    }
}
