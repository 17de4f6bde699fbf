//! A package checked by a host that keeps nothing of it, and the list of those that are published.

use serde_json::{Value, json};

use super::{changed, findings, host, publish, with_wrong};
use crate::support::{Answer, Host, say};
use crate::trust::scene;

async fn check(host: &Host, who: &str, file: Vec<u8>) -> Answer {
    host.as_(who).upload("/packages/check", file).await
}

/// Digests of the published packages, newest first, in pages of so many; `meanwhile` is done behind the first page.
async fn listed(host: &Host, limit: usize, meanwhile: impl AsyncFnOnce()) -> Vec<Value> {
    let (mut found, mut cursor, mut meanwhile) = (Vec::new(), String::new(), Some(meanwhile));
    loop {
        let page = host.as_("platform").get(&format!("/packages?limit={limit}{cursor}")).await;
        let page = say(&page, 200).clone();
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["digest"].clone()));
        if let Some(meanwhile) = meanwhile.take() {
            meanwhile().await;
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn a_check_says_what_publishing_would_say_and_nothing_is_there_afterwards() {
    let mut host = host().await;
    for wrong in ["", "paper", "uses", "trap-submitted"] {
        let checked = check(&host, "platform", with_wrong(wrong)).await;
        let report = say(&checked, 200).clone();
        let refused = ["uses", "trap-submitted"].contains(&wrong);
        assert_eq!(report["admitted"], json!(!refused), "{wrong}: {:#?}", findings(&report));
        assert_eq!(say(&host.as_("platform").get("/packages").await, 200)["items"], json!([]), "{wrong}");
        let kept = host.as_("platform").get(&format!("/packages/{}/report", report["package"].as_str().unwrap())).await;
        assert_eq!(kept.status, 404);
        // The same, to the byte.
        let other = super::host().await;
        let published = publish(&other, with_wrong(wrong)).await;
        let told = if refused { &say(&published, 422)["report"] } else { say(&published, 201) };
        assert_eq!(told.to_string(), report.to_string(), "{wrong}");
    }
    assert_eq!(host.terminate(), Some(0));
    let (code, said) = host.offline(&["verify"]);
    assert_eq!(code, 0, "{said}");
    host.restart();

    // What is published answers as publishing it again would; another file of its version does not become one.
    let right = publish(&host, with_wrong("")).await;
    let digest = say(&right, 201)["package"].clone();
    assert_eq!(say(&check(&host, "platform", with_wrong("")).await, 200), &right.body);
    let other = changed("", |manifest| manifest.title.zh = "另一事项".to_owned());
    assert_eq!(say(&check(&host, "platform", other).await, 409)["code"], "package.version");
    assert_eq!(listed(&host, 50, async || {}).await, [digest]);
    assert_eq!(say(&check(&host, "platform", b"no package".to_vec()).await, 422)["code"], "package.format");
    // Who may not publish it may not have it run either.
    for who in ["publisher-pudong", "portal", "officer"] {
        assert_eq!(check(&host, who, with_wrong("")).await.status, 403, "{who}");
    }
}

#[tokio::test]
async fn where_a_root_is_installed_nothing_of_an_unsigned_package_runs_in_a_check() {
    let root = scene::changed(&[1, 2], |_| {});
    let host = scene::host_with(&root).await;
    let refused = check(&host, "platform", scene::package()).await;
    scene::refused(&refused, "trust.unsigned", "signatures", "没有签名", "nothing is signed");
    let file = serde_json::to_vec(&scene::signatures(&root.signed, &scene::package(), [11, 12, 13])).unwrap();
    let parts = [("package", scene::package()), ("signatures", file)];
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let checked = host.as_("platform").upload_parts("/packages/check", &parts).await;
    assert!(say(&checked, 200)["signature"]["zh"].as_str().unwrap().contains("起草 某11"), "{:#}", checked.body);
    scene::nothing_published(&host).await;
}

#[tokio::test]
async fn the_command_line_checks_by_a_host_and_leaves_it_as_it_was() {
    let host = host().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: Vec<u8>| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (right, wrong) = (file("right.banshi", with_wrong("")), file("wrong.banshi", with_wrong("uses")));
    let run = |args: &[&str]| crate::cli::banshi(&host, "platform", args);
    let (code, said) = run(&["package", "check", &right, "--host", host.url()]);
    assert!(code == 0 && said.contains("通过准入 admitted"), "{said}");
    let (code, said) = run(&["package", "check", &wrong, "--host", host.url()]);
    assert!(code == 1 && said.contains("admission.permissions"), "{said}");
    let (code, said) = run(&["--json", "package", "check", &wrong, "--host", host.url()]);
    assert!(code == 1 && said.contains("\"admitted\": false"), "{said}");
    let (code, said) = run(&["package", "check", &right, "--host", host.url(), "--on", "2021-01-01"]);
    assert!(code == 2, "a host checks by its own day: {said}");
    let (_, said) = run(&["package", "list"]);
    assert!(!said.contains("tests/right"), "{said}");
}

#[tokio::test]
async fn packages_of_one_instant_have_one_order_and_a_page_is_not_moved_by_what_is_published_meanwhile() {
    let mut host = scene::host().await;
    let one = |nth: usize| {
        scene::variation(&scene::pudong(), |manifest| {
            manifest.name = format!("tests/one-{nth}").parse().unwrap();
        })
    };
    for nth in 0..7 {
        say(&host.as_("platform").upload("/packages", one(nth)).await, 201);
    }
    let whole = listed(&host, 50, async || {}).await;
    assert_eq!(whole.len(), 7);
    assert_eq!(listed(&host, 1, async || {}).await, whole);
    host.kill();
    host.restart();
    assert_eq!(listed(&host, 2, async || {}).await, whole, "the same order after a restart");
    let platform = host.as_("platform");
    let more = async || {
        for nth in 7..17 {
            say(&platform.upload("/packages", one(nth)).await, 201);
        }
    };
    let mut seen = listed(&host, 2, more).await;
    let among = |digest: &Value| whole.contains(digest);
    let before: Vec<Value> = seen.iter().filter(|digest| among(digest)).cloned().collect();
    assert_eq!(before, whole, "none of those that were there is missed or shown twice");
    seen.sort_by_key(ToString::to_string);
    seen.dedup();
    assert_eq!(seen.len(), listed(&host, 2, async || {}).await.iter().filter(|digest| seen.contains(digest)).count());
}
