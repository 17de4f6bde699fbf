//! What the tobacco laws ask of a retail point.

use banshi_sdk::contract::cases::Draft;
use banshi_sdk::contract::types::Finding;
use banshi_sdk::{NumberKnob, reason};

use super::{flag, number};

/// Below this many metres a place counts as around a school. The real distances are set by each place's plan of
/// retail points: a sample (示例).
const SAMPLE_METRES: f64 = 50.0;

/// From this many metres on a place is far enough from another retailer, as the plan of retail points of the place
/// says; narrower is lower, for more places then fit. A sample (示例).
pub const SPACING: NumberKnob = NumberKnob::lower(
    "spacing-metres",
    "零售点最小间距（米，示例） / Least distance between retail points, m (sample)",
    100,
)
.between(0, 1000);

/// All of them.
pub fn all(draft: &Draft) -> Vec<Finding> {
    [separate_premises(draft), away_from_schools(draft), spaced(draft)].into_iter().flatten().collect()
}

fn separate_premises(draft: &Draft) -> Option<Finding> {
    let element = "tobacco.separate-from-dwelling";
    let says = "经营场所应当固定并与住所相独立 / The premises must be fixed and separate from a dwelling";
    let found = || reason("tobacco-separate", "烟草专卖法实施条例 第九条", says).shown_by([element]).blocking();
    (!flag(draft, element)?).then(found)
}

fn away_from_schools(draft: &Draft) -> Option<Finding> {
    let element = "tobacco.nearest-school";
    let says = "距学校50米以内（距离为示例），学校周边不得设置烟草销售网点 / Within 50 metres of a school (distance: \
        sample); tobacco may not be sold around schools";
    let found = || reason("tobacco-schools", "未成年人保护法 第五十九条", says).shown_by([element]).warning();
    (number(draft, element)? < SAMPLE_METRES).then(found)
}

fn spaced(draft: &Draft) -> Option<Finding> {
    let element = "tobacco.nearest-retailer";
    let least = draft.settings().ok()?.number(&SPACING);
    let says = format!(
        "距最近零售点{least}米以内（距离为示例），可能不符合合理布局 / Within {least} metres of another retailer \
            (distance: sample); the plan of retail points may not allow it"
    );
    let found = || reason("tobacco-spacing", "烟草专卖法实施条例 第九条", &says).shown_by([element]).warning();
    (number(draft, element)? < least as f64).then(found)
}
