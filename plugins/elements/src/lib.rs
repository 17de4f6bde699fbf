//! The shared dictionary: the data elements, papers and rules that several matters ask for.
//!
//! A matter's form is a struct that flattens the groups of [`applicant`], [`premises`], [`people`] and the
//! subjects below, and adds what only it needs. Because two matters that need a thing share the group,
//! they share its data element, its schema and its sources, and a bundle asks it once.
//!
//! How a field is written:
//! - `serde(rename)` is its data element, unique in the dictionary. It is the field's id too, so that a
//!   value has one name in a permit's own form, in a bundle's, on a certificate and in a rule;
//! - the doc comment is its title, `中文标题 / English title`;
//! - `sources` lists where it can come from before the applicant is asked, tried in order:
//!   `licence:TYPE`, `shared:SERVICE/FIELD?PURPOSE`, `subject-record`; none: the applicant;
//! - `Option` means that the form is complete without it.
//!
//! The forms are modelled on the published ones; their exact fields are a sample (示例). This crate knows
//! no matter. No type here derives `Debug`: the values are personal data.

pub mod applicant;
pub mod devices;
pub mod drugs;
pub mod food;
pub mod licence_types;
pub mod liquor;
pub mod paper;
pub mod people;
pub mod premises;
pub mod rule;
pub mod tobacco;
pub mod value;

pub use licence_types::{BUSINESS_LICENCE, LIQUOR_LICENCE};
