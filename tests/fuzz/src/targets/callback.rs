//! Callbacks: their bodies, the tokens that they come under, and the signatures of messages.

use arbitrary::{Result, Unstructured};
use banshi_model::effect::PartnerKind;
use serde_json::{Value, json};

use super::without_the_value;
use crate::callback::{CallbackBody, open, seal};
use crate::json;
use crate::sign::{TOLERANCE_SECONDS, sign, verify};
use crate::wording::without_values;

const PARTNERS: [PartnerKind; 5] =
    [PartnerKind::Identity, PartnerKind::SharedData, PartnerKind::Notice, PartnerKind::Payment, PartnerKind::Courier];
const SECRET: &[u8] = b"a secret of the host alone";

/// The first byte says what the rest is.
pub fn run(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else { return };
    match mode % 4 {
        0 => body(rest),
        1 => {
            let _ = edited(&mut Unstructured::new(rest));
        }
        2 => {
            let _ = token(&mut Unstructured::new(rest));
        }
        _ => {
            let _ = signature(&mut Unstructured::new(rest));
        }
    }
}

fn body(bytes: &[u8]) {
    match serde_json::from_slice::<CallbackBody>(bytes) {
        Ok(body) => {
            let written = serde_json::to_vec(&body).expect("a body is JSON");
            let again: CallbackBody = serde_json::from_slice(&written).expect("what was written can be read");
            assert_eq!(again, body, "a body comes back");
            assert_eq!(again.partner(), body.partner());
            assert_ne!(body.partner(), PartnerKind::Notice, "a notice is not answered");
        }
        // As the API tells it.
        Err(error) if error.is_data() => {
            let told = without_values(&error.to_string());
            assert!(told.chars().count() <= 300, "{told}");
        }
        Err(_) => {}
    }
}

fn edited(u: &mut Unstructured<'_>) -> Result<()> {
    let mut document = u
        .choose(&[
            json!({ "kind": "identity", "verified": true }),
            json!({ "kind": "looked-up", "value": { "name": "a", "list": [1, 2.5] } }),
            json!({ "kind": "payment", "paid": false }),
            json!({ "kind": "delivered" }),
        ])?
        .clone();
    json::edit(u, &mut document)?;
    // Members' names are repeated where one is unknown; values never are.
    let document = json::marked(document);
    let Value::Object(mut members) = document else { return Ok(()) };
    if let Some(Value::String(kind)) = members.get_mut("kind") {
        *kind = kind.replace(json::MARK, "");
    }
    let bytes = Value::Object(members).to_string().into_bytes();
    body(&bytes);
    if let Err(error) = serde_json::from_slice::<CallbackBody>(&bytes) {
        let told = without_values(&error.to_string());
        if !told.contains("field `") {
            without_the_value(&told);
        }
    }
    Ok(())
}

/// A token opens for its own partner and secret, and for nothing that was changed.
fn token(u: &mut Unstructured<'_>) -> Result<()> {
    let (partner, other) = (*u.choose(&PARTNERS)?, *u.choose(&PARTNERS)?);
    let key = json::text(u)?;
    let token = seal(SECRET, partner, &key).expect("a key of any length is taken");
    assert!(token.is_ascii() && !token.contains(['/', '+', '=']), "a token stands in an address: {token}");
    assert_eq!(open(SECRET, partner, &token).as_deref(), Some(key.as_str()));
    assert_eq!(open(SECRET, other, &token).is_some(), partner == other);
    assert_eq!(open(b"another", partner, &token), None);

    let mut bytes = token.clone().into_bytes();
    let at = u.choose_index(bytes.len())?;
    match u.int_in_range(0..=2)? {
        0 => bytes[at] = u.arbitrary()?,
        1 => drop(bytes.remove(at)),
        _ => bytes.insert(at, u.arbitrary()?),
    }
    if let Ok(changed) = String::from_utf8(bytes)
        && changed != token
    {
        assert_eq!(open(SECRET, partner, &changed), None, "{changed} is not {token}");
    }
    let guessed = json::text(u)?;
    assert_eq!(open(SECRET, partner, &guessed), None);
    Ok(())
}

/// What was signed is believed within the tolerance; any other secret, body or far time is not.
fn signature(u: &mut Unstructured<'_>) -> Result<()> {
    let (seconds, now): (i64, i64) = (u.arbitrary()?, u.arbitrary()?);
    let now = if u.ratio(1, 2)? { seconds.saturating_add(now % (2 * TOLERANCE_SECONDS)) } else { now };
    let given = json::text(u)?;
    let body: Vec<u8> = u.arbitrary()?;
    let near = now.abs_diff(seconds) <= TOLERANCE_SECONDS.unsigned_abs();
    let signed = sign(SECRET, seconds, &body);
    let timestamp = seconds.to_string();
    assert_eq!(verify(SECRET, &timestamp, &signed, &body, now).is_ok(), near);
    assert_eq!(verify(SECRET, &timestamp, &format!("{given}, {signed}"), &body, now).is_ok(), near);
    assert!(verify(b"another", &timestamp, &signed, &body, now).is_err());
    assert!(verify(SECRET, &timestamp, &signed, &[&body[..], b"x"].concat(), now).is_err());
    assert!(verify(SECRET, &timestamp, &given, &body, now).is_err());
    assert!(verify(SECRET, &given, &signed, &body, now).is_err() || given == timestamp);
    Ok(())
}
