//! The phone page's script and style: from edge/web into shared/src/form/built, where the page includes them.
//!
//! What is built is committed beside the rules that render the page, so that `cargo test` needs no Node; `cargo xtask test`
//! fails where it is stale.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::setup;
use crate::step::{say, step};
use crate::tool;

const BUILT: &str = "shared/src/form/built";
const FILES: [&str; 5] = ["join.js", "receipt.js", "page.css", "sw.js", "worker.js"];

/// `cargo xtask web`.
pub(crate) fn command() -> Result<ExitCode> {
    let checkout = Checkout::find()?;
    setup::npm_packages(&checkout)?;
    let built = checkout.root().join(BUILT);
    step("the page's script and style", "edge/web, checked and packed", || build(&checkout, &built))?;
    say(format!("{BUILT} is up to date"));
    Ok(ExitCode::SUCCESS)
}

/// Whether what is committed is what edge/web comes to.
pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    let fresh = checkout.target()?.join("page");
    build(checkout, &fresh)?;
    for file in FILES {
        let read = |folder: &Path| fs::read(folder.join(file)).with_context(|| format!("reading {file}"));
        if read(&fresh)? != read(&checkout.root().join(BUILT))? {
            bail!("{BUILT}/{file} is not what edge/web comes to: run `cargo xtask web` and commit it");
        }
    }
    Ok(())
}

fn build(checkout: &Checkout, into: &Path) -> Result<()> {
    // Pages and workers have different things around them.
    run(checkout, "tsc", &["-p", "web"])?;
    run(checkout, "tsc", &["-p", "web/workers"])?;
    let outdir = format!("--outdir={}", into.display());
    let arguments = [
        "web/join.ts",
        "web/receipt.ts",
        "web/page.css",
        "web/workers/sw.ts",
        "web/workers/worker.ts",
        "--bundle",
        "--minify",
        "--charset=utf8",
        // WeChat's own browser engines and iPhones that get no newer system.
        "--target=chrome70,safari13",
        // Safari 13 has it, but for a corner that esbuild is careful about and this code does not touch.
        "--supported:destructuring=true",
        "--legal-comments=none",
        "--log-level=warning",
        "--entry-names=[name]",
        &outdir,
    ];
    run(checkout, "esbuild", &arguments)
}

fn run(checkout: &Checkout, program: &str, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new(checkout.npm_bin().join(program));
    setup::path_with_node(&mut command, checkout)?;
    tool::run(command.args(arguments).current_dir(checkout.edge()))
}
