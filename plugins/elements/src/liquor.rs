//! Retail of liquor (酒类零售).

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

/// What liquor is sold, and from whom.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct LiquorRetail {
    /// 经营酒类品种 / Kinds of liquor sold
    #[schemars(length(min = 1), extend("element" = "liquor.kinds", "uniqueItems" = true))]
    pub liquor_kinds: Vec<LiquorKind>,
    /// 是否经营进口酒 / Imported liquor is sold
    #[schemars(extend("element" = "liquor.imported"))]
    pub liquor_imported: bool,
    /// 酒类陈列面积（平方米） / Display area for liquor (square metres)
    #[schemars(range(min = 0, max = 10_000), extend("element" = "liquor.display-area"))]
    pub liquor_display_area: f64,
    /// 主要供货单位 / Main supplier
    #[schemars(length(min = 2, max = 100), extend("element" = "liquor.supplier"))]
    pub liquor_supplier: String,
    /// 供货单位批发许可证号 / Wholesale licence number of the supplier
    #[schemars(length(min = 4, max = 60), extend("element" = "liquor.supplier-licence"))]
    pub liquor_supplier_licence: String,
    /// 酒类管理人员姓名 / Name of the liquor manager
    #[schemars(length(min = 1, max = 50), extend("element" = "liquor.manager.name"))]
    pub liquor_manager_name: String,
    /// 酒类管理人员移动电话 / Mobile number of the liquor manager
    #[schemars(extend("element" = "liquor.manager.mobile"))]
    pub liquor_manager_mobile: Mobile,
    /// 是否设置“不向未成年人售酒”标识 / A sign says that minors are not served
    #[schemars(extend("element" = "liquor.minors-sign"))]
    pub liquor_minors_sign: bool,
    /// 是否执行随附单溯源制度 / Accompanying documents are kept
    #[schemars(extend("element" = "liquor.accompanying-records"))]
    pub liquor_accompanying_records: bool,
}
