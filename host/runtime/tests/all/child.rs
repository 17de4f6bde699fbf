//! Compiling in a child process.

use std::io::Write;
use std::process::{Command, Stdio};

use banshi_model::package::Kind;
use banshi_runtime::{AdmissionError, Compiler, Options};

use crate::support::{Bench, plain};

const CHILD: &str = env!("CARGO_BIN_EXE_banshi-compile-component");

fn compiler(program: &str, args: &[&str]) -> Compiler {
    Compiler::Child { program: program.into(), args: args.iter().map(ToString::to_string).collect() }
}

async fn admit(options: Options, compiler: Compiler) -> Result<(), AdmissionError> {
    let bench = Bench::compiling(options, compiler);
    bench.runtime.admit(Kind::Matter, plain()).await.map(drop)
}

#[tokio::test]
async fn a_child_makes_code_that_this_process_runs() {
    let bench = Bench::compiling(Options::default(), compiler(CHILD, &[]));
    let package = bench.packages.add(plain());
    bench.runtime.admit(Kind::Matter, plain()).await.unwrap();
    assert_eq!(bench.runtime.knobs(package).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_child_without_memory_is_a_component_that_does_not_compile() {
    let options = Options { compile_memory_bytes: 64 << 20, ..Options::default() };
    let bench = Bench::compiling(options, compiler(CHILD, &[]));
    // It compiles with more; what it takes is one function that is much too long.
    let body = "(local.set 0 (i32.mul (local.get 0) (i32.load (local.get 0))))".repeat(60_000);
    let long = crate::support::pretender(&format!("(core module (memory 1) (func (param i32) {body}))"), "");
    let error = bench.runtime.admit(Kind::Matter, &long).await.unwrap_err();
    assert_eq!(error.code(), "package.compile", "{error}");
    assert!(error.to_string().contains("compile_memory_bytes"), "{error}");
}

#[tokio::test]
async fn a_child_that_spins_is_ended_by_the_clock() {
    let options = Options { compile_cpu_seconds: 1, ..Options::default() };
    let error = admit(options, compiler("/bin/sh", &["-c", "while :; do :; done"])).await.unwrap_err();
    assert_eq!(error.code(), "package.compile");
    assert!(error.to_string().contains("compile_cpu_seconds"), "{error}");
}

#[tokio::test]
async fn a_child_that_says_why_is_quoted_in_one_line_and_cut() {
    let script = "printf 'no\\nway \\033[2J' >&2; head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1";
    let error = admit(Options::default(), compiler("/bin/sh", &["-c", script])).await.unwrap_err();
    let AdmissionError::Compile { what } = error else { panic!("{error}") };
    assert!(what.starts_with("no way  [2Jxxx"), "{what}");
    assert!(what.len() <= 500);
}

#[tokio::test]
async fn a_child_that_does_not_start_or_is_no_compiler_is_the_hosts_fault() {
    let error = admit(Options::default(), compiler("/nonexistent/banshi", &[])).await.unwrap_err();
    assert_eq!(error.code(), "package.unavailable");
    let error = admit(Options::default(), compiler("/bin/sh", &["-c", "exit 2"])).await.unwrap_err();
    assert_eq!(error.code(), "package.unavailable");
}

#[tokio::test]
async fn a_child_that_answers_with_something_else_is_not_run() {
    let error = admit(Options::default(), compiler("/bin/echo", &["no machine code"])).await.unwrap_err();
    assert_eq!(error.code(), "package.unavailable");
}

#[test]
fn a_child_without_a_request_says_who_runs_it() {
    let mut child =
        Command::new(CHILD).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("run by the host"));
    assert!(output.stdout.is_empty());
}
