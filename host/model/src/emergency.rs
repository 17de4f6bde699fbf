//! Emergency enactments (应急措施): typed measures over many matters, authorities and open cases at once, on an
//! instrument, by two persons, until a date. What a measure does to a decision is the engine's business.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::definition::plain_enum;
use crate::ids::{Digest, Division, EnactmentId, MatterCode};
use crate::text::Text;

/// What an emergency enactment orders. A closed set: each has its place in the host's decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Measure {
    /// 远程核验代替到场: who must appear in person may prove remotely who they are.
    RemoteIdentity {},
    /// 延长办理期限: limits move by so many working days, as far as the law row of extensions allows it.
    ExtendLimits {
        /// How many.
        working_days: u16,
    },
}

impl Measure {
    /// Its stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RemoteIdentity {} => "remote-identity",
            Self::ExtendLimits { .. } => "extend-limits",
        }
    }
}

/// One authority that an emergency reaches: a division with all that lies within it, or one department there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// The division.
    pub division: Division,
    /// Only cases that this department decides; none: every department's.
    #[serde(default)]
    pub department: Option<String>,
}

/// What an emergency reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// These matters; none: all of them.
    #[serde(default)]
    pub matters: Option<BTreeSet<MatterCode>>,
    /// At these authorities.
    pub authorities: Vec<Reach>,
    /// Whether it reaches cases that were received before its confirmation.
    pub open_cases: bool,
}

impl Scope {
    /// Whether it reaches a matter that this department decides at a division.
    pub fn reaches(&self, matter: &MatterCode, division: &Division, department: &str) -> bool {
        let here = |reach: &Reach| {
            reach.division.contains(division) && reach.department.as_deref().is_none_or(|own| own == department)
        };
        self.matters.as_ref().is_none_or(|matters| matters.contains(matter)) && self.authorities.iter().any(here)
    }
}

/// What is ordered. Never changes; its digest names it in every journal that it reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Order {
    /// Its id.
    pub id: EnactmentId,
    /// The instrument (文号).
    pub instrument: String,
    /// Why, for those whom it reaches.
    pub reason: Text,
    /// What it orders; at least one, each once.
    pub measures: Vec<Measure>,
    /// What it reaches.
    pub scope: Scope,
    /// The last day that it is in force.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signed {
    /// The principal, by its token's name.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// An emergency enactment. It binds nobody before a second person confirms it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Emergency {
    /// What is ordered.
    #[serde(flatten)]
    pub order: Order,
    /// The order's digest.
    pub digest: Digest,
    /// Who proposed it.
    pub proposed: Signed,
    /// The second person.
    pub confirmed: Option<Signed>,
    /// Who took it back.
    pub taken_back: Option<Signed>,
}

impl Emergency {
    /// Whether it binds at this instant, on this civil day.
    pub fn in_force(&self, at: Timestamp, day: Date) -> bool {
        let confirmed = self.confirmed.as_ref().is_some_and(|confirmed| confirmed.at <= at);
        confirmed && day <= self.order.until && self.taken_back.as_ref().is_none_or(|back| at < back.at)
    }

    /// Whether its last day is over, and nobody took it back before.
    pub fn expired(&self, day: Date) -> bool {
        self.confirmed.is_some() && self.taken_back.is_none() && self.order.until < day
    }

    /// Whether it binds a case that was received at this instant.
    pub fn binds(&self, received: Timestamp, matter: &MatterCode, division: &Division, department: &str) -> bool {
        let since = self.confirmed.as_ref().is_some_and(|confirmed| confirmed.at <= received);
        (since || self.order.scope.open_cases) && self.order.scope.reaches(matter, division, department)
    }

    /// What a case's journal says of it.
    pub fn bound(&self) -> Bound {
        Bound {
            id: self.order.id.clone(),
            digest: self.digest,
            instrument: self.order.instrument.clone(),
            measures: self.order.measures.clone(),
            until: self.order.until,
            tried: false,
        }
    }
}

/// An emergency as it binds one case: all that its decisions read, in the case itself, so that a replay finds it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Bound {
    /// Which.
    pub id: EnactmentId,
    /// Digest of its order.
    pub digest: Digest,
    /// On which instrument.
    pub instrument: String,
    /// What it orders.
    pub measures: Vec<Measure>,
    /// The last day that it is in force.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// Whether its extension was tried on this case.
    pub tried: bool,
}

