//! The food licence of 2023 over open cases of 2021 (沪市监规范〔2023〕7号): who sells no liquor goes on there, and whose
//! liquor is a case of its own ends as it began.

use serde_json::{Value, json};

use super::{ended, line, ordered};
use crate::support::{Store, Wish, say};

#[tokio::test(flavor = "multi_thread")]
async fn open_food_cases_without_liquor_go_on_under_the_licence_of_2023_and_those_with_liquor_end_as_they_began() {
    let store = Store::open().await;
    let (plain, liquor) =
        (store.accepted(&Wish::without(&["sells-liquor"])).await, store.accepted(&Wish::default()).await);
    let id = |case: &Value| case["id"].as_str().unwrap().to_owned();
    let (food, apart) = (id(&store.part(&plain, "P01").await), id(&store.part(&liquor, "P01").await));
    let platform = store.host.as_("platform");
    let package = store.host.publish("plugins/p01-food-2023").await;
    let authority = json!({ "department": "市场监督管理局", "division": "310000" });
    let request = json!({
        "matter": "P01", "authority": authority, "package": package, "effective_from": "2021-04-22",
        "instrument": "沪市监规范〔2023〕7号",
    });
    let enactment = say(&platform.post("/enactments", request).await, 201)["id"].clone();
    let request = json!({
        "matter": "P01", "authority": authority, "enactment": enactment, "instrument": "沪市监规范〔2023〕7号",
        "reviewed_by": ["李某某"],
    });
    let begun = platform.post("/migrations", request).await;
    let report = ended(&store.host, say(&begun, 202)["id"].as_str().unwrap(), "tried").await;
    let migration = report["id"].as_str().unwrap();
    assert_eq!(report["report"]["cases"]["compared"], 2, "{:#}", report["report"]);
    let stays = line(&store.host, migration, "dry-run", &apart).await;
    assert_eq!(stays["failure"]["code"], "guest.fault", "{stays:#}");
    assert!(stays["failure"]["text"].as_str().unwrap().contains("liquor-apart"), "{stays:#}");
    super::sign(&store.host, &report).await;
    ordered(&store.host, &report).await;
    ended(&store.host, migration, "done").await;

    for (bundle, case, version) in [(&plain, &food, "0.2.0"), (&liquor, &apart, "0.1.0")] {
        let part = store.part(bundle, "P01").await;
        assert_eq!((&part["id"], &part["layers"][0]["version"]), (&json!(case), &json!(version)), "{case}");
    }
    store.approve_all(|_| true).await;
    for bundle in [&plain, &liquor] {
        let closed = store.until(bundle, |case| case["phase"] == "closed").await;
        assert_eq!(closed["outcome"], "granted", "{bundle}");
    }
    store.verified().await;
}
