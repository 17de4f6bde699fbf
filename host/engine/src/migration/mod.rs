//! Migration of open cases (在办件迁移): from the chain that they are on to one that is in force, ordered by an instrument,
//! tried on all of them before, then case by case, and undone until a case's next step.
//!
//! `call` asks the layers to take a case over, `ahead` (pure) compares and checks what comes of it, `fit` puts both
//! together; `trial` asks that of every case, `moving` moves one, `undo` moves one back; `job` goes over all of them and
//! keeps its place, `record` is what is kept, `desk` and
//! `orders` are what callers ask, `terms` (pure) says whether they may.
//!
//! Must not: touch what people, partners and the law did in a case; let anything leave the host; move a case whose packages
//! are others than the dry run went over.

mod ahead;
mod call;
mod desk;
mod fit;
mod job;
mod moving;
mod orders;
mod record;
mod terms;
mod trial;
mod undo;

pub(crate) use call::call_migrate;
pub(crate) use fit::as_moved;
pub(crate) use job::Migrations;
