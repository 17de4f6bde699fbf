//! What is in force where: enactments, and the chain of layers that they make at one place.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::definition::plain_enum;
use crate::gradual::{self, Gradual};
use crate::ids::{Authority, Digest, EnactmentId, MatterCode, PackageName};
use crate::package::{Kind, Permissions};
use crate::time;
use crate::watch::{Halt, Watch};

plain_enum!(
    /// Which cases an enactment governs (过渡条款).
    #[derive(Default)]
    Transitional {
        /// Those received on or after its first day.
        #[default]
        ReceivedOnOrAfter,
        /// Those accepted on or after its first day: what came in before is run again on it at acceptance.
        AcceptedOnOrAfter,
        /// All open cases, by migration.
        AllOpen,
    }
);

/// Who answers for an enactment, by the names of principals or authors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Persons {
    /// Who wrote the package: its manifest's authors, or who published it.
    pub wrote: Vec<String>,
    /// Who reviewed it.
    pub reviewed: Vec<String>,
    /// Who put it in force.
    pub released: Vec<String>,
}

/// A package put in force (施行) for one matter at one authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Enactment {
    /// Its id.
    pub id: EnactmentId,
    /// Which matter.
    pub matter: MatterCode,
    /// By whom, and so where.
    pub authority: Authority,
    /// The package.
    pub package: Digest,
    /// Its name, for people.
    pub name: PackageName,
    /// Its version, for people.
    pub version: String,
    /// Matter, settings or code.
    pub kind: Kind,
    /// For a variation: the base package that it was admitted over.
    pub base: Option<Digest>,
    /// The first day that it is in force.
    #[schema(value_type = String, format = Date)]
    pub effective_from: Date,
    /// The last day that it is in force; none: it has no end yet.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// Which cases it governs.
    #[serde(default)]
    pub transitional: Transitional,
    /// Who answers for it.
    #[serde(default)]
    pub persons: Persons,
    /// The instrument (文号).
    pub instrument: String,
    /// What the platform permits.
    pub permissions: Permissions,
    /// When it was enacted.
    pub enacted: Timestamp,
    /// When it was taken back; new cases follow what was in force before.
    pub taken_back: Option<Timestamp>,
    /// Where it begins with a share of new cases; none: it governs all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gradual: Option<Gradual>,
    /// How it is watched; none: it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<Watch>,
    /// When the host halted it for what its watch counted, earliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub halts: Vec<Halt>,
}

impl Enactment {
    /// Whether it is in force at this instant, on this civil day.
    pub fn in_force(&self, at: Timestamp, day: Date) -> bool {
        self.stands(at, day) && !self.halted(at)
    }

    /// Whether the host has halted it at this instant.
    pub fn halted(&self, at: Timestamp) -> bool {
        self.halts.iter().any(|halt| halt.stands(at))
    }

    /// The share of new cases that it governs at this instant, in percent.
    pub fn share(&self, at: Timestamp) -> u8 {
        self.gradual.as_ref().map_or(gradual::ALL, |gradual| gradual.share(at))
    }

    /// Whether it is in force but for a halt: a case that it governs stays with it.
    pub fn stands(&self, at: Timestamp, day: Date) -> bool {
        self.effective_from <= day
            && self.until.is_none_or(|last| day <= last)
            && self.enacted <= at
            && self.taken_back.is_none_or(|back| at < back)
    }

    /// Whether it governs a case that was received at one instant and is accepted at another, by its transitional clause.
    pub fn governs(&self, received: Timestamp, accepted: Timestamp) -> bool {
        let at = match self.transitional {
            Transitional::ReceivedOnOrAfter | Transitional::AllOpen => received,
            Transitional::AcceptedOnOrAfter => accepted,
        };
        self.in_force(at, time::date_of(at))
    }
}

/// One layer of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Layer {
    /// Which enactment.
    pub enactment: EnactmentId,
    /// Whose.
    pub authority: Authority,
    /// Matter (only the ground), settings or code.
    pub kind: Kind,
    /// The package.
    pub package: Digest,
    /// Its name, for people.
    pub name: PackageName,
    /// Its version, for people.
    pub version: String,
    /// The instrument.
    pub instrument: String,
    /// What it may use: what it asks for and the platform permits.
    pub permissions: Permissions,
}

