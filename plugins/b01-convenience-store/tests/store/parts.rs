//! The bundle's parts as the host sees them: each one's definition, and what a path needs of it.

use std::collections::BTreeMap;

use banshi_b01_convenience_store::ConvenienceStore;
use banshi_p01_food::FoodBusiness;
use banshi_p02_prepacked_food::PrepackedFood;
use banshi_p03_liquor::LiquorRetail;
use banshi_p04_tobacco::TobaccoRetail;
use banshi_p05_drugs::DrugRetail;
use banshi_p06_devices::DeviceFiling;
use banshi_samples::object;
use banshi_sdk::Matter;
use banshi_sdk::contract::matters::{Definition, Field, Material};
use banshi_sdk::harness::Harness;
use serde_json::{Map, Value};

/// Answers that lead to the five permits of the founding case.
pub fn reference() -> Map<String, Value> {
    object(banshi_samples::ANSWERS)
}

/// The reference answers with some of them changed.
pub fn but<const N: usize>(changed: [(&str, Value); N]) -> Map<String, Value> {
    let mut answers = reference();
    answers.extend(changed.map(|(question, answer)| (question.to_owned(), answer)));
    answers
}

/// A matter under these answers, with the bundle's own knobs.
pub fn harness<M: Matter>(answers: &Map<String, Value>) -> Harness<M> {
    answers.iter().fold(Harness::new(), |harness, (question, answer)| harness.answer(question, answer.clone()))
}

/// What one matter declares and what this path needs of it.
pub struct Needed {
    pub definition: Definition,
    pub fields: Vec<Field>,
    pub materials: Vec<Material>,
}

fn needed<M: Matter>(answers: &Map<String, Value>) -> Needed {
    let harness = harness::<M>(answers);
    let (definition, guidance) = (harness.definition(), harness.guide());
    assert!(guidance.next.is_empty(), "the part asks {:?}, which the bundle does not", guidance.next);
    let fields = definition.fields.iter().filter(|field| guidance.fields.contains(&field.id)).cloned().collect();
    let materials = definition.materials.iter().filter(|one| guidance.materials.contains(&one.id)).cloned().collect();
    Needed { definition, fields, materials }
}

/// Every matter that can be a part, by its code.
pub fn all(answers: &Map<String, Value>) -> BTreeMap<&'static str, Needed> {
    BTreeMap::from([
        ("P01", needed::<FoodBusiness>(answers)),
        ("P02", needed::<PrepackedFood>(answers)),
        ("P03", needed::<LiquorRetail>(answers)),
        ("P04", needed::<TobaccoRetail>(answers)),
        ("P05", needed::<DrugRetail>(answers)),
        ("P06", needed::<DeviceFiling>(answers)),
    ])
}

/// The parts that these answers choose.
pub fn chosen(answers: &Map<String, Value>) -> Vec<String> {
    harness::<ConvenienceStore>(answers).guide().parts
}

/// Those of `all` that these answers choose.
pub fn on_path(answers: &Map<String, Value>) -> BTreeMap<&'static str, Needed> {
    let chosen = chosen(answers);
    all(answers).into_iter().filter(|(code, _)| chosen.iter().any(|part| part == code)).collect()
}
