//! `rollcall-host`: the engine without a window, and the commands that ask a running one.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod ask;
mod cli;
mod keys;
mod out;
mod signals;

use std::process::ExitCode;

fn main() -> ExitCode {
    rollcall_engine::private::by_default();
    cli::run()
}
