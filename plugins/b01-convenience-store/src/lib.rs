//! B01 便利店: one certificate (一业一证) for a convenience store, as of 2021.
//!
//! The founding case in Pudong: food, liquor, tobacco, drugs and devices, filed as one application and
//! decided within 5 working days. What the parts ask is theirs: the bundle adds no field, declares each
//! paper once, and opens only the parts that the answers need.
//!
//! `b01-convenience-store-2023` is this bundle as amended: it takes [`store`] from here.

mod papers;

use banshi_elements::{licence_types, rule};
use banshi_sdk::prelude::*;

const WINDOW: &str = "综合窗口";
const MARKET: &str = "市场监督管理局";
/// The licence for liquor, while there was one.
const LIQUOR: &str = "P03";

/// The bundle.
pub struct ConvenienceStore;

impl Matter for ConvenienceStore {
    fn spec(_: &Settings) -> Spec {
        store(&Permits { food: mixed_food(), liquor: Some(yes("sells-liquor")) }).sample(
            "五个许可合计95个工作日、53份材料、313个字段，压缩为5个工作日、10份材料、98个字段，是浦东新区公布的数据；各许可之间\
                如何拆分未公布，此处的拆分为示例 / 95 working days, 53 materials and 313 fields over five permits, down to 5, \
                10 and 98, are published for Pudong; how they split over the permits is not, and is a sample here",
        )
    }
}

/// Which permits a shop needs when, as far as versions of the bundle differ in it.
pub struct Permits {
    /// When the food licence is needed; the filing of prepacked food is enough otherwise.
    pub food: Guard,
    /// When a licence for liquor of its own is; none: there is no such licence.
    pub liquor: Option<Guard>,
}

impl Permits {
    /// Every permit but the filing of prepacked food asks for the premises.
    fn any_licence(&self) -> Guard {
        let food = self.liquor.iter().fold(self.food.clone(), |any, liquor| any.or(liquor.clone()));
        food.or(yes("sells-tobacco")).or(yes("sells-medicine"))
    }

    /// There are rules of the business to hand in.
    fn any_rules(&self) -> Guard {
        self.liquor.iter().fold(self.food.clone(), |any, liquor| any.or(liquor.clone()))
    }
}

/// What every version of the bundle declares.
pub fn store(permits: &Permits) -> Spec {
    let bundle = Spec::new("便利店（一业一证） / Convenience store (one certificate)", MARKET);
    papers::declare(parts(questions(bundle), permits), permits)
        .statutory(working_days(45), "行政许可法 第四十二条")
        .promised(working_days(5))
        .commitment(Commitment::below_area("area", 0))
        .check(rule::premises::all)
        .check(rule::food::all)
        .check(rule::medicine::all)
        .check(rule::tobacco::all)
        .knob(rule::tobacco::SPACING)
        .flow(flow())
        .sample("行业综合许可证的证照类型代码为示例 / The licence type code of the composite certificate is a sample")
}

/// The food is loose, hot or made on the spot, so a licence is needed.
pub fn mixed_food() -> Guard {
    is("food-kind", "mixed")
}

/// The parts are asked under the same question ids, so that an answer given here is theirs too.
fn questions(spec: Spec) -> Spec {
    let kinds = [
        ("prepacked", "仅预包装食品 / Prepacked food only"),
        ("mixed", "还有散装食品、热食或自制饮品 / Also loose food, hot food or drinks made on the spot"),
    ];
    spec.question(Question::one_of("food-kind", "销售哪些食品？ / Which food is sold?", kinds))
        .question(Question::yes_no("sells-liquor", "是否零售酒类？ / Is liquor sold?"))
        .question(Question::yes_no("sells-tobacco", "是否零售烟草制品？ / Is tobacco sold?"))
        .question(Question::yes_no(
            "sells-medicine",
            "是否销售乙类非处方药和第二类医疗器械？ / Are over-the-counter drugs and medical devices sold?",
        ))
        .question(
            Question::number("area", "经营面积是多少平方米？ / How large is the shop in square metres?")
                .cuts([50, 300]),
        )
}

fn parts(spec: Spec, permits: &Permits) -> Spec {
    let medicine = || yes("sells-medicine");
    let spec = spec
        .part(Part::new("P01", MARKET).lead().on_commitment().when(permits.food.clone()))
        .part(Part::new("P02", MARKET).filing().when(!permits.food.clone()));
    let liquor = permits.liquor.iter().map(|liquor| Part::new(LIQUOR, MARKET).when(liquor.clone()));
    liquor
        .fold(spec, Spec::part)
        .part(Part::new("P04", "烟草专卖局").when(yes("sells-tobacco")))
        .part(Part::new("P05", MARKET).when(medicine()))
        .part(Part::new("P06", MARKET).filing().when(medicine()))
}

/// 一口受理: the legal representative proves who they are once, one window takes it in for all parts.
fn flow() -> Flow {
    Flow::new()
        .signers("法定代表人", "/person.legal")
        .acceptance(Stage::new("accept", "一口受理 / Acceptance for all parts", WINDOW).within(working_days(5)))
        .certificate(
            Certificate::new(
                licence_types::COMPOSITE,
                "行业综合许可证（便利店） / Composite licence (convenience store)",
            )
            .fixed("industry", "便利店")
            .shows(["org.name", "org.uscc", "person.legal.name", "premises.address", "store.sign-name"]),
        )
        .delivery("行业综合许可证正本 / The composite certificate on paper")
}

#[cfg(feature = "component")]
banshi_sdk::export_matter!(ConvenienceStore);
