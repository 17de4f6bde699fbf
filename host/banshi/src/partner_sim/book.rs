//! What arrived, by message id: the proof that everything is done once.

use std::collections::BTreeMap;

use banshi_model::ids::Digest;
use serde::Serialize;
use serde_json::Value;

/// Messages in the order of their ids.
#[derive(Debug, Default)]
pub struct Book {
    messages: BTreeMap<String, Received>,
}

/// A message that arrived.
#[derive(Debug, Clone, Serialize)]
pub struct Received {
    /// Its id: the host's outbox key.
    pub id: String,
    /// Which partner it was for.
    pub partner: String,
    /// Its CloudEvents type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The case that it is about.
    pub subject: String,
    /// What it says; without the callback's address, which is a capability.
    pub data: Value,
    /// How often it arrived.
    pub times: u32,
    /// Digest of its bytes.
    #[serde(skip)]
    pub body: Digest,
}

/// What to do with a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    /// It is new: do it.
    New,
    /// It was here before, to the byte: it is done already.
    Repeated,
    /// The id was here before with other bytes: the host is wrong.
    Contradiction,
}

impl Book {
    /// Writes a message down.
    pub fn enter(&mut self, message: Received) -> Entry {
        match self.messages.get_mut(&message.id) {
            None => {
                self.messages.insert(message.id.clone(), message);
                Entry::New
            }
            Some(known) if known.body == message.body => {
                known.times = known.times.saturating_add(1);
                Entry::Repeated
            }
            Some(_) => Entry::Contradiction,
        }
    }

    /// Everything that arrived, of one partner or of all.
    pub fn all(&self, partner: Option<&str>) -> Vec<&Received> {
        self.messages.values().filter(|message| partner.is_none_or(|partner| message.partner == partner)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: &str, body: &[u8]) -> Received {
        Received {
            id: id.to_owned(),
            partner: "notice".to_owned(),
            kind: String::new(),
            subject: String::new(),
            data: Value::Null,
            times: 1,
            body: Digest::of(body),
        }
    }

    #[test]
    fn the_same_message_twice_is_one_and_another_under_its_id_is_refused() {
        let mut book = Book::default();
        assert_eq!(book.enter(message("a", b"1")), Entry::New);
        assert_eq!(book.enter(message("a", b"1")), Entry::Repeated);
        assert_eq!(book.enter(message("a", b"2")), Entry::Contradiction);
        assert_eq!(book.enter(message("b", b"1")), Entry::New);
        assert_eq!(book.all(None).iter().map(|m| m.times).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(book.all(Some("courier")).len(), 0);
    }
}
