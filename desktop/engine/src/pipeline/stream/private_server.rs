//! The managed Redis: a private `redis-server` child on a socket that only its owner can reach.
//!
//! It ends with the engine, whatever ends that, and a thread of the engine's starts it again when it ends by
//! itself. Where a system lets it outlive an engine that was killed, the next start stops it first: its files
//! are synced with every write, so that nothing is lost by that. Nobody waits for any of it: [`Life`] tells.

mod damaged;
mod ending;
mod orphan;
mod places;
#[cfg(test)]
mod tests;

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rand_core::OsRng;
use rollcall_shared::retry::{self, Failure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;

use ending::GRACE;
use places::Places;

/// Programs that are looked for, one after the other: Redis, and its kin where that is installed alone.
const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];
/// Signals by which a program ends that has found itself in the wrong.
const CRASHES: [Signal; 5] = [Signal::ABORT, Signal::BUS, Signal::FPE, Signal::ILL, Signal::SEGV];
/// A server that ran this long was healthy: the back-off begins again.
const HEALTHY: Duration = Duration::from_secs(10);

/// A supervised server.
pub(crate) struct RedisServer {
    socket: PathBuf,
    pid: Arc<Mutex<Option<Pid>>>,
    life: watch::Receiver<Life>,
    stop: Mutex<Option<Sender<()>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// How a server is doing, as far as its supervisor can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Life {
    /// None was started yet.
    Starting,
    /// No program of that kind is installed: none will be.
    NotInstalled,
    /// It runs. Whether it answers is told by asking it: it reads its file first.
    Running,
    /// It ended or could not be started, and is started again.
    Ended(String),
}

impl RedisServer {
    /// Starts one whose files live in `data`. Returns at once.
    ///
    /// # Errors
    /// Where the operating system refuses a thread. All else is tried again.
    pub(crate) fn start(data: &Path) -> io::Result<Self> {
        Self::start_one_of(PROGRAMS.map(PathBuf::from).to_vec(), data)
    }

    /// Starts the first of these programs that is installed.
    pub(super) fn start_one_of(programs: Vec<PathBuf>, data: &Path) -> io::Result<Self> {
        let places = Places::of(data, programs)?;
        let socket = places.socket.clone();
        let pid = Arc::new(Mutex::new(None));
        let (stop, stopped) = channel();
        let (told, life) = watch::channel(Life::Starting);
        let thread = std::thread::Builder::new().name("redis".to_owned()).spawn({
            let pid = Arc::clone(&pid);
            move || supervise(&places, &pid, &told, &stopped)
        })?;
        Ok(Self { socket, pid, life, stop: Mutex::new(Some(stop)), thread: Mutex::new(Some(thread)) })
    }

