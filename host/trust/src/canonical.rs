//! One form of JSON for one value (RFC 8785, for values without fractions): members sorted by name, no space.
//!
//! Signatures are over a value, not over a file's bytes: a file may be laid out for people, and a program in any
//! language can sign it. What is verified is what was parsed and is then used, so a member that stands twice, or one
//! that this version does not know, cannot be signed as one thing and read as another.

use serde::Serialize;
use serde_json::Value;

/// The canonical bytes. Values of this crate hold strings, whole numbers, booleans, lists and maps only.
pub fn bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::with_capacity(1024);
    write(&serde_json::to_value(value)?, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (nth, item) in items.iter().enumerate() {
                if nth > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            out.push(b'{');
            for (nth, (name, member)) in sorted.into_iter().enumerate() {
                if nth > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, name)?;
                out.push(b':');
                write(member, out)?;
            }
            out.push(b'}');
        }
        scalar => serde_json::to_writer(out, scalar)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_sorted_at_every_depth_and_nothing_else_is_said() {
        let value = json!({ "b": [{ "y": 1, "x": "部\n" }], "a": null, "\u{10000}": 0, "\u{e000}": 0 });
        let text = String::from_utf8(bytes(&value).unwrap()).unwrap();
        // RFC 8785, 3.2.3: by UTF-16 units, so the surrogates of U+10000 come before U+E000.
        assert_eq!(text, "{\"a\":null,\"b\":[{\"x\":\"部\\n\",\"y\":1}],\"\u{10000}\":0,\"\u{e000}\":0}");
    }

    #[test]
    fn the_layout_of_a_file_changes_nothing() {
        let compact: Value = serde_json::from_str(r#"{"a":1,"b":2}"#).unwrap();
        let laid_out: Value = serde_json::from_str("{ \"b\" : 2,\n \"a\" : 1 }").unwrap();
        assert_eq!(bytes(&compact).unwrap(), bytes(&laid_out).unwrap());
    }
}
