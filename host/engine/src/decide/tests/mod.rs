//! Decisions on small cases: what each command may do, and what names its refusal.
#![allow(missing_docs)]

mod acceptance;
mod bundle;
pub(crate) mod fixture;
mod rules;
mod sequences;
mod verdicts;
mod work;
