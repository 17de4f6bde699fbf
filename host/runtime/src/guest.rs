//! The contract as Rust types, generated from `wit/`: one set of types for both worlds.
//!
//! Nothing is written by hand here. `convert/` alone turns these types into the model's and back.

#![allow(missing_docs, unsafe_code, clippy::all, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::indexing_slicing, dead_code, unused_variables)]
// The contract's enum `direction` has a case `lower`, which wasmtime's derive macro confuses with an
// associated type of its own; it means its own.
#![allow(ambiguous_associated_items)]

pub(crate) mod matter {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "banshi:matter/matter",
        imports: { default: trappable },
        exports: { default: async },
    });
}

pub(crate) mod variation {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "banshi:matter/variation",
        imports: { default: trappable },
        exports: { default: async },
        with: {
            "banshi:matter/types@0.1.0": super::matter::banshi::matter::types,
            "banshi:matter/matters@0.1.0": super::matter::banshi::matter::matters,
            "banshi:matter/cases@0.1.0": super::matter::banshi::matter::cases,
            "banshi:matter/log@0.1.0": super::matter::banshi::matter::log,
        },
    });
}

pub(crate) use matter::Matter;
pub(crate) use matter::banshi::matter::{cases, log, matters, types};
pub(crate) use variation::Variation;
