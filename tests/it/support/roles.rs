//! A token for each role, and the token file that a host reads.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The synthetic company that applies everywhere (`shared` test vectors).
pub fn applicant_subject() -> Value {
    json!({ "kind": "legal-person", "id": "91310115MA1K00015K", "name": "上海示例便利店有限公司" })
}

/// Tokens by name. A token is 64 hexadecimal digits; in tests they are derived from the name.
pub struct Roles;

impl Roles {
    /// The token of this name.
    pub fn token(name: &str) -> String {
        hex::encode(Sha256::digest(format!("test token of {name}")))
    }

    /// The token file: a platform, publishers, officers, a portal and applicants.
    pub fn file() -> String {
        let subject = applicant_subject();
        let mut file = String::new();
        let mut add = |name: &str, rest: &str| {
            let hash = hex::encode(Sha256::digest(Self::token(name)));
            file += &format!("[[token]]\nname = \"{name}\"\nsha256 = \"{hash}\"\n{rest}\n\n");
        };
        for platform in ["platform", "platform-2"] {
            add(platform, "role = \"platform\"");
        }
        for portal in ["portal", "portal-2"] {
            add(portal, "role = \"partner\"");
        }
        add("identity-system", "role = \"partner\"\nkind = \"identity\"");
        for (name, id) in [("applicant", subject["id"].as_str().unwrap()), ("stranger", "91310104MA1K00023G")] {
            add(
                name,
                &format!(
                    "role = \"applicant\"\n[token.subject]\nkind = \"legal-person\"\nid = \"{id}\"\nname = \"示例\""
                ),
            );
        }
        for (name, department, division) in
            [("city", "城市管理局", "310000"), ("pudong", "城市管理局", "310115"), ("huangpu", "城市管理局", "310101")]
        {
            add(
                &format!("publisher-{name}"),
                &format!(
                    "role = \"publisher\"\n[token.authority]\ndepartment = \"{department}\"\ndivision = \"{division}\""
                ),
            );
        }
        let units = r#"["规划科", "安全科", "交通科", "窗口", "综合窗口", "市容科"]"#;
        for (name, division, units) in [
            ("officer", "310115", units),
            ("officer-2", "310115", units),
            ("officer-huangpu", "310101", units),
            ("planner", "310115", r#"["规划科"]"#),
        ] {
            add(
                name,
                &format!("role = \"officer\"\ndivision = \"{division}\"\ndepartment = \"城市管理局\"\nunits = {units}"),
            );
        }
        // The same place, another department, a unit that has no task in any matter of the tests.
        let tax = "role = \"officer\"\ndivision = \"310115\"\ndepartment = \"税务局\"\nunits = [\"征收科\"]";
        add("officer-tax", tax);
        file
    }
}
