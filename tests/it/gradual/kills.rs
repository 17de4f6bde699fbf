//! Nothing of a watch is lost when the host is killed: what was counted is read again from the journals, and a halt is
//! durable before the next case.

use serde_json::json;

use super::{enact, hands_in, plants, watch};
use crate::shadow::support::PLANTED;
use crate::support::{host_with_plain_approval, say};

#[tokio::test]
async fn cases_that_were_counted_before_a_kill_count_after_it_and_a_halt_outlives_one() {
    let mut host = host_with_plain_approval().await;
    let planted = host.publish(PLANTED).await;
    let strict = json!({ "watch": { "hours": 2400, "cases": 3, "traps": 100, "parked": 0, "refusals": 0, "late": 0 } });
    let id = enact(&host, &planted, &strict).await;
    for number in 0..2 {
        let (case, inside) = hands_in(&host, number).await;
        assert!(inside);
        plants(&host, &case, "plant-trap").await;
    }
    host.kill();
    host.restart();
    let view = watch(&host, &id).await;
    assert_eq!(
        (&view["state"], &view["counts"]["cases"], &view["counts"]["traps"]),
        (&json!("watching"), &json!(2), &json!(2))
    );

    let (third, inside) = hands_in(&host, 2).await;
    assert!(inside);
    plants(&host, &third, "plant-trap").await;
    // Between the halt and the next case.
    host.kill();
    host.restart();
    assert!(!hands_in(&host, 3).await.1, "the next case follows the former chain");
    let view = watch(&host, &id).await;
    assert_eq!((&view["state"], &view["enactment"]["halts"][0]["counts"]["traps"]), (&json!("halted"), &json!(3)));
    assert_eq!(view["begun"]["total"], 3);
    host.clock(super::EVENING).await;
    say(&host.as_("platform").post(&format!("/enactments/{id}/release"), json!({})).await, 200);

    host.kill();
    host.restart();
    let view = watch(&host, &id).await;
    assert_eq!(
        (&view["state"], &view["counts"]["traps"]),
        (&json!("watching"), &json!(0)),
        "what came before the release"
    );
    assert_eq!(view["enactment"]["halts"].as_array().unwrap().len(), 1, "a start does not halt it again");
    assert!(hands_in(&host, 4).await.1);
    assert_eq!(host.terminate(), Some(0));
    for command in ["verify", "replay"] {
        let (code, said) = host.offline(&[command]);
        assert_eq!(code, 0, "{command}: {said}");
    }
}
