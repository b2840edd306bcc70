//! Programs that we start and must not leave behind.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::interrupt;
use crate::step::say;

/// How long a program may take to put its things in order before it is killed.
const GRACE: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running program in a process group of its own, so that Ctrl-C in a terminal reaches only us and we stop things in order.
/// Dropping it stops it, unless it was waited for.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    waited_for: bool,
}

impl Process {
    pub(crate) fn start(name: impl Into<String>, command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        Ok(Self { name: name.into(), child: spawn(command)?, waited_for: false })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How it ended, if it has ended.
    pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits until the program ends. An interruption stops it, and what it has started, and is an error.
    pub(crate) fn wait(mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                // What it leaves behind on purpose, a compiler cache's server for one, is not ours to end.
                self.waited_for = true;
                return Ok(status);
            }
            interrupt::check()?;
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Asks the program to stop; after a grace period kills it. Then kills what is left of its process group.
    pub(crate) fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            ask_to_stop(&mut self.child);
            let deadline = Instant::now() + GRACE;
            while matches!(self.child.try_wait(), Ok(None)) {
                if Instant::now() > deadline {
                    say(format!("{} did not stop within {} s and is killed", self.name, GRACE.as_secs()));
                    // Failing means that it has ended by itself.
                    let _ = self.child.kill();
                    let _ = self.child.wait();
                    break;
                }
                thread::sleep(LOOK_EVERY);
            }
        }
        kill_group(&self.child);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.waited_for {
            self.stop();
        }
    }
}

/// Starts a program that is told to stop when we are gone, even if we are killed (Linux).
///
/// That signal fires when the *thread* that started the program ends, so every program is started from one thread that
/// lives as long as we do.
fn spawn(command: &mut Command) -> io::Result<Child> {
    type Job = (Command, mpsc::Sender<io::Result<Child>>);
    static SPAWNER: OnceLock<mpsc::Sender<Job>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (jobs, todo) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for (mut command, answer) in todo {
                // The asker waits for the answer; if it is gone, so is the need for it.
                let _ = answer.send(command.spawn());
            }
        });
        jobs
    });
    stop_with_us(command);
    let (answer, child) = mpsc::channel();
    let gone = || io::Error::other("the thread that starts programs has ended");
    spawner.send((std::mem::replace(command, Command::new("")), answer)).map_err(|_| gone())?;
    child.recv().map_err(|_| gone())?
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn stop_with_us(command: &mut Command) {
    use std::os::unix::process::CommandExt;

    use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};

    let us = getpid();
    // SAFETY: runs in the child between fork and exec, where only async-signal-safe calls are allowed: these are two
    // system calls without allocation or locks.
    unsafe {
        command.pre_exec(move || {
            set_parent_process_death_signal(Some(Signal::TERM))?;
            // We may have died before the call above.
            if getppid() == Some(us) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn stop_with_us(_: &mut Command) {}

#[cfg(unix)]
fn ask_to_stop(child: &mut Child) {
    if let Some(pid) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
        // Failing means that it has ended by itself.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}

#[cfg(unix)]
fn kill_group(child: &Child) {
    if let Some(group) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
        // Failing means that nobody is left in it.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn ask_to_stop(child: &mut Child) {
    let _ = child.kill();
}

#[cfg(not(unix))]
fn kill_group(_: &Child) {}
