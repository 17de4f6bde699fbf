//! The shared dictionary of data elements: groups of fields that several matters ask for.
//!
//! A matter's form is a struct that flattens these groups and adds what only it needs. Because two
//! matters that need a thing share the group, they share its data element, its schema and its sources,
//! and a bundle asks it once.
//!
//! How a field is written:
//! - `serde(rename)` is its data element, unique in the dictionary. It is the field's id too, so that a
//!   value has one name in a permit's own form, in a bundle's, on a certificate and in a rule;
//! - the doc comment is its title, `中文标题 / English title`;
//! - `sources` lists where it can come from before the applicant is asked, tried in order:
//!   `licence:TYPE`, `shared:SERVICE/FIELD?PURPOSE`, `subject-record`; none: the applicant;
//! - `Option` means that the form is complete without it.
//!
//! The forms are modelled on the published ones; their exact fields are a sample (示例). This crate
//! decides nothing and knows no matter. No type here derives `Debug`: the values are personal data.

pub mod applicant;
pub mod devices;
pub mod drugs;
pub mod food;
pub mod liquor;
pub mod people;
pub mod premises;
pub mod tobacco;
pub mod value;

/// 营业执照 by its licence type code (GB/T 36904: the definer's 18 characters and 3 digits).
pub const BUSINESS_LICENCE: &str = "licence:11100000MB0143028R001";
