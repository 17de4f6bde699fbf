//! The contract as Rust types, generated from `wit/`: one set of types for both worlds.
//!
//! Nothing here is written by hand; what an item promises is said in the contract itself. JSON made of
//! these types uses `snake_case` for members and `kebab-case` for enum values, as the host does.

#![allow(missing_docs, unsafe_code, clippy::all)]

#[doc(hidden)]
pub mod matter_world {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "matter",
        pub_export_macro: true,
        export_macro_name: "export_matter_world",
        default_bindings_module: "banshi_sdk::contract::matter_world",
        generate_unused_types: true,
        additional_derives: [PartialEq, Eq, serde::Serialize, serde::Deserialize],
        additional_type_attributes: {
            "banshi:matter/types@0.1.0/span-unit": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/types@0.1.0/subject-kind": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/types@0.1.0/severity": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/matters@0.1.0/matter-type": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/matters@0.1.0/business": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/matters@0.1.0/mode": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/matters@0.1.0/processing": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/matters@0.1.0/source": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/matters@0.1.0/answers": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/matters@0.1.0/partial": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/matters@0.1.0/trigger": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/opinion": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/outcome": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/event": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/way-forward": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/decline-ground": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/due": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/special-kind": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/ending": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/recipient": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/command": [#[serde(rename_all = "kebab-case")]],
            "banshi:matter/cases@0.1.0/direction": [#[serde(rename_all = "kebab-case")]],
        },
    });
}

#[doc(hidden)]
pub mod variation_world {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "variation",
        pub_export_macro: true,
        export_macro_name: "export_variation_world",
        default_bindings_module: "banshi_sdk::contract::variation_world",
        with: {
            "banshi:matter/types@0.1.0": super::matter_world::banshi::matter::types,
            "banshi:matter/matters@0.1.0": super::matter_world::banshi::matter::matters,
            "banshi:matter/cases@0.1.0": super::matter_world::banshi::matter::cases,
            "banshi:matter/log@0.1.0": super::matter_world::banshi::matter::log,
        },
    });
}

pub use matter_world::banshi::matter::{cases, matters, types};
