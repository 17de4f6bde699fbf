//! What the host says when it does not do something: `application/problem+json` (RFC 9457), read leniently.

use std::fmt::Write as _;

use banshi_engine::api::registry::AdmissionReport;
use serde::{Deserialize, Serialize};

use crate::commands::report::findings_list;
use crate::failure::{Failure, Kind};
use crate::output::plain;

/// A problem. Members that this version does not know are ignored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// What kind of problem, in Chinese.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A stable word.
    pub code: String,
    /// What happened.
    pub detail: String,
    /// The same in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail_en: Option<String>,
    /// Where in the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Whether the same request may be sent again.
    pub retry_safe: bool,
    /// After how many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The law row that forbids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<LawRow>,
    /// What the plugin or its limit said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<PluginFault>,
    /// Why a package is not admitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Box<AdmissionReport>>,
}

/// A law row that forbids something.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LawRow {
    /// Its id in the law tables.
    pub row: String,
    /// Its clause.
    pub clause: String,
}

/// What a plugin or its limit said: text of a guest.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PluginFault {
    /// The limit's name or the plugin's own word.
    pub code: String,
    /// What happened.
    pub text: String,
}

impl Problem {
    /// As a failure of this command. A problem of the host is not the caller's fault, and neither is a proxy's.
    pub fn into_failure(self, doing: &str) -> Failure {
        let kind = match self.status {
            401 | 403 => Kind::Denied,
            503 | 504 => Kind::Unreachable,
            status if status >= 500 => Kind::Failed,
            _ => Kind::Refused,
        };
        let error = anyhow::anyhow!("{doing}: {} ({} {})", self.title, self.status, self.code);
        Failure { kind, error, problem: Some(Box::new(self)) }
    }

    /// Everything that helps a person, a line each.
    pub fn explained(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            if !value.is_empty() {
                let _ = writeln!(text, "  {name} {}", plain(value));
            }
        };
        line("详情", &self.detail);
        line("    ", self.detail_en.as_deref().unwrap_or_default());
        line("位置", self.place.as_deref().unwrap_or_default());
        line("改法", self.fix.as_deref().unwrap_or_default());
        if let Some(law) = &self.law {
            line("条款", &format!("{} ({})", law.clause, law.row));
        }
        if let Some(plugin) = &self.plugin {
            line("组件", &format!("{}: {}", plugin.code, plugin.text));
        }
        if let Some(seconds) = self.retry_after {
            line("重试", &format!("{seconds} 秒后可重试 try again in {seconds} s"));
        }
        if let Some(report) = &self.report {
            text.push_str(&findings_list(&report.findings));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_follows_the_status() {
        for (status, kind) in [
            (401, Kind::Denied),
            (403, Kind::Denied),
            (404, Kind::Refused),
            (409, Kind::Refused),
            (422, Kind::Refused),
            (500, Kind::Failed),
            (502, Kind::Failed),
            (503, Kind::Unreachable),
        ] {
            assert_eq!(Problem { status, ..Problem::default() }.into_failure("x").kind, kind, "{status}");
        }
    }

    #[test]
    fn an_unknown_member_and_a_missing_one_are_no_obstacle() {
        let problem: Problem = serde_json::from_str(r#"{"status":422,"code":"law","new":1}"#).unwrap();
        assert_eq!((problem.status, problem.code.as_str()), (422, "law"));
    }

    #[test]
    fn a_guests_words_stay_data() {
        let plugin = PluginFault { code: "guest.fault".to_owned(), text: "\u{1b}]0;owned\u{7}".to_owned() };
        let text = Problem { plugin: Some(plugin), ..Problem::default() }.explained();
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
