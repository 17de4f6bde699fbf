//! Limits that move, and limits that pass. Dates are literals of the 2021 calendar: 25 April and 8 May are worked, 1 to 5
//! May are the Labour Day holiday.

use serde_json::{Value, json};

use crate::support::{Host, Start, Store, Wish, applicant_subject, say, verdict};

#[tokio::test]
async fn an_extension_of_the_bundle_moves_its_open_parts_and_tells_the_applicant_why() {
    let store = Store::open().await;
    let id = store.accepted(&Wish::default()).await;
    store.approve_all(|task| task["matter"] == "P06").await;
    let due = |case: &Value, limit: &str| case["limits"][limit]["date"].clone();
    let case = store.applicant().case(&id).await;
    assert_eq!((due(&case, "promised_due"), due(&case, "statutory_due")), (json!("2021-04-28"), json!("2021-06-28")));
    let food = store.part(&id, "P01").await;
    assert_eq!((due(&food, "promised_due"), due(&food, "bundle_due")), (json!("2021-05-11"), json!("2021-04-28")));
    assert_eq!(food["due"]["date"], "2021-04-28", "a part works towards its bundle's promise");

    let path = format!("/cases/{id}/extend");
    let reason = json!({ "rule": "officer", "basis": "行政许可法 第四十二条", "text": { "zh": "需联合核实（测试）" }, "evidence": [] });
    let request = |days: u16, reason: &Value| json!({ "working_days": days, "instrument": "测试延〔2021〕1号", "reason": reason });
    let market = store.host.as_("market");
    let more = market.post(&path, request(16, &reason)).await;
    assert_eq!(say(&more, 422)["law"]["row"], "licence-law-42-joint-extension");
    let bare = json!({ "rule": "officer", "basis": " ", "text": { "zh": "需联合核实（测试）" } });
    assert_eq!(say(&market.post(&path, request(15, &bare)).await, 422)["code"], "extend.reason");
    assert_eq!(say(&market.post(&path, request(15, &reason)).await, 200)["due"]["date"], "2021-05-21");
    assert_eq!(market.post(&path, request(1, &reason)).await.status, 422, "once");

    let food = store.part(&id, "P01").await;
    assert_eq!((due(&food, "bundle_due"), due(&food, "promised_due")), (json!("2021-05-21"), json!("2021-05-11")));
    assert_eq!(food["due"]["date"], "2021-05-11", "its own promise stands");
    let drugs = store.part(&id, "P05").await;
    assert_eq!(drugs["due"]["date"], "2021-05-14");
    let devices = store.part(&id, "P06").await;
    assert_eq!(due(&devices, "bundle_due"), "2021-04-28", "what is decided does not move");
    let [told] = <[Value; 1]>::try_from(store.told(&id, "extended").await).unwrap();
    assert_eq!((&told["reason"], &told["due"]["date"]), (&reason, &json!("2021-05-21")), "{told:#}");

    store.approve_all(|_| true).await;
    let case = store.until(&id, |case| case["phase"] == "closed").await;
    assert_eq!(case["outcome"], "granted");
    store.verified().await;
}

