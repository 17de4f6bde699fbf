//! What trust does beyond refusing: a host without a root says so, persons are shown, a revocation closes the way for new
//! cases at once and leaves open ones alone.

use serde_json::{Value, json};

use super::digest;
use super::scene::*;
use crate::support::{Host, host_with_plain_approval, plain_application, say};

/// Puts the package in force in Pudong.
async fn enact(host: &Host, package: &[u8]) -> crate::support::Answer {
    let request = json!({
        "matter": "EX-PLAIN", "authority": { "department": "城市管理局", "division": "310115" },
        "package": digest(package), "effective_from": "2021-01-01", "instrument": "测试〔2021〕2号",
    });
    host.as_("platform").post("/enactments", request).await
}

/// The promised day of a new case.
async fn due(host: &Host) -> (String, String) {
    let case = host.as_("applicant").submit(plain_application()).await;
    let due = host.as_("applicant").case(&case).await["due"]["date"].as_str().unwrap().to_owned();
    (case, due)
}

#[tokio::test]
async fn a_host_without_a_root_takes_unsigned_packages_and_says_so_everywhere() {
    let host = host().await;
    let report = host.as_("platform").upload("/packages", package()).await;
    let told = say(&report, 201)["signature"]["en"].as_str().unwrap().to_owned();
    assert!(told.contains("unsigned") && told.contains("no trust root is set"), "{told}");
    let view = host.as_("platform").get("/trust").await;
    let view = say(&view, 200);
    assert_eq!((&view["enforced"], &view["root"]), (&json!(false), &Value::Null));
    assert!(view["note"]["zh"].as_str().unwrap().contains("未设信任根"));
    let ready = host.anybody().whole("GET", "/readyz", None).await;
    assert!(say(&ready, 200).as_str().unwrap().contains("unsigned packages are accepted"), "{ready:?}");
    let (code, said) = crate::cli::banshi(&host, "platform", &["package", "list"]);
    assert!(code == 0 && said.contains("未设信任根") && said.contains("未签名"), "{said}");
}

#[tokio::test]
async fn a_signed_package_is_published_and_its_persons_are_shown_with_it_and_with_its_enactment() {
    let host = host_with_plain_approval().await;
    let root = changed(&[1, 2], |_| {});
    say(&install(&host, &root).await, 200);
    let (package, persons) = (package(), [("author", "某11"), ("reviewer", "某12"), ("releaser", "某13")]);
    let report = publish(&host, &package, &signatures(&root.signed, &package, [11, 12, 13])).await;
    let told = say(&report, 201)["signature"]["zh"].as_str().unwrap().to_owned();
    assert!(told.contains("起草 某11") && told.contains("浦东城管"), "{told}");
    let list = host.as_("platform").get("/packages").await;
    let own = |item: &&Value| item["digest"] == json!(digest(&package));
    let release = say(&list, 200)["items"].as_array().unwrap().iter().find(own).unwrap()["signed"].clone();
    assert_eq!((&release["trust"], &release["delegation"]), (&json!(1), &json!("浦东城管")));
    for (one, (role, person)) in release["signatories"].as_array().unwrap().iter().zip(persons) {
        assert_eq!((&one["role"], &one["person"]), (&json!(role), &json!(person)));
    }
    let enactment = enact(&host, &package).await;
    let persons = &say(&enactment, 201)["persons"];
    assert_eq!((&persons["wrote"], &persons["reviewed"]), (&json!(["某11"]), &json!(["某12"])));
    assert_eq!(persons["released"][0], "某13");
    assert_eq!(due(&host).await.1, "2021-04-25");
}

#[tokio::test]
async fn the_same_key_with_the_parts_put_together_anew_is_the_same_request() {
    let root = changed(&[1, 2], |_| {});
    let host = host_with(&root).await;
    let package = package();
    let file = serde_json::to_vec(&signatures(&root.signed, &package, [11, 12, 13])).unwrap();
    let parts = [("package", package.as_slice()), ("signatures", file.as_slice())];
    let platform = host.as_("platform");
    say(&platform.upload_parts_once("/packages", "one", "b1", &parts).await, 201);
    let again = platform.upload_parts_once("/packages", "one", "b2", &parts).await;
    assert!(say(&again, 201)["admitted"] == true && again.replayed);
    let other = platform.upload_parts_once("/packages", "one", "b2", &parts[..1]).await;
    assert_eq!(say(&other, 422)["code"], "idempotency.mismatch");
}

#[tokio::test]
async fn parts_of_another_name_or_twice_are_refused() {
    let host = host().await;
    let package = package();
    for parts in [
        &[("package", package.as_slice()), ("signature", b"{}")][..],
        &[("package", package.as_slice()), ("package", &package)],
        &[("signatures", b"{}")],
    ] {
        assert_eq!(say(&host.as_("platform").upload_parts("/packages", parts).await, 400)["code"], "malformed");
    }
    nothing_published(&host).await;
}

