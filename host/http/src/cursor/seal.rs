//! A cursor's text: the engine's own cursor behind a version and a check over it and its list. Pure.

use banshi_model::ids::Digest;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// The form of the cursor's bytes; rises when it changes.
const VERSION: u8 = 1;

/// The text of `inner` in the list that `context` stands for.
pub(crate) fn close(context: &Digest, inner: &str) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&check(context, inner.as_bytes()));
    bytes.extend_from_slice(inner.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// What was closed in the same list; none for anything else.
pub(crate) fn open(context: &Digest, opaque: &str) -> Option<String> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(opaque).ok()?;
    let (given, inner) = bytes.strip_prefix(&[VERSION])?.split_first_chunk::<8>()?;
    (*given == check(context, inner)).then(|| String::from_utf8(inner.to_vec()).ok())?
}

fn check(context: &Digest, inner: &[u8]) -> [u8; 8] {
    let mut bytes = context.0.to_vec();
    bytes.extend_from_slice(inner);
    let [a, b, c, d, e, f, g, h, ..] = Digest::of(&bytes).0;
    [a, b, c, d, e, f, g, h]
}
