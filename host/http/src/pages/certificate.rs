//! The page for the person who scanned the code on a certificate: is it good, now?

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use banshi_engine::api::licences::{CertificateView, PermitView};
use banshi_model::licence::LicenceStatus;
use jiff::civil::Date;

use super::{beijing, page, with_status};

#[derive(Template)]
#[template(path = "certificate.html")]
struct CertificatePage<'a> {
    view: &'a CertificateView,
    mark: Mark,
    permits: Vec<PermitCard<'a>>,
    issued: String,
    valid_until: String,
    as_of: String,
    /// Where the picture of the code is.
    code: &'a str,
}

struct PermitCard<'a> {
    view: &'a PermitView,
    mark: Mark,
    valid_until: String,
}

#[derive(Template)]
#[template(path = "no_certificate.html")]
struct NoCertificatePage;

/// How a status is shown: in colour, and in words for those who do not see it.
struct Mark {
    class: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl Mark {
    const fn of(status: LicenceStatus) -> Self {
        let (class, zh, en) = match status {
            LicenceStatus::Valid => ("good", "有效", "Valid"),
            LicenceStatus::Draft => ("warn", "尚未生效", "Not yet in force"),
            LicenceStatus::Expired => ("warn", "已过期", "Expired"),
            LicenceStatus::Revoked => ("bad", "已撤销", "Revoked"),
            LicenceStatus::WithdrawnByAuthority => ("bad", "已撤回", "Withdrawn by the authority"),
            LicenceStatus::Cancelled => ("bad", "已注销", "Cancelled"),
            LicenceStatus::Punished => ("bad", "已吊销", "Revoked as punishment"),
            LicenceStatus::Void => ("bad", "未生效", "Never in force"),
        };
        Self { class, zh, en }
    }
}

/// The certificate as a page; `code` is where the picture of its code is.
pub(crate) fn certificate(view: &CertificateView, code: &str) -> Response {
    page(&of(view, code))
}

/// The page where there is none.
pub(crate) fn no_certificate() -> Response {
    with_status(StatusCode::NOT_FOUND, page(&NoCertificatePage))
}

fn of<'a>(view: &'a CertificateView, code: &'a str) -> CertificatePage<'a> {
    let permits = view.permits.iter().map(|permit| PermitCard {
        view: permit,
        mark: Mark::of(permit.status),
        valid_until: last_day(permit.valid_until),
    });
    CertificatePage {
        view,
        mark: Mark::of(view.status),
        permits: permits.collect(),
        issued: banshi_model::time::date_of(view.issued).to_string(),
        valid_until: last_day(view.valid_until),
        as_of: beijing(view.as_of),
        code,
    }
}

fn last_day(date: Option<Date>) -> String {
    date.map_or_else(|| "长期 (no end date)".to_owned(), |date| date.to_string())
}

#[cfg(test)]
mod tests {
    use banshi_model::text::Text;

    use super::*;

    fn view() -> CertificateView {
        CertificateView {
            title: Text::new("行业综合许可证（便利店）", "Composite licence (convenience store)"),
            id: "1.2.156.3005.2.11100000000013338W032.X".to_owned(),
            holder: "上海<script>alert(1)</script>便利店".to_owned(),
            holder_id: "913101**********3X".to_owned(),
            department: "市场监督管理局".to_owned(),
            division: "310115".parse().unwrap(),
            status: LicenceStatus::Valid,
            issued: "2021-05-07T16:30:00Z".parse().unwrap(),
            valid_until: None,
            permits: vec![PermitView {
                id: "p1".to_owned(),
                title: Text { zh: "食品经营许可证".to_owned(), en: None },
                department: "市场监督管理局".to_owned(),
                status: LicenceStatus::Cancelled,
                valid_until: Some("2026-05-06".parse().unwrap()),
                ended: None,
            }],
            as_of: "2021-06-01T02:00:00Z".parse().unwrap(),
            simulated: true,
            samples: vec![Text::new("材料构成为示例 & 非官方", "the make-up is a sample")],
        }
    }

    fn html(view: &CertificateView) -> String {
        of(view, "/certificates/abc/qr.png").render().unwrap()
    }

    #[test]
    fn whatever_stands_on_a_certificate_is_shown_as_text() {
        let html = html(&view());
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("上海&#60;script&#62;"), "{html}");
        assert!(html.contains("示例 &#38; 非官方"), "{html}");
    }

    #[test]
    fn each_permit_shows_its_own_live_status() {
        let html = html(&view());
        assert!(html.contains("<strong class=\"badge good\">有效 <span lang=\"en\">Valid</span></strong>"), "{html}");
        assert!(
            html.contains("<strong class=\"badge bad\">已注销 <span lang=\"en\">Cancelled</span></strong>"),
            "{html}"
        );
        assert!(html.contains("2026-05-06") && html.contains("长期 (no end date)"));
    }

    #[test]
    fn dates_are_those_of_beijing() {
        let html = html(&view());
        assert!(html.contains("2021-05-08"), "issued after midnight in Beijing: {html}");
        assert!(html.contains("2021-06-01 10:00"), "{html}");
    }

    #[test]
    fn a_simulated_certificate_says_that_it_is_no_document() {
        let mut view = view();
        assert!(html(&view).contains("不是有效证件"));
        view.simulated = false;
        assert!(!html(&view).contains("不是有效证件"));
    }

    #[test]
    fn a_missing_certificate_has_the_status_404() {
        assert_eq!(no_certificate().status(), 404);
    }
}
