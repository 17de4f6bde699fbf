//! A convenience store whose way is not straight: parts and the whole withdrawn, a part refused, something missing.

use serde_json::{Value, json};

use crate::support::{COMPOSITE, Store, Wish, say, verdict};

/// The permits of the reference case.
const PERMITS: [&str; 5] = ["P01", "P03", "P04", "P05", "P06"];

#[tokio::test]
async fn one_part_is_withdrawn_midway_and_the_others_still_get_their_certificate() {
    let store = Store::open().await;
    let id = store.accepted(&Wish::default()).await;
    let tobacco = store.part(&id, "P04").await;
    let (officer, task) = store.task(&tobacco, "spacing-check").await;
    let measured = json!({ "nearest_retailer": 210, "nearest_school": 640 });
    say(&verdict(&officer, &task, "approve", measured).await, 200);

    let path = format!("/cases/{id}/withdraw");
    say(&officer.post(&path, json!({ "part": "P04" })).await, 404);
    say(&store.host.as_("market").post(&path, json!({ "part": "P03" })).await, 403);
    let answer = store.applicant().post(&path, json!({ "part": "P04" })).await;
    assert_eq!(say(&answer, 200)["outcome"], "withdrawn");
    store.settle().await;
    assert!(store.tasks().await.iter().all(|(_, task)| task["case"] != tobacco["id"]), "nobody works on it any more");
    let again = store.applicant().post(&path, json!({ "part": "P04" })).await;
    assert_eq!(say(&again, 409)["code"], "case.closed");

    store.approve_all(|_| true).await;
    let case = store.until(&id, |case| case["phase"] == "closed").await;
    assert_eq!(case["outcome"], "granted");
    let left = ["P01", "P03", "P05", "P06"];
    assert_composite_over(&store, &case, &left).await;
    let tobacco = store.part(&id, "P04").await;
    assert_eq!((&tobacco["outcome"], &tobacco["licences"]), (&json!("withdrawn"), &json!([])));
    let late = store.applicant().post(&path, json!({ "part": "P03" })).await;
    assert_eq!(late.status, 409, "{:#}", late.body);
}

#[tokio::test]
async fn a_bundle_that_is_left_with_one_permit_gets_no_composite_and_the_applicant_is_told_of_the_permit() {
    let store = Store::open().await;
    let id = store.accepted(&Wish::without(&["sells-tobacco", "sells-medicine"])).await;
    let parts: Vec<Value> = codes(&store.applicant().case(&id).await);
    assert_eq!(parts, ["P01", "P03"]);
    say(&store.applicant().post(&format!("/cases/{id}/withdraw"), json!({ "part": "P03" })).await, 200);
    store.settle().await;
    store.approve_all(|_| true).await;
    let case = store.until(&id, |case| case["phase"] == "closed").await;
    assert_eq!((&case["outcome"], &case["licences"]), (&json!("granted"), &json!([])));
    assert_eq!(case["certificate"], Value::Null);
    let food = store.part(&id, "P01").await["licences"][0].as_str().unwrap().to_owned();
    assert_eq!(status(&store, &food).await, "valid");
    let told = store.told(&id, "licence-issued").await;
    assert_eq!(told.iter().map(|data| data["licence"].as_str().unwrap()).collect::<Vec<_>>(), [food]);
}