/// What is in force at one place, from the ground up; the first layer is the matter. A case is pinned to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Chain {
    /// Which matter.
    pub matter: MatterCode,
    /// The layers, ground first; never empty.
    pub layers: Vec<Layer>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it was stored before there were ends, clauses and persons.
    const STORED: &str = r#"{"id":"e-0123456789","matter":"P01",
        "authority":{"department":"市场监督管理局","division":"310000"},
        "package":"0000000000000000000000000000000000000000000000000000000000000000","name":"sh/food","version":"1.0.0",
        "kind":"matter","base":null,"effective_from":"2021-05-01","instrument":"沪〔2021〕1号",
        "permissions":{"commands":[],"licences":[],"services":[],"units":[],"facts":[]},
        "enacted":"2021-04-01T01:00:00Z","taken_back":null}"#;

    fn at(text: &str) -> Timestamp {
        time::parse(text).unwrap()
    }

    fn in_force(e: &Enactment, text: &str) -> bool {
        e.in_force(at(text), time::date_of(at(text)))
    }

    #[test]
    fn what_was_stored_before_reads_and_means_what_it_meant() {
        let e: Enactment = serde_json::from_str(STORED).unwrap();
        assert_eq!((e.until, e.transitional), (None, Transitional::ReceivedOnOrAfter));
        assert_eq!(e.persons, Persons::default());
        assert_eq!((&e.gradual, &e.watch, e.halts.len()), (&None, &None, 0));
        assert!(in_force(&e, "2031-01-01T00:00:00+08:00"));
    }

    #[test]
    fn it_is_in_force_from_the_first_moment_of_its_first_day_to_the_last_of_its_last() {
        let mut e: Enactment = serde_json::from_str(STORED).unwrap();
        e.until = Some("2021-05-31".parse().unwrap());
        assert!(!in_force(&e, "2021-04-30T23:59:59+08:00"));
        assert!(in_force(&e, "2021-05-01T00:00:00+08:00"));
        assert!(in_force(&e, "2021-05-31T23:59:59+08:00"));
        assert!(!in_force(&e, "2021-06-01T00:00:00+08:00"));
    }

    #[test]
    fn a_halt_lasts_until_its_release_and_one_that_is_released_at_once_never_was() {
        let mut e: Enactment = serde_json::from_str(STORED).unwrap();
        let (halted, released) = (at("2021-05-03T10:00:00+08:00"), at("2021-05-04T10:00:00+08:00"));
        let counts = crate::watch::WatchCounts::default();
        let trigger = crate::watch::Trigger::Parked;
        e.halts.push(Halt { at: halted, trigger, threshold: 20, counts, released: None });
        assert!(in_force(&e, "2021-05-03T09:59:59+08:00") && !in_force(&e, "2021-05-05T00:00:00+08:00"));
        let release = |at| Some(crate::watch::HaltRelease { at, by: "p".to_owned(), counts });
        e.halts[0].released = release(released);
        assert!(!in_force(&e, "2021-05-04T09:59:59+08:00") && in_force(&e, "2021-05-04T10:00:00+08:00"));
        e.halts[0].released = release(halted);
        assert!(in_force(&e, "2021-05-03T10:00:00+08:00"));
    }

    #[test]
    fn its_clause_says_by_which_day_a_case_is_governed() {
        let mut e: Enactment = serde_json::from_str(STORED).unwrap();
        let (before, after) = (at("2021-04-30T12:00:00+08:00"), at("2021-05-02T12:00:00+08:00"));
        assert!(!e.governs(before, after) && e.governs(after, after));
        e.transitional = Transitional::AcceptedOnOrAfter;
        assert!(e.governs(before, after) && !e.governs(before, before));
        e.transitional = Transitional::AllOpen;
        assert!(!e.governs(before, after), "only a migration moves an open case");
    }
}
