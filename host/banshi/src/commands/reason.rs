//! Reasons on the command line: `依据=理由`, the clause and why, as every verdict that goes against somebody needs.

use banshi_model::text::{Reason, Text};

/// The rule's name of a reason that an officer gave in their own words.
const OWN: &str = "officer";

/// Reads `BASIS=TEXT`.
pub fn reason(text: &str) -> Result<Reason, String> {
    match text.split_once('=') {
        Some((basis, why)) if !basis.trim().is_empty() && !why.trim().is_empty() => Ok(Reason {
            rule: OWN.to_owned(),
            basis: basis.trim().to_owned(),
            text: Text { zh: why.trim().to_owned(), en: None },
            evidence: Vec::new(),
        }),
        _ => Err("write it as BASIS=TEXT, for example `食品安全法 第三十三条=场所距污染源不足25米`".to_owned()),
    }
}

/// Reads a text, Chinese only.
pub fn chinese(text: &str) -> Result<Text, String> {
    Ok(Text { zh: text.to_owned(), en: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_clause_and_why() {
        let reason = reason("食品安全法 第三十三条 = 距离a=20米").unwrap();
        assert_eq!((reason.basis.as_str(), reason.text.zh.as_str()), ("食品安全法 第三十三条", "距离a=20米"));
        for bad in ["", "=", "依据=", "=理由", "理由"] {
            assert!(super::reason(bad).is_err(), "{bad}");
        }
    }
}
