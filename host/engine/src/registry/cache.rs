//! A bounded map in memory; what was not asked for longest goes first.
//!
//! A cache and nothing else: whoever reads it must be able to make the value again.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A map of values that weigh at most `limit` together, safe to share. A value weighs what whoever puts it says: its bytes,
/// or one.
pub(crate) struct Cache<K, V> {
    limit: usize,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    turn: u64,
    weight: usize,
    held: HashMap<K, Held<V>>,
    /// By the turn in which each was asked for last.
    order: BTreeMap<u64, K>,
}

struct Held<V> {
    value: V,
    weight: usize,
    asked: u64,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// An empty one that holds at most `limit`.
    pub(crate) fn new(limit: usize) -> Self {
        let (held, order) = (HashMap::new(), BTreeMap::new());
        Self { limit, state: Mutex::new(State { turn: 0, weight: 0, held, order }) }
    }

    fn state(&self) -> MutexGuard<'_, State<K, V>> {
        // A panic elsewhere cannot leave half a value in a map of whole ones.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, which counts as asked for now.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let mut state = self.state();
        let State { turn, held, order, .. } = &mut *state;
        let found = held.get_mut(key)?;
        *turn += 1;
        let key = order.remove(&found.asked)?;
        order.insert(*turn, key);
        found.asked = *turn;
        Some(found.value.clone())
    }

    /// Keeps a value; others may have to go for it. One that is too heavy by itself is not kept.
    pub(crate) fn put(&self, key: K, value: V, weight: usize) {
        let mut state = self.state();
        state.forget(&key);
        if weight > self.limit {
            return;
        }
        while state.weight > self.limit - weight {
            let Some((_, oldest)) = state.order.first_key_value() else { break };
            let oldest = oldest.clone();
            state.forget(&oldest);
        }
        state.turn += 1;
        let asked = state.turn;
        state.weight += weight;
        state.order.insert(asked, key.clone());
        state.held.insert(key, Held { value, weight, asked });
    }
}

impl<K: Eq + Hash, V> State<K, V> {
    fn forget(&mut self, key: &K) {
        if let Some(held) = self.held.remove(key) {
            self.weight -= held.weight;
            self.order.remove(&held.asked);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_one_that_was_not_asked_for_longest_goes_first() {
        let cache = Cache::new(2);
        cache.put("a", 1, 1);
        cache.put("b", 2, 1);
        assert_eq!(cache.get(&"a"), Some(1));
        cache.put("c", 3, 1);
        assert_eq!((cache.get(&"a"), cache.get(&"b"), cache.get(&"c")), (Some(1), None, Some(3)));
    }

    #[test]
    fn a_value_is_replaced_without_driving_out_another() {
        let cache = Cache::new(2);
        cache.put("a", 1, 1);
        cache.put("b", 2, 1);
        cache.put("b", 3, 1);
        assert_eq!((cache.get(&"a"), cache.get(&"b")), (Some(1), Some(3)));
    }

    #[test]
    fn a_heavy_one_takes_the_place_of_as_many_as_it_weighs_and_one_too_heavy_of_none() {
        let cache = Cache::new(10);
        for key in 0..5 {
            cache.put(key, key, 2);
        }
        cache.put(5, 5, 5);
        let held: Vec<i32> = (0..6).filter(|key| cache.get(key).is_some()).collect();
        assert_eq!(held, [3, 4, 5]);
        cache.put(6, 6, 11);
        assert_eq!((cache.get(&6), cache.get(&5)), (None, Some(5)));
        cache.put(5, 50, 11);
        assert_eq!(cache.get(&5), None, "what is put anew is no longer what it was");
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_limit_and_never_a_value_under_another_key(
            limit in 0_usize..40, asked in proptest::collection::vec((any::<bool>(), 0_u8..12, 0_usize..15), 0..200),
        ) {
            let cache = Cache::new(limit);
            for (puts, key, weight) in asked {
                if puts {
                    cache.put(key, (key, weight), weight);
                } else if let Some((own, _)) = cache.get(&key) {
                    prop_assert_eq!(own, key);
                }
                let state = cache.state();
                let weight: usize = state.held.values().map(|held| held.weight).sum();
                prop_assert_eq!(weight, state.weight);
                prop_assert!(weight <= limit);
                prop_assert_eq!(state.held.len(), state.order.len());
            }
        }
    }
}
