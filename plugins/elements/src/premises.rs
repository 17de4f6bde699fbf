//! Where it is done: the address, the shop, the right to use it, and stores elsewhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{CivilDate, choices};

/// The address of the premises, with what the standard address library (标准地址库) knows of it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// 经营场所地址 / Address of the premises
    #[serde(rename = "premises.address")]
    #[schemars(length(min = 4, max = 200))]
    pub premises_address: String,
    /// 标准地址编码 / Standard address code
    #[serde(rename = "premises.address-code")]
    #[schemars(regex(pattern = r"^[0-9A-Z]{12,29}$"), extend("sources" = ["shared:address-library/address-code?核定经营场所"]))]
    pub premises_address_code: String,
    /// 所在区 / District
    #[serde(rename = "premises.district")]
    #[schemars(length(min = 2, max = 30), extend("sources" = ["shared:address-library/district?核定经营场所"]))]
    pub premises_district: String,
    /// 所在街道（镇） / Street or town
    #[serde(rename = "premises.street")]
    #[schemars(length(min = 2, max = 30), extend("sources" = ["shared:address-library/street?核定经营场所"]))]
    pub premises_street: String,
    /// 经度 / Longitude
    #[serde(rename = "premises.longitude")]
    #[schemars(range(min = 73, max = 136), extend("sources" = ["shared:address-library/longitude?核定经营场所"]))]
    pub premises_longitude: f64,
    /// 纬度 / Latitude
    #[serde(rename = "premises.latitude")]
    #[schemars(range(min = 3, max = 54), extend("sources" = ["shared:address-library/latitude?核定经营场所"]))]
    pub premises_latitude: f64,
}

choices!(
    /// 门店形式.
    StoreForm {
        /// 单店.
        Single = "单店",
        /// 直营连锁.
        Chain = "直营连锁",
        /// 加盟连锁.
        Franchise = "加盟连锁",
    }
);

/// What the shop is.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Store {
    /// 店招名称 / Name on the shop sign
    #[serde(rename = "store.sign-name")]
    #[schemars(length(min = 1, max = 60))]
    pub store_sign_name: String,
    /// 门店形式 / Form of the store
    #[serde(rename = "store.form")]
    pub store_form: StoreForm,
    /// 营业时间 / Opening hours
    #[serde(rename = "store.opening-hours")]
    #[schemars(regex(pattern = r"^(24小时|[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9])$"))]
    pub store_opening_hours: String,
    /// 拟开业日期 / Planned opening date
    #[serde(rename = "store.opening-date")]
    pub store_opening_date: CivilDate,
    /// 经营面积（平方米） / Business area (square metres)
    #[serde(rename = "premises.area")]
    #[schemars(range(min = 1, max = 100_000))]
    pub premises_area: f64,
}

choices!(
    /// 场所使用方式.
    TenureForm {
        /// 自有.
        Owned = "自有",
        /// 租赁.
        Leased = "租赁",
        /// 无偿使用.
        Free = "无偿使用",
    }
);

/// The right to use the premises: what the property register (不动产登记) holds, and the lease.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Tenure {
    /// 不动产权证号 / Number of the property certificate
    #[serde(rename = "premises.certificate-number")]
    #[schemars(length(min = 4, max = 60), extend("sources" = ["shared:real-estate/certificate-number?核验经营场所权属"]))]
    pub premises_certificate_number: String,
    /// 房屋权利人 / Owner of the property
    #[serde(rename = "premises.owner")]
    #[schemars(length(min = 1, max = 100), extend("sources" = ["shared:real-estate/owner?核验经营场所权属"]))]
    pub premises_owner: String,
    /// 房屋规划用途 / Planned use of the property
    #[serde(rename = "premises.planned-use")]
    #[schemars(length(min = 1, max = 30), extend("sources" = ["shared:real-estate/planned-use?核验经营场所权属"]))]
    pub premises_planned_use: String,
    /// 房屋建筑面积（平方米） / Building area (square metres)
    #[serde(rename = "premises.building-area")]
    #[schemars(range(min = 1), extend("sources" = ["shared:real-estate/building-area?核验经营场所权属"]))]
    pub premises_building_area: f64,
    /// 所在楼层 / Floor
    #[serde(rename = "premises.floor")]
    #[schemars(length(min = 1, max = 20), extend("sources" = ["shared:real-estate/floor?核验经营场所权属"]))]
    pub premises_floor: String,
    /// 场所使用方式 / How the premises are held
    #[serde(rename = "premises.tenure")]
    pub premises_tenure: TenureForm,
    /// 租赁起始日 / Lease from
    #[serde(rename = "premises.lease-from")]
    pub premises_lease_from: Option<CivilDate>,
    /// 租赁截止日 / Lease until
    #[serde(rename = "premises.lease-until")]
    pub premises_lease_until: Option<CivilDate>,
}

choices!(
    /// 储存条件.
    StorageCondition {
        /// 常温.
        Ambient = "常温",
        /// 阴凉.
        Cool = "阴凉",
        /// 冷藏.
        Refrigerated = "冷藏",
    }
);

choices!(
    /// 仓储方式.
    StorageForm {
        /// 店内仓储.
        InStore = "店内仓储",
        /// 自设仓库.
        Own = "自设仓库",
        /// 委托储存.
        Commissioned = "委托储存",
    }
);

/// Where drugs and devices are kept.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Storage {
    /// 仓储方式 / How goods are stored
    #[serde(rename = "storage.form")]
    pub storage_form: StorageForm,
    /// 库房地址 / Address of the store room
    #[serde(rename = "storage.address")]
    #[schemars(length(min = 2, max = 200))]
    pub storage_address: String,
    /// 库房面积（平方米） / Area of the store room (square metres)
    #[serde(rename = "storage.area")]
    #[schemars(range(min = 0, max = 100_000))]
    pub storage_area: f64,
    /// 储存条件 / Storage conditions
    #[serde(rename = "storage.conditions")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub storage_conditions: Vec<StorageCondition>,
    /// 是否有温湿度监测 / Temperature and humidity are monitored
    #[serde(rename = "storage.monitored")]
    pub storage_monitored: bool,
}
