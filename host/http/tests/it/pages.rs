//! Pages for people, and the certificate's two faces.

use crate::support::Host;

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

#[tokio::test]
async fn the_front_page_says_what_runs_here() {
    let host = Host::simulated().await;
    let page = host.get("/", &[BROWSER]).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.text().contains(env!("CARGO_PKG_VERSION")) && page.text().contains("Simulated clock"),
        "{}",
        page.text()
    );
    let real = Host::start(false, Default::default()).await.get("/", &[BROWSER]).await;
    assert!(!real.text().contains("Simulated clock"), "{}", real.text());
}

#[tokio::test]
async fn the_reference_page_has_all_its_assets_on_this_host() {
    let host = Host::simulated().await;
    let page = host.get("/docs/", &[BROWSER]).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    let assets: Vec<&str> =
        text.split(['"', '\'']).filter(|word| word.ends_with(".js") || word.ends_with(".css")).collect();
    assert!(assets.len() >= 3, "{text}");
    for asset in assets {
        assert!(!asset.contains("//"), "{asset}");
        assert_eq!(host.get(&format!("/docs/{}", asset.trim_start_matches("./")), &[]).await.status, 200, "{asset}");
    }
    let start = host.get("/docs/swagger-initializer.js", &[]).await.text();
    assert!(start.contains("/openapi.json"), "{start}");
    assert!(page.header("content-security-policy").contains("script-src 'self';"));
}

#[tokio::test]
async fn the_served_description_is_the_snapshot() {
    let host = Host::simulated().await;
    let served = host.get("/openapi.json", &[]).await.json();
    assert_eq!(served, serde_json::to_value(banshi_http::openapi()).unwrap());
}

#[tokio::test]
async fn whatever_certificate_is_not_there_gets_the_same_answer() {
    let host = Host::simulated().await;
    let codes = ["7K3M9QX2TR", "a%20b", &"x".repeat(400), "%E5%BC%A0%E4%B8%89", ".."];
    let mut bodies = std::collections::BTreeSet::new();
    for (face, expected) in
        [("/certificates", "application/problem+json"), ("/api/v1/certificates", "application/problem+json")]
    {
        for code in codes {
            let answer = host.get(&format!("{face}/{code}"), &[]).await;
            assert_eq!((answer.status, answer.header("content-type")), (404, expected), "{face}/{code}");
            assert_eq!(answer.header("cache-control"), "no-store", "{face}/{code}");
            assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow", "{face}/{code}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{face}/{code}");
            bodies.insert(answer.body);
            assert_eq!(host.get(&format!("{face}/{code}/qr.png"), &[("host", "h")]).await.status, 404);
        }
    }
    assert_eq!(bodies.len(), 1);
    let page = host.get("/certificates/7K3M9QX2TR", &[BROWSER]).await;
    assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(page.text().contains("未找到证照"), "{}", page.text());
}
