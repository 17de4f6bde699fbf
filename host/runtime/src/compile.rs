//! Compiling, in a child process with resource limits.

use std::path::PathBuf;
use std::process::ExitCode;

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

/// The child's whole `main`: reads a request on standard input, limits its own address space and processor
/// time, compiles, and writes the machine code to standard output. On an error it writes one line to
/// standard error and exits with 1.
pub fn compile_child_main() -> ExitCode {
    ExitCode::FAILURE
}