#[tokio::test]
async fn what_was_published_before_the_root_is_not_enacted_until_it_is_signed() {
    let host = host_with_plain_approval().await;
    let package = package();
    say(&host.as_("platform").upload("/packages", package.clone()).await, 201);
    let root = changed(&[1, 2], |_| {});
    say(&install(&host, &root).await, 200);
    let refused = enact(&host, &package).await;
    let problem = say(&refused, 422);
    assert_eq!((&problem["code"], &problem["place"]), (&json!("trust.unsigned"), &json!("/package")));
    assert!(problem["detail"].as_str().unwrap().contains("published without signatures"), "{problem}");
    say(&publish(&host, &package, &signatures(&root.signed, &package, [11, 12, 13])).await, 201);
    say(&enact(&host, &package).await, 201);
    // The matter below it was in force before, and stays.
    assert_eq!(due(&host).await.1, "2021-04-25");
}

/// A host where the signed package is in force, and an open case under it.
async fn in_force() -> (Host, Vec<u8>, String) {
    let host = host_with_plain_approval().await;
    let root = changed(&[1, 2], |_| {});
    say(&install(&host, &root).await, 200);
    let package = package();
    say(&publish(&host, &package, &signatures(&root.signed, &package, [11, 12, 13])).await, 201);
    say(&enact(&host, &package).await, 201);
    let (case, day) = due(&host).await;
    assert_eq!(day, "2021-04-25");
    (host, package, case)
}

/// New cases follow the layer below, the open one stays and is listed, and nobody enacts the package again.
async fn is_closed(host: &mut Host, package: &[u8], open: &str, why: &str) {
    let digest = digest(package).to_string();
    for restarted in [false, true] {
        if restarted {
            host.kill();
            host.restart();
        }
        assert_eq!(due(host).await.1, "2021-04-28", "new cases, restarted: {restarted}");
        assert_eq!(host.as_("applicant").case(open).await["due"]["date"], "2021-04-25");
        let view = host.as_("platform").get("/trust").await;
        let closed = &say(&view, 200)["closed"];
        assert_eq!((closed.as_array().unwrap().len(), &closed[0]["package"]), (1, &json!(digest)));
        assert!(closed[0]["reason"]["zh"].as_str().unwrap().contains(why), "{closed}");
        assert_eq!(closed[0]["enactments"].as_array().unwrap().len(), 1);
        let cases = host.as_("platform").get(&format!("/trust/closed/{digest}/cases")).await;
        let cases = say(&cases, 200)["items"].as_array().unwrap();
        assert_eq!((cases.len(), &cases[0]["id"]), (1, &json!(open)));
    }
    let again = enact(host, package).await;
    let problem = say(&again, 422);
    assert_eq!((&problem["code"], &problem["place"]), (&json!("trust.package-closed"), &json!("/package")));
    assert!(problem["detail"].as_str().unwrap().contains("takes no new cases"), "{problem}");
    host.as_("officer").approve_all(open).await;
    host.clock("2021-04-22T09:00:01+08:00").await;
    assert_eq!(host.as_("applicant").case(open).await["outcome"], "granted");
}

#[tokio::test]
async fn a_revoked_package_takes_no_new_cases_from_that_instant_and_open_ones_end_on_it() {
    let (mut host, package, open) = in_force().await;
    let next = second(|root| root.revoke_package(digest(&package), "期限有误"));
    say(&install(&host, &next).await, 200);
    is_closed(&mut host, &package, &open, "期限有误").await;
}

#[tokio::test]
async fn a_revoked_key_closes_what_it_signed_until_others_sign_it_again() {
    let (mut host, package, open) = in_force().await;
    let next = second(|root| {
        let reviewer = root.hold(&holder(32));
        root.revoke_key(id(12), None, "私钥遗失");
        root.delegations[0].reviewer.keys.insert(reviewer);
    });
    say(&install(&host, &next).await, 200);
    is_closed(&mut host, &package, &open, "私钥遗失").await;
    say(&publish(&host, &package, &signatures(&next.signed, &package, [11, 32, 13])).await, 201);
    assert_eq!(due(&host).await.1, "2021-04-25", "open again");
}

#[tokio::test]
async fn a_key_that_fell_after_the_publish_leaves_what_it_signed_before() {
    let (host, _, _) = in_force().await;
    let next = second(|root| {
        let reviewer = root.hold(&holder(32));
        root.revoke_key(id(12), Some("2021-05-01T00:00:00Z".parse().unwrap()), "离任");
        root.delegations[0].reviewer.keys.insert(reviewer);
    });
    say(&install(&host, &next).await, 200);
    assert_eq!(due(&host).await.1, "2021-04-25");
}
