//! A value that seldom changes inside one that often does: copies share it, and its JSON is written once.
//!
//! A case is copied, digested and stored at every step, and most of it is the application and what it is pinned to, which
//! stay as they were received. What is written and read is the value's own JSON, so that digests know nothing of this.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use serde_json::value::{RawValue, to_raw_value};

/// A shared value with its JSON.
pub struct Frozen<T>(Arc<Kept<T>>);

struct Kept<T> {
    value: T,
    /// Written when it is first asked for.
    json: OnceLock<Box<RawValue>>,
}

impl<T> Frozen<T> {
    /// Keeps a value.
    pub fn new(value: T) -> Self {
        Self(Arc::new(Kept { value, json: OnceLock::new() }))
    }
}

impl<T: Clone> Frozen<T> {
    /// The value to be changed: a copy of its own where others share it. Its JSON is forgotten.
    pub fn thaw(&mut self) -> &mut T {
        let kept = Arc::make_mut(&mut self.0);
        kept.json.take();
        &mut kept.value
    }

    /// The value on its own.
    pub fn into_inner(self) -> T {
        Arc::unwrap_or_clone(self.0).value
    }
}

impl<T: Clone> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), json: OnceLock::new() }
    }
}

impl<T> Clone for Frozen<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Frozen<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> From<T> for Frozen<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: PartialEq> PartialEq for Frozen<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.value == other.0.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Frozen<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(f)
    }
}

impl<T: Serialize> Serialize for Frozen<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(json) = self.0.json.get() {
            return json.serialize(serializer);
        }
        let json = to_raw_value(&self.0.value).map_err(ser::Error::custom)?;
        self.0.json.get_or_init(|| json).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Frozen<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_changed_is_written_as_it_is_now_and_a_copy_as_it_was() {
        let mut one = Frozen::new(vec![1]);
        assert_eq!(serde_json::to_string(&one).unwrap(), "[1]");
        let other = one.clone();
        one.thaw().push(2);
        assert_eq!(serde_json::to_string(&one).unwrap(), "[1,2]");
        assert_eq!(serde_json::to_string(&other).unwrap(), "[1]");
        assert_ne!(one, other);
        one.thaw().pop();
        assert_eq!(one, other);
    }

    #[test]
    fn it_is_written_and_read_as_the_value_itself_through_text_and_through_values() {
        let value = json!({ "b": [1.5, "一\"\n", null], "a": {} });
        let frozen = Frozen::new(value.clone());
        assert_eq!(serde_json::to_string(&[&frozen]).unwrap(), serde_json::to_string(&[&value]).unwrap());
        assert_eq!(serde_json::to_value(&frozen).unwrap(), value);
        assert_eq!(*serde_json::from_value::<Frozen<serde_json::Value>>(value.clone()).unwrap(), value);
    }
}
