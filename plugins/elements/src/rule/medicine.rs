//! What the drug law asks.

use banshi_sdk::contract::cases::Draft;
use banshi_sdk::contract::types::Finding;
use banshi_sdk::reason;

use super::{flag, has_passed};

/// The conditions of a drug business.
const CONDITIONS: &str = "药品管理法 第五十二条";

/// All of them.
pub fn all(draft: &Draft) -> Vec<Finding> {
    [pharmacist_registered(draft), storage_monitored(draft)].into_iter().flatten().collect()
}

fn pharmacist_registered(draft: &Draft) -> Option<Finding> {
    let element = "drugs.pharmacist.registered-until";
    let says = "药学技术人员注册（考核）已过期 / The pharmacist's registration has expired";
    let found = || reason("drugs-pharmacist-registered", CONDITIONS, says).shown_by([element]).blocking();
    has_passed(draft, element)?.then(found)
}

fn storage_monitored(draft: &Draft) -> Option<Finding> {
    let says = "药品、医疗器械储存区没有温湿度监测 / Where drugs and devices are kept, temperature and humidity are \
        not monitored";
    let found = || reason("drugs-storage-monitored", CONDITIONS, says).shown_by(["storage.monitored"]).warning();
    (!flag(draft, "storage.monitored")?).then(found)
}
