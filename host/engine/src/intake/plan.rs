//! Where a path of answers leads: the matter's guide through its layers, each chosen part's guide on the
//! part's own chain with the bundle's answers, and one form over all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use banshi_model::case::Pin;
use banshi_model::definition::{Business, Definition, Part};
use banshi_model::draft::{Counts, Draft};
use banshi_model::entry::PartPins;
use banshi_model::guidance::{Guidance, Place};
use banshi_model::ids::{Division, MatterCode, Slug};
use banshi_model::time;
use jiff::Timestamp;
use serde_json::Value;

use super::form::{self, Asked};
use super::{PORTAL, Plan, PlannedPart, answers, layers};
use crate::Engine;
use crate::authority::authority_at;
use crate::error::Error;
use crate::registry::{Effective, Whom, local_materials};

/// Which chains the parts of a bundle have.
enum PartsAre<'a> {
    /// Those in force at an instant for somebody.
    InForce(Timestamp, Whom<'a>),
    /// Those that a case is pinned to.
    Pinned(&'a PartPins),
}

/// Where a caller wants something, and what was answered so far.
pub(super) struct Wish {
    pub matter: MatterCode,
    pub division: Division,
    pub business: Option<Business>,
    pub channel: Option<String>,
    pub answers: BTreeMap<String, Value>,
    /// The applicant's number; none: nobody in particular asks, and gradual starts do not count.
    pub subject: Option<String>,
}

impl Engine {
    /// Where these answers lead under what is in force at an instant. The path may be incomplete.
    pub(super) async fn plan(&self, wish: Wish, at: Timestamp) -> Result<Plan, Error> {
        let Wish { matter, division, business, channel, answers, subject } = wish;
        let whom = subject.as_deref().map_or(Whom::Outside, Whom::Applicant);
        let channel = channel.unwrap_or_else(|| PORTAL.to_owned());
        if channel.parse::<Slug>().is_err() {
            return Err(Error::invalid(
                "intake.channel",
                "/channel",
                "not a channel's name",
                "name it like `portal`, `window` or `kiosk`",
            ));
        }
        let effective = self.effective_for(&matter, &division, at, whom).await?;
        let business = business.unwrap_or(Business::Establish);
        if !effective.definition.business.contains(&business) {
            let known: Vec<String> =
                effective.definition.business.iter().map(|known| format!("{known:?}").to_lowercase()).collect();
            return Err(Error::invalid(
                "intake.business",
                "/business",
                "the matter does not have this business",
                format!("use one of: {}", known.join(", ")),
            ));
        }
        self.check_answers(&effective, &division, &answers, at, whom).await?;
        if let Some(authority) = authority_at(&effective.definition.department, &effective.chain, &division) {
            self.within_quota(&authority).await?;
        }
        let place =
            Place { division, today: time::date_of(at), channel, business, parameters: effective.parameters.clone() };
        self.plan_over(effective, place, answers, &PartsAre::InForce(at, whom)).await
    }

    /// The plan of a case as it was received: under what it is pinned to, with the answers that it has.
    pub(super) async fn plan_of(&self, pin: &Pin, draft: &Draft) -> Result<Plan, Error> {
        let effective = self.effective_of(pin).await?;
        let place = Place {
            division: draft.division.clone(),
            today: draft.today,
            channel: draft.channel.clone(),
            business: draft.business,
            parameters: pin.parameters.clone(),
        };
        self.plan_over(effective, place, draft.answers.clone(), &PartsAre::Pinned(&pin.parts)).await
    }

    /// Answers to questions of the matter, or of a part that is in force here.
    async fn check_answers(
        &self,
        effective: &Effective,
        division: &Division,
        given: &BTreeMap<String, Value>,
        at: Timestamp,
        whom: Whom<'_>,
    ) -> Result<(), Error> {
        let mut parts = Vec::new();
        for part in effective.definition.bundle.iter().flat_map(|bundle| &bundle.parts) {
            match self.effective_for(&part.code, division, at, whom).await {
                Ok(found) => parts.push(found),
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let definitions: Vec<&Definition> =
            std::iter::once(&*effective.definition).chain(parts.iter().map(|part| &*part.definition)).collect();
        answers::check(given, &definitions)
    }

    async fn plan_over(
        &self,
        effective: Arc<Effective>,
        place: Place,
        answers: BTreeMap<String, Value>,
        are: &PartsAre<'_>,
    ) -> Result<Plan, Error> {
        let guidance = self.guide_layers(&effective, &place, &answers).await?;
        let mut parts = Vec::new();
        for code in &guidance.parts {
            let declared =
                effective.definition.bundle.iter().flat_map(|bundle| &bundle.parts).find(|part| part.code == *code);
            let Some(part) = declared.cloned() else {
                let text = format!("the guide chose part `{code}`, which the bundle does not declare");
                return Err(Error::Plugin { code: "guide.part".to_owned(), text });
            };
            parts.push(self.plan_part(part, &place, &answers, are).await?);
        }
        let (fields, materials) = form_of(&effective, &guidance, &parts)?;
        let own = std::iter::once((&*effective.definition, &guidance));
        let next = answers::open(own.chain(parts.iter().map(|part| (&*part.effective.definition, &part.guidance))));
        let Place { division, channel, business, .. } = place;
        Ok(Plan { effective, division, business, channel, answers, guidance, parts, next, fields, materials })
    }

    async fn plan_part(
        &self,
        part: Part,
        place: &Place,
        answers: &BTreeMap<String, Value>,
        are: &PartsAre<'_>,
    ) -> Result<PlannedPart, Error> {
        let missing = || {
            Error::conflict(
                "intake.part",
                format!(
                    "part `{}` is not in force at {}; its department must enact it first",
                    part.code, place.division
                ),
            )
        };
        let effective = match are {
            PartsAre::InForce(at, whom) => match self.effective_for(&part.code, &place.division, *at, *whom).await {
                Err(Error::NotFound { .. }) => return Err(missing()),
                found => found?,
            },
            PartsAre::Pinned(pins) => self.effective_of(pins.get(&part.code).ok_or_else(missing)?).await?,
        };
        let own = Place { business: part.business, parameters: effective.parameters.clone(), ..place.clone() };
        let guidance = self.guide_layers(&effective, &own, answers).await?;
        Ok(PlannedPart { part, effective, guidance })
    }

    /// What a bundle's path needs of a part: the part's own guide with the bundle's answers. `draft` is the
    /// bundle's, `effective` the part's.
    pub(crate) async fn guide_part(&self, draft: &Draft, effective: &Effective) -> Result<Guidance, Error> {
        let own = &effective.definition.business;
        let business = own.iter().find(|business| **business == draft.business).or(own.first()).copied();
        let place = Place {
            division: draft.division.clone(),
            today: draft.today,
            channel: draft.channel.clone(),
            business: business.unwrap_or(draft.business),
            parameters: effective.parameters.clone(),
        };
        self.guide_layers(effective, &place, &draft.answers).await
    }

    async fn guide_layers(
        &self,
        effective: &Effective,
        place: &Place,
        answers: &BTreeMap<String, Value>,
    ) -> Result<Guidance, Error> {
        let local = local_materials(&effective.origins);
        let guided = layers::guide(&self.inner.runtime, &effective.chain.layers, &local, place, answers);
        Ok(self.charged(effective, &place.division, guided).await?)
    }
}

fn form_of(
    effective: &Effective,
    guidance: &Guidance,
    parts: &[PlannedPart],
) -> Result<(Vec<crate::api::intake::FormField>, Vec<crate::api::intake::FormMaterial>), Error> {
    let (own, parts) = asked(effective, guidance, parts);
    Ok((form::fields(own, &parts)?, form::materials(own, &parts)))
}

fn asked<'a>(
    effective: &'a Effective,
    guidance: &'a Guidance,
    parts: &'a [PlannedPart],
) -> (Asked<'a>, Vec<Asked<'a>>) {
    let own = Asked { code: &effective.chain.matter, definition: &effective.definition, guidance };
    let of_part = |part: &'a PlannedPart| Asked {
        code: &part.part.code,
        definition: &part.effective.definition,
        guidance: &part.guidance,
    };
    (own, parts.iter().map(of_part).collect())
}

impl Plan {
    /// What is declared and what is asked, by what is filled in the form now.
    pub(super) fn counts(&self) -> Counts {
        let (own, parts) = asked(&self.effective, &self.guidance, &self.parts);
        form::counts(own, &parts, &self.fields, &self.materials)
    }

    /// The error of a path that is not complete.
    pub(super) fn complete(&self) -> Result<(), Error> {
        if self.next.is_empty() {
            return Ok(());
        }
        let open: Vec<&str> = self.next.iter().map(|question| question.id.as_str()).collect();
        Err(Error::invalid(
            "intake.guide",
            "/answers",
            format!("questions are open: {}", open.join(", ")),
            "ask the guide and answer its questions",
        ))
    }
}
