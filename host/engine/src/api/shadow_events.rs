//! What somebody is told who follows a shadow while it runs. Each event has a place behind which a follower goes on.

use std::fmt;
use std::str::FromStr;

use banshi_model::ids::Digest;
use serde::{Deserialize, Serialize};

use super::shadow::{CaseCounts, Kinds, Progress, Sample, ShadowState};

/// Something that a follower is told.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum ShadowEvent {
    /// `end`: nothing comes behind it. The whole report is read at the shadow's own address.
    End(ShadowEnd),
    /// `progress`: so far it is.
    Progress(ShadowProgress),
    /// `difference`: both sides of a step that differs, as the report will show them.
    Difference(Box<Sample>),
}

impl ShadowEvent {
    /// Its stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Progress(_) => "progress",
            Self::Difference(_) => "difference",
            Self::End(_) => "end",
        }
    }
}

/// How far a shadow is, and what it found so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShadowProgress {
    /// Cases that were looked at, and all of them.
    #[serde(flatten)]
    pub progress: Progress,
    /// Cases by what became of them.
    pub cases: CaseCounts,
    /// Steps by what became of them.
    pub steps: Kinds,
}

/// How a shadow ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShadowEnd {
    /// Finished, cancelled or failed.
    pub state: ShadowState,
    /// The digest of the signed report, where it is finished.
    pub digest: Option<Digest>,
    /// Why it could not go on.
    pub fault: Option<String>,
}

/// How much of a shadow a follower was told: cases looked at, samples shown, and whether its end. Only ever grows with the
/// shadow, over restarts too, because what is told is what is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShadowPlace {
    /// Cases looked at in the last progress that was told.
    pub looked: u64,
    /// Samples that were told.
    pub samples: usize,
    /// Whether the end was told.
    pub ended: bool,
}

impl fmt::Display for ShadowPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}{}", self.looked, self.samples, if self.ended { "-end" } else { "" })
    }
}

/// A text that is no place of a shadow's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an event of a shadow, as in `64-3`")]
pub struct NotAPlace;

impl FromStr for ShadowPlace {
    type Err = NotAPlace;
    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (rest, ended) = text.strip_suffix("-end").map_or((text, false), |rest| (rest, true));
        let (looked, samples) = rest.split_once('-').ok_or(NotAPlace)?;
        let number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        match (number(looked) && number(samples), looked.parse(), samples.parse()) {
            (true, Ok(looked), Ok(samples)) => Ok(Self { looked, samples, ended }),
            _ => Err(NotAPlace),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is_one() {
        for text in ["0-0", "64-3", "10000-200-end"] {
            assert_eq!(text.parse::<ShadowPlace>().unwrap().to_string(), text);
        }
        for wrong in ["", "64", "64-", "-3", "+1-2", "1-2-3", "1-2-END", "99999999999999999999999-1", "64-3-end-end"] {
            assert_eq!(wrong.parse::<ShadowPlace>(), Err(NotAPlace), "{wrong}");
        }
    }
}
