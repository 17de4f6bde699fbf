//! How an error of the engine becomes an answer. The whole mapping, and nothing else.

use banshi_engine::{Error, OverQuota};

use super::{
    BUSY, CONFLICT, ERASED, FORBIDDEN, INVALID, KEY_REUSED, LAW, LawRow, NOT_ADMITTED, NOT_FOUND, PLUGIN, PluginFault,
    Problem, QUOTA, RULE, TRUST, UsedUp,
};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let said = error.to_string();
        match error {
            Error::NotFound { .. } => Self::new(&NOT_FOUND, said),
            Error::Forbidden { .. } => Self::new(&FORBIDDEN, said),
            Error::Invalid { code, place, what, fix } => Self::new(&INVALID, what).at(place, fix).code(code),
            Error::Conflict { code, what } => Self::new(&CONFLICT, what).code(code),
            Error::Law(refusal) => Self {
                detail_en: refusal.text.en,
                law: Some(LawRow { row: refusal.row, clause: refusal.clause }),
                ..Self::new(&LAW, refusal.text.zh)
            },
            Error::Rule { rule, text } => Self { detail_en: text.en, ..Self::new(&RULE, text.zh) }.code(rule),
            Error::Trust(refusal) => {
                let fix = [refusal.fix.zh, refusal.fix.en].join(" ");
                let told = Self { detail_en: refusal.text.en, ..Self::new(&TRUST, refusal.text.zh) };
                told.at(refusal.place, fix).code(refusal.code)
            }
            Error::NotAdmitted(report) => Self { report: Some(report), ..Self::new(&NOT_ADMITTED, said) },
            Error::Plugin { code, text } => {
                let fault = PluginFault { code, text };
                Self { plugin: Some(fault), ..Self::bilingual(&PLUGIN, "见 plugin 一栏", "see `plugin`") }
            }
            Error::Busy(seconds) => Self::new(&BUSY, said).retry_after(seconds),
            Error::Quota(over) => used_up(*over),
            Error::Erased(_) => Self::new(&ERASED, said),
            Error::IdempotencyMismatch => {
                Self { place: Some("Idempotency-Key".to_owned()), ..Self::new(&KEY_REUSED, said) }
            }
            // The engine answers these as `Done::Repeated`; one that gets here anyway is safe to send again.
            Error::Replied(_) => Self { retry_safe: true, ..Self::new(&CONFLICT, said) }.code("idempotency.replied"),
            Error::Internal(text) => {
                tracing::error!(error.text = %text, "the engine failed");
                Self::internal()
            }
        }
    }
}

