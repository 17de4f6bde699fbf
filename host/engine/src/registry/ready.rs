//! What an enactment will need on its day, made before: at midnight of the division nobody is awake, and the first request
//! of the day finds everything compiled, loaded and worked out.

use banshi_model::enactment::Enactment;
use banshi_model::ids::{Division, MatterCode};
use banshi_model::package::Kind;
use banshi_model::time;
use jiff::{Timestamp, ToSpan as _};

use super::Whom;
use crate::Engine;
use crate::error::Error;

impl Engine {
    /// Loads an enactment's package, and works out the chains that it makes on its first day and that it leaves behind
    /// after its last one, at its own place and wherever a layer stands on it.
    pub(super) async fn make_ready(&self, enactment: &Enactment) -> Result<(), Error> {
        if enactment.kind != Kind::Settings {
            self.inner.runtime.prepare(enactment.package).await?;
        }
        let first = self.now().max(time::start_of(enactment.effective_from));
        let behind = enactment.until.and_then(|last| last.checked_add(1.day()).ok()).map(time::start_of);
        for at in std::iter::once(first).chain(behind.filter(|behind| *behind > first)) {
            for place in self.places_of(enactment) {
                self.chain_ready(&enactment.matter, &place, at).await?;
            }
        }
        Ok(())
    }

    /// A chain worked out and its layers loaded; nothing where the matter is not in force there and then.
    async fn chain_ready(&self, matter: &MatterCode, place: &Division, at: Timestamp) -> Result<(), Error> {
        // Those who are in gradual starts follow another chain.
        for whom in [Whom::Outside, Whom::Inside] {
            let effective = match self.effective_for(matter, place, at, whom).await {
                Ok(effective) => effective,
                Err(Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            for layer in effective.chain.layers.iter().filter(|layer| layer.kind != Kind::Settings) {
                self.inner.runtime.prepare(layer.package).await?;
            }
        }
        Ok(())
    }

    /// The divisions at which an enactment makes a chain of its own: its own, and those within that have layers.
    fn places_of(&self, enactment: &Enactment) -> Vec<Division> {
        let own = &enactment.authority.division;
        let known = self.inner.registry.of_matter(&enactment.matter);
        let within = known.iter().filter(|e| e.taken_back.is_none()).map(|e| &e.authority.division);
        let mut places: Vec<Division> = within.chain([own]).filter(|place| own.contains(place)).cloned().collect();
        places.sort();
        places.dedup();
        places
    }

    /// After a start: makes ready what is yet to come, so that a restart before its day changes nothing. What fails is
    /// logged, and would fail on the day as well.
    pub(crate) async fn make_coming_ready(&self) {
        let today = self.today();
        let coming = |e: &Enactment| e.effective_from > today && e.taken_back.is_none();
        for code in self.inner.registry.codes() {
            for enactment in self.inner.registry.of_matter(&code).iter().filter(|e| coming(e)) {
                match self.make_ready(enactment).await {
                    Ok(()) => tracing::info!(enactment.id = %enactment.id, "what is yet to come into force is ready"),
                    Err(error) => {
                        tracing::error!(enactment.id = %enactment.id, error.text = %error, "what is yet to come into force is not ready");
                    }
                }
            }
        }
    }
}
