//! Taken: a definition.

use banshi_model::definition::{
    Answers, Bundle, Choice, Cover, Definition, Expiry, Fee, Field, Issuance, JointInspection, Material, Part,
    PartStage, Question, SignerRule, Stage, Trigger,
};

use super::reader::{Located, Problem, Reader, Take};
use crate::guest::matters;

impl Take for matters::Definition {
    type Model = Definition;
    fn take(self, reader: &mut Reader<'_>) -> Result<Definition, Problem> {
        Ok(Definition {
            title: self.title.take(reader)?,
            department: self.department.take(reader)?,
            matter_type: self.matter_type.take(reader)?,
            business: self.business.take(reader)?,
            modes: self.modes.take(reader)?,
            statutory: self.statutory.take(reader)?,
            statutory_basis: self.statutory_basis.take(reader)?,
            promised: self.promised.take(reader)?,
            fields: self.fields.take(reader).at("fields")?,
            materials: self.materials.take(reader).at("materials")?,
            questions: self.questions.take(reader).at("questions")?,
            bundle: self.bundle.take(reader).at("bundle")?,
            stages: self.stages.take(reader).at("stages")?,
            issues: self.issues.take(reader)?,
            triggers: self.triggers.take(reader)?,
            signers: self.signers.take(reader)?,
            fees: self.fees.take(reader).at("fees")?,
            samples: self.samples.take(reader)?,
        })
    }
}

impl Take for matters::Field {
    type Model = Field;
    fn take(self, reader: &mut Reader<'_>) -> Result<Field, Problem> {
        Ok(Field {
            id: reader.slug(self.id).at("id")?,
            element: self.element.take(reader)?,
            title: self.title.take(reader)?,
            schema: reader.json(self.schema).at("schema")?,
            required: self.required,
            sources: self.sources.take(reader)?,
        })
    }
}

impl Take for matters::Material {
    type Model = Material;
    fn take(self, reader: &mut Reader<'_>) -> Result<Material, Problem> {
        Ok(Material {
            id: reader.slug(self.id).at("id")?,
            title: self.title.take(reader)?,
            issuer: self.issuer.take(reader)?,
            required: self.required,
            sources: self.sources.take(reader)?,
            basis: self.basis.take(reader)?,
        })
    }
}

impl Take for matters::Question {
    type Model = Question;
    fn take(self, reader: &mut Reader<'_>) -> Result<Question, Problem> {
        Ok(Question {
            id: reader.slug(self.id).at("id")?,
            text: self.text.take(reader)?,
            answers: self.answers.take(reader)?,
        })
    }
}

impl Take for matters::Answers {
    type Model = Answers;
    fn take(self, reader: &mut Reader<'_>) -> Result<Answers, Problem> {
        Ok(match self {
            Self::YesNo => Answers::YesNo,
            Self::OneOf(choices) => Answers::OneOf(choices.take(reader)?),
            Self::NumberWithCuts(cuts) => Answers::NumberWithCuts(cuts.take(reader)?),
        })
    }
}

impl Take for i64 {
    type Model = i64;
    fn take(self, _: &mut Reader<'_>) -> Result<i64, Problem> {
        Ok(self)
    }
}

impl Take for matters::Choice {
    type Model = Choice;
    fn take(self, reader: &mut Reader<'_>) -> Result<Choice, Problem> {
        Ok(Choice { value: self.value.take(reader)?, text: self.text.take(reader)? })
    }
}

impl Take for matters::Bundle {
    type Model = Bundle;
    fn take(self, reader: &mut Reader<'_>) -> Result<Bundle, Problem> {
        Ok(Bundle {
            parts: self.parts.take(reader).at("parts")?,
            covers: self.covers.take(reader).at("covers")?,
            inspections: self.inspections.take(reader).at("inspections")?,
            partial: self.partial.take(reader)?,
        })
    }
}

impl Take for matters::Part {
    type Model = Part;
    fn take(self, reader: &mut Reader<'_>) -> Result<Part, Problem> {
        Ok(Part {
            code: reader.matter(self.code).at("code")?,
            department: self.department.take(reader)?,
            business: self.business.take(reader)?,
            lead: self.lead,
        })
    }
}

impl Take for matters::Cover {
    type Model = Cover;
    fn take(self, reader: &mut Reader<'_>) -> Result<Cover, Problem> {
        Ok(Cover {
            material: reader.slug(self.material).at("material")?,
            part: reader.matter(self.part).at("part")?,
            part_material: reader.slug(self.part_material).at("part-material")?,
        })
    }
}

impl Take for matters::JointInspection {
    type Model = JointInspection;
    fn take(self, reader: &mut Reader<'_>) -> Result<JointInspection, Problem> {
        Ok(JointInspection {
            id: reader.slug(self.id).at("id")?,
            title: self.title.take(reader)?,
            unit: self.unit.take(reader)?,
            serves: self.serves.take(reader).at("serves")?,
        })
    }
}

impl Take for matters::PartStage {
    type Model = PartStage;
    fn take(self, reader: &mut Reader<'_>) -> Result<PartStage, Problem> {
        Ok(PartStage { part: reader.matter(self.part).at("part")?, stage: reader.slug(self.stage).at("stage")? })
    }
}

impl Take for matters::Stage {
    type Model = Stage;
    fn take(self, reader: &mut Reader<'_>) -> Result<Stage, Problem> {
        Ok(Stage {
            id: reader.slug(self.id).at("id")?,
            title: self.title.take(reader)?,
            after: reader.slugs(self.after).at("after")?,
            unit: self.unit.take(reader)?,
            limit: self.limit.take(reader)?,
            mandatory: self.mandatory,
        })
    }
}

impl Take for matters::Issuance {
    type Model = Issuance;
    fn take(self, reader: &mut Reader<'_>) -> Result<Issuance, Problem> {
        Ok(Issuance { licence_type: self.licence_type.take(reader)?, title: self.title.take(reader)? })
    }
}

impl Take for matters::Trigger {
    type Model = Trigger;
    fn take(self, reader: &mut Reader<'_>) -> Result<Trigger, Problem> {
        Ok(match self {
            Self::Fact(kind) => Trigger::Fact(kind.take(reader)?),
            Self::BeforeExpiry(expiry) => Trigger::BeforeExpiry(Expiry {
                licence: expiry.licence.take(reader)?,
                before: expiry.before.take(reader)?,
            }),
        })
    }
}

impl Take for matters::SignerRule {
    type Model = SignerRule;
    fn take(self, reader: &mut Reader<'_>) -> Result<SignerRule, Problem> {
        Ok(SignerRule { role: self.role.take(reader)?, people: self.people.take(reader)?, in_person: self.in_person })
    }
}

impl Take for matters::Fee {
    type Model = Fee;
    fn take(self, reader: &mut Reader<'_>) -> Result<Fee, Problem> {
        Ok(Fee { id: reader.slug(self.id).at("id")?, basis: self.basis.take(reader)?, at_most: self.at_most })
    }
}