/// Which quota, whose, and when to try again.
fn used_up(over: OverQuota) -> Problem {
    let OverQuota { quota, title, authority, seconds, until } = over;
    let zh = format!("{authority} 的{title}已达限额，请在 {seconds} 秒后重发");
    let en = format!("{authority} has used up its quota of {quota}; send it again in {seconds} s");
    let used = UsedUp { name: quota.to_owned(), authority, until };
    let problem = Problem { quota: Some(used), ..Problem::bilingual(&QUOTA, zh, en) };
    problem.code(format!("quota.{quota}")).retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use banshi_model::law::Refusal;
    use banshi_model::text::Text;
    use serde_json::{Value, json};

    use super::*;

    fn told(error: Error) -> Value {
        serde_json::to_value(Problem::from(error)).unwrap()
    }

    #[test]
    fn a_law_row_that_refuses_is_named_with_its_clause() {
        let refusal = Refusal {
            row: "licence-law-45-pauses".to_owned(),
            clause: "行政许可法 第四十五条".to_owned(),
            text: Text::new("现场核查不是特别程序", "an on-site check is no special procedure"),
        };
        assert_eq!(
            told(Error::Law(Box::new(refusal))),
            json!({
                "type": "/problems#law",
                "title": "法律条款不允许",
                "title_en": "A law row forbids it",
                "status": 422,
                "code": "law",
                "detail": "现场核查不是特别程序",
                "detail_en": "an on-site check is no special procedure",
                "retry_safe": false,
                "law": { "row": "licence-law-45-pauses", "clause": "行政许可法 第四十五条" },
            })
        );
    }

    #[test]
    fn an_invalid_request_names_place_and_fix_under_a_stable_code() {
        let told = told(Error::Invalid {
            code: "intake.incomplete",
            place: "/values/shop-area".to_owned(),
            what: "missing".to_owned(),
            fix: "give a number".to_owned(),
        });
        assert_eq!(told["status"], 422);
        assert_eq!(told["code"], "intake.incomplete");
        assert_eq!(told["place"], "/values/shop-area");
        assert_eq!(told["fix"], "give a number");
    }

    #[test]
    fn each_error_has_its_status_and_says_whether_a_retry_is_safe() {
        let case: banshi_model::ids::CaseId = "310115-210426-7K3M9QX2TR".parse().unwrap();
        let rule = Error::Rule { rule: "clock.real", text: Text::new("时钟为真实时钟", "the clock is real") };
        let plugin = Error::Plugin { code: "guest.deadline".to_owned(), text: "200 ms".to_owned() };
        for (error, status, code, retry_safe) in [
            (Error::NotFound { what: "case", id: case.to_string() }, 404, "not-found", false),
            (Error::Forbidden { what: "enact", needs: "platform" }, 403, "forbidden", false),
            (Error::Conflict { code: "task.revision", what: "revision is 3".to_owned() }, 409, "task.revision", false),
            (rule, 422, "clock.real", false),
            (plugin, 502, "plugin", true),
            (Error::Busy(3), 503, "busy", true),
            (Error::Erased(case), 410, "erased", false),
            (Error::IdempotencyMismatch, 422, "idempotency.mismatch", false),
            (
                Error::Replied(Box::new(banshi_store::Reply {
                    request: banshi_model::ids::Digest::of(b"r"),
                    status: 200,
                    body: Vec::new(),
                    case: None,
                })),
                409,
                "idempotency.replied",
                true,
            ),
            (Error::Internal("disk".to_owned()), 500, "internal", true),
        ] {
            let name = error.to_string();
            let told = told(error);
            assert_eq!(told["status"], status, "{name}");
            assert_eq!(told["code"], code, "{name}");
            assert_eq!(told["retry_safe"], retry_safe, "{name}");
        }
    }

    #[test]
    fn what_the_store_said_stays_inside() {
        let told = told(Error::Internal("chain broken at 310115-210426-7K3M9QX2TR".to_owned()));
        assert!(!told.to_string().contains("chain broken"), "{told}");
    }

    #[test]
    fn a_quota_that_is_used_up_is_named_with_its_authority_and_time() {
        let over = banshi_engine::OverQuota {
            quota: "calls",
            title: "组件调用次数",
            authority: banshi_model::ids::Authority {
                department: "城市管理局".parse().unwrap(),
                division: "310115".parse().unwrap(),
            },
            seconds: 12,
            until: "2021-04-22T01:00:12Z".parse().unwrap(),
        };
        let told = told(Error::Quota(Box::new(over)));
        assert_eq!(
            (&told["status"], &told["code"], &told["retry_after"]),
            (&json!(429), &json!("quota.calls"), &json!(12))
        );
        assert_eq!(told["quota"]["authority"], json!({ "department": "城市管理局", "division": "310115" }));
        assert_eq!(
            (&told["quota"]["name"], &told["quota"]["until"]),
            (&json!("calls"), &json!("2021-04-22T01:00:12Z"))
        );
        assert_eq!(told["retry_safe"], true);
    }

    #[test]
    fn busy_says_after_how_many_seconds() {
        assert_eq!(told(Error::Busy(3))["retry_after"], 3);
    }
}
