//! Licence types (证照类型代码, GB/T 36904): the definer's 18 characters and 3 digits.
//!
//! Only the business licence's is a real one. The others stand under a synthetic authority and are
//! samples (示例): the real codes are assigned by the State's departments.

/// 营业执照, as a source.
pub const BUSINESS_LICENCE: &str = "licence:11100000MB0143028R001";
/// 酒类商品零售许可证 (sample), as a source.
pub const LIQUOR_LICENCE: &str = "licence:11310115MB00000193013";
/// 行业综合许可证 (sample).
pub const COMPOSITE: &str = "11310115MB00000193001";
/// 食品经营许可证 (sample).
pub const FOOD: &str = "11310115MB00000193011";
/// 仅销售预包装食品备案凭证 (sample).
pub const PREPACKED_FOOD: &str = "11310115MB00000193012";
/// 酒类商品零售许可证 (sample).
pub const LIQUOR: &str = "11310115MB00000193013";
/// 烟草专卖零售许可证 (sample).
pub const TOBACCO: &str = "11310115MB00000193014";
/// 药品经营许可证 (sample).
pub const DRUGS: &str = "11310115MB00000193015";
/// 第二类医疗器械经营备案凭证 (sample).
pub const DEVICES: &str = "11310115MB00000193016";
/// 公共场所卫生许可证 (sample).
pub const HEALTH: &str = "11310115MB00000193018";
/// 公众聚集场所投入使用、营业前消防安全检查合格证 (sample).
pub const FIRE: &str = "11310115MB00000193019";
/// 高危险性体育项目经营许可证 (sample).
pub const SPORTS: &str = "11310115MB00000193020";
/// 出版物经营许可证 (sample).
pub const PUBLICATIONS: &str = "11310115MB00000193022";
/// 娱乐经营许可证 (sample).
pub const ENTERTAINMENT: &str = "11310115MB00000193024";
