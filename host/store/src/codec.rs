//! How a record's payload is written before it is sealed: one byte for the form, then the record.
//!
//! - form 0: the bytes themselves (JSON, for a record that is one)
//! - form 1: the same as a zstd frame, with `codec/dictionary-1.zstd`
//! - form 2: eight bytes that name a phrasebook, and a zstd frame with that dictionary followed by its phrases
//! - form 3: a zstd frame with another record's plain text as its dictionary: whoever reads it knows which
//!
//! Journals repeat the model's member names, the case's id and a few digests; with a dictionary that knows
//! them an entry shrinks to a fifth or less, which saves more in sealing and writing than it costs. Sealed
//! lengths show how long a record is, with compression or without; no secret stands beside text that an
//! attacker could vary and watch, so compression tells them nothing more.
//!
//! A dictionary is part of the format and never changes; another one is another form. `FORMAT.md` says how
//! this one was made.

use std::cell::RefCell;
use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{CCtx, CDict, DCtx, DDict};

use crate::phrasebook::{Phrasebook, PhrasebookId};

const DICTIONARY: &[u8] = include_bytes!("codec/dictionary-1.zstd");
/// Fast; with the dictionary, slower levels save little on records of the usual size.
const LEVEL: i32 = 1;
/// For long payloads: applications, of which a case has one. A seventh less than at level 1, for some 65 us each.
const THOROUGH_LEVEL: i32 = 6;
/// Payloads from here on are long.
const LONG_BYTES: usize = 4 << 10;
/// Shorter payloads stay as they are.
const WORTH_BYTES: usize = 64;
/// No payload is longer: a frame that says so is not ours.
const PAYLOAD_BYTES_MAX: usize = 1 << 30;

static ENCODER: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

/// What one thread keeps to encode and decode with; making it anew costs more than a record.
#[derive(Default)]
struct Coder {
    compressor: Option<Compressor<'static>>,
    decompressor: Option<Decompressor<'static>>,
    /// For phrasebooks, of which each record may have another.
    writes: Option<CCtx<'static>>,
    reads: Option<DCtx<'static>>,
    /// A record's JSON, before it is compressed.
    plain: Vec<u8>,
    /// And after.
    packed: Vec<u8>,
}

thread_local! {
    static CODER: RefCell<Coder> = RefCell::default();
}

/// Scratch space over this is given back after use.
const SCRATCH_BYTES_KEPT: usize = 256 * 1024;
/// Room behind a body for the seal's tag, so that sealing does not move it.
const TAG_ROOM: usize = 16;

/// A phrasebook of ours: the dictionary followed by `phrases`.
pub(crate) fn phrasebook(id: PhrasebookId, phrases: &[u8]) -> Option<Phrasebook> {
    Phrasebook::new(id, DICTIONARY, phrases, LEVEL)
}

/// Writes a record behind `room` free bytes (what sealing needs in front).
pub(crate) fn encode<T: Serialize>(record: &T, room: usize) -> Result<Vec<u8>, serde_json::Error> {
    encode_in(None, record, room)
}

/// The same in the words of a phrasebook.
pub(crate) fn encode_in<T: Serialize>(
    book: Option<&Phrasebook>,
    record: &T,
    room: usize,
) -> Result<Vec<u8>, serde_json::Error> {
    CODER.with_borrow_mut(|coder| {
        let mut plain = std::mem::take(&mut coder.plain);
        plain.clear();
        let written = serde_json::to_writer(&mut plain, record);
        let body = coder.bytes(book, &plain, room);
        if plain.capacity() <= SCRATCH_BYTES_KEPT {
            coder.plain = plain;
        }
        written.map(|()| body)
    })
}

/// Writes bytes behind `room` free bytes.
pub(crate) fn encode_bytes(bytes: &[u8], room: usize) -> Vec<u8> {
    encode_bytes_in(None, bytes, room)
}

/// The same in the words of a phrasebook.
pub(crate) fn encode_bytes_in(book: Option<&Phrasebook>, bytes: &[u8], room: usize) -> Vec<u8> {
    CODER.with_borrow_mut(|coder| coder.bytes(book, bytes, room))
}

/// Writes bytes as what they say beyond `text`, behind `room` free bytes; none where that is no shorter.
pub(crate) fn encode_bytes_beyond(text: &[u8], bytes: &[u8], room: usize) -> Option<Vec<u8>> {
    let dictionary = CDict::try_create(text, THOROUGH_LEVEL)?;
    let mut packed = Vec::new();
    CODER.with_borrow_mut(|coder| coder.compress_in(&dictionary, bytes, &mut packed))?;
    (packed.len() < bytes.len()).then(|| body(3, &[], &packed, room))
}

