//! Given: a definition, to the code variation that refines it.

use banshi_model::definition::{
    Answers, Bundle, Choice, Cover, Definition, Expiry, Fee, Field, Issuance, JointInspection, Material, Part,
    PartStage, Question, SignerRule, Stage, Trigger,
};
use banshi_model::ids::Slug;

use super::both::Give;
use crate::guest::matters;

pub(super) fn ids(ids: &[Slug]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

impl Give for Definition {
    type Guest = matters::Definition;
    fn give(&self) -> matters::Definition {
        matters::Definition {
            title: self.title.give(),
            department: self.department.clone(),
            matter_type: self.matter_type.give(),
            business: self.business.give(),
            modes: self.modes.give(),
            statutory: self.statutory.give(),
            statutory_basis: self.statutory_basis.clone(),
            promised: self.promised.give(),
            fields: self.fields.give(),
            materials: self.materials.give(),
            questions: self.questions.give(),
            bundle: self.bundle.give(),
            stages: self.stages.give(),
            issues: self.issues.give(),
            triggers: self.triggers.give(),
            signers: self.signers.give(),
            fees: self.fees.give(),
            samples: self.samples.give(),
        }
    }
}

impl Give for Field {
    type Guest = matters::Field;
    fn give(&self) -> matters::Field {
        matters::Field {
            id: self.id.to_string(),
            element: self.element.clone(),
            title: self.title.give(),
            schema: self.schema.to_string(),
            required: self.required,
            sources: self.sources.give(),
        }
    }
}

impl Give for Material {
    type Guest = matters::Material;
    fn give(&self) -> matters::Material {
        matters::Material {
            id: self.id.to_string(),
            title: self.title.give(),
            issuer: self.issuer.clone(),
            required: self.required,
            sources: self.sources.give(),
            basis: self.basis.clone(),
        }
    }
}

impl Give for Question {
    type Guest = matters::Question;
    fn give(&self) -> matters::Question {
        let answers = match &self.answers {
            Answers::YesNo => matters::Answers::YesNo,
            Answers::OneOf(choices) => matters::Answers::OneOf(choices.give()),
            Answers::NumberWithCuts(cuts) => matters::Answers::NumberWithCuts(cuts.clone()),
        };
        matters::Question { id: self.id.to_string(), text: self.text.give(), answers }
    }
}

impl Give for Choice {
    type Guest = matters::Choice;
    fn give(&self) -> matters::Choice {
        matters::Choice { value: self.value.clone(), text: self.text.give() }
    }
}

impl Give for Bundle {
    type Guest = matters::Bundle;
    fn give(&self) -> matters::Bundle {
        matters::Bundle {
            parts: self.parts.give(),
            covers: self.covers.give(),
            inspections: self.inspections.give(),
            partial: self.partial.give(),
        }
    }
}

impl Give for Part {
    type Guest = matters::Part;
    fn give(&self) -> matters::Part {
        matters::Part {
            code: self.code.to_string(),
            department: self.department.clone(),
            business: self.business.give(),
            lead: self.lead,
        }
    }
}

impl Give for Cover {
    type Guest = matters::Cover;
    fn give(&self) -> matters::Cover {
        matters::Cover {
            material: self.material.to_string(),
            part: self.part.to_string(),
            part_material: self.part_material.to_string(),
        }
    }
}

impl Give for JointInspection {
    type Guest = matters::JointInspection;
    fn give(&self) -> matters::JointInspection {
        matters::JointInspection {
            id: self.id.to_string(),
            title: self.title.give(),
            unit: self.unit.clone(),
            serves: self.serves.give(),
        }
    }
}

impl Give for PartStage {
    type Guest = matters::PartStage;
    fn give(&self) -> matters::PartStage {
        matters::PartStage { part: self.part.to_string(), stage: self.stage.to_string() }
    }
}

impl Give for Stage {
    type Guest = matters::Stage;
    fn give(&self) -> matters::Stage {
        matters::Stage {
            id: self.id.to_string(),
            title: self.title.give(),
            after: ids(&self.after),
            unit: self.unit.clone(),
            limit: self.limit.give(),
            mandatory: self.mandatory,
        }
    }
}

impl Give for Issuance {
    type Guest = matters::Issuance;
    fn give(&self) -> matters::Issuance {
        matters::Issuance { licence_type: self.licence_type.clone(), title: self.title.give() }
    }
}

impl Give for Trigger {
    type Guest = matters::Trigger;
    fn give(&self) -> matters::Trigger {
        match self {
            Self::Fact(kind) => matters::Trigger::Fact(kind.clone()),
            Self::BeforeExpiry(Expiry { licence, before }) => {
                matters::Trigger::BeforeExpiry(matters::Expiry { licence: licence.clone(), before: before.give() })
            }
        }
    }
}

impl Give for SignerRule {
    type Guest = matters::SignerRule;
    fn give(&self) -> matters::SignerRule {
        matters::SignerRule { role: self.role.clone(), people: self.people.clone(), in_person: self.in_person }
    }
}

impl Give for Fee {
    type Guest = matters::Fee;
    fn give(&self) -> matters::Fee {
        matters::Fee { id: self.id.to_string(), basis: self.basis.clone(), at_most: self.at_most }
    }
}
