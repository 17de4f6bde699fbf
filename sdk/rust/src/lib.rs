//! Write a matter (事项), a bundle (一业一证) or a variation in ordinary Rust.
//!
//! The smallest matter: a form, a paper, a person who decides.
//!
//! ```
//! use banshi_sdk::prelude::*;
//!
//! /// What is asked. A doc comment is the title, 中文 / English.
//! #[derive(JsonSchema)]
//! # #[allow(dead_code)]
//! struct Form {
//!     /// 摊主名称 / Name of the stallholder
//!     #[schemars(extend("element" = "org.name", "sources" = ["licence:11100000MB0143028R001", "subject-record"]))]
//!     name: String,
//!     /// 摊位地址 / Where the stall stands
//!     #[schemars(length(min = 1, max = 80), extend("element" = "stall.place"))]
//!     place: String,
//! }
//!
//! pub struct Stall;
//!
//! impl Matter for Stall {
//!     fn spec(_: &Settings) -> Spec {
//!         Spec::new("临时摊位许可 / Permit for a street stall", "城市管理局")
//!             .promised(working_days(5))
//!             .fields::<Form>()
//!             .material(Material::new("site-plan", "摊位位置图 / Plan of the site", "示例 / sample"))
//!             .flow(
//!                 Flow::new()
//!                     .acceptance(Stage::new("acceptance", "受理 / Acceptance", "综合窗口"))
//!                     .verdict(Stage::new("verdict", "审批 / Decision", "市容科"))
//!                     .certificate(
//!                         Certificate::new("11310115MB00000193901", "临时摊位许可证 / Stall permit")
//!                             .shows(["org.name", "stall.place"])
//!                             .valid_for(months(12)),
//!                     ),
//!             )
//!     }
//! }
//!
//! export_matter!(Stall);
//!
//! // In an ordinary test, without a host:
//! let mut case = banshi_sdk::harness::Harness::<Stall>::new().value("place", "陆家嘴环路1号旁");
//! case.submit().approve("acceptance").object("verdict", "占用盲道 / It blocks the tactile paving");
//! assert_eq!(case.outcome(), Some(Outcome::Refused));
//! ```
//!
//! The smallest code variation: what a district makes of it. Most variations need no code at all, only a
//! `variation.toml` that turns the knobs.
//!
//! ```
//! use banshi_sdk::prelude::*;
//!
//! pub struct SmallStalls;
//!
//! impl Variation for SmallStalls {
//!     fn refine_guidance(_: &Place, answers: &Answers, mut below: Guidance) -> Result<Guidance, Fault> {
//!         let small = (!above("area", 5)).is_met(answers);
//!         below.materials.retain(|material| material != "site-plan" || !small);
//!         Ok(below)
//!     }
//! }
//!
//! export_variation!(SmallStalls);
//! ```
//!
//! # A package
//!
//! A folder with a `Cargo.toml` (`crate-type = ["cdylib", "rlib"]`; dependencies `banshi-sdk` and, for forms,
//! `schemars`), a manifest (`package.toml` for a matter, `variation.toml` for a variation) and `src/lib.rs`.
//! The same crate is a component for the host and an ordinary library for its tests: only
//! [`export_matter!`] and [`export_variation!`] are particular to the component.
//!
//! # From where to where
//!
//! - [`Spec`] says what the matter is: fields, materials, questions, guards, parts, knobs. [`Flow`] says how a
//!   case goes. Both only describe; [`declared`] turns them into what the contract asks for.
//! - [`Matter`] has a function for everything in the contract. Override one and call its namesake in
//!   [`declared`] for the rest, for example to add a command to a step.
//! - [`contract`] holds the contract's own types, [`harness`] the stand-in for the host, [`log`] the one thing
//!   that a plugin may call.
//!
//! # The next version, and cases that are open
//!
//! A running case keeps the version that it came in under. Where a person migrates open cases (`banshi migration`), the new
//! version's [`Matter::migrate`] takes each over. A declared flow does so of itself where its stages are called as before:
//! it opens the stages that came new and closes nothing. Where they are called otherwise, [`Stages`] says how; where a case
//! is none that the version can take, a fault leaves it where it is. [`harness::Harness::migrated_to`] tries it.
//!
//! # What holds for every flow
//!
//! - It never decides. Each grant, refusal, decline and revocation rests on a task that a person did, with
//!   that person's reasons. An objection without reasons, and an abstention, is asked again.
//! - Silence closes a consultation and nothing else.
//! - Before acceptance, whatever is said shows a way: a checklist, a signpost or a path.
//! - Each step is a function of the case and the event. Nothing is kept but the state that it returns.

mod civil;
pub mod contract;
pub mod declared;
mod draft;
mod export;
pub mod fields;
pub mod flow;
mod guard;
#[cfg(not(target_arch = "wasm32"))]
pub mod harness;
#[cfg(all(target_arch = "wasm32", feature = "heap"))]
mod heap;
pub mod log;
mod matter;
pub mod prelude;
mod settings;
mod spec;
mod text;

pub use draft::{Party, PartyKind};
#[doc(hidden)]
pub use export::Exported;
pub use flow::{Flow, Stages};
pub use guard::{Answers, Guard, above, always, is, yes};
pub use matter::{Matter, Variation};
pub use settings::{
    COMMITMENT_BELOW_AREA, COMMITMENT_DAYS, ListKnob, NumberKnob, PROMISED_DAYS, RENEWAL_ON_COMMITMENT,
    SHARED_DATA_MATERIALS, Settings,
};
pub use spec::{Certificate, Commitment, Inspection, Material, More, Panel, Part, Question, Spec, Stage};
pub use text::{days, fault, months, reason, text, working_days};

pub use {schemars, serde, serde_json};
