//! The compiling child process by itself: everything is in the library.

fn main() -> std::process::ExitCode {
    banshi_runtime::compile_child_main()
}
