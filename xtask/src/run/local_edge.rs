//! The edge on this machine: `wrangler dev`, which runs the worker in workerd with KV, Queue and Durable
//! Objects.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::ports;
use super::secrets::Secrets;
use super::settings::{Settings, Worker};
use crate::checkout::Checkout;
use crate::child::Process;
use crate::{setup, tool};

/// Starts it. It answers some seconds later.
pub(super) fn start(
    checkout: &Checkout,
    settings: &Settings,
    folder: &Path,
    secrets: &Secrets,
) -> Result<Process> {
    let logs = folder.join("logs");
    fs::create_dir_all(&logs).with_context(|| format!("making {}", logs.display()))?;
    let mut wrangler =
        Command::new(checkout.npm_bin().join(if cfg!(windows) { "wrangler.cmd" } else { "wrangler" }));
    tool::forget_our_cargo(&mut wrangler);
    setup::path_with_node(&mut wrangler, checkout)?;
    let [inspector] = ports::free()?;
    wrangler
        .current_dir(checkout.root())
        .args(["dev", "--local", "--ip", "127.0.0.1", "--port", &settings.edge_port.to_string()])
        // A port of its own: with the usual one, a second `wrangler dev` on this machine would be in the way.
        .args(["--inspector-ip", "127.0.0.1", "--inspector-port", &inspector.to_string()])
        .args(["--show-interactive-dev-session=false", "--log-level", "warn"])
        .arg("--persist-to")
        .arg(folder.join("state"))
        .arg("--env-file")
        .arg(&secrets.env_file)
        // Nothing is sent to or fetched from anybody.
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("WRANGLER_LOG_PATH", &logs)
        .env("WRANGLER_REGISTRY_PATH", folder.join("registry"))
        .env("CI", "true")
        .stdin(std::process::Stdio::null())
        .stdout(tool::to_stderr()?);
    if settings.worker == Worker::Bench {
        wrangler.arg(checkout.bench_worker());
    }
    Process::start("the edge", &mut wrangler).context("starting wrangler dev")
}

/// Returns the address at which it listens.
pub(super) fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
