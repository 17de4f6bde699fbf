//! A district that asks for a paper more (sample, 示例): the note on the fume filters (油烟净化设施说明).
//!
//! The law does not let it do that by itself (行政许可法 第十六条): the host admits this only where a row of the law says
//! that an instrument lets the place ask, for as long as it does.

use banshi_sdk::contract::matters::{Material, Source};
use banshi_sdk::prelude::{Answers, Definition, Fault, Guidance, Place, Settings, Variation, text};

/// The paper's id.
pub const PAPER: &str = "fume-note";

/// The variation.
pub struct FumeNote;

impl Variation for FumeNote {
    fn refine_definition(_: &Settings, mut below: Definition) -> Result<Definition, Fault> {
        below.materials.push(Material {
            id: PAPER.to_owned(),
            title: text("油烟净化设施说明 / Note on the fume filters"),
            issuer: None,
            required: true,
            sources: vec![Source::Applicant],
            basis: "示例〔2021〕16号".to_owned(),
        });
        Ok(below)
    }

    fn refine_guidance(_: &Place, _: &Answers, mut below: Guidance) -> Result<Guidance, Fault> {
        below.materials.push(PAPER.to_owned());
        Ok(below)
    }
}

banshi_sdk::export_variation!(FumeNote);