#[tokio::test]
async fn a_special_procedure_stops_the_clock_until_an_officer_ends_it() {
    let host = Host::start(Start::simulated("2021-04-22T09:00:00+08:00")).await;
    host.put_in_force("tests/guests/appraised", "T-APPRAISED", "城市管理局", "310000").await;
    let application = json!({ "matter": "T-APPRAISED", "division": "310115", "subject": applicant_subject() });
    let id = host.as_("applicant").submit(application).await;
    let officer = host.as_("officer");
    let case = officer.case(&id).await;
    assert_eq!(limits(&case), ["2021-04-28", "2021-05-21"]);
    let path = format!("/cases/{id}/procedures/experts/end");
    assert_eq!(officer.post(&path, json!({})).await.status, 404, "nothing runs yet");

    host.clock("2021-04-23T10:00:00+08:00").await;
    let task = officer.tasks_of(&id).await.remove(0);
    say(&officer.verdict(&task, "approve").await, 200);
    assert_eq!(officer.tasks_of(&id).await, Vec::<Value>::new(), "the verdict waits for the experts");
    // Both first limits pass while it runs, and nobody is late: the dates go with the days.
    host.clock("2021-05-06T10:00:00+08:00").await;
    let case = officer.case(&id).await;
    assert_eq!((&case["phase"], &case["late"]), (&json!("accepted"), &Value::Null), "{case:#}");
    // Of the limit one day was used, Friday the 23rd; four are left after today.
    assert_eq!(case["due"]["date"], "2021-05-11");

    assert_eq!(host.as_("applicant").post(&path, json!({})).await.status, 403);
    assert_eq!(host.as_("officer-huangpu").post(&path, json!({})).await.status, 404);
    let answer = officer.post(&path, json!({})).await;
    assert_eq!(limits(say(&answer, 200)), ["2021-05-11", "2021-06-01"]);
    assert_eq!(answer.body["procedures"][0]["to"], "2021-05-06");
    assert_eq!(officer.post(&path, json!({})).await.status, 404, "it ends once");
    host.clock("2021-05-11T10:00:00+08:00").await;
    let task = officer.tasks_of(&id).await.remove(0);
    assert_eq!((&task["stage"], &task["case_due"]["date"]), (&json!("verdict"), &json!("2021-05-11")));
    assert_eq!(task["case_late"], Value::Null);
    say(&officer.verdict(&task, "approve").await, 200);
    assert_eq!(officer.case(&id).await["outcome"], "granted");
}

#[tokio::test]
async fn a_part_promises_what_its_mode_promises_and_what_is_late_says_which_limit_has_passed() {
    let store = Store::open().await;
    store.in_huangpu().await;
    let wish = Wish { division: "310101", answers: json!({ "area": 40 }), ..Wish::default() };
    let id = store.accepted(&wish).await;
    // Huangpu promises a store in three days: 23, 25 and 26 April.
    assert_eq!(limits(&store.applicant().case(&id).await), ["2021-04-26", "2021-06-28"]);
    let food = store.part(&id, "P01").await;
    assert_eq!((&food["mode"], &food["limits"]["promised"]), (&json!("commitment"), &days(1)));
    assert_eq!(limits(&food), ["2021-04-23", "2021-05-21"]);
    assert_eq!(food["due"]["date"], "2021-04-23");
    let devices = store.part(&id, "P06").await;
    assert_eq!((&devices["mode"], &devices["limits"]["promised"]), (&json!("filing"), &Value::Null));
    assert_eq!(limits(&devices), ["2021-04-22", "2021-05-14"], "on the spot");

    for (day, bundle, food, devices) in [
        ("2021-04-22", None, None, None),
        ("2021-04-23", None, None, Some("promise")),
        ("2021-04-24", None, Some("promise"), Some("promise")),
        ("2021-04-26", None, Some("promise"), Some("promise")),
        ("2021-04-27", Some("promise"), Some("bundle"), Some("bundle")),
        ("2021-05-14", Some("promise"), Some("bundle"), Some("bundle")),
        ("2021-05-15", Some("promise"), Some("bundle"), Some("statute")),
        ("2021-05-21", Some("promise"), Some("bundle"), Some("statute")),
        ("2021-05-22", Some("promise"), Some("statute"), Some("statute")),
        ("2021-06-29", Some("statute"), Some("statute"), Some("statute")),
    ] {
        store.clock(&format!("{day}T12:00:00+08:00")).await;
        assert_eq!(store.applicant().case(&id).await["late"], json!(bundle), "B01 on {day}");
        for (code, late, stage) in [("P01", food, "document-review"), ("P06", devices, "register")] {
            let part = store.part(&id, code).await;
            assert_eq!(part["late"], json!(late), "{code} on {day}");
            let (_, task) = store.task(&part, stage).await;
            assert_eq!(task["case_late"], json!(late), "a task of {code} on {day}");
        }
    }
    // Late or not, it is decided; what is decided is not late.
    let (officer, task) = store.task(&store.part(&id, "P06").await, "register").await;
    say(&verdict(&officer, &task, "approve", Value::Null).await, 200);
    assert_eq!(store.part(&id, "P06").await["late"], Value::Null);
}

/// Promise and statutory limit.
fn limits(case: &Value) -> Vec<Value> {
    ["promised_due", "statutory_due"].map(|limit| case["limits"][limit]["date"].clone()).to_vec()
}

fn days(count: u16) -> Value {
    json!({ "count": count, "unit": "working-days" })
}
