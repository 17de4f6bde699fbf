//! P10 经营高危险性体育项目许可 (swimming, climbing, diving, skiing): thirty days by law (全民健身条例 第三十二条);
//! until a law row says so for this matter, it declares the twenty working days of 行政许可法.
//!
//! A place may look at it on the spot (踏勘) and may waive the fee of the certificate; both are knobs. The fee itself is a
//! sample: none was found in a source.

use banshi_elements::applicant::Applicant;
use banshi_elements::{licence_types, paper};
use banshi_sdk::contract::cases::Payment;
use banshi_sdk::declared;
use banshi_sdk::prelude::*;

const LAW: &str = "全民健身条例 第三十二条";
const REVIEWERS: &str = "体育·许可科";
/// 工本费, in fen (sample).
const FEE: u64 = 2_000;

/// Stages that a place may add.
const EXTRA_STAGES: ListKnob = ListKnob::superset("extra-stages", "增加的环节 / Stages added", &["onsite"]);
/// Sizes of enterprise from which no fee is asked.
const FEE_WAIVED: ListKnob =
    ListKnob::superset("fee-waived-for", "免收工本费的企业 / Enterprises that pay no fee", &["micro", "small"]);

/// The matter.
pub struct Sports;

impl Matter for Sports {
    fn spec(settings: &Settings) -> Spec {
        let sizes = [("micro", "微型 / Micro"), ("small", "小型 / Small"), ("other", "其他 / Other")];
        Spec::new("经营高危险性体育项目许可 / Licence for sports of high risk", "体育局")
            .statutory(working_days(20), "行政许可法 第四十二条第一款")
            .promised(working_days(20))
            .fields::<Applicant>()
            .question(Question::one_of("enterprise-size", "企业规模？ / How large is the enterprise?", sizes))
            .material(Material::new("application", "申请书 / Application", LAW))
            .material(paper::business_licence(LAW))
            .material(paper::legal_identity(LAW))
            .material(paper::floor_plan(LAW))
            .fee("certificate", "工本费（示例） / certificate fee: sample", FEE)
            .flow(flow(settings))
            .knob(EXTRA_STAGES)
            .knob(FEE_WAIVED)
            .sample(
                "工本费、表单字段、材料清单、环节时限与承诺时限为示例，并非公布的数据 / The fee, the fields, the list of materials, the stages' \
                    limits and the promise are a sample, not published data",
            )
    }

    /// The flow, and the fee on acceptance, unless the place waives it for such an enterprise.
    fn advance(view: &View, event: &Event) -> Result<Step, Fault> {
        let mut step = declared::advance::<Self>(view, event)?;
        let accepts = step.commands.iter().position(|command| matches!(command, Command::Accept(_)));
        let size = view.draft.answered()?.get("enterprise-size").and_then(Value::as_str).map(str::to_owned);
        let waived =
            size.is_some_and(|size| view.draft.settings().is_ok_and(|set| set.list(&FEE_WAIVED).contains(&size)));
        if let Some(at) = accepts.filter(|_| !waived) {
            let fee = Payment { id: "certificate".to_owned(), fee: "certificate".to_owned(), amount: FEE };
            step.commands.insert(at + 1, Command::RequestPayment(fee));
        }
        Ok(step)
    }
}

fn flow(settings: &Settings) -> Flow {
    let flow = Flow::new()
        .acceptance(Stage::new("accept", "受理 / Acceptance", "综合窗口").within(working_days(5)))
        .review(Stage::new("document-review", "材料审查 / Document review", REVIEWERS).within(working_days(3)));
    let flow = match settings.list(&EXTRA_STAGES).is_empty() {
        true => flow,
        false => flow.onsite(Stage::new("onsite", "踏勘 / Look on the spot", REVIEWERS).within(working_days(3))),
    };
    flow.verdict(Stage::new("verdict", "决定 / Decision", REVIEWERS).within(working_days(2))).certificate(
        Certificate::new(licence_types::SPORTS, "高危险性体育项目经营许可证 / Licence for sports of high risk")
            .shows(["org.name", "org.uscc", "person.legal.name", "premises.address"])
            .valid_for(months(60)),
    )
}

banshi_sdk::export_matter!(Sports);
