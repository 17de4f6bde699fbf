//! What every test needs: a host, callers with roles, packages built from source.

mod caller;
mod host;
mod packages;
mod partner;
mod roles;
mod store;

pub use caller::{Answer, Caller, say};
pub use host::{Ended, Host, Start};
pub use packages::{package, top};
pub use partner::{Does, Message, Partner};
pub use roles::{Roles, applicant_subject};
pub use store::{BUSINESS_LICENCE, COMPOSITE, Store, Wish, licence_id, sample, subject, verdict};

use serde_json::{Value, json};

/// The day before everything happens.
pub const DAY_ONE: &str = "2021-04-22T09:00:00+08:00";

/// A host on a simulated clock, with the plain approval of `examples/` in force for all of Shanghai.
pub async fn host_with_plain_approval() -> Host {
    let host = Host::start(Start::simulated(DAY_ONE)).await;
    host.put_in_force("examples/plain-approval", "EX-PLAIN", "城市管理局", "310000").await;
    host
}

/// An application to the plain approval in Pudong.
pub fn plain_application() -> Value {
    json!({ "matter": "EX-PLAIN", "division": "310115", "subject": applicant_subject() })
}

/// The units that review the plain approval.
pub const PLAIN_UNITS: [&str; 3] = ["规划科", "安全科", "交通科"];
