//! The binary `banshi`: host, command line, simulated partners and demo.
//!
//! This file only reads the command line and gives the exit code. It must not decide anything: what is allowed is
//! the engine's business, and the command line is a caller like any other.

mod cli;
mod client;
mod commands;
mod config;
mod demo;
mod failure;
mod host;
mod logging;
mod output;
mod package;
mod partner_sim;
mod table;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use failure::Result;
use output::Out;

/// Commits are made on one thread and dropped on another; see the manifest.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::CompileComponent) {
        // Before any thread is made: the child limits itself first.
        return banshi_runtime::compile_child_main();
    }
    let unless_said = if matches!(cli.command, Command::Serve(_) | Command::PartnerSim(_)) { "info" } else { "warn" };
    let lines = logging::start(cli.log, unless_said);
    // The one TLS provider of this process; reqwest is built without one of its own. An error would only say that
    // there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();

    let json = cli.json;
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure::Failure::from(error).report(json),
    };
    let ended = runtime.block_on(run(cli));
    // The last lines of the log stand before what is said of the end.
    drop(lines);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(json),
    }
}

async fn run(cli: Cli) -> Result {
    let out = Out { json: cli.json };
    match cli.command {
        Command::Demo(args) => demo::run(args, out).await,
        Command::Serve(args) => host::serve::run(args, out).await,
        Command::Token(command) => commands::token::run(command, out),
        Command::Package(command) => commands::package::run(command, out).await,
        Command::Trust(command) => commands::trust::run(command, out).await,
        Command::Enact(args) => commands::enact::enact(args, out).await,
        Command::TakeBack(args) => commands::enact::take_back(args, out).await,
        Command::Shadow(args) => commands::shadow::run(args, out).await,
        Command::Enactments(args) => commands::enact::list(args, out).await,
        Command::Enactment(command) => commands::enactment::run(command, out).await,
        Command::Migration(command) => commands::migration::run(command, out).await,
        Command::Emergency(command) => commands::emergency::run(command, out).await,
        Command::Matter(command) => commands::matter::run(command, out).await,
        Command::Case(command) => commands::case::run(command, out).await,
        Command::Task(command) => commands::task::run(command, out).await,
        Command::Licence(command) => commands::licence::run(command, out).await,
        Command::Outbox(command) => commands::outbox::run(command, out).await,
        Command::Quarantine(command) => commands::quarantine::run(command, out).await,
        Command::Clock(command) => commands::clock::run(command, out).await,
        Command::Verify(args) => host::offline::verify(args, out).await,
        Command::Replay(args) => host::offline::replay(args, out).await,
        Command::Config(command) => commands::config::run(command, out),
        Command::PartnerSim(args) => partner_sim::run(args, out).await,
        // Answered before the runtime began.
        Command::CompileComponent => Ok(()),
    }
}
