//! Builds the worker into edge/build. wrangler.toml calls `cargo xtask edge` before it serves or deploys.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::checkout::Checkout;
use crate::setup::{self, EdgeTools, Redis};
use crate::stamp::Stamp;
use crate::step::{say, step};
use crate::{tool, versions};

/// What lies in edge/ without being an input of the build.
const MADE: [&str; 2] = ["build", "node_modules"];

/// `cargo xtask edge`.
pub(crate) fn command() -> Result<ExitCode> {
    let checkout = Checkout::find()?;
    // Looked at before anything else: wrangler waits for us at every start.
    if !stamp(&checkout)?.is_current() || !is_built(&checkout) {
        let tools = setup::edge_tools(&checkout, Redis::Elsewhere)?;
        build(&checkout, &tools)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the worker unless it is there and none of its inputs has changed.
pub(crate) fn build(checkout: &Checkout, tools: &EdgeTools) -> Result<()> {
    let stamp = stamp(checkout)?;
    if stamp.is_current() && is_built(checkout) {
        return Ok(());
    }
    step("the worker", "Rust to WebAssembly, for wrangler (about 2 min the first time)", || {
        let mut build = Command::new(&tools.worker_build);
        tools.compiler.apply(&mut build, checkout)?;
        build
            .current_dir(checkout.edge())
            .args(["--profile", "edge"])
            // worker-build downloads what these do not name.
            .env("WASM_BINDGEN_BIN", &tools.wasm_bindgen)
            .env("WASM_OPT_BIN", checkout.npm_bin().join("wasm-opt"))
            .env("ESBUILD_BIN", checkout.npm_bin().join("esbuild"))
            .env_remove("RUST_BACKTRACE");
        setup::path_with_node(&mut build, checkout)?;
        tool::run(&mut build)
    })?;
    weigh(&checkout.worker())?;
    stamp.keep()
}

/// Everything that the worker is made from.
fn stamp(checkout: &Checkout) -> Result<Stamp> {
    let root = checkout.root();
    let mut inputs: Vec<_> =
        ["Cargo.toml", "Cargo.lock", "shared/Cargo.toml", "shared/src"].map(|input| root.join(input)).into();
    let edge = checkout.edge();
    for entry in fs::read_dir(&edge).with_context(|| format!("reading {}", edge.display()))? {
        let entry = entry?;
        // All of edge/ but what the build itself makes, so that no input is forgotten when one is added.
        if !MADE.iter().any(|made| entry.file_name() == *made) {
            inputs.push(entry.path());
        }
    }
    Stamp::of(checkout.edge_target().join("worker.stamp"), &inputs, &[versions::WORKER_BUILD])
}

fn is_built(checkout: &Checkout) -> bool {
    checkout.worker().join("index.js").is_file()
}

/// Says how heavy the worker is, as Cloudflare counts it: compressed.
fn weigh(worker: &Path) -> Result<()> {
    let mut compressed = GzEncoder::new(Vec::new(), Compression::best());
    let mut plain = 0;
    for file in fs::read_dir(worker).with_context(|| format!("reading {}", worker.display()))? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            let wasm = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            plain += wasm.len() as u64;
            compressed.write_all(&wasm)?;
        }
    }
    let compressed = compressed.finish()?.len() as u64;
    if plain == 0 {
        bail!("the build left no .wasm in {}", worker.display());
    }
    let verdict = if compressed <= versions::WASM_LIMIT_BYTES { "within" } else { "OVER" };
    let limit = versions::WASM_LIMIT_BYTES / 1024;
    say(format!(
        "the worker: {} KB, {} KB compressed, {verdict} the target of {limit} KB",
        plain / 1024,
        compressed / 1024
    ));
    Ok(())
}