impl Bound {
    /// By how many working days it extends limits; none: it does not.
    pub fn extension(&self) -> Option<u16> {
        self.measures.iter().find_map(|measure| match measure {
            Measure::ExtendLimits { working_days } => Some(*working_days),
            Measure::RemoteIdentity {} => None,
        })
    }

    /// Whether it puts a remote check in the place of presence.
    pub fn remote_identity(&self) -> bool {
        self.measures.iter().any(|measure| matches!(measure, Measure::RemoteIdentity {}))
    }
}

plain_enum!(
    /// Why an emergency no longer binds a case.
    EndedBy {
        /// Its last day passed.
        Expiry,
        /// It was taken back.
        TakeBack,
    }
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time;

    fn emergency() -> Emergency {
        let order = Order {
            id: "e-0123456789".parse().unwrap(),
            instrument: "沪府〔2021〕9号".to_owned(),
            reason: Text::new("疫情防控", "an epidemic"),
            measures: vec![Measure::RemoteIdentity {}, Measure::ExtendLimits { working_days: 5 }],
            scope: Scope {
                matters: None,
                authorities: vec![Reach { division: "310000".parse().unwrap(), department: None }],
                open_cases: true,
            },
            until: "2021-05-10".parse().unwrap(),
        };
        let signed = |by: &str, at: &str| Signed { by: by.to_owned(), at: time::parse(at).unwrap() };
        Emergency {
            digest: Digest::of_json(&order).unwrap(),
            order,
            proposed: signed("a", "2021-04-22T09:00:00+08:00"),
            confirmed: Some(signed("b", "2021-04-22T10:00:00+08:00")),
            taken_back: None,
        }
    }

    fn in_force(emergency: &Emergency, at: &str) -> bool {
        let at = time::parse(at).unwrap();
        emergency.in_force(at, time::date_of(at))
    }

    #[test]
    fn it_binds_from_the_second_person_s_word_to_the_end_of_its_last_day() {
        let mut it = emergency();
        assert!(!in_force(&it, "2021-04-22T09:59:59+08:00"));
        assert!(in_force(&it, "2021-04-22T10:00:00+08:00"));
        assert!(in_force(&it, "2021-05-10T23:59:59+08:00"));
        assert!(!in_force(&it, "2021-05-11T00:00:00+08:00"));
        it.taken_back = Some(Signed { by: "a".to_owned(), at: time::parse("2021-05-01T12:00:00+08:00").unwrap() });
        assert!(in_force(&it, "2021-05-01T11:59:59+08:00") && !in_force(&it, "2021-05-01T12:00:00+08:00"));
        it.confirmed = None;
        assert!(!in_force(&it, "2021-04-23T10:00:00+08:00"), "one person binds nobody");
    }

    #[test]
    fn it_reaches_what_lies_within_its_divisions_departments_and_matters() {
        let mut it = emergency();
        let (food, city) = ("P01".parse().unwrap(), "310000".parse().unwrap());
        let (pudong, beijing) = ("310115".parse().unwrap(), "110101".parse().unwrap());
        assert!(it.order.scope.reaches(&food, &pudong, "市场监督管理局"));
        assert!(!it.order.scope.reaches(&food, &beijing, "市场监督管理局"));
        it.order.scope.authorities = vec![Reach { division: city, department: Some("公安局".to_owned()) }];
        assert!(!it.order.scope.reaches(&food, &pudong, "市场监督管理局"));
        assert!(it.order.scope.reaches(&food, &pudong, "公安局"));
        it.order.scope.matters = Some(["P02".parse().unwrap()].into());
        assert!(!it.order.scope.reaches(&food, &pudong, "公安局"));
    }

    #[test]
    fn open_cases_are_bound_only_where_it_says_so() {
        let mut it = emergency();
        let (food, pudong) = ("P01".parse().unwrap(), "310115".parse().unwrap());
        let before = time::parse("2021-04-01T09:00:00+08:00").unwrap();
        assert!(it.binds(before, &food, &pudong, "市场监督管理局"));
        it.order.scope.open_cases = false;
        assert!(!it.binds(before, &food, &pudong, "市场监督管理局"));
        assert!(it.binds(time::parse("2021-04-22T10:00:00+08:00").unwrap(), &food, &pudong, "市场监督管理局"));
    }
}
