//! Xuhui's variation of the convenience store (sample, 示例): in a shop above 300 m² the food and the drug
//! inspectors come once, together, instead of each on their own.
//!
//! It adds a joint inspection that serves the on-site stages of P01 and P05, and opens it right after the
//! parts. It drops nothing: each part's stage still gets a result of its own.

use banshi_sdk::prelude::*;

/// The joint inspection's id.
pub const INSPECTION: &str = "food-and-drugs";
/// Above this many square metres the inspectors come together.
pub const ABOVE_AREA: i64 = 300;

/// The on-site stages that it serves: part and stage.
const SERVES: [(&str, &str); 2] = [("P01", "onsite"), ("P05", "onsite")];

/// The variation.
pub struct XuhuiConvenience;

impl Variation for XuhuiConvenience {
    fn refine_definition(_: &Settings, mut below: Definition) -> Result<Definition, Fault> {
        let not_a_bundle = || fault("bundle", "下层事项不是一业一证 / the matter below is no bundle");
        let bundle = below.bundle.as_mut().ok_or_else(not_a_bundle)?;
        bundle.inspections.push(JointInspection {
            id: INSPECTION.to_owned(),
            title: text("食品、药品联合现场核查 / Joint check on the spot for food and drugs"),
            unit: "市场监管·联合核查组".to_owned(),
            serves: SERVES.map(|(part, stage)| PartStage { part: part.to_owned(), stage: stage.to_owned() }).into(),
        });
        below.samples.push(text("徐汇区的联合核查面积标准为示例 / Xuhui's area for the joint check is a sample"));
        Ok(below)
    }

    fn refine_step(view: &View, _: &Event, below: Step) -> Result<Step, Fault> {
        let mut step = below.keeping(view);
        let large = above("area", ABOVE_AREA).is_met(&view.draft.answered()?);
        if let Some(last) = large.then(|| last_opening(&step.commands)).flatten() {
            step.commands.insert(last + 1, Command::InspectJointly(INSPECTION.to_owned()));
        }
        Ok(step)
    }
}

/// Where the parts have been opened, if both that it serves are, each in the mode that has an on-site stage.
fn last_opening(commands: &[Command]) -> Option<usize> {
    let opened = |code: &str| commands.iter().any(|command| opens(command, code));
    let both = SERVES.iter().all(|(part, _)| opened(part));
    both.then(|| commands.iter().rposition(|command| matches!(command, Command::OpenPart(_)))).flatten()
}

fn opens(command: &Command, code: &str) -> bool {
    matches!(command, Command::OpenPart(opening) if opening.part == code && opening.mode == Mode::Approval)
}

banshi_sdk::export_variation!(XuhuiConvenience);
