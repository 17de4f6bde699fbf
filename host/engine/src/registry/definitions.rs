//! Definitions that are in memory, each once: in most districts a matter is the same, and a city has thousands of chains.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use banshi_model::definition::Definition;
use banshi_model::ids::Digest;

/// Every definition that somebody holds, by its digest, with the bytes of its JSON. Keeps none itself.
#[derive(Default)]
pub(super) struct Definitions(Mutex<State>);

#[derive(Default)]
struct State {
    held: HashMap<Digest, (Weak<Definition>, usize)>,
    /// When so many are known, those that nobody holds any more are looked for.
    look_at: usize,
}

impl Definitions {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The definition, if somebody holds it, and the bytes of its JSON.
    pub(super) fn held(&self, digest: &Digest) -> Option<(Arc<Definition>, usize)> {
        let (held, bytes) = self.state().held.get(digest)?.clone();
        Some((held.upgrade()?, bytes))
    }

    /// The one that somebody holds, or this one.
    pub(super) fn shared(&self, digest: Digest, definition: Definition, bytes: usize) -> (Arc<Definition>, usize) {
        if let Some(held) = self.held(&digest) {
            return held;
        }
        let fresh = Arc::new(definition);
        let mut state = self.state();
        if state.held.len() >= state.look_at {
            state.held.retain(|_, (held, _)| held.strong_count() > 0);
            state.look_at = state.held.len() * 2 + 64;
        }
        state.held.insert(digest, (Arc::downgrade(&fresh), bytes));
        (fresh, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::sample;

    #[test]
    fn equal_definitions_are_one_as_long_as_somebody_holds_it() {
        let (definitions, digest) = (Definitions::default(), Digest::of(b"a definition"));
        let (first, bytes) = definitions.shared(digest, sample::definition(), 700);
        let (second, _) = definitions.shared(digest, sample::definition(), 700);
        assert!(Arc::ptr_eq(&first, &second) && bytes == 700);
        assert!(definitions.held(&digest).is_some_and(|(held, bytes)| Arc::ptr_eq(&held, &first) && bytes == 700));
        drop((first, second));
        assert!(definitions.held(&digest).is_none());
    }

    #[test]
    fn what_nobody_holds_is_forgotten() {
        let definitions = Definitions::default();
        for number in 0..1_000_u32 {
            definitions.shared(Digest::of(&number.to_le_bytes()), sample::definition(), 1);
        }
        assert!(definitions.state().held.len() <= 64);
    }
}
