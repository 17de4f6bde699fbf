//! Cursors: the text that a caller hands back, and the place in an index that stands in it.

use arbitrary::{Result, Unstructured};
use banshi_model::ids::Digest;
use banshi_store::Cursor;

use crate::json;
use crate::seal::{close, open};

/// Anything as a cursor, and a cursor that was changed.
pub fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        place(text);
        if let Some(inner) = open(&Digest::of(b"list"), text) {
            assert_eq!(close(&Digest::of(b"list"), &inner), text, "a cursor has one text");
        }
    }
    let _ = changed(&mut Unstructured::new(data));
}

fn changed(u: &mut Unstructured<'_>) -> Result<()> {
    let (list, other) = (Digest::of(b"list"), Digest(u.arbitrary()?));
    let inner = json::text(u)?;
    let text = close(&list, &inner);
    assert!(text.is_ascii() && !text.contains(['/', '+', '=', '&']), "a cursor stands in a query: {text}");
    assert_eq!(open(&list, &text).as_deref(), Some(inner.as_str()), "a cursor comes back as it went out");
    assert_eq!(open(&other, &text).is_some(), list == other, "a cursor is of one list");
    let mut bytes = text.clone().into_bytes();
    let at = u.choose_index(bytes.len())?;
    match u.int_in_range(0..=2)? {
        0 => bytes[at] = u.arbitrary()?,
        1 => drop(bytes.remove(at)),
        _ => bytes.insert(at, u.arbitrary()?),
    }
    if let Ok(changed) = String::from_utf8(bytes)
        && changed != text
    {
        assert_eq!(open(&list, &changed), None, "{changed} is not {text}");
    }
    place(&inner);
    place(&hex::encode(u.arbitrary::<Vec<u8>>()?));
    Ok(())
}

/// The store's own cursor.
fn place(text: &str) {
    match text.parse::<Cursor>() {
        Ok(cursor) => {
            let written = cursor.to_string();
            assert!(written.len() <= 510 && written == text.to_ascii_lowercase(), "{written} of {text}");
            assert_eq!(written.parse::<Cursor>().as_ref(), Ok(&cursor));
        }
        Err(error) => assert!(error.to_string().len() < 100, "a fixed word: {error}"),
    }
}