/// A payload behind `room` free bytes, with room for a seal's tag.
fn body(form: u8, name: &[u8], payload: &[u8], room: usize) -> Vec<u8> {
    let mut body = Vec::with_capacity(room + 1 + name.len() + payload.len() + TAG_ROOM);
    body.resize(room, 0);
    body.push(form);
    body.extend_from_slice(name);
    body.extend_from_slice(payload);
    body
}

impl Coder {
    fn bytes(&mut self, book: Option<&Phrasebook>, bytes: &[u8], room: usize) -> Vec<u8> {
        let mut packed = std::mem::take(&mut self.packed);
        packed.clear();
        let done = match book {
            _ if bytes.len() < WORTH_BYTES => None,
            Some(book) if bytes.len() < LONG_BYTES => self.compress_in(&book.writes, bytes, &mut packed),
            Some(book) => self.compress_in(book.thorough(THOROUGH_LEVEL), bytes, &mut packed),
            None => self.compress(bytes, &mut packed),
        };
        let name = book.map_or(&[][..], |book| &book.id);
        let shorter = done.is_some() && name.len() + packed.len() < bytes.len();
        let (form, name, payload) = match shorter {
            true => (1 + u8::from(book.is_some()), name, packed.as_slice()),
            false => (0, &[][..], bytes),
        };
        let body = body(form, name, payload, room);
        if packed.capacity() <= SCRATCH_BYTES_KEPT {
            self.packed = packed;
        }
        body
    }

    /// The same with another dictionary.
    fn compress_in(&mut self, dictionary: &CDict<'_>, bytes: &[u8], packed: &mut Vec<u8>) -> Option<()> {
        let context = match &mut self.writes {
            Some(context) => context,
            none => none.insert(CCtx::try_create()?),
        };
        packed.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        context.compress_using_cdict(packed, bytes, dictionary).ok().map(drop)
    }

    /// Compresses; none where the library says no, which leaves the plain form.
    fn compress(&mut self, bytes: &[u8], packed: &mut Vec<u8>) -> Option<()> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            none => {
                let mut fresh = Compressor::with_prepared_dictionary(&ENCODER).ok()?;
                fresh.include_dictid(false).ok()?;
                fresh.include_checksum(false).ok()?;
                none.insert(fresh)
            }
        };
        packed.reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        compressor.compress_to_buffer(bytes, packed).ok().map(drop)
    }
}

/// The bytes of a payload.
pub(crate) fn decode_bytes(payload: &[u8]) -> Option<Vec<u8>> {
    match payload.split_first()? {
        (0, bytes) => Some(bytes.to_vec()),
        (1, frame) => decompressed(frame),
        _ => None,
    }
}

/// The phrasebook that a payload was written with, and its frame; none where it was written without.
pub(crate) fn named(payload: &[u8]) -> Option<(PhrasebookId, &[u8])> {
    let (2, rest) = payload.split_first()? else { return None };
    rest.split_first_chunk().map(|(id, frame)| (*id, frame))
}

/// The frame of a payload that was written beyond another record's text; none where it was written without.
pub(crate) fn beyond(payload: &[u8]) -> Option<&[u8]> {
    payload.split_first().filter(|(form, _)| **form == 3).map(|(_, frame)| frame)
}

/// The bytes of a frame that was written beyond `text`.
pub(crate) fn decode_bytes_beyond(text: &[u8], frame: &[u8]) -> Option<Vec<u8>> {
    decompressed_in(&DDict::try_create(text)?, frame)
}

/// The bytes of a frame that was written with a phrasebook.
pub(crate) fn decode_bytes_in(book: &Phrasebook, frame: &[u8]) -> Option<Vec<u8>> {
    decompressed_in(&book.reads, frame)
}

fn decompressed_in(dictionary: &DDict<'_>, frame: &[u8]) -> Option<Vec<u8>> {
    let length = length(frame)?;
    CODER.with_borrow_mut(|coder| {
        let context = match &mut coder.reads {
            Some(context) => context,
            none => none.insert(DCtx::try_create()?),
        };
        let mut plain = Vec::with_capacity(length);
        context.decompress_using_ddict(&mut plain, frame, dictionary).ok()?;
        (plain.len() == length).then_some(plain)
    })
}

/// Bytes as a payload without compression.
pub(crate) fn plain(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.insert(0, 0);
    bytes
}

/// How long a frame says that it becomes; none where it says nothing or too much.
fn length(frame: &[u8]) -> Option<usize> {
    let length = usize::try_from(zstd::zstd_safe::get_frame_content_size(frame).ok()??).ok()?;
    (length <= PAYLOAD_BYTES_MAX).then_some(length)
}

