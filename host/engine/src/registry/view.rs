//! What is in force at a place, for people: the list of matters, and one matter with the layer of each
//! value. Public: it holds nothing personal.

use banshi_model::enactment::Enactment;
use banshi_model::gradual::ALL;
use banshi_model::ids::{Division, MatterCode};
use banshi_model::law::Scope;
use banshi_model::time;

use super::{Effective, Whom, provenance};
use crate::Engine;
use crate::api::gradual::GradualStart;
use crate::api::registry::{CeilingView, EffectiveView, InForce, MatterSummary, Provenance};
use crate::error::Error;

impl Engine {
    /// The matters in force at a division now, by code. One that its plugin keeps from being shown is left
    /// out and logged, so that it does not take the others with it.
    pub async fn matters(&self, division: &Division) -> Result<Vec<MatterSummary>, Error> {
        let at = self.now();
        let mut list = Vec::new();
        for code in self.inner.registry.codes() {
            match self.effective_at(&code, division, at).await {
                Ok(effective) => list.push(summary(code, &effective)),
                Err(Error::NotFound { .. }) => {}
                Err(error @ Error::Plugin { .. }) => {
                    tracing::warn!(matter.code = %code, error.text = %error, "matter is in force and cannot be shown");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(list)
    }

    /// A matter as it is in force at a division now: for every new case, or `inside`, as those follow it who are in all
    /// gradual starts.
    pub async fn effective_view(
        &self,
        division: &Division,
        code: &MatterCode,
        inside: bool,
    ) -> Result<EffectiveView, Error> {
        let whom = if inside { Whom::Inside } else { Whom::Outside };
        let effective = self.effective_for(code, division, self.now(), whom).await?;
        Ok(EffectiveView {
            code: code.clone(),
            division: division.clone(),
            layers: effective.chain.layers.clone(),
            definition: (*effective.definition).clone(),
            parameters: effective.parameters.clone(),
            knobs: effective.knobs.clone(),
            provenance: self.explained(code, &effective),
            ceiling: self.ceiling(division, code, &effective),
            in_force: self.in_force(code, &effective),
            emergencies: self.emergencies_at(code, division, &effective.definition.department),
            gradual: self.gradual_told(code, division, &effective),
        })
    }

    /// Each value with its layer, and with the share of new cases that the layer governs where that is not all.
    fn explained(&self, code: &MatterCode, effective: &Effective) -> Vec<Provenance> {
        let (known, now) = (self.inner.registry.of_matter(code), self.now());
        let mut told = provenance::explain(&effective.origins, &effective.chain.layers);
        for one in &mut told {
            let share = known.iter().find(|e| e.id == one.enactment).map_or(ALL, |e| e.share(now));
            one.share = (share < ALL).then_some(share);
        }
        told
    }

    /// The gradual starts here, and whether what is shown follows each.
    fn gradual_told(&self, code: &MatterCode, division: &Division, effective: &Effective) -> Vec<GradualStart> {
        let mut starts = self.gradual_starts(code, division, None);
        for start in &mut starts {
            start.applies = Some(effective.chain.layers.iter().any(|layer| layer.enactment == start.enactment));
        }
        starts
    }

    /// The gradual starts of a matter that are in force at a place and not complete; with an applicant's number, whether
    /// each reaches them.
    pub(crate) fn gradual_starts(
        &self,
        code: &MatterCode,
        division: &Division,
        subject: Option<&str>,
    ) -> Vec<GradualStart> {
        let (now, registry) = (self.now(), &self.inner.registry);
        let here = |e: &&Enactment| {
            e.gradual.is_some()
                && e.share(now) < ALL
                && e.in_force(now, time::date_of(now))
                && e.authority.division.contains(division)
        };
        let known = registry.of_matter(code);
        let told = |e: &Enactment| GradualStart {
            enactment: e.id.clone(),
            matter: e.matter.clone(),
            authority: e.authority.clone(),
            instrument: e.instrument.clone(),
            share: e.share(now),
            applies: subject.map(|number| registry.places.reaches(e, Whom::Applicant(number), now)),
        };
        known.iter().filter(here).map(told).collect()
    }

    /// The enactments of the layers, each with its clause.
    fn in_force(&self, code: &MatterCode, effective: &Effective) -> Vec<InForce> {
        let known = self.inner.registry.of_matter(code);
        let of_layer = |id| known.iter().find(|e| &e.id == id);
        effective
            .chain
            .layers
            .iter()
            .filter_map(|layer| of_layer(&layer.enactment))
            .map(|e| InForce {
                enactment: e.id.clone(),
                from: e.effective_from,
                until: e.until,
                transitional: e.transitional,
                instrument: e.instrument.clone(),
                persons: e.persons.clone(),
                share: e.share(self.now()),
            })
            .collect()
    }

    /// The statutory ceiling of the first mode, today.
    fn ceiling(&self, division: &Division, code: &MatterCode, effective: &Effective) -> Option<CeilingView> {
        let definition = &effective.definition;
        let scope = Scope {
            day: time::date_of(self.now()),
            division,
            matter: code,
            matter_type: definition.matter_type,
            mode: *definition.modes.first()?,
            joint: definition.bundle.is_some(),
        };
        let law = self.law();
        let row = law.ceiling(&scope)?;
        Some(CeilingView { row: row.row.id.to_string(), clause: row.row.clause.clone(), span: row.value })
    }
}

fn summary(code: MatterCode, effective: &Effective) -> MatterSummary {
    let definition = &effective.definition;
    MatterSummary {
        code,
        title: definition.title.clone(),
        department: definition.department.clone(),
        matter_type: definition.matter_type,
        bundle: definition.bundle.is_some(),
        layers: effective.chain.layers.len(),
        samples: definition.samples.clone(),
    }
}