#[tokio::test]
async fn the_whole_is_withdrawn_and_nothing_of_it_ever_becomes_valid() {
    let store = Store::open().await;
    store.in_huangpu().await;
    // On a commitment: the food permit is granted before its check, so its case is still open then.
    let wish = Wish { division: "310101", answers: json!({ "area": 40 }), ..Wish::default() };
    let id = store.accepted(&wish).await;
    store.approve_all(|task| ["P01", "P06"].contains(&task["matter"].as_str().unwrap())).await;
    let (food, devices) = (store.part(&id, "P01").await, store.part(&id, "P06").await);
    assert_eq!((&food["phase"], &food["mode"]), (&json!("decided"), &json!("commitment")));
    assert_eq!(devices["phase"], "closed");
    let drafts = [&food, &devices].map(|part| part["licences"][0].as_str().unwrap().to_owned());
    for draft in &drafts {
        assert_eq!(status(&store, draft).await, "draft");
    }

    let answer = store.applicant().post(&format!("/cases/{id}/withdraw"), json!({})).await;
    assert_eq!(say(&answer, 200)["outcome"], "withdrawn");
    store.settle().await;
    for draft in &drafts {
        assert_eq!(status(&store, draft).await, "void");
    }
    for code in PERMITS {
        let part = store.part(&id, code).await;
        assert_eq!(part["phase"], "closed", "{code}: {:#}", part["tasks"]);
        let granted = code == "P06";
        assert_eq!(part["outcome"], if granted { "granted" } else { "withdrawn" }, "{code}");
        let open = part["tasks"].as_array().unwrap().iter().filter(|task| task["status"] == "open").count();
        assert_eq!(open, 0, "{code}");
    }
    assert_eq!(store.applicant().case(&id).await["licences"], json!([]));
    // A month later no check after a commitment, and no timer, brings any of it back.
    store.clock("2021-05-31T09:00:00+08:00").await;
    assert_eq!(status(&store, &drafts[0]).await, "void");
    store.verified().await;
}

#[tokio::test]
async fn one_part_is_refused_with_reasons_and_remedy_and_the_others_go_on() {
    let store = Store::open().await;
    let id = store.accepted(&Wish::default()).await;
    let liquor = store.part(&id, "P03").await;
    let (officer, task) = store.task(&liquor, "document-review").await;
    store.object(&officer, &task).await;
    let (officer, task) = store.task(&liquor, "verdict").await;
    store.object(&officer, &task).await;
    let liquor = store.part(&id, "P03").await;
    assert_eq!((&liquor["phase"], &liquor["outcome"]), (&json!("closed"), &json!("refused")));
    assert_eq!(liquor["decision"]["reasons"][0]["basis"], "行政许可法 第三十八条");
    assert!(liquor["decision"]["remedy"]["zh"].as_str().unwrap().contains("行政复议"), "{:#}", liquor["decision"]);
    assert_eq!(store.told(liquor["id"].as_str().unwrap(), "refused").await.len(), 1);

    store.approve_all(|_| true).await;
    let case = store.until(&id, |case| case["phase"] == "closed").await;
    assert_eq!(case["outcome"], "granted");
    assert_composite_over(&store, &case, &["P01", "P04", "P05", "P06"]).await;
    store.verified().await;
}

