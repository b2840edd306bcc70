//! Builds the window's pages into desktop/ui/dist, which becomes part of the program.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::setup;
use crate::stamp::Stamp;
use crate::step::step;
use crate::tool;

/// What lies in desktop/ui without being an input of the build.
const MADE: [&str; 3] = ["dist", "node_modules", "tests"];

/// Builds the pages unless they are there and none of their inputs has changed.
pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    let stamp = stamp(checkout)?;
    if stamp.is_current() && checkout.ui().join("dist/index.html").is_file() {
        return Ok(());
    }
    step("the window's pages", "Svelte and TypeScript, bundled (some seconds)", || run(checkout, "build"))?;
    stamp.keep()
}

/// Runs one of the scripts that desktop/ui/package.json names.
pub(crate) fn run(checkout: &Checkout, script: &str) -> Result<()> {
    tool::run(&mut command(checkout, script)?)
}

fn command(checkout: &Checkout, script: &str) -> Result<Command> {
    let mut npm = setup::npm();
    setup::path_with_node(&mut npm, checkout)?;
    npm.current_dir(checkout.ui()).args(["run", "--silent", script]);
    Ok(npm)
}

fn stamp(checkout: &Checkout) -> Result<Stamp> {
    let ui = checkout.ui();
    let mut inputs = Vec::new();
    for entry in fs::read_dir(&ui).with_context(|| format!("reading {}", ui.display()))? {
        let entry = entry?;
        if !MADE.iter().any(|made| entry.file_name() == *made) {
            inputs.push(entry.path());
        }
    }
    Stamp::of(checkout.target()?.join("ui.stamp"), &inputs, &[])
}
