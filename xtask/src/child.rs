//! Programs that we start and must not leave behind.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::interrupt;
use crate::step::say;

/// How long a program may take to put its things in order before it is killed.
const GRACE: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running program in a process group of its own, so that Ctrl-C in a terminal reaches only us and we stop
/// things in order. Dropping it stops it, unless it was waited for.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    waited_for: bool,
}

impl Process {
    /// Starts a program that is told to stop when we are gone, even if we are killed. Takes the command, and
    /// leaves an empty one.
    pub(crate) fn start(name: impl Into<String>, command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let command = std::mem::replace(command, Command::new(""));
        Ok(Self { name: name.into(), child: rollcall_child::spawn(command)?, waited_for: false })
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
