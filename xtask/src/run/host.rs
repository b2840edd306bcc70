//! The host's program, with a window or without: built here, started here.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result};

use super::local_edge;
use super::secrets::Secrets;
use super::settings::{RedisChoice, Settings, Venue};
use crate::checkout::Checkout;
use crate::child::Process;
use crate::{setup, tool};

/// Which host is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// Without a window, as people run it.
    Plain,
    /// With the named places at which a test kills it.
    Failpoints,
    /// With its window. The pages must be built before.
    Window,
    /// What measures the host's loops from inside; no host.
    Bench,
}

const HEADLESS: &str = "rollcall-host";
const BENCH: &str = "rollcall-bench";
const WINDOW: &str = "rollcall-desktop";

/// What the measurements in the engine are compiled with.
pub(crate) const BENCH_FEATURE: &str = "rollcall-engine/bench";

/// What names the whole workspace, for every cargo command: dependencies then have the same features in all
/// of them and are compiled once. The window's crate is left out where its toolkit is not there: the host
/// without a window must not need it.
pub(crate) fn whole_workspace() -> &'static [&'static str] {
    if setup::toolkit_is_there() { &["--workspace"] } else { &["--workspace", "--exclude", WINDOW] }
}

/// Builds the host and returns the program's path.
pub(crate) fn build(checkout: &Checkout, build: Build) -> Result<PathBuf> {
    let mut cargo = checkout.cargo();
    let (name, features) = match build {
        Build::Plain => (HEADLESS, None),
        Build::Failpoints => (HEADLESS, Some("rollcall-engine/failpoints")),
        Build::Window => (WINDOW, None),
        Build::Bench => (BENCH, Some(BENCH_FEATURE)),
    };
    cargo.args(["build", "--release"]).args(whole_workspace()).args(["--bin", name]);
    cargo.args(features.iter().flat_map(|features| ["--features", *features]));
    tool::run(&mut cargo)?;
    let program = |name| {
        checkout
            .target()
            .map(|target| target.join("release").join(format!("{name}{}", env::consts::EXE_SUFFIX)))
    };
    let built = program(name)?;
    if build != Build::Failpoints {
        return Ok(built);
    }
    // Cargo writes both to one path; the next plain build would take this one away.
    let kept = program("rollcall-host-failpoints")?;
    // Only an older one may be running; a file in use cannot be overwritten, but it can be removed.
    let _ = fs::remove_file(&kept);
    fs::copy(&built, &kept).with_context(|| format!("copying to {}", kept.display()))?;
    Ok(kept)
}

/// Starts the host on the demo workshop; its standard output is ours to read.
pub(super) fn start(checkout: &Checkout, settings: &Settings, secrets: &Secrets) -> Result<Process> {
    let name = if settings.window { WINDOW } else { HEADLESS };
    let program = checkout.target()?.join("release").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let mut host = Command::new(program);
    if !settings.window {
        host.arg("run");
    }
    if let Venue::AtOnce(address) = settings.venue {
        host.args(["--lan-host", &address.to_string()]);
        if settings.window {
            host.arg("--venue-open");
        }
    }
    host.args(["--demo", "--data-dir"])
        .arg(&settings.data_dir)
        .args(["--edge-url", &format!("http://{}", local_edge::address(settings.edge_port))])
        .arg("--publish-key-file")
        .arg(&secrets.publish_key_file)
        .args(["--lan-port", &settings.lan_port.to_string()])
        .args(["--metrics-port", &settings.metrics_port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    match &settings.redis {
        RedisChoice::Private => {}
        RedisChoice::Url(url) => {
            host.args(["--redis-url", url]);
        }
        RedisChoice::None => {
            host.arg("--no-redis");
        }
    }
    Process::start("the host", &mut host).with_context(|| format!("starting {name}"))
}
