//! Who plays, read from `cast.toml` beside this file: shops, officers, publishers, and what they know.

use std::collections::BTreeMap;

use banshi_engine::Role;
use banshi_model::ids::{Authority, Department, Division, MatterCode};
use banshi_model::text::{Subject, SubjectKind, Text};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::workspace::Samples;
use crate::failure::{Failure, Kind, OrFail, Result};

/// The token of who runs the platform.
pub const PLATFORM: &str = "platform";

/// Everybody.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cast {
    /// Where the simulated clock begins.
    pub starts: Timestamp,
    /// Where the city's version is enacted.
    pub city: Division,
    /// The bundle that is filed.
    pub bundle: MatterCode,
    /// Folders under `plugins/` of the city's matters, parts before bundles.
    pub matters: Vec<String>,
    /// Folders under `plugins/` of the districts' layers.
    pub variations: Vec<String>,
    /// What a business licence is.
    pub business_licence: BusinessLicence,
    /// The 18-character codes under which authorities issue licences, by `department@division`.
    pub issuers: BTreeMap<String, String>,
    /// Who publishes and enacts.
    pub publishers: Vec<Publisher>,
    /// Who works on tasks.
    pub officers: Vec<Officer>,
    /// How many days after a commitment it is checked.
    pub after_check_days: i32,
    /// What officers write into forms, by the form's member.
    pub findings: Map<String, Value>,
    /// Who applies.
    pub shops: Vec<Shop>,
}

/// What a business licence is in the licence library.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessLicence {
    /// 证照类型代码.
    pub licence_type: String,
    /// Its name.
    pub title: Text,
    /// Who issues it.
    pub department: Department,
}

/// Who publishes and enacts for one authority.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publisher {
    /// The token's name.
    pub name: String,
    /// For whom.
    pub authority: Authority,
}

/// An officer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Officer {
    /// The token's name.
    pub name: String,
    /// Where.
    pub division: Division,
    /// Which department.
    pub department: Department,
    /// Whose tasks.
    pub units: Vec<String>,
}

/// An applicant: an enterprise that opens a shop.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// The token's name.
    pub name: String,
    /// Where.
    pub division: Division,
    /// What the story calls it.
    pub label: Text,
    /// The floor area in square metres.
    pub area: u32,
    /// The business licence's serial number.
    pub serial: String,
    /// What its business licence says differently from the sample, by data element.
    #[serde(default)]
    pub licence: Map<String, Value>,
    /// What it types in differently from the sample, by data element.
    #[serde(default)]
    pub values: Map<String, Value>,
    /// What shared data says of it differently from the sample: service → field → value.
    #[serde(default)]
    pub shared: BTreeMap<String, Map<String, Value>>,
}

impl Cast {
    /// The cast that ships with the binary.
    pub fn load() -> Result<Self> {
        toml::from_str(include_str!("cast.toml")).or_fail(Kind::Failed, "cast.toml")
    }

    /// Every token that is needed: its name and what its bearer may do.
    pub fn roles(&self, samples: &Samples) -> Result<Vec<(String, Role)>> {
        let publishers =
            self.publishers.iter().map(|one| (one.name.clone(), Role::Publisher { authority: one.authority.clone() }));
        let officers = self.officers.iter().map(|one| {
            let (division, department, units) = (one.division.clone(), one.department.clone(), one.units.clone());
            (one.name.clone(), Role::Officer { division, department, units })
        });
        let mut roles = vec![(PLATFORM.to_owned(), Role::Platform)];
        roles.extend(publishers.chain(officers));
        for shop in &self.shops {
            roles.push((shop.name.clone(), Role::Applicant { subject: shop.subject(samples)? }));
        }
        Ok(roles)
    }

    /// Who publishes for an authority.
    pub fn publisher(&self, authority: &Authority) -> Result<&str> {
        let found = self.publishers.iter().find(|one| one.authority == *authority);
        found
            .map(|one| one.name.as_str())
            .ok_or_else(|| Failure::new(Kind::Failed, format!("cast.toml has no publisher for {authority}")))
    }

    /// The code under which a department issues licences in a division.
    pub fn issuer(&self, department: &Department, division: &Division) -> Result<&str> {
        let authority = Authority { department: department.clone(), division: division.clone() }.to_string();
        let code = self.issuers.get(&authority).map(String::as_str);
        code.ok_or_else(|| Failure::new(Kind::Failed, format!("cast.toml has no issuer's code for {authority}")))
    }

    /// The shop of this name.
    pub fn shop(&self, name: &str) -> Result<&Shop> {
        let found = self.shops.iter().find(|shop| shop.name == name);
        found.ok_or_else(|| Failure::new(Kind::Failed, format!("cast.toml has no shop `{name}`")))
    }

    /// What the simulated shared data knows: the sample for everybody, and what differs for each shop.
    pub fn shared_data(&self, samples: &Samples) -> Result<Value> {
        let mut answers = samples.shared_data.clone();
        let mut subjects = Map::new();
        for shop in &self.shops {
            subjects.insert(shop.subject(samples)?.id, serde_json::to_value(&shop.shared)?);
        }
        answers.insert("subjects".to_owned(), Value::Object(subjects));
        Ok(Value::Object(answers))
    }
}

