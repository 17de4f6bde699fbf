//! How enactments are watched that do not say it themselves.

use serde::Deserialize;

/// The options of section `[engine.watch]`: what a watch has that is not said with the enactment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether an enactment is watched that says nothing of it. A gradual start always is. Default: no.
    pub always: bool,
    /// How long from its first day, from a raise of its share and from a release on, in hours. Default 168.
    pub hours: u32,
    /// It halts over so many cases at least. Default 20.
    pub cases: u32,
    /// Cases in which a plugin trapped or hit a limit, in percent; 0: not watched. Default 5.
    pub traps_percent: u8,
    /// Cases in which a step was parked, in percent; 0: not watched. Default 20.
    pub parked_percent: u8,
    /// Refused decisions, in percentage points above those of the former chain; 0: not watched. Default 25.
    pub refusals_points: u8,
    /// Cases that were not decided in time, in percent; 0: not watched. Default 20.
    pub late_percent: u8,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            always: false,
            hours: 168,
            cases: 20,
            traps_percent: 5,
            parked_percent: 20,
            refusals_points: 25,
            late_percent: 20,
        }
    }
}