#[tokio::test]
async fn what_is_missing_is_asked_for_once_and_answered_and_cannot_be_asked_for_again() {
    let store = Store::open().await;
    let id = store.file(&Wish::default()).await;
    let (officer, task) = store.task(&json!({ "id": id }), "accept").await;
    let path = format!("/cases/{id}/supplement");
    let early = store.applicant().post(&path, json!({ "values": { "store.sign-name": "示例便利二店" } })).await;
    assert_eq!(say(&early, 409)["code"], "case.no-supplement");
    store.object(&officer, &task).await;
    let case = store.applicant().case(&id).await;
    assert_eq!(case["phase"], "supplementing");
    assert_eq!(case["supplement"]["findings"].as_array().unwrap().len(), 1);
    assert_eq!(store.told(&id, "supplement").await.len(), 1);

    // The time for acceptance does not run while the applicant is asked, and begins anew with the answer.
    store.clock("2021-05-06T09:00:00+08:00").await;
    assert_eq!(store.applicant().case(&id).await["phase"], "supplementing");
    let empty = store.applicant().post(&path, json!({})).await;
    assert_eq!(say(&empty, 422)["code"], "supplement.empty");
    let taken = store.applicant().post(&path, json!({ "values": { "store.sign-name": null } })).await;
    assert_eq!((&say(&taken, 422)["code"], &taken.body["place"]), (&json!("supplement.null"), &json!("/values")));
    let answer = store.applicant().post(&path, json!({ "values": { "store.sign-name": "示例便利二店" } })).await;
    assert_eq!(say(&answer, 200)["phase"], "received");
    let named = |value: &Value| value["field"] == "store.sign-name" && value["value"] == "示例便利二店";
    assert!(answer.body["values"].as_array().unwrap().iter().any(named));
    assert_eq!(say(&store.applicant().post(&path, json!({ "values": {} })).await, 409)["code"], "case.no-supplement");

    // A second request is no way that the law leaves: the window shows a way, and nothing is decided.
    let (officer, task) = store.task(&json!({ "id": id }), "accept").await;
    store.object(&officer, &task).await;
    let case = store.applicant().case(&id).await;
    assert_eq!((&case["phase"], &case["outcome"]), (&json!("closed"), &json!("declined")), "{case:#}");
    assert_eq!(store.told(&id, "supplement").await.len(), 1, "asked once");
    assert_eq!(store.told(&id, "way-shown").await.len(), 1);
    assert_eq!(case["parts"], json!([]));
}

#[tokio::test]
async fn supplemented_in_time_the_store_is_accepted_and_its_parts_have_what_was_supplied() {
    let store = Store::open().await;
    let id = store.file(&Wish::default()).await;
    let (officer, task) = store.task(&json!({ "id": id }), "accept").await;
    store.object(&officer, &task).await;
    let paper = store.applicant().upload("/documents", b"another sketch".to_vec()).await;
    let request = json!({ "documents": { "floor-plan": say(&paper, 201)["id"] }, "values": { "liquor.supplier": "上海另一酒业有限公司" } });
    say(&store.applicant().post(&format!("/cases/{id}/supplement"), request).await, 200);
    store.approve_all(|task| task["case"] == id.as_str()).await;
    let liquor = store.part(&id, "P03").await;
    let supplier = liquor["values"].as_array().unwrap().iter().find(|value| value["field"] == "liquor.supplier");
    assert_eq!(supplier.unwrap()["value"], "上海另一酒业有限公司");
}

fn codes(case: &Value) -> Vec<Value> {
    case["parts"].as_array().unwrap().iter().map(|part| part["part"].clone()).collect()
}

async fn status(store: &Store, licence: &str) -> Value {
    // Drafts are of the case; a holder is shown what is theirs.
    say(&store.applicant().get(&format!("/licences/{licence}")).await, 200)["status_today"].clone()
}

/// The bundle's one licence is a valid composite over exactly these permits, each valid.
async fn assert_composite_over(store: &Store, case: &Value, permits: &[&str]) {
    let id = case["id"].as_str().unwrap();
    let [composite] = case["licences"].as_array().unwrap().as_slice() else { panic!("{:#}", case["licences"]) };
    let shown = store.applicant().get(&format!("/licences/{}", composite.as_str().unwrap())).await;
    let shown = say(&shown, 200);
    assert_eq!((&shown["licence_type"], &shown["status_today"]), (&json!(COMPOSITE), &json!("valid")));
    let mut members = Vec::new();
    for code in permits {
        let licence = store.part(id, code).await["licences"][0].as_str().unwrap().to_owned();
        assert_eq!(status(store, &licence).await, "valid", "{code}");
        members.push(json!(licence));
    }
    assert_eq!(shown["members"], json!(members));
    let capability = case["certificate"].as_str().unwrap();
    let public = store.host.anybody().get(&format!("/certificates/{capability}")).await;
    assert_eq!(say(&public, 200)["status"], "valid");
    assert_eq!(public.body["permits"].as_array().unwrap().len(), permits.len(), "{:#}", public.body);
}
