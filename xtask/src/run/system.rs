//! The edge and the host together: started in order, watched, stopped in order.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::ready::Ready;
use super::scene::Scene;
use super::secrets::Secrets;
use super::settings::Settings;
use super::{host, local_edge};
use crate::checkout::Checkout;
use crate::child::Process;
use crate::interrupt;
use crate::load::http;
use crate::settings::WrongSetting;
use crate::step::step;

/// Long enough for a slow machine that has everything else to do.
const START_DEADLINE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What a program exits with when a setting of the person's is wrong; it has said which.
const WRONG_SETTING: i32 = 2;

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
        let secrets = Secrets::in_folder(&folder, settings.bench)?;
        let edge_address = local_edge::address(settings.edge_port);
        let edge = step("the edge", "workerd on this machine, with KV, Queue and Durable Objects", || {
            let mut edge = local_edge::start(checkout, settings.edge_port, &folder, &secrets)?;
            wait_until("the edge", || {
                check_running(&mut edge)?;
                Ok(http::is_healthy(edge_address).then_some(()))
            })?;
            anyhow::Ok(edge)
        })?;
        let (host, ready) =
            step("the host", "venue page, collector and database, with a demo workshop", || {
                let mut host = host::start(checkout, settings, &secrets)?;
                let lines = lines(&mut host)?;
                let ready = wait_until("the host", || match lines.try_recv() {
                    Ok(line) => Ready::parse(&line).transpose(),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                        check_running(&mut host).map(|()| None)
                    }
                })?;
                // Keep reading, so that the pipe never fills.
                thread::spawn(move || lines.iter().for_each(|line| eprintln!("{line}")));
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

fn check_running(process: &mut Process) -> Result<()> {
    let Some(status) = process.ended()? else { return Ok(()) };
    if status.code() == Some(WRONG_SETTING) {
        return Err(WrongSetting::already_said().into());
    }
    bail!("{} ended by itself ({status}); its last lines above say why", process.name())
}

fn wait_until<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + START_DEADLINE;
    loop {
        interrupt::check()?;
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() > deadline {
            bail!("{what} was not ready within {} s", START_DEADLINE.as_secs());
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// A program's standard output, line by line.
fn lines(process: &mut Process) -> Result<Receiver<String>> {
    let stdout = process.child().stdout.take().context("its standard output is not ours to read")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    Ok(receiver)
}
