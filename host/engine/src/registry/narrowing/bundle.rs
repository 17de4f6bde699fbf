//! Whether a layer leaves a bundle as it is: its parts, what a paper covers, and the visits that are made together. Pure.

use banshi_model::definition::{Bundle, PartStage, Partial};

use super::{RULE, equal_sets, told};
use crate::registry::findings::Findings;

/// Checks a bundle against the one below.
pub(super) fn check(below: Option<&Bundle>, above: Option<&Bundle>, found: &mut Findings) {
    let (below, above) = match (below, above) {
        (None, None) => return,
        (Some(below), Some(above)) => (below, above),
        _ => {
            let en = "a layer may not make a bundle of a matter, or a matter of a bundle";
            let what = told("本层不得改变是否“一业一证”", en, &below.is_some(), &above.is_some());
            found.block(RULE, "definition.bundle", what, "leave it as it is");
            return;
        }
    };
    if !equal_sets(&below.parts, &above.parts) {
        let what = told("本层不得改变组成事项", "a layer may not change the parts", &below.parts, &above.parts);
        found.block(RULE, "definition.bundle.parts", what, "keep the parts; the guide chooses among them");
    }
    if below.covers.iter().any(|cover| !above.covers.contains(cover)) {
        let en = "a cover was dropped, so a paper would be asked twice";
        let what = told("取消了材料共用，同一材料将被重复要求", en, &below.covers, &above.covers);
        found.block(RULE, "definition.bundle.covers", what, "keep every cover; add your own");
    }
    if below.partial == Partial::WhatIsGranted && above.partial == Partial::AllOrNone {
        let en = "what is granted would no longer be released";
        let what = told("已准予的部分将不再先行发放", en, &below.partial, &above.partial);
        found.block(RULE, "definition.bundle.partial", what, "keep `what-is-granted`");
    }
    let own: Vec<&PartStage> = served(above).collect();
    for stage in served(below).filter(|stage| !own.contains(stage)) {
        let zh = format!("事项 `{}` 的环节 `{}` 不再联合核查", stage.part, stage.stage);
        let en = format!("stage `{}` of part `{}` is no longer inspected jointly", stage.stage, stage.part);
        let what = told(&zh, &en, &served(below).collect::<Vec<_>>(), &own);
        found.block(RULE, "definition.bundle.inspections", what, "keep it served by one of the joint inspections");
    }
}

fn served(bundle: &Bundle) -> impl Iterator<Item = &PartStage> {
    bundle.inspections.iter().flat_map(|inspection| &inspection.serves)
}
