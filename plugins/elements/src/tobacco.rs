//! Retail of tobacco (烟草制品零售).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::choices;

choices!(
    /// 烟草制品.
    TobaccoProduct {
        /// 卷烟.
        Cigarettes = "卷烟",
        /// 雪茄烟.
        Cigars = "雪茄烟",
    }
);

choices!(
    /// 零售业态.
    TobaccoOutlet {
        /// 便利店.
        Convenience = "便利店",
        /// 超市.
        Supermarket = "超市",
        /// 商场.
        Mall = "商场",
        /// 烟酒商店.
        Specialist = "烟酒商店",
    }
);

choices!(
    /// 订货方式.
    Ordering {
        /// 网上订货.
        Online = "网上订货",
        /// 电话订货.
        Telephone = "电话订货",
    }
);

/// What is sold and where, with the distances that the map of retail points (零售点布局) measures.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct TobaccoRetail {
    /// 经营品种 / Products sold
    #[serde(rename = "tobacco.products")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub tobacco_products: Vec<TobaccoProduct>,
    /// 零售业态 / Kind of outlet
    #[serde(rename = "tobacco.outlet")]
    pub tobacco_outlet: TobaccoOutlet,
    /// 烟草柜台长度（米） / Length of the tobacco counter (metres)
    #[serde(rename = "tobacco.counter-length")]
    #[schemars(range(min = 0.5, max = 100))]
    pub tobacco_counter_length: f64,
    /// 门面宽度（米） / Width of the shop front (metres)
    #[serde(rename = "tobacco.frontage")]
    #[schemars(range(min = 1, max = 500))]
    pub tobacco_frontage: f64,
    /// 经营场所是否与住所相独立 / The premises are separate from a dwelling
    #[serde(rename = "tobacco.separate-from-dwelling")]
    pub tobacco_separate_from_dwelling: bool,
    /// 经营资金（万元） / Working capital (10,000 yuan)
    #[serde(rename = "tobacco.funds")]
    #[schemars(range(min = 0.1, max = 100_000))]
    pub tobacco_funds: f64,
    /// 结算账户名称 / Name of the settlement account
    #[serde(rename = "tobacco.account-name")]
    #[schemars(length(min = 2, max = 100))]
    pub tobacco_account_name: String,
    /// 结算账户开户行 / Bank of the settlement account
    #[serde(rename = "tobacco.bank")]
    #[schemars(length(min = 4, max = 100))]
    pub tobacco_bank: String,
    /// 结算账号 / Number of the settlement account
    #[serde(rename = "tobacco.account-number")]
    #[schemars(regex(pattern = r"^[0-9]{8,30}$"))]
    pub tobacco_account_number: String,
    /// 订货方式 / How goods are ordered
    #[serde(rename = "tobacco.ordering")]
    pub tobacco_ordering: Ordering,
    /// 与最近零售点距离（米） / Distance to the nearest tobacco retailer (metres)
    #[serde(rename = "tobacco.nearest-retailer")]
    #[schemars(range(min = 0), extend("sources" = ["shared:tobacco-retail-map/nearest-retailer?核验零售点合理布局"]))]
    pub tobacco_nearest_retailer: u32,
    /// 与最近中小学校距离（米） / Distance to the nearest school (metres)
    #[serde(rename = "tobacco.nearest-school")]
    #[schemars(range(min = 0), extend("sources" = ["shared:tobacco-retail-map/nearest-school?核验零售点合理布局"]))]
    pub tobacco_nearest_school: u32,
}
