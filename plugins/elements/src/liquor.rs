//! Liquor: retailed on a licence of its own until 2023-07-09, and from 2023-07-10 on among the items of the food licence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{Mobile, choices};

choices!(
    /// 酒类品种.
    LiquorKind {
        /// 白酒.
        Baijiu = "白酒",
        /// 黄酒.
        Huangjiu = "黄酒",
        /// 啤酒.
        Beer = "啤酒",
        /// 葡萄酒.
        Wine = "葡萄酒",
        /// 果酒.
        FruitWine = "果酒",
        /// 洋酒.
        Spirits = "洋酒",
    }
);

choices!(
    /// 食品经营项目中的酒类 (沪市监规范〔2023〕7号).
    LiquorItem {
        /// 含酒类（批发）.
        Wholesale = "含酒类（批发）",
        /// 含酒类（零售）.
        Retail = "含酒类（零售）",
        /// 含乙醇饮料.
        AlcoholicDrinks = "含乙醇饮料",
    }
);

/// Liquor among the items of a food licence.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct LiquorInFood {
    /// 经营项目标注的酒类 / Liquor noted among the items of the food business
    #[serde(rename = "food.liquor-items")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub food_liquor_items: Vec<LiquorItem>,
    /// What liquor it is, and from whom.
    #[serde(flatten)]
    pub retail: LiquorRetail,
}

/// What liquor is sold, and from whom.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct LiquorRetail {
    /// 经营酒类品种 / Kinds of liquor sold
    #[serde(rename = "liquor.kinds")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub liquor_kinds: Vec<LiquorKind>,
    /// 是否经营进口酒 / Imported liquor is sold
    #[serde(rename = "liquor.imported")]
    pub liquor_imported: bool,
    /// 酒类陈列面积（平方米） / Display area for liquor (square metres)
    #[serde(rename = "liquor.display-area")]
    #[schemars(range(min = 0, max = 10_000))]
    pub liquor_display_area: f64,
    /// 主要供货单位 / Main supplier
    #[serde(rename = "liquor.supplier")]
    #[schemars(length(min = 2, max = 100))]
    pub liquor_supplier: String,
    /// 供货单位批发许可证号 / Wholesale licence number of the supplier
    #[serde(rename = "liquor.supplier-licence")]
    #[schemars(length(min = 4, max = 60))]
    pub liquor_supplier_licence: String,
    /// 酒类管理人员姓名 / Name of the liquor manager
    #[serde(rename = "liquor.manager.name")]
    #[schemars(length(min = 1, max = 50))]
    pub liquor_manager_name: String,
    /// 酒类管理人员移动电话 / Mobile number of the liquor manager
    #[serde(rename = "liquor.manager.mobile")]
    pub liquor_manager_mobile: Mobile,
    /// 是否设置“不向未成年人售酒”标识 / A sign says that minors are not served
    #[serde(rename = "liquor.minors-sign")]
    pub liquor_minors_sign: bool,
    /// 是否执行随附单溯源制度 / Accompanying documents are kept
    #[serde(rename = "liquor.accompanying-records")]
    pub liquor_accompanying_records: bool,
}
