//! What end-to-end tests and measurements are told about this machine.

use std::env;
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::setup;

/// Sets, for the tests in `e2e/`:
///
/// | variable | what |
/// |---|---|
/// | `ROLLCALL_ROOT` | the checkout; wrangler.toml lies there |
/// | `ROLLCALL_HOST_BIN` | `rollcall-host`, as people run it |
/// | `ROLLCALL_HOST_FAILPOINTS_BIN` | the same with the feature `failpoints` |
/// | `ROLLCALL_DESKTOP_BIN` | `rollcall-desktop`, the same with a window |
/// | `ROLLCALL_WRANGLER` | wrangler; the `PATH` that is set finds its Node first |
/// | `ROLLCALL_NODE` | Node, for what drives browsers |
/// | `ROLLCALL_CHROMIUM` | Chromium |
/// | `ROLLCALL_FIREFOX` | Firefox |
/// | `ROLLCALL_SERVERS` | a folder of Redis and Valkey servers of other ages |
/// | `ROLLCALL_XTASK` | this program, for tests of `run` itself |
///
/// and what keeps wrangler from talking to anybody.
pub(crate) fn describe(command: &mut Command, checkout: &Checkout) -> Result<()> {
    let release = checkout.target()?.join("release");
    let program = |name: &str| release.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    setup::path_with_node(command, checkout)?;
    command
        .env("ROLLCALL_ROOT", checkout.root())
        .env("ROLLCALL_HOST_BIN", program("rollcall-host"))
        .env("ROLLCALL_HOST_FAILPOINTS_BIN", program("rollcall-host-failpoints"))
        .env("ROLLCALL_DESKTOP_BIN", program("rollcall-desktop"))
        .env("ROLLCALL_WRANGLER", checkout.npm_bin().join("wrangler"))
        .env("ROLLCALL_NODE", node(checkout))
        .env("ROLLCALL_CHROMIUM", setup::chromium())
        .env("ROLLCALL_FIREFOX", setup::firefox())
        .env("ROLLCALL_SERVERS", setup::servers_folder()?)
        .env("ROLLCALL_XTASK", env::current_exe().context("where this program lies")?)
        .env("WRANGLER_SEND_METRICS", "false")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    Ok(())
}

/// The one that comes along from npm on Linux, as wrangler uses it; elsewhere the system's own.
fn node(checkout: &Checkout) -> std::path::PathBuf {
    let ours = checkout.npm_bin().join("node");
    if ours.exists() { ours } else { "node".into() }
}
