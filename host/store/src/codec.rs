//! How a record's payload is written before it is sealed: one byte for the form, then the record.
//!
//! Form 0 is JSON, which a person can still read in twenty years.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes a payload behind `room` free bytes (what sealing needs in front).
pub(crate) fn encode<T: Serialize>(value: &T, room: usize) -> Result<Vec<u8>, serde_json::Error> {
    let mut body = Vec::with_capacity(1024);
    body.resize(room, 0);
    body.push(0);
    serde_json::to_writer(&mut body, value)?;
    Ok(body)
}

/// Reads a payload.
pub(crate) fn decode<T: DeserializeOwned>(payload: &[u8]) -> Option<T> {
    match payload.split_first()? {
        (0, json) => serde_json::from_slice(json).ok(),
        _ => None,
    }
}
