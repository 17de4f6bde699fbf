//! Business in medical devices of class II (第二类医疗器械经营).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{Mobile, choices};

choices!(
    /// 医疗器械分类目录 (2017), as far as a shop's shelf goes.
    DeviceCategory {
        /// 07 医用诊察和监护器械.
        Diagnostic = "07医用诊察和监护器械",
        /// 09 物理治疗器械.
        Therapy = "09物理治疗器械",
        /// 14 注输、护理和防护器械.
        Nursing = "14注输、护理和防护器械",
        /// 18 妇产科、辅助生殖和避孕器械.
        Contraceptive = "18妇产科、辅助生殖和避孕器械",
        /// 20 中医器械.
        Chinese = "20中医器械",
    }
);

choices!(
    /// 医疗器械经营方式.
    DeviceBusiness {
        /// 零售.
        Retail = "零售",
        /// 批发.
        Wholesale = "批发",
        /// 批零兼营.
        Both = "批零兼营",
    }
);

choices!(
    /// 售后服务方式.
    AfterSales {
        /// 自行负责.
        Own = "自行负责",
        /// 约定由供货者负责.
        Supplier = "约定由供货者负责",
        /// 委托第三方.
        ThirdParty = "委托第三方",
    }
);

/// What devices are sold, and who answers for them afterwards.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct DeviceRetail {
    /// 医疗器械经营范围（分类目录） / Categories of devices
    #[serde(rename = "devices.categories")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub devices_categories: Vec<DeviceCategory>,
    /// 医疗器械经营方式 / Form of device business
    #[serde(rename = "devices.business")]
    pub devices_business: DeviceBusiness,
    /// 拟经营产品数 / Number of products
    #[serde(rename = "devices.products")]
    #[schemars(range(min = 1, max = 100_000))]
    pub devices_products: u32,
    /// 售后服务方式 / After-sales service
    #[serde(rename = "devices.after-sales")]
    pub devices_after_sales: AfterSales,
    /// 是否有追溯管理信息系统 / A system traces the devices
    #[serde(rename = "devices.traceability")]
    pub devices_traceability: bool,
    /// 不良事件监测联系人 / Contact for adverse events
    #[serde(rename = "devices.adverse-events.name")]
    #[schemars(length(min = 1, max = 50))]
    pub devices_adverse_events_name: String,
    /// 不良事件监测联系电话 / Telephone for adverse events
    #[serde(rename = "devices.adverse-events.mobile")]
    pub devices_adverse_events_mobile: Mobile,
}
