//! P14 歌舞娱乐场所设立: the opening of a song and dance hall (KTV). Whether an officer may call a hearing (听证) is a knob: off
//! here, and a place may turn it on. While a hearing runs, the clock stands still (行政许可法 第四十五条).

use banshi_elements::applicant::Applicant;
use banshi_elements::{licence_types, paper};
use banshi_sdk::prelude::*;

const REGULATION: &str = "娱乐场所管理条例 [条款为示例 / clause: sample]";
const REVIEWERS: &str = "文旅·许可科";

/// Special procedures that a place provides for.
const PROCEDURES: ListKnob = ListKnob::superset("special-procedures", "特别程序 / Special procedures", &["hearing"]);

/// The matter.
pub struct Entertainment;

impl Matter for Entertainment {
    fn spec(settings: &Settings) -> Spec {
        Spec::new("歌舞娱乐场所设立 / Opening of a song and dance hall", "文化和旅游局")
            .promised(working_days(15))
            .fields::<Applicant>()
            .material(Material::new("application", "申请书 / Application", REGULATION))
            .material(paper::business_licence(REGULATION))
            .material(paper::legal_identity(REGULATION))
            .material(paper::floor_plan(REGULATION))
            .flow(flow(settings))
            .knob(PROCEDURES)
            .sample(
                "表单字段、材料清单、环节时限与承诺时限为示例，并非公布的数据 / The fields, the list of materials, the stages' limits and \
                    the promise are a sample, not published data",
            )
    }
}

fn flow(settings: &Settings) -> Flow {
    let flow = Flow::new()
        .acceptance(Stage::new("accept", "受理 / Acceptance", "综合窗口").within(working_days(5)))
        .onsite(Stage::new("onsite", "现场核查 / Check on the spot", REVIEWERS).within(working_days(5)));
    let flow = match settings.list(&PROCEDURES).is_empty() {
        true => flow,
        false => {
            let stage = Stage::new("hearing", "是否听证 / Whether to hear", REVIEWERS).within(working_days(2));
            flow.special(stage, SpecialKind::Hearing, working_days(20))
        }
    };
    flow.verdict(Stage::new("verdict", "决定 / Decision", REVIEWERS).within(working_days(3))).certificate(
        Certificate::new(licence_types::ENTERTAINMENT, "娱乐经营许可证 / Entertainment licence")
            .shows(["org.name", "org.uscc", "person.legal.name", "premises.address"])
            .valid_for(months(24)),
    )
}

banshi_sdk::export_matter!(Entertainment);
