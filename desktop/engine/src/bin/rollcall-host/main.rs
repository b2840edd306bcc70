//! `rollcall-host`: the engine without a window, and the commands that ask a running one.

mod ask;
mod cli;
mod signals;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
