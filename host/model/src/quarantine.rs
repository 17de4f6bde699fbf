//! Packages that are not called where they failed too often.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{Authority, Digest, MatterCode, PackageName};
use crate::package::Kind;
use crate::text::Text;
use crate::time;

/// The code of a step that is parked because its package is quarantined.
pub const QUARANTINED: &str = "package.quarantined";

/// Where a quarantine stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum QuarantineState {
    /// The package is not called.
    Quarantined,
    /// One step was let through; its outcome decides.
    Trial,
    /// The package is called again.
    Released,
}

/// How a quarantine ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Release {
    /// When.
    pub at: Timestamp,
    /// The principal who released it; none: a trial succeeded.
    pub by: Option<String>,
}

/// A package that is not called for an authority's cases, because its steps failed there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Quarantine {
    /// Its id.
    pub id: String,
    /// The package.
    pub package: Digest,
    /// Its name, for people.
    pub name: PackageName,
    /// Its version, for people.
    pub version: String,
    /// Matter or code variation.
    pub kind: Kind,
    /// By whom it is in force.
    pub publisher: Authority,
    /// Of which matter the last failed step was.
    pub matter: MatterCode,
    /// For whose cases it is not called: elsewhere it goes on.
    pub authority: Authority,
    /// Where it stands.
    pub state: QuarantineState,
    /// Since when.
    pub since: Timestamp,
    /// Before when no trial is let through.
    pub until: Timestamp,
    /// What the last failed step broke: a limit's or rule's own name.
    pub code: String,
    /// Steps that failed within the window.
    pub failures: u32,
    /// Steps of the package within the window.
    pub steps: u32,
    /// Cases in which they failed, counted up to the threshold in each slice of the window.
    pub cases: u32,
    /// Trials that failed since.
    pub failed_trials: u32,
    /// How it ended; none: it is in force.
    pub released: Option<Release>,
}

impl Quarantine {
    /// What it means for a case: since when, why, and what an officer can do.
    pub fn explained(&self) -> Text {
        let Self { name, version, authority, failures, steps, code, .. } = self;
        let (since, until) = (time::text(self.since), time::text(self.until));
        Text::new(
            format!(
                "组件包 {name} {version} 自 {since} 起在 {authority} 停用：{steps} 步中有 {failures} 步失败（{code}）。\
                 各项时限照常计算。{until} 以后由一个办件试行，成功即自动恢复，本办件随后自动继续；\
                 不宜等待的，承办人可以手工办结，平台运行人员可以提前恢复。"
            ),
            format!(
                "package {name} {version} is quarantined at {authority} since {since}: {failures} of {steps} steps \
                 failed ({code}). All time limits run on. After {until} one case tries it; if that succeeds, it is \
                 released and this case goes on by itself. An officer who should not wait finishes the case by hand; \
                 an operator may release it earlier."
            ),
        )
    }
}
