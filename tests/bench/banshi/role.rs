//! This program, started again for one job: as clients of a host, as a loader, or in a fresh process to measure in.
//! The order and the answer are one JSON text each.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{approval_client, bare_http, bundle_client, city, growth, growth_load, ready};

/// The first argument of a process that plays a role.
pub const FLAG: &str = "--as";
/// The role of a bare server, which ends when it is killed.
pub const BARE_HTTP: &str = "bare-http";

/// Starts this program in a role and waits for its answer.
pub fn play<A: DeserializeOwned>(name: &str, order: &impl Serialize) -> Result<A> {
    start(name, order)?.answer()
}

/// A process that plays a role.
pub struct Playing {
    name: String,
    child: std::process::Child,
}

/// Starts this program in a role.
pub fn start(name: &str, order: &impl Serialize) -> Result<Playing> {
    let child = Command::new(std::env::current_exe()?)
        .args([FLAG, name, &serde_json::to_string(order)?])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    Ok(Playing { name: name.to_owned(), child })
}

impl Playing {
    /// Waits for its answer.
    pub fn answer<A: DeserializeOwned>(self) -> Result<A> {
        let output = self.child.wait_with_output()?;
        ensure!(output.status.success(), "the {} failed; it says why above", self.name);
        serde_json::from_slice(&output.stdout).with_context(|| format!("the {}'s answer", self.name))
    }
}

/// Plays a role in this process.
pub fn run(name: &str, order: &str) -> Result<()> {
    match name {
        "approval-client" => answer(order, approval_client::run),
        "bundle-client" => answer(order, bundle_client::run),
        "loader" => answer(order, growth_load::run),
        "growth" => answer(order, growth::run),
        "city" => answer(order, city::run),
        BARE_HTTP => bare_http::serve(),
        "sled-open" => answer(order, ready::open_sled),
        other => bail!("`{other}` is no role"),
    }
}

fn answer<O: DeserializeOwned, A: Serialize>(order: &str, play: fn(O) -> Result<A>) -> Result<()> {
    println!("{}", serde_json::to_string(&play(serde_json::from_str(order)?)?)?);
    Ok(())
}
