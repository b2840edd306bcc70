//! What comes from npm: wrangler with workerd, esbuild, wasm-opt and, on Linux, a Node new enough for them;
//! what the window's pages are built with; and what drives browsers in tests.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::settings::WrongSetting;
use crate::step::step;
use crate::{tool, versions};

/// Gets what runs and packs the edge.
pub(super) fn install_edge(checkout: &Checkout) -> Result<()> {
    let why = "wrangler runs the edge on this machine, esbuild and wasm-opt pack it (about 1 min)";
    if install(&checkout.edge(), why)? {
        check_node(checkout)?;
    }
    Ok(())
}

/// Gets what drives browsers in tests. Node comes with the edge's packages, which are installed before.
pub(super) fn install_browser(checkout: &Checkout) -> Result<()> {
    install(
        &checkout.browser_tests(),
        "Playwright drives the browsers, axe looks at its pages (some seconds)",
    )
    .map(|_| ())
}

/// Gets what builds the window's pages. Node comes with the edge's packages, which are installed before.
pub(super) fn install_ui(checkout: &Checkout) -> Result<()> {
    install(&checkout.ui(), "Vite and Svelte build the window's pages (some seconds)").map(|_| ())
}

/// Installs what a folder's package-lock.json names, unless that very lock file has been installed already.
/// Whether it had to.
fn install(folder: &Path, why: &str) -> Result<bool> {
    let lock = folder.join("package-lock.json");
    let wanted = digest(&lock)?;
    let stamp = folder.join("node_modules/.rollcall-installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(false);
    }
    if !tool::succeeds(npm().arg("--version")) {
        return Err(WrongSetting::new(
            "npm is missing — install Node.js with npm from https://nodejs.org, then start again",
        )
        .into());
    }
    step("npm packages", why, || {
        // Without install scripts: none of these packages needs its own, and they may download.
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        tool::run(npm().args(arguments).current_dir(folder))
    })?;
    fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))?;
    Ok(true)
}

/// Makes a program find wrangler's Node before an older one of the system.
pub(crate) fn path_with_node(command: &mut Command, checkout: &Checkout) -> Result<()> {
    tool::path_first(command, &checkout.npm_bin())
}

fn check_node(checkout: &Checkout) -> Result<()> {
    let (major, minor) = versions::NODE;
    let mut node = Command::new("node");
    path_with_node(&mut node, checkout)?;
    let version = tool::output(node.arg("--version")).unwrap_or_default();
    let mut numbers =
        version.trim().trim_start_matches('v').split('.').map_while(|number| number.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < versions::NODE {
        let line = format!(
            "wrangler needs Node {major}.{minor} or newer, found {} — install it from https://nodejs.org, \
             then start again",
            if version.is_empty() { "none" } else { version.trim() }
        );
        return Err(WrongSetting::new(line).into());
    }
    Ok(())
}

/// Returns npm, by the name that the system gives it.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn digest(file: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    fs::read(file).with_context(|| format!("reading {}", file.display()))?.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}
