//! Emergency enactments (应急措施): proposed by one person, confirmed by another, binding every later step of the cases
//! that they reach, until a date.
//!
//! `desk` is what callers ask; `bind` writes them into journals, before a case's next step. What a measure does stands in
//! `decide` and at the border to partners, and reads the case alone, so that a replay finds it there.

mod bind;
mod desk;

use std::sync::{Arc, PoisonError, RwLock};

use banshi_model::emergency::Emergency;
use banshi_store::{Group, Store};

use crate::error::Error;

/// Where they are kept: all of them, oldest first. There are few.
const KEPT: &str = "emergencies";

/// All emergencies, also those that are not confirmed, have ended, or were taken back.
pub(crate) struct Emergencies {
    list: RwLock<Arc<Vec<Emergency>>>,
    /// Held while one is proposed, confirmed or taken back.
    writing: tokio::sync::Mutex<()>,
}

impl Emergencies {
    /// Reads what is kept.
    pub(crate) fn load(store: &Store) -> Result<Self, Error> {
        let list: Vec<Emergency> = match store.setting(KEPT)? {
            Some(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| Error::Internal(format!("the emergencies do not read: {error}")))?,
            None => Vec::new(),
        };
        Ok(Self { list: RwLock::new(Arc::new(list)), writing: tokio::sync::Mutex::new(()) })
    }

    fn all(&self) -> Arc<Vec<Emergency>> {
        Arc::clone(&self.list.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The list with this one in it, in the place of the one of the same id.
    fn with(&self, emergency: &Emergency) -> Vec<Emergency> {
        let mut list = self.all().to_vec();
        match list.iter_mut().find(|known| known.order.id == emergency.order.id) {
            Some(known) => known.clone_from(emergency),
            None => list.push(emergency.clone()),
        }
        list
    }

    /// Called after the list is durable.
    fn set(&self, list: Vec<Emergency>) {
        *self.list.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(list);
    }
}

/// The commit of a list, with the order as a blob under its digest: journals name it.
fn kept(list: &[Emergency], changed: &Emergency) -> Result<Group, Error> {
    let internal = |error: serde_json::Error| Error::Internal(error.to_string());
    let mut group = Group::new();
    group.put_blob(changed.digest, serde_json::to_vec(&changed.order).map_err(internal)?);
    group.put_setting(KEPT, serde_json::to_vec(list).map_err(internal)?);
    Ok(group)
}
