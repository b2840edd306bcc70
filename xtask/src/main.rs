//! `cargo xtask …`: one command each to set up, start, test and measure Rollcall.
//!
//! Standard output carries results alone (`ready {…}`, the benchmark's rows, the tests' summary); progress
//! and logs go to standard error.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod checkout;
mod child;
mod cli;
mod edge;
mod fuzz;
mod interrupt;
mod load;
mod out;
mod run;
mod settings;
mod setup;
mod source;
mod stamp;
mod step;
mod test;
mod tool;
mod ui;
mod versions;
mod web;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::settings::WrongSetting;

fn main() -> ExitCode {
    let Cli { only_read, command } = Cli::parse();
    if only_read {
        return ExitCode::SUCCESS;
    }
    interrupt::take_over().and_then(|()| obey(&command)).unwrap_or_else(|error| fail(&error))
}

fn obey(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Edge => edge::command(),
        Command::Run(options) => run::command(options),
        Command::Test(options) => test::command(options),
        Command::Offline(options) => test::offline(options),
        Command::Faults(options) => test::faults(options),
        Command::Fuzz(options) => fuzz::command(options),
        Command::Bench(options) => bench::command(options),
        Command::Census(options) => test::census(options),
        Command::Web => web::command(),
        Command::Setup => setup::command(),
    }
}

/// One line, and the code that tells what kind it is of.
fn fail(error: &anyhow::Error) -> ExitCode {
    let wrong_setting = error.downcast_ref::<WrongSetting>();
    if !wrong_setting.is_some_and(WrongSetting::is_said) {
        out::tell(format!("error: {error:#}"));
    }
    // 2 says "correct the setting and try again", as clap does for a wrong flag; 1 says that something
    // failed.
    ExitCode::from(if wrong_setting.is_some() { 2 } else { 1 })
}
