//! What is in force at a place, for people: the list of matters, and one matter with the layer of each
//! value. Public: it holds nothing personal.

use banshi_model::ids::{Division, MatterCode};
use banshi_model::law::Scope;
use banshi_model::time;

use super::{Effective, provenance};
use crate::Engine;
use crate::api::registry::{CeilingView, EffectiveView, InForce, MatterSummary};
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

    /// A matter as it is in force at a division now.
    pub async fn effective_view(&self, division: &Division, code: &MatterCode) -> Result<EffectiveView, Error> {
        let effective = self.effective_at(code, division, self.now()).await?;
        Ok(EffectiveView {
            code: code.clone(),
            division: division.clone(),
            layers: effective.chain.layers.clone(),
            definition: (*effective.definition).clone(),
            parameters: effective.parameters.clone(),
            knobs: effective.knobs.clone(),
            provenance: provenance::explain(&effective.origins, &effective.chain.layers),
            ceiling: self.ceiling(division, code, &effective),
            in_force: self.in_force(code, &effective),
            emergencies: self.emergencies_at(code, division, &effective.definition.department),
        })
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
