//! What is in force where: enactments, and the chain of layers that they make at one place.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{Authority, Digest, EnactmentId, MatterCode, PackageName};
use crate::package::{Kind, Permissions};

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
    /// The instrument (文号).
    pub instrument: String,
    /// What the platform permits.
    pub permissions: Permissions,
    /// When it was enacted.
    pub enacted: Timestamp,
    /// When it was taken back; new cases follow what was in force before.
    pub taken_back: Option<Timestamp>,
}

impl Enactment {
    /// Whether it is in force at this instant, on this civil day.
    pub fn in_force(&self, at: Timestamp, day: Date) -> bool {
        self.effective_from <= day && self.enacted <= at && self.taken_back.is_none_or(|back| at < back)
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
