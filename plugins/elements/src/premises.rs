//! Where it is done: the address, the shop, the right to use it, and stores elsewhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{CivilDate, choices};

/// The address of the premises, with what the standard address library (标准地址库) knows of it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// 经营场所地址 / Address of the premises
    #[schemars(length(min = 4, max = 200), extend("element" = "premises.address"))]
    pub premises_address: String,
    /// 标准地址编码 / Standard address code
    #[schemars(regex(pattern = r"^[0-9A-Z]{12,29}$"), extend("element" = "premises.address-code", "sources" = ["shared:address-library/address-code?核定经营场所"]))]
    pub premises_address_code: String,
    /// 所在区 / District
    #[schemars(length(min = 2, max = 30), extend("element" = "premises.district", "sources" = ["shared:address-library/district?核定经营场所"]))]
    pub premises_district: String,
    /// 所在街道（镇） / Street or town
    #[schemars(length(min = 2, max = 30), extend("element" = "premises.street", "sources" = ["shared:address-library/street?核定经营场所"]))]
    pub premises_street: String,
    /// 经度 / Longitude
    #[schemars(range(min = 73, max = 136), extend("element" = "premises.longitude", "sources" = ["shared:address-library/longitude?核定经营场所"]))]
    pub premises_longitude: f64,
    /// 纬度 / Latitude
    #[schemars(range(min = 3, max = 54), extend("element" = "premises.latitude", "sources" = ["shared:address-library/latitude?核定经营场所"]))]
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
    #[schemars(length(min = 1, max = 60), extend("element" = "store.sign-name"))]
    pub store_sign_name: String,
    /// 门店形式 / Form of the store
    #[schemars(extend("element" = "store.form"))]
    pub store_form: StoreForm,
    /// 营业时间 / Opening hours
    #[schemars(regex(pattern = r"^(24小时|[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9])$"), extend("element" = "store.opening-hours"))]
    pub store_opening_hours: String,
    /// 拟开业日期 / Planned opening date
    #[schemars(extend("element" = "store.opening-date"))]
    pub store_opening_date: CivilDate,
    /// 经营面积（平方米） / Business area (square metres)
    #[schemars(range(min = 1, max = 100_000), extend("element" = "premises.area"))]
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
    #[schemars(length(min = 4, max = 60), extend("element" = "premises.certificate-number", "sources" = ["shared:real-estate/certificate-number?核验经营场所权属"]))]
    pub premises_certificate_number: String,
    /// 房屋权利人 / Owner of the property
    #[schemars(length(min = 1, max = 100), extend("element" = "premises.owner", "sources" = ["shared:real-estate/owner?核验经营场所权属"]))]
    pub premises_owner: String,
    /// 房屋规划用途 / Planned use of the property
    #[schemars(length(min = 1, max = 30), extend("element" = "premises.planned-use", "sources" = ["shared:real-estate/planned-use?核验经营场所权属"]))]
    pub premises_planned_use: String,
    /// 房屋建筑面积（平方米） / Building area (square metres)
    #[schemars(range(min = 1), extend("element" = "premises.building-area", "sources" = ["shared:real-estate/building-area?核验经营场所权属"]))]
    pub premises_building_area: f64,
    /// 所在楼层 / Floor
    #[schemars(length(min = 1, max = 20), extend("element" = "premises.floor", "sources" = ["shared:real-estate/floor?核验经营场所权属"]))]
    pub premises_floor: String,
    /// 场所使用方式 / How the premises are held
    #[schemars(extend("element" = "premises.tenure"))]
    pub premises_tenure: TenureForm,
    /// 租赁起始日 / Lease from
    #[schemars(extend("element" = "premises.lease-from"))]
    pub premises_lease_from: Option<CivilDate>,
    /// 租赁截止日 / Lease until
    #[schemars(extend("element" = "premises.lease-until"))]
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
    #[schemars(extend("element" = "storage.form"))]
    pub storage_form: StorageForm,
    /// 库房地址 / Address of the store room
    #[schemars(length(min = 2, max = 200), extend("element" = "storage.address"))]
    pub storage_address: String,
    /// 库房面积（平方米） / Area of the store room (square metres)
    #[schemars(range(min = 0, max = 100_000), extend("element" = "storage.area"))]
    pub storage_area: f64,
    /// 储存条件 / Storage conditions
    #[schemars(length(min = 1), extend("element" = "storage.conditions", "uniqueItems" = true))]
    pub storage_conditions: Vec<StorageCondition>,
    /// 是否有温湿度监测 / Temperature and humidity are monitored
    #[schemars(extend("element" = "storage.monitored"))]
    pub storage_monitored: bool,
}