impl Shop {
    /// What its business licence says, by data element.
    pub fn licence_content(&self, samples: &Samples) -> Map<String, Value> {
        laid_over(&samples.business_licence, &self.licence)
    }

    /// The enterprise, as its business licence names it.
    pub fn subject(&self, samples: &Samples) -> Result<Subject> {
        let content = self.licence_content(samples);
        let said = |element: &str| {
            let text = content.get(element).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(|| {
                Failure::new(Kind::Failed, format!("the business licence of `{}` says no `{element}`", self.name))
            })
        };
        Ok(Subject { kind: SubjectKind::LegalPerson, id: said("org.uscc")?, name: said("org.name")? })
    }

    /// What its people type in where nothing else knows it, by data element.
    pub fn typed(&self, samples: &Samples) -> Map<String, Value> {
        let mut typed = laid_over(&samples.applicant, &self.values);
        typed.insert("premises.area".to_owned(), Value::from(self.area));
        typed
    }

    /// What its people answer to a guided question, by the question's id.
    pub fn answer(&self, question: &str, samples: &Samples) -> Result<Value> {
        if question == "area" {
            return Ok(Value::from(self.area));
        }
        let known = samples.answers.get(question).cloned();
        known.ok_or_else(|| {
            Failure::new(
                Kind::Failed,
                format!("no sample answers the question `{question}`; add it to plugins/samples/answers.json"),
            )
        })
    }
}

fn laid_over(below: &Map<String, Value>, above: &Map<String, Value>) -> Map<String, Value> {
    let mut joined = below.clone();
    joined.extend(above.iter().map(|(name, value)| (name.clone(), value.clone())));
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use banshi_model::checkdigit::{self, Verdict};
    use serde_json::json;
    use std::path::Path;

    fn samples() -> Samples {
        Samples::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/samples")).unwrap()
    }

    #[test]
    fn every_subject_and_every_legal_representative_has_a_number_that_checks() {
        let (cast, samples) = (Cast::load().unwrap(), samples());
        for shop in &cast.shops {
            let subject = shop.subject(&samples).unwrap();
            assert_eq!(checkdigit::subject(&subject), Verdict::Valid, "{}", shop.name);
            let person =
                shop.shared.get("market-entity").and_then(|service| service.get("legal-representative")).cloned();
            let person = person.unwrap_or_else(|| samples.shared_data["market-entity"]["legal-representative"].clone());
            let person: Subject = serde_json::from_value(person).unwrap();
            assert_eq!(checkdigit::subject(&person), Verdict::Valid, "{}", shop.name);
            assert_eq!(shop.licence_content(&samples)["person.legal.name"], json!(person.name));
        }
    }

    #[test]
    fn no_two_play_under_one_name_and_no_two_shops_are_one_enterprise() {
        let (cast, samples) = (Cast::load().unwrap(), samples());
        let roles = cast.roles(&samples).unwrap();
        let names: std::collections::BTreeSet<&String> = roles.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), roles.len());
        let ids: std::collections::BTreeSet<String> =
            cast.shops.iter().map(|shop| shop.subject(&samples).unwrap().id).collect();
        assert_eq!(ids.len(), cast.shops.len());
    }

    #[test]
    fn every_issuer_s_code_checks_and_begins_with_its_division() {
        let cast = Cast::load().unwrap();
        for (authority, code) in &cast.issuers {
            let subject = Subject { kind: SubjectKind::LegalPerson, id: code.clone(), name: authority.clone() };
            assert_eq!(checkdigit::subject(&subject), Verdict::Valid, "{authority}");
            assert_eq!(authority.split('@').nth(1), code.get(2..8), "{authority}");
        }
        for shop in &cast.shops {
            assert!(cast.issuer(&cast.business_licence.department, &shop.division).is_ok());
        }
    }

    #[test]
    fn a_shop_says_only_what_the_samples_know() {
        let (cast, samples) = (Cast::load().unwrap(), samples());
        for shop in &cast.shops {
            assert!(shop.values.keys().all(|element| samples.applicant.contains_key(element)), "{}", shop.name);
            assert!(shop.licence.keys().all(|element| samples.business_licence.contains_key(element)), "{}", shop.name);
            for (service, fields) in &shop.shared {
                assert!(fields.keys().all(|field| samples.shared_data[service].get(field).is_some()), "{service}");
            }
            assert_eq!(shop.typed(&samples)["premises.area"], shop.answer("area", &samples).unwrap());
        }
    }

    #[test]
    fn what_shared_data_says_of_a_shop_stands_beside_what_it_says_of_everybody() {
        let answers = Cast::load().unwrap().shared_data(&samples()).unwrap();
        assert_eq!(answers["address-library"]["district"], "浦东新区");
        assert_eq!(answers["subjects"]["91310104MA1G000389"]["address-library"]["district"], "徐汇区");
    }
}
