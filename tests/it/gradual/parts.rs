//! A bundle's part begins gradually and is watched like a matter of its own: the same applicant follows the same rules in
//! both.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{PUDONG, citizen, enact, follows, hands_in, plants, proven, watch};
use crate::support::{Host, say};

/// How long a part may take to be opened.
const WITHIN: Duration = Duration::from_secs(60);

/// A night market stall with music of a citizen, accepted; gives the case of its plain approval.
async fn part_of(host: &Host, number: usize) -> String {
    let (portal, officer) = (host.as_("portal"), host.as_("officer"));
    let plan = say(&portal.upload("/documents", b"a plan".to_vec()).await, 201)["id"].clone();
    let application = json!({
        "matter": "EX-NIGHT-MARKET", "division": PUDONG, "subject": citizen(number),
        "answers": { "area": 4, "music": true },
        "values": { "org.name": "示例摊主", "stall.place": "示例路1号" }, "documents": { "plan": plan },
    });
    let bundle = portal.submit(application).await;
    let tasks = officer.tasks_of(&bundle).await;
    say(&officer.verdict(&tasks[0], "approve").await, 200);
    let began = Instant::now();
    loop {
        let case = portal.case(&bundle).await;
        let parts = case["parts"].as_array().cloned().unwrap_or_default();
        let own = parts.iter().find(|part| part["part"] == "EX-PLAIN").map(|part| part["case"].clone());
        if let Some(Value::String(part)) = own
            && !officer.tasks_of(&part).await.is_empty()
        {
            return part;
        }
        assert!(began.elapsed() < WITHIN, "{case:#}");
        host.clock(super::EVENING).await;
    }
}

#[tokio::test]
async fn a_part_follows_the_rules_of_its_applicant_and_its_traps_halt_the_part_s_enactment() {
    let (host, planted) = proven().await;
    for (source, matter) in [("examples/smallest-matter", "EX-STALL"), ("examples/smallest-bundle", "EX-NIGHT-MARKET")]
    {
        host.put_in_force(source, matter, "城市管理局", "310000").await;
    }
    let strict = json!({ "hours": 2400, "cases": 1, "traps": 1, "parked": 0, "refusals": 0, "late": 0 });
    let id = enact(&host, &planted, &json!({ "share": 50, "watch": strict })).await;
    let mut seen: [Option<String>; 2] = [None, None];
    for number in 0..8 {
        let (_, alone) = hands_in(&host, number).await;
        let part = part_of(&host, number).await;
        assert_eq!(follows(&host, &part).await, alone, "citizen {number}");
        seen[usize::from(alone)].get_or_insert(part);
    }
    let [Some(outside), Some(inside)] = seen else { panic!("eight citizens on one side: {seen:?}") };
    plants(&host, &outside, "plant-trap").await;
    assert_eq!(watch(&host, &id).await["state"], "watching", "the former chain knows no such word");
    plants(&host, &inside, "plant-trap").await;
    let view = watch(&host, &id).await;
    assert_eq!((&view["state"], &view["counts"]["traps"]), (&json!("halted"), &json!(1)), "{view:#}");
    assert!(!follows(&host, &part_of(&host, 20).await).await, "a bundle's new part follows the former chain");
}
