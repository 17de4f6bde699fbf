//! Taken: guidance and knobs.

use banshi_model::guidance::{Guidance, Knob};

use super::reader::{Located, Problem, Reader, Take};
use crate::guest::cases;

impl Take for cases::Guidance {
    type Model = Guidance;
    fn take(self, reader: &mut Reader<'_>) -> Result<Guidance, Problem> {
        Ok(Guidance {
            next: reader.slugs(self.next).at("next")?,
            fields: reader.slugs(self.fields).at("fields")?,
            materials: reader.slugs(self.materials).at("materials")?,
            parts: reader.matters(self.parts).at("parts")?,
            modes: self.modes.take(reader)?,
            way: self.way.take(reader).at("way")?,
        })
    }
}

impl Take for cases::Offer {
    type Model = serde_json::Value;
    fn take(self, reader: &mut Reader<'_>) -> Result<Self::Model, Problem> {
        reader.json(self.prefilled).at("prefilled")
    }
}

impl Take for cases::Knob {
    type Model = Knob;
    fn take(self, reader: &mut Reader<'_>) -> Result<Knob, Problem> {
        Ok(Knob {
            id: reader.slug(self.id).at("id")?,
            title: self.title.take(reader)?,
            schema: reader.json(self.schema).at("schema")?,
            default: reader.json(self.default).at("default")?,
            narrows: self.narrows.take(reader)?,
        })
    }
}
