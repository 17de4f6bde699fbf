//! A bounded map in memory; what was not asked for longest goes first.
//!
//! A cache and nothing else: whoever reads it must be able to make the value again.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// A map of at most `limit` values, safe to share.
pub(crate) struct Cache<K, V> {
    limit: usize,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    turn: u64,
    held: HashMap<K, (V, u64)>,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// An empty one that holds at most `limit` values.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), state: Mutex::new(State { turn: 0, held: HashMap::new() }) }
    }

    /// The value, which counts as asked for now.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        // A panic elsewhere cannot leave half a value in a map of whole ones.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.turn += 1;
        let turn = state.turn;
        let (value, asked) = state.held.get_mut(key)?;
        *asked = turn;
        Some(value.clone())
    }

    /// Keeps a value; another may have to go for it.
    pub(crate) fn put(&self, key: K, value: V) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.turn += 1;
        let turn = state.turn;
        if state.held.len() >= self.limit && !state.held.contains_key(&key) {
            let oldest = state.held.iter().min_by_key(|(_, (_, asked))| *asked).map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                state.held.remove(&oldest);
            }
        }
        state.held.insert(key, (value, turn));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_was_not_asked_for_longest_goes_first() {
        let cache = Cache::new(2);
        cache.put("a", 1);
        cache.put("b", 2);
        assert_eq!(cache.get(&"a"), Some(1));
        cache.put("c", 3);
        assert_eq!((cache.get(&"a"), cache.get(&"b"), cache.get(&"c")), (Some(1), None, Some(3)));
    }

    #[test]
    fn a_value_is_replaced_without_driving_out_another() {
        let cache = Cache::new(2);
        cache.put("a", 1);
        cache.put("b", 2);
        cache.put("b", 3);
        assert_eq!((cache.get(&"a"), cache.get(&"b")), (Some(1), Some(3)));
    }
}
