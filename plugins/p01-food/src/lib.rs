//! P01 食品经营许可: the licence of a food business, as of 2021.
//!
//! Document review, then a check on the spot, then the verdict; the licence runs for five years. A place
//! may offer a commitment below a floor area, which replaces the check by one after the fact. Who sells
//! prepacked food only is shown the way to the filing P02 (食品安全法 第三十五条).
//!
//! `p01-food-2023` is this matter as amended: it takes [`licence`] and [`certificate`] from here.

mod form;

pub use form::FoodLicenceForm;

use banshi_elements::{licence_types, paper, rule};
use banshi_sdk::prelude::*;

/// The papers that the measures name.
const MEASURES: &str = "食品经营许可管理办法 第十二条";
const REVIEWERS: &str = "市场监管·食品科";

/// The matter.
pub struct FoodBusiness;

impl Matter for FoodBusiness {
    fn spec(settings: &Settings) -> Spec {
        licence(settings, is("food-kind", "prepacked"), certificate())
    }
}

/// What every version of the matter declares: where a filing is enough (`filing`), the guide shows the way to it.
pub fn licence(settings: &Settings, filing: Guard, certificate: Certificate) -> Spec {
    let spec = materials(Spec::new("食品经营许可 / Food business licence", "市场监督管理局"))
        .business([Business::Establish, Business::Renew])
        .statutory(working_days(20), "食品经营许可管理办法 第十七条")
        .promised(working_days(12))
        .commitment(Commitment::below_area("area", 0).promised(working_days(1)).after_check(after_check(), days(30)).for_renewals())
        .fields::<FoodLicenceForm>()
        .question(Question::one_of("food-kind", "销售哪些食品？ / Which food is sold?", FOOD_KINDS))
        .question(
            Question::number("area", "经营面积是多少平方米？ / How large is the shop in square metres?").cuts([50, 300]),
        )
        .elsewhere(
            filing,
            "P02",
            "仅销售预包装食品的，不需要取得许可，办理备案即可（食品安全法 第三十五条） / Who sells prepacked food only needs \
                no licence; a filing is enough",
        )
        .check(rule::premises::all)
        .check(rule::food::all)
        .flow(flow(settings, certificate))
        .knob(CITY_FROM_AREA)
        .knob(EXTRA_OPINIONS)
        .sample(
            "表单字段、材料清单、各环节时限与承诺时限为示例，并非公布的数据 / The fields, the list of materials, the \
                stages' limits and the promise are a sample, not published data",
        );
    match settings.number(&CITY_FROM_AREA) {
        0 => spec,
        // A number is rounded up before it is compared, so from the area on.
        from => spec.elsewhere_in(above("area", from - 1), "P01", CITY, CITY_SAYS),
    }
}

/// Whose the licence is, by floor area: one place gives large businesses to the city.
const CITY_FROM_AREA: NumberKnob = NumberKnob::higher(
    "city-from-area",
    "由市级核发的面积起点（平方米，0为全部由区级） / Floor area from which on the city decides, m² (0: the district decides all)",
    0,
);
const CITY: &str = "310000";
const CITY_SAYS: &str =
    "达到该面积的，由市级市场监督管理部门核发 / From this floor area on the city's department decides";

/// Whom a place asks besides (征求意见): an opinion binds nobody, and silence gives it.
const EXTRA_OPINIONS: ListKnob =
    ListKnob::superset("extra-opinions", "另行征求意见的单位 / Who is asked for an opinion besides", &["street"]);

const FOOD_KINDS: [(&str, &str); 2] = [
    ("prepacked", "仅预包装食品 / Prepacked food only"),
    ("mixed", "还有散装食品、热食或自制饮品 / Also loose food, hot food or drinks made on the spot"),
];

fn materials(spec: Spec) -> Spec {
    spec.material(Material::new(
        "application",
        "食品经营许可申请书 / Application for a food business licence",
        MEASURES,
    ))
    .material(paper::business_licence(MEASURES))
    .material(paper::legal_identity(MEASURES))
    .material(paper::premises_proof(SAMPLE))
    .material(paper::property_certificate(SAMPLE))
    .material(paper::floor_plan(MEASURES))
    .material(paper::equipment_list(MEASURES))
    .material(Material::new("process-flow", "操作流程文件 / Description of the working process", MEASURES))
    .material(Material::new("safety-system", "食品安全规章制度 / Food safety rules of the business", MEASURES))
    .material(paper::training_certificate("食品安全法 第四十四条"))
    .material(paper::health_certificates("食品安全法 第四十五条"))
    .material(Material::new(
        "waste-contract",
        "餐厨废弃油脂收运协议 / Contract for the collection of kitchen waste",
        SAMPLE,
    ))
    .material(paper::authorisation(MEASURES))
    .material(paper::agent_identity(MEASURES))
}

/// The clause of a paper that local practice asks for.
const SAMPLE: &str = "办事指南 [示例 / sample]";

fn flow(settings: &Settings, certificate: Certificate) -> Flow {
    let flow = Flow::new()
        .acceptance(Stage::new("accept", "受理 / Acceptance", "综合窗口").within(working_days(5)))
        .review(Stage::new("document-review", "材料审查 / Document review", REVIEWERS).within(working_days(3)))
        .onsite(
            Stage::new("onsite", "现场核查 / Check on the spot", REVIEWERS)
                .after(["document-review"])
                .within(working_days(5)),
        )
        .verdict(Stage::new("verdict", "决定 / Decision", "市场监管·审批科").within(working_days(4)))
        .certificate(certificate);
    if settings.list(&EXTRA_OPINIONS).is_empty() {
        return flow;
    }
    let street = Stage::new("street-opinion", "征求街道意见 / Opinion of the street office", "街道办事处");
    flow.consultation(street.within(working_days(3)).optional())
}

/// 食品经营许可证: five years.
pub fn certificate() -> Certificate {
    Certificate::new(licence_types::FOOD, "食品经营许可证 / Food business licence")
        .shows([
            "org.name",
            "org.uscc",
            "person.legal.name",
            "org.domicile",
            "premises.address",
            "food.form",
            "food.items",
        ])
        .valid_for(months(60))
}

/// 承诺后核查: within a month after, as one district publishes it for renewals (sample here).
fn after_check() -> Stage {
    Stage::new("after-check", "承诺后现场核查 / Check after a commitment", REVIEWERS).within(months(1))
}

#[cfg(feature = "component")]
banshi_sdk::export_matter!(FoodBusiness);