    /// Returns the client's address of it.
    pub(crate) fn url(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Returns the process, while there is one.
    pub(crate) fn pid(&self) -> Option<i32> {
        self.pid.lock().map(Pid::as_raw_pid)
    }

    /// Returns how it is doing now.
    pub(crate) fn life(&self) -> Life {
        self.life.borrow().clone()
    }

    /// Asks it to end for good.
    pub(crate) fn ask_to_end(&self) {
        drop(self.stop.lock().take());
        self.send(Signal::TERM);
    }

    /// Ends it for good, and waits until it has ended. Blocks, up to twice [`GRACE`] where nothing ends it.
    pub(crate) fn end(&self) {
        self.ask_to_end();
        let Some(thread) = self.thread.lock().take() else { return };
        if ending::has_ended(&thread, GRACE, || self.send(Signal::KILL)) {
            let _ = thread.join();
            let _ = std::fs::remove_file(&self.socket);
        } else {
            tracing::error!("redis-server does not end, and is left behind: the next start ends it first");
        }
    }

    fn send(&self, signal: Signal) {
        if let Some(pid) = *self.pid.lock() {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs the child, and runs it again when it ends, until it is time to stop.
fn supervise(places: &Places, pid: &Mutex<Option<Pid>>, life: &watch::Sender<Life>, stop: &Receiver<()>) {
    let (mut attempt, mut files_are_free) = (0, false);
    loop {
        let start = Instant::now();
        if !files_are_free {
            files_are_free = is_done(orphan::end_orphan(&places.pid_file, || is_stopping(stop)), life);
        }
        if files_are_free {
            match spawn(places) {
                Ok(child) => {
                    let status = run(child, pid, life, stop);
                    if is_stopping(stop) {
                        return;
                    }
                    let log = places.log();
                    tracing::warn!(?status, log = %log.display(), "redis-server ended and is started again");
                    let why = match &status {
                        Ok(status) => format!("redis-server ended ({status}), see {}", log.display()),
                        Err(error) => error.to_string(),
                    };
                    life.send_replace(Life::Ended(why));
                    if has_refused(status) {
                        damaged::set_aside(places);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound && *life.borrow() == Life::Starting => {
                    life.send_replace(Life::NotInstalled);
                    return;
                }
                Err(error) => {
                    is_done(Err(error), life);
                }
            }
        }
        attempt = if start.elapsed() > HEALTHY { 0 } else { attempt + 1 };
        let wait = retry::delay(attempt, Failure::Redis, &mut OsRng);
        if !matches!(stop.recv_timeout(wait), Err(RecvTimeoutError::Timeout)) {
            return;
        }
    }
}

/// Notes why something was not done; returns whether it was.
fn is_done(result: io::Result<()>, life: &watch::Sender<Life>) -> bool {
    if let Err(error) = &result {
        tracing::error!(%error, "redis-server cannot be started");
        life.send_replace(Life::Ended(format!("redis-server cannot be started: {error}")));
    }
    result.is_ok()
}

/// Waits for a child's end.
fn run(
    mut child: Child,
    pid: &Mutex<Option<Pid>>,
    life: &watch::Sender<Life>,
    stop: &Receiver<()>,
) -> io::Result<ExitStatus> {
    *pid.lock() = Pid::from_raw(child.id().cast_signed());
    life.send_replace(Life::Running);
    if is_stopping(stop) {
        // Asked between the spawn and the note of its number: nobody else can end it.
        end(&mut child);
    }
    let status = child.wait();
    *pid.lock() = None;
    status
}

/// Returns whether it ended by itself, and not well: nobody else sends it those signals.
fn has_refused(status: io::Result<ExitStatus>) -> bool {
    let crashed = |signal: i32| CRASHES.iter().any(|crash| crash.as_raw() == signal);
    status.is_ok_and(|status| {
        status.code().is_some_and(|code| code != 0) || status.signal().is_some_and(crashed)
    })
}

fn is_stopping(stop: &Receiver<()>) -> bool {
    !matches!(stop.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty))
}

fn end(child: &mut Child) {
    if let Some(pid) = Pid::from_raw(child.id().cast_signed()) {
        let _ = kill_process(pid, Signal::TERM);
    }
}

/// Starts the first of the programs that is installed.
fn spawn(places: &Places) -> io::Result<Child> {
    // Again at every start: somebody may have deleted them under the server. A folder that is missing is no
    // program that is.
    places.make().map_err(io::Error::other)?;
    let _ = std::fs::remove_file(&places.socket);
    let mut missing = io::Error::from(io::ErrorKind::NotFound);
    for program in &places.programs {
        match rollcall_child::spawn(command(program, places)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing = error,
            spawned => return spawned,
        }
    }
    Err(missing)
}

fn command(program: &Path, places: &Places) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--port", "0", "--unixsocketperm", "700", "--unixsocket"])
        .arg(&places.socket)
        .args(["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--daemonize", "no", "--dir"])
        .arg(&places.data)
        .arg("--pidfile")
        .arg(&places.pid_file)
        .args(["--loglevel", "notice", "--logfile"])
        .arg(places.log())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}
