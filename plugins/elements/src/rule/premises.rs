//! What holds of any premises.

use banshi_sdk::contract::cases::Draft;
use banshi_sdk::contract::types::Finding;
use banshi_sdk::reason;

use super::{has_passed, number, words};

/// The clause on which each of these asks (如实提交有关材料和反映真实情况).
const TRUE_FACTS: &str = "行政许可法 第三十一条";

/// All of them.
pub fn all(draft: &Draft) -> Vec<Finding> {
    [area_as_answered(draft), lease_stated(draft), lease_runs(draft), rooms_fit(draft)].into_iter().flatten().collect()
}

/// The guide asks the area first, because papers and checks depend on it; the form holds it for good.
fn area_as_answered(draft: &Draft) -> Option<Finding> {
    let answered = draft.answered().ok()?.get("area")?.as_f64()?;
    let says = "情景引导中回答的面积与表单不一致 / The area answered in the guide is not that of the form";
    let found = || reason("premises-area-as-answered", TRUE_FACTS, says).shown_by(["premises.area"]).warning();
    ((answered - number(draft, "premises.area")?).abs() > 0.5).then(found)
}

fn lease_stated(draft: &Draft) -> Option<Finding> {
    let leased = words(draft, "premises.tenure")? == "租赁";
    let stated = draft.value("premises.lease-from").is_some() && draft.value("premises.lease-until").is_some();
    let says = "场所为租赁的，请填写租赁起止日 / The premises are leased: state from when until when";
    let found = || {
        let evidence = ["premises.tenure", "premises.lease-from", "premises.lease-until"];
        reason("premises-lease-stated", TRUE_FACTS, says).shown_by(evidence).blocking()
    };
    (leased && !stated).then(found)
}

fn lease_runs(draft: &Draft) -> Option<Finding> {
    let says = "租赁合同已到期 / The lease has ended";
    let found = || reason("premises-lease-runs", TRUE_FACTS, says).shown_by(["premises.lease-until"]).blocking();
    has_passed(draft, "premises.lease-until")?.then(found)
}

fn rooms_fit(draft: &Draft) -> Option<Finding> {
    let rooms = ["food.handling-area", "food.dining-area", "food.storage-area"];
    let sum: f64 = rooms.iter().filter_map(|room| number(draft, room)).sum();
    let says = "各功能区面积之和大于经营面积 / The rooms are together larger than the business area";
    let found = || reason("premises-rooms-fit", TRUE_FACTS, says).shown_by(rooms).warning();
    (sum > number(draft, "premises.area")?).then(found)
}
