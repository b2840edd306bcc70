//! Builds the worker into edge/build. wrangler.toml calls `cargo xtask edge` before it serves or deploys.

use std::io::Write;
use std::process::{Command, ExitCode};
use std::{fmt, fs};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::checkout::Checkout;
use crate::setup::{self, EdgeTools, Redis, Window};
use crate::stamp::Stamp;
use crate::step::{say, step};
use crate::{tool, versions};

/// What lies in edge/ without being an input of the build.
const NO_INPUTS: [&str; 3] = ["bench", "build", "node_modules"];

/// `cargo xtask edge`.
pub(crate) fn command() -> Result<ExitCode> {
    let checkout = Checkout::find()?;
    // Looked at before anything else: wrangler waits for us at every start.
    if !stamp(&checkout)?.is_current() || !is_built(&checkout) {
        let tools = setup::tools(&checkout, Redis::Elsewhere, Window::None)?;
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
    let weight = weigh(checkout)?;
    let verdict = if weight.is_within_limit() { "within" } else { "OVER" };
    say(format!("the worker: {weight}, {verdict} the target of {} KB", versions::WASM_LIMIT_BYTES / 1024));
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
        // All of edge/ but these, so that no input is forgotten when one is added.
        if !NO_INPUTS.iter().any(|name| entry.file_name() == *name) {
            inputs.push(entry.path());
        }
    }
    Stamp::of(checkout.edge_target().join("worker.stamp"), &inputs, &[versions::WORKER_BUILD])
}

fn is_built(checkout: &Checkout) -> bool {
    checkout.worker().join("index.js").is_file()
}

/// How heavy a worker is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight {
    plain: u64,
    /// What Cloudflare counts, and a cold start reads.
    compressed: u64,
}

impl Weight {
    pub(crate) fn is_within_limit(self) -> bool {
        self.compressed <= versions::WASM_LIMIT_BYTES
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} KB, {} KB compressed", self.plain / 1024, self.compressed / 1024)
    }
}

/// Weighs the worker that was built.
pub(crate) fn weigh(checkout: &Checkout) -> Result<Weight> {
    let worker = checkout.worker();
    let mut compressed = GzEncoder::new(Vec::new(), Compression::best());
    let mut plain = 0;
    for file in fs::read_dir(&worker).with_context(|| format!("reading {}", worker.display()))? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            let wasm = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            plain += wasm.len() as u64;
            compressed.write_all(&wasm)?;
        }
    }
    if plain == 0 {
        bail!("the build left no .wasm in {}", worker.display());
    }
    Ok(Weight { plain, compressed: compressed.finish()?.len() as u64 })
}
