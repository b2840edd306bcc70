//! The edge and the host together: started in order, watched, stopped in order.

use std::io::{BufRead, BufReader};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{Ready, Secrets, host, local_edge, ports};
use crate::checkout::Checkout;
use crate::child::Process;
use crate::cli::RunOptions;
use crate::interrupt;
use crate::load::http;
use crate::settings::WrongSetting;
use crate::setup;
use crate::step::step;

/// Long enough for a slow machine that has everything else to do.
const START_DEADLINE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What a program exits with when a setting of the person's is wrong; it has said which.
const WRONG_SETTING: i32 = 2;

/// What the system is started with.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Absolute.
    pub(crate) data_dir: PathBuf,
    pub(crate) edge_port: u16,
    pub(crate) lan_host: IpAddr,
    pub(crate) lan_port: u16,
    pub(crate) metrics_port: u16,
    pub(crate) redis: RedisChoice,
    /// With a window.
    pub(crate) window: bool,
    /// Opens the edge's routes that only benchmarks call.
    pub(crate) bench: bool,
}

/// Where the stream between mailbox and writer lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RedisChoice {
    /// The engine starts one of its own.
    Private,
    Url(String),
    None,
}

impl Settings {
    pub(crate) fn of(options: &RunOptions) -> Result<Self> {
        let data_dir = std::path::absolute(&options.data_dir).context("--data-dir")?;
        let redis = match (&options.redis_url, options.no_redis) {
            (Some(url), _) => RedisChoice::Url(url.clone()),
            (None, true) => RedisChoice::None,
            (None, false) => RedisChoice::Private,
        };
        let RunOptions { edge_port, lan_host, lan_port, metrics_port, .. } = *options;
        let window = !options.headless && setup::display_is_there();
        Ok(Self { data_dir, edge_port, lan_host, lan_port, metrics_port, redis, window, bench: false })
    }

    /// Whether a start can succeed, as far as that can be told beforehand.
    pub(crate) fn check(&self) -> Result<()> {
        let ports = [
            (self.edge_port, "the edge", "--edge-port"),
            (self.lan_port, "the venue page", "--lan-port"),
            (self.metrics_port, "the numbers to watch", "--metrics-port"),
        ];
        for (index, (port, what, flag)) in ports.into_iter().enumerate() {
            if let Some((_, other, _)) = ports.iter().take(index).find(|(taken, ..)| *taken == port) {
                let line = format!(
                    "port {port} is given to {other} and to {what} — choose another with {flag} PORT"
                );
                return Err(WrongSetting::new(line).into());
            }
            ports::must_be_free(port, what, flag)?;
        }
        std::fs::create_dir_all(&self.data_dir).map_err(|error| {
            let folder = self.data_dir.display();
            WrongSetting::new(format!(
                "the folder {folder} cannot be made ({error}) — choose another with --data-dir DIR"
            ))
        })?;
        Ok(())
    }
}

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

/// What a load generator needs to know of a running system.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) edge: SocketAddr,
    pub(crate) publish_key: String,
    pub(crate) ready: Ready,
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
                // Read on, so that the pipe never fills.
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

    /// Stops the host where it is, as a laptop does whose lid is closed, and lets it go on.
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

/// A data folder that is thrown away, for benchmarks.
#[derive(Debug)]
pub(crate) struct ScratchFolder(PathBuf);

impl ScratchFolder {
    pub(crate) fn new(checkout: &Checkout, name: &str) -> Result<Self> {
        let path = checkout.target()?.join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        // Only disk space is lost if this fails.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
