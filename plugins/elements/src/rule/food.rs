//! What the food laws ask.

use banshi_sdk::contract::cases::Draft;
use banshi_sdk::contract::types::Finding;
use banshi_sdk::reason;

use super::{flag, has_passed, number};

/// All of them, in the order a reader would ask.
pub fn all(draft: &Draft) -> Vec<Finding> {
    [manager_certified(draft), staff_healthy(draft), online_address(draft), hands_washed(draft)]
        .into_iter()
        .flatten()
        .collect()
}

fn manager_certified(draft: &Draft) -> Option<Finding> {
    let element = "food.manager.certificate-until";
    let says = "食品安全管理人员培训合格证已过期 / The food safety manager's training certificate has expired";
    let found = || reason("food-manager-certified", "食品安全法 第四十四条", says).shown_by([element]).blocking();
    has_passed(draft, element)?.then(found)
}

fn staff_healthy(draft: &Draft) -> Option<Finding> {
    let (total, certified) = (number(draft, "staff.total")?, number(draft, "staff.health-certified")?);
    let says = "部分从业人员没有有效健康证明，接触直接入口食品的人员应当取得 / Some staff have no valid health \
        certificate; whoever touches ready-to-eat food needs one";
    let found = || {
        let evidence = ["staff.total", "staff.health-certified"];
        reason("food-staff-healthy", "食品安全法 第四十五条", says).shown_by(evidence).warning()
    };
    (certified < total).then(found)
}

fn online_address(draft: &Draft) -> Option<Finding> {
    let says = "通过网络经营的，请填写平台或网址 / Sold online: name the platform or the address";
    let found = || {
        let evidence = ["food.online", "food.online-address"];
        reason("food-online-address", "食品经营许可管理办法 [示例 / sample]", says).shown_by(evidence).blocking()
    };
    (flag(draft, "food.online")? && draft.value("food.online-address").is_none()).then(found)
}

fn hands_washed(draft: &Draft) -> Option<Finding> {
    let makes = flag(draft, "food.makes-on-site")?;
    let says = "现制现售的，应当配备洗手设施 / Food is made on the spot: a hand-washing basin is needed";
    let found = || {
        let evidence = ["food.makes-on-site", "food.handwash-basins"];
        reason("food-hands-washed", "食品安全法 第三十三条", says).shown_by(evidence).blocking()
    };
    (makes && number(draft, "food.handwash-basins")? < 1.0).then(found)
}
