//! Compiling, in a child process with resource limits.
//!
//! A compiler is a large program that reads hostile input. In a child it can take a bounded amount of
//! address space and time, and a crash of it is an error message here. The child gets the request on
//! standard input: one line of JSON with its limits, then the component. It answers with the machine code
//! on standard output, or with one line on standard error and exit code 1.

use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use wasmtime::{Engine, Precompiled};

use crate::engine;
use crate::options::Options;

/// Where components are compiled.
#[derive(Debug, Clone)]
pub enum Compiler {
    /// In a child process: `program args…`, which must do nothing but call [`compile_child_main`]. A
    /// hostile component can then take a bounded amount of memory and time, and nothing else.
    Child {
        /// The program, for example the running `banshi` binary itself.
        program: PathBuf,
        /// Its arguments, for example `compile-component`.
        args: Vec<String>,
    },
    /// In this process, without limits. For tests only.
    InProcess,
}

/// Why there is no machine code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The component does not compile within the limits.
    Component(String),
    /// It compiles, and this engine's pool has no place for what it is made of.
    Structure(String),
    /// The host's fault; it may work another time.
    Host(String),
}

/// What the child is to keep to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    memory_bytes: u64,
    cpu_seconds: u64,
}

/// What a child may say of why it failed, at most.
const MESSAGE_BYTES: u64 = 2_000;
/// The request's line, at most.
const REQUEST_BYTES: u64 = 4_096;

impl Compiler {
    /// The machine code of a component for `engine`.
    pub(crate) async fn compile(
        &self,
        engine: &Engine,
        options: &Options,
        component: Vec<u8>,
    ) -> Result<Vec<u8>, Failure> {
        match self {
            Self::InProcess => {
                let engine = engine.clone();
                let work = move || engine.precompile_component(&component);
                match tokio::task::spawn_blocking(work).await {
                    Ok(code) => code.map_err(|error| Failure::Component(described(&error))),
                    Err(_) => Err(Failure::Component("the compiler panicked".to_owned())),
                }
            }
            Self::Child { program, args } => in_child(program, args, options, component).await,
        }
    }
}

async fn in_child(program: &Path, args: &[String], options: &Options, component: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let host = |what: &str, error: io::Error| Failure::Host(format!("{what}: {error}"));
    let request = Request { memory_bytes: options.compile_memory_bytes, cpu_seconds: options.compile_cpu_seconds };
    let mut input = serde_json::to_vec(&request).map_err(|error| Failure::Host(error.to_string()))?;
    input.push(b'\n');
    input.extend_from_slice(&component);
    drop(component);
    let mut child = Command::new(program)
        .args(args)
        // Nothing of the host's surroundings is the compiler's business.
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| host("the compiling process does not start", error))?;
    let (Some(mut stdin), Some(mut stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(Failure::Host("the compiling process has no pipes".to_owned()));
    };
    let talk = async {
        let (mut code, mut message) = (Vec::new(), Vec::new());
        let write = async move {
            // A child that died reads no more; its exit says why.
            let _ = stdin.write_all(&input).await;
            drop(stdin);
        };
        let listen = async {
            let mut limited = stderr.take(MESSAGE_BYTES);
            let said = limited.read_to_end(&mut message).await;
            // What it says beyond that is read too, so that it never waits for a reader.
            said.and(tokio::io::copy(&mut limited.into_inner(), &mut tokio::io::sink()).await)
        };
        let ((), read, said) = tokio::join!(write, stdout.read_to_end(&mut code), listen);
        read.and(said).map_err(|error| host("the compiling process does not answer", error))?;
        let status = child.wait().await.map_err(|error| host("the compiling process does not end", error))?;
        Ok::<_, Failure>((status, code, message))
    };
    let wall = Duration::from_secs(options.compile_cpu_seconds.saturating_mul(3));
    let (status, code, message) = tokio::time::timeout(wall, talk).await.map_err(|_| {
        Failure::Component(format!("not compiled in {} s (three times `compile_cpu_seconds`)", wall.as_secs()))
    })??;
    compiled(status, code, &message, options)
}

/// What the child's end means: machine code, the component's fault, or the host's.
fn compiled(status: ExitStatus, code: Vec<u8>, message: &[u8], options: &Options) -> Result<Vec<u8>, Failure> {
    if status.success() {
        return match Engine::detect_precompiled(&code) {
            Some(Precompiled::Component) => Ok(code),
            _ => Err(Failure::Host("the compiling process answered with something else than a component".to_owned())),
        };
    }
    let message = one_line(&String::from_utf8_lossy(message));
    Err(Failure::Component(match status.code() {
        Some(1) => message,
        Some(2) => return Err(Failure::Host(message)),
        _ => format!(
            "the compiling process was ended ({status}); its limits are {} bytes (`compile_memory_bytes`) and {} s \
             (`compile_cpu_seconds`): {message}",
            options.compile_memory_bytes, options.compile_cpu_seconds
        ),
    }))
}

/// The child's whole `main`: reads a request on standard input, limits its own address space and processor
/// time, compiles, and writes the machine code to standard output. On an error it writes one line to
/// standard error and exits with 1 (the component does not compile) or 2 (the request does not read).
pub fn compile_child_main() -> ExitCode {
    match child(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Component(message)) => {
            eprintln!("{message}");
            ExitCode::from(1)
        }
        Err(Failure::Host(message) | Failure::Structure(message)) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn child(input: &mut impl BufRead, output: &mut impl Write) -> Result<(), Failure> {
    let host = |error: &dyn std::fmt::Display| Failure::Host(format!("compiling process: {error}"));
    let mut line = Vec::new();
    input.by_ref().take(REQUEST_BYTES).read_until(b'\n', &mut line).map_err(|error| host(&error))?;
    let request: Request = serde_json::from_slice(&line).map_err(|error| {
        host(&format!("no request on standard input ({error}); this command is run by the host, not by hand"))
    })?;
    limit(&request).map_err(|error| host(&error))?;
    let mut component = Vec::new();
    input.read_to_end(&mut component).map_err(|error| host(&error))?;
    let engine = engine::compiling().map_err(|error| host(&error))?;
    let code = engine.precompile_component(&component).map_err(|error| Failure::Component(described(&error)))?;
    output.write_all(&code).and_then(|()| output.flush()).map_err(|error| host(&error))
}

/// Takes the rights away, for good: the hard limits too. No file of any size can be written, and no core
/// file, which would hold the component.
fn limit(request: &Request) -> io::Result<()> {
    use rlimit::Resource;
    Resource::CORE.set(0, 0)?;
    Resource::FSIZE.set(0, 0)?;
    Resource::CPU.set(request.cpu_seconds, request.cpu_seconds)?;
    Resource::AS.set(request.memory_bytes, request.memory_bytes)
}

/// wasmtime's words for what is wrong with a component, as one bounded line. They may hold names out of the
/// component, and go to its author.
pub(crate) fn described(error: &wasmtime::Error) -> String {
    one_line(&format!("{error:#}"))
}

/// Cuts and escapes what will be shown.
pub(crate) fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(500).flat_map(|c| if c.is_control() { ' '.escape_debug() } else { c.escape_debug() }).collect()
}
