//! When a package is quarantined, and for how long.

use serde::Deserialize;

/// The options of section `[engine.breaker]`. A package is quarantined at an authority where all three thresholds are
/// passed within the window.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// So many steps failed because of the package; 0: never quarantined. Default 20.
    pub failures: u32,
    /// In so many cases at least: one case that is tried again and again says little about the others. Default 3.
    pub cases: u32,
    /// Of all steps of the package there, in percent. Default 50.
    pub share_percent: u32,
    /// The window, in seconds. Default 600.
    pub window_seconds: u32,
    /// How long nothing is called before the first trial, in seconds; doubles with each trial that fails. Default 300.
    pub pause_seconds: u32,
    /// The longest such pause, in seconds. Default 3,600.
    pub pause_longest_seconds: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            failures: 20,
            cases: 3,
            share_percent: 50,
            window_seconds: 600,
            pause_seconds: 300,
            pause_longest_seconds: 3600,
        }
    }
}
