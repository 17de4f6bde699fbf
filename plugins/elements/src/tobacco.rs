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
    #[schemars(length(min = 1), extend("element" = "tobacco.products", "uniqueItems" = true))]
    pub tobacco_products: Vec<TobaccoProduct>,
    /// 零售业态 / Kind of outlet
    #[schemars(extend("element" = "tobacco.outlet"))]
    pub tobacco_outlet: TobaccoOutlet,
    /// 烟草柜台长度（米） / Length of the tobacco counter (metres)
    #[schemars(range(min = 0.5, max = 100), extend("element" = "tobacco.counter-length"))]
    pub tobacco_counter_length: f64,
    /// 门面宽度（米） / Width of the shop front (metres)
    #[schemars(range(min = 1, max = 500), extend("element" = "tobacco.frontage"))]
    pub tobacco_frontage: f64,
    /// 经营场所是否与住所相独立 / The premises are separate from a dwelling
    #[schemars(extend("element" = "tobacco.separate-from-dwelling"))]
    pub tobacco_separate_from_dwelling: bool,
    /// 经营资金（万元） / Working capital (10,000 yuan)
    #[schemars(range(min = 0.1, max = 100_000), extend("element" = "tobacco.funds"))]
    pub tobacco_funds: f64,
    /// 结算账户名称 / Name of the settlement account
    #[schemars(length(min = 2, max = 100), extend("element" = "tobacco.account-name"))]
    pub tobacco_account_name: String,
    /// 结算账户开户行 / Bank of the settlement account
    #[schemars(length(min = 4, max = 100), extend("element" = "tobacco.bank"))]
    pub tobacco_bank: String,
    /// 结算账号 / Number of the settlement account
    #[schemars(regex(pattern = r"^[0-9]{8,30}$"), extend("element" = "tobacco.account-number"))]
    pub tobacco_account_number: String,
    /// 订货方式 / How goods are ordered
    #[schemars(extend("element" = "tobacco.ordering"))]
    pub tobacco_ordering: Ordering,
    /// 与最近零售点距离（米） / Distance to the nearest tobacco retailer (metres)
    #[schemars(range(min = 0), extend("element" = "tobacco.nearest-retailer", "sources" = ["shared:tobacco-retail-map/nearest-retailer?核验零售点合理布局"]))]
    pub tobacco_nearest_retailer: u32,
    /// 与最近中小学校距离（米） / Distance to the nearest school (metres)
    #[schemars(range(min = 0), extend("element" = "tobacco.nearest-school", "sources" = ["shared:tobacco-retail-map/nearest-school?核验零售点合理布局"]))]
    pub tobacco_nearest_school: u32,
}
