//! Pudong's variation of P03 in `liquor-one-more`: what a filing of the cellar says in the licence library is not
//! asked again. It adds a source to one field and to one paper and changes nothing else.

use banshi_sdk::contract::matters::Source;
use banshi_sdk::prelude::*;

/// 酒窖备案凭证, a licence type of these tests.
const CELLAR_FILING: &str = "11310115MB00000193913";

/// The variation.
pub struct LiquorSource;

impl Variation for LiquorSource {
    fn refine_definition(_: &Settings, mut below: Definition) -> Result<Definition, Fault> {
        let field = below.fields.iter_mut().find(|field| field.element == "liquor.cellar-temperature");
        let field = field.ok_or_else(|| fault("field", "下层事项没有此字段 / the matter below has no such field"))?;
        field.sources.insert(0, Source::Licence(CELLAR_FILING.to_owned()));
        let paper = below.materials.iter_mut().find(|material| material.id == "cellar-record");
        let paper = paper.ok_or_else(|| fault("paper", "下层事项没有此材料 / the matter below has no such paper"))?;
        paper.sources.insert(0, Source::Licence(CELLAR_FILING.to_owned()));
        Ok(below)
    }
}

export_variation!(LiquorSource);
