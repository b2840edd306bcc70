//! Set-up: finds what is missing on this machine and installs only that.
//!
//! One module to each thing. Each can tell whether its thing is there, and get it.

mod apt;
mod browser;
mod cargo_tool;
mod deny;
mod npm;
mod redis;
mod servers;
mod skipped;
mod wasm_target;
mod wheel;
mod window;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::checkout::Checkout;
use crate::step::say;
use crate::tool;
pub(crate) use browser::{chromium, firefox};
pub(crate) use npm::{npm, path_with_node};
pub(crate) use servers::folder as servers_folder;
pub(crate) use skipped::Skipped;
pub(crate) use wasm_target::{Compiler, WASM};
pub(crate) use window::{display_is_there, toolkit_is_there};

/// What building and running the worker needs, all of it there.
#[derive(Debug)]
pub(crate) struct EdgeTools {
    pub(crate) compiler: Compiler,
    pub(crate) worker_build: PathBuf,
    pub(crate) wasm_bindgen: PathBuf,
}

/// `cargo xtask setup`.
pub(crate) fn command() -> Result<ExitCode> {
    let checkout = Checkout::find()?;
    tools(&checkout, Redis::Private, Window::Tested)?;
    browser(&checkout)?;
    failing_disk()?;
    deny()?;
    age()?;
    let skipped = servers()?;
    skipped.iter().for_each(|skipped| say(skipped.to_string()));
    say(if skipped.is_empty() { "everything is there" } else { "everything else is there" });
    Ok(ExitCode::SUCCESS)
}

/// Gets what packs the page's script.
pub(crate) fn npm_packages(checkout: &Checkout) -> Result<()> {
    npm::install_edge(checkout)
}

/// Gets what tests the phone's page in browsers. Nothing else needs it.
pub(crate) fn browser(checkout: &Checkout) -> Result<()> {
    apt::install(&browser::missing_packages())?;
    npm::install_browser(checkout)
}

/// Gets what the engine's stream runs on, where nothing else is needed.
pub(crate) fn private_redis() -> Result<()> {
    apt::install(&redis::missing_packages())
}

/// Gets the program that opens a copy of the keys, to show that it does. Nothing but a test needs it.
pub(crate) fn age() -> Result<()> {
    let is_there = tool::succeeds(Command::new("age").arg("--version"));
    let package =
        || apt::Package::new("age", "another program that opens copies of the keys, for their test");
    apt::install(&if is_there { Vec::new() } else { vec![package()] })
}

/// Gets what makes a disk fail under the host. Nothing but the fault harness needs it.
pub(crate) fn failing_disk() -> Result<()> {
    let is_there = !cfg!(target_os = "linux") || Path::new("/usr/lib/fiu/fiu_posix_preload.so").exists();
    let package = || apt::Package::new("fiu-utils", "a disk that fails under the host, for its tests");
    apt::install(&if is_there { Vec::new() } else { vec![package()] })
}

/// Gets servers of other ages, on which the stream is tested; returns what will not be tested where one
/// cannot be had. Nothing else needs them.
pub(crate) fn servers() -> Result<Vec<Skipped>> {
    servers::install()
}

/// Gets what looks through licences and sources. Only the tests need it.
pub(crate) fn deny() -> Result<PathBuf> {
    deny::install()
}

/// Gets what fuzzes. Nothing else needs it.
pub(crate) fn fuzzer() -> Result<PathBuf> {
    apt::install(&cargo_tool::missing_for_fuzzer())?;
    cargo_tool::fuzzer()?.install()
}

/// What the window's pages are built with, where only they are needed.
pub(crate) fn ui_packages(checkout: &Checkout) -> Result<()> {
    npm::install_ui(checkout)
}

/// Whether the engine will start a Redis of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redis {
    Private,
    /// None, or the one whose URL was given.
    Elsewhere,
}

/// What is done with the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    /// Nothing: no toolkit is needed.
    None,
    /// It is built and shown.
    Shown,
    /// It is built and tested.
    Tested,
}

/// Gets everything that is needed on this machine.
pub(crate) fn tools(checkout: &Checkout, redis: Redis, window: Window) -> Result<EdgeTools> {
    let tools = [cargo_tool::worker_build()?, cargo_tool::wasm_bindgen(checkout)?];
    let compiler = wasm_target::find_or_add(checkout)?;

    // All system packages in one go: the person is asked for a password, or told what to type, at most once.
    let mut packages = Vec::new();
    if compiler.is_none() {
        packages.extend(wasm_target::debian_packages());
    }
    if tools.iter().any(cargo_tool::CargoTool::is_missing) {
        packages.extend(cargo_tool::missing_packages());
    }
    if redis == Redis::Private {
        packages.extend(redis::missing_packages());
    }
    if window != Window::None {
        packages.extend(window::missing_toolkit());
    }
    if window == Window::Tested {
        packages.extend(window::missing_for_tests());
    }
    apt::install(&packages)?;

    let compiler = match compiler {
        Some(compiler) => compiler,
        None => wasm_target::build_for_debian()?,
    };
    npm::install_edge(checkout)?;
    if window != Window::None {
        npm::install_ui(checkout)?;
    }
    let [worker_build, wasm_bindgen] = tools;
    Ok(EdgeTools { compiler, worker_build: worker_build.install()?, wasm_bindgen: wasm_bindgen.install()? })
}
