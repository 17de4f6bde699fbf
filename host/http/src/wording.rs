//! What a parser said, without the values that it read: they may be personal, and answers and logs may not.

/// The message of a serde error without the value that did not fit.
pub(crate) fn without_values(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    let message = message.split(" at line ").next().unwrap_or_default();
    let of_names = ["missing field `", "unknown field `", "duplicate field `"];
    if of_names.iter().any(|start| message.starts_with(start)) {
        return message.chars().take(300).collect();
    }
    let of_values = ["invalid type: ", "invalid value: ", "invalid length ", "unknown variant `"];
    let expected = message.rfind(", expected ").and_then(|at| message.get(at + 2..));
    match (expected, of_values.iter().any(|start| message.starts_with(start))) {
        (Some(expected), true) => expected.chars().take(300).collect(),
        _ => message
            .rfind("` is not ")
            .and_then(|at| message.get(at + 2..))
            .map_or_else(|| "does not read".to_owned(), |expected| expected.chars().take(300).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn what_was_expected_stays_and_what_was_given_goes() {
        let cases = [
            ("invalid type: string \"张三\", expected u64 at line 1 column 20", "expected u64"),
            ("invalid type: string \"x, expected y\", expected a map", "expected a map"),
            ("unknown variant `张三`, expected one of `approve`, `object`", "expected one of `approve`, `object`"),
            ("unknown field `nmae`, expected `name` at line 3 column 1", "unknown field `nmae`, expected `name`"),
            ("missing field `matter` at line 1 column 2", "missing field `matter`"),
            ("`张三` is not a division of 6, 9 or 12 digits", "is not a division of 6, 9 or 12 digits"),
            ("failed to parse 张三 as a timestamp", "does not read"),
            ("", "does not read"),
        ];
        for (given, kept) in cases {
            assert_eq!(without_values(given), kept);
        }
    }
}
