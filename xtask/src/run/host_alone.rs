//! A host by itself: no edge, no window, the venue page of a demo workshop.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::ports;
use super::ready::Ready;
use super::waiting::wait_for_ready;
use crate::child::Process;

/// A running host that takes sign-ups. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct HostAlone {
    process: Process,
    ready: Ready,
}

impl HostAlone {
    /// Starts a `rollcall-host`, of this checkout or of another, on a data folder of its own.
    pub(crate) fn start(program: &Path, data_dir: &Path) -> Result<Self> {
        let [lan_port, metrics_port] = ports::free()?;
        let mut host = Command::new(program);
        host.args(["run", "--demo", "--data-dir"])
            .arg(data_dir)
            .args(["--lan-host", &Ipv4Addr::LOCALHOST.to_string()])
            .args(["--lan-port", &lan_port.to_string()])
            .args(["--metrics-port", &metrics_port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let started = Process::start("the host", &mut host);
        let mut process = started.with_context(|| format!("starting {}", program.display()))?;
        let ready = wait_for_ready(&mut process)?;
        Ok(Self { process, ready })
    }

    pub(crate) fn ready(&self) -> &Ready {
        &self.ready
    }

    pub(crate) fn stop(mut self) {
        self.process.stop();
    }
}
