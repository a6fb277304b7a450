//! Confines itself and runs a program in its own place; `stonks` does the same. Tests use this one.

use std::process::ExitCode;

fn main() -> ExitCode {
    stonks_host::confine::serve(std::env::args_os().skip(1), std::io::stdout().lock())
}