fn decompressed(frame: &[u8]) -> Option<Vec<u8>> {
    let length = length(frame)?;
    CODER.with_borrow_mut(|coder| {
        let decompressor = match &mut coder.decompressor {
            Some(decompressor) => decompressor,
            none => none.insert(Decompressor::with_prepared_dictionary(&DECODER).ok()?),
        };
        decompressor.decompress(frame, length).ok()
    })
}

/// Reads a record.
pub(crate) fn decode<T: DeserializeOwned>(payload: &[u8]) -> Option<T> {
    match payload.split_first()? {
        (0, json) => serde_json::from_slice(json).ok(),
        (1, frame) => serde_json::from_slice(&decompressed(frame)?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod entries;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::sample::{Story, at, draft, id, subject};

    proptest! {
        #[test]
        fn bytes_come_back_whatever_they_are(bytes in proptest::collection::vec(any::<u8>(), 0..3_000), run in 0usize..3_000, room in 0usize..20) {
            let bytes = [bytes, vec![7; run]].concat();
            let body = encode_bytes(&bytes, room);
            prop_assert!(body.len() <= room + 1 + bytes.len());
            prop_assert_eq!(decode_bytes(&body[room..]), Some(bytes));
        }

        #[test]
        fn what_is_written_beyond_a_text_comes_back_with_it(magic in any::<bool>(), text in proptest::collection::vec(any::<u8>(), 0..2_000), bytes in proptest::collection::vec(any::<u8>(), 0..500), of in 0usize..2_000, length in 0usize..2_000) {
            // A text that begins as a zstd dictionary does is none, and is no reason to fail.
            let text = if magic { [&[0x37, 0xa4, 0x30, 0xec], text.as_slice()].concat() } else { text };
            let repeated = text.iter().skip(of).take(length);
            let bytes = [bytes.as_slice(), &repeated.copied().collect::<Vec<u8>>()].concat();
            if let Some(body) = encode_bytes_beyond(&text, &bytes, 13) {
                prop_assert_eq!(decode_bytes_beyond(&text, beyond(&body[13..]).unwrap()), Some(bytes));
            }
            decode_bytes_beyond(&text, &text);
        }

        #[test]
        fn any_bytes_are_a_payload_or_none_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            decode::<Value>(&bytes);
            decode_bytes(&[&[1], bytes.as_slice()].concat());
        }
    }

    #[test]
    fn records_come_back_and_entries_shrink_to_a_fifth() {
        let mut story = Story::begin(&id("310115", 1), draft("310115", subject()), at(0));
        story.accept(at(1)).open_task(at(2), "review", "审批科", None).do_task(at(3), "review").close(at(4));
        let (mut plain, mut packed) = (0, 0);
        for entry in &story.fresh {
            let body = encode(entry, 13).unwrap();
            assert_eq!(decode::<banshi_model::entry::Entry>(&body[13..]).as_ref(), Some(entry));
            plain += serde_json::to_vec(entry).unwrap().len();
            packed += body.len() - 13;
        }
        assert!(packed * 5 < plain, "{packed} of {plain}");
    }

    #[test]
    fn a_long_payload_in_the_words_of_a_phrasebook_comes_back() {
        let mut story = Story::begin(&id("310115", 1), draft("310115", subject()), at(0));
        let phrases = serde_json::to_vec(&story.fresh).unwrap();
        let book = phrasebook([7; 8], &phrases).unwrap();
        for day in 1..60 {
            story.open_task(at(day), &format!("review-{day}"), "审批科", None);
        }
        let long = serde_json::to_vec(&story.fresh).unwrap();
        assert!(long.len() >= LONG_BYTES);
        let body = encode_bytes_in(Some(&book), &long, 13);
        let (name, frame) = named(&body[13..]).unwrap();
        assert_eq!((name, decode_bytes_in(&book, frame)), ([7; 8], Some(long.clone())));
        assert!(frame.len() * 5 < long.len(), "{} of {}", frame.len(), long.len());
    }

    #[test]
    fn a_frame_that_claims_to_be_huge_is_not_unpacked() {
        let body = encode(&json!("a".repeat(1_000)), 0).unwrap();
        assert_eq!(body[0], 1);
        // magic, descriptor 0xa0 (single segment, eight... four bytes of size), then the size
        let frame = [&[1, 0x28, 0xb5, 0x2f, 0xfd, 0xe0], [0xff; 8].as_slice(), &[0; 20]].concat();
        assert_eq!(decode_bytes(&frame), None);
    }
}
