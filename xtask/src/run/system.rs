//! The edge and the host together: started in order, watched, stopped in order.

use std::net::SocketAddr;

#[cfg(unix)]
use anyhow::Context;
use anyhow::Result;

use super::ready::Ready;
use super::scene::Scene;
use super::secrets::Secrets;
use super::settings::Settings;
use super::waiting::{check_running, wait_for_ready, wait_until};
use super::{host, local_edge};
use crate::checkout::Checkout;
use crate::child::Process;
use crate::load::http;
use crate::step::step;

/// The running system. Dropping it stops everything, the host first.
#[derive(Debug)]
pub(crate) struct System {
    // Dropped in this order: the host can still return its leases while the edge answers.
    host: Process,
    edge: Process,
    ready: Ready,
    edge_address: SocketAddr,
    publish_key: String,
}

impl System {
    /// Starts the edge, then the host, and returns when sign-ups can be taken.
    pub(crate) fn start(checkout: &Checkout, settings: &Settings) -> Result<Self> {
        let folder = settings.data_dir.join("edge");
        let secrets = Secrets::in_folder(&folder)?;
        let edge_address = local_edge::address(settings.edge_port);
        let edge = step("the edge", "workerd on this machine, with KV, Queue and Durable Objects", || {
            let mut edge = local_edge::start(checkout, settings, &folder, &secrets)?;
            wait_until("the edge", || {
                check_running(&mut edge)?;
                Ok(http::is_healthy(edge_address).then_some(()))
            })?;
            anyhow::Ok(edge)
        })?;
        let (host, ready) =
            step("the host", "venue page, collector and database, with a demo workshop", || {
                let mut host = host::start(checkout, settings, &secrets)?;
                let ready = wait_for_ready(&mut host)?;
                anyhow::Ok((host, ready))
            })?;
        Ok(Self { host, edge, ready, edge_address, publish_key: secrets.publish_key })
    }

    pub(crate) fn ready(&self) -> &Ready {
        &self.ready
    }

    pub(crate) fn scene(&self) -> Scene {
        Scene { edge: self.edge_address, publish_key: self.publish_key.clone(), ready: self.ready.clone() }
    }

    /// Freezes the host, as closing a laptop's lid does, or lets it continue.
    #[cfg(unix)]
    pub(crate) fn freeze_host(&mut self, frozen: bool) -> Result<()> {
        use rustix::process::{Pid, Signal, kill_process};
        let id = self.host.child().id();
        let pid = i32::try_from(id).ok().and_then(Pid::from_raw).context("the host's process id")?;
        let signal = if frozen { Signal::STOP } else { Signal::CONT };
        kill_process(pid, signal).context("stopping the host or letting it go on")
    }

    /// Fails once a part has ended by itself.
    pub(crate) fn check(&mut self) -> Result<()> {
        check_running(&mut self.host)?;
        check_running(&mut self.edge)
    }

    pub(crate) fn stop(mut self) {
        self.host.stop();
        self.edge.stop();
    }
}
