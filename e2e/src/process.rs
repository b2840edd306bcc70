//! Programs under test, which never outlive it.

use std::fs;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::wait;

/// A running program in a process group of its own; dropped, it is killed with all that it started.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts `command` so that it is told to stop if the test is killed. `setpriv` (of util-linux) does that without
    /// unsafe code here. The kernel tells it when the *thread* ends that started it, hence a thread that never does.
    pub fn start(command: &Command) -> Self {
        let mut guarded = Command::new("setpriv");
        guarded.args(["--pdeathsig", "TERM", "--"]).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => guarded.env(name, value),
                None => guarded.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            guarded.current_dir(folder);
        }
        guarded.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (sender, child) = mpsc::channel();
        thread::spawn(move || {
            sender.send(guarded.spawn()).expect("the test waits for it");
            loop {
                thread::park();
            }
        });
        Self(child.recv().expect("the thread answers").unwrap_or_else(|e| panic!("{command:?}: {e}")))
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Its standard output and standard error, once.
    pub fn outputs(&mut self) -> (impl Read + Send + use<>, impl Read + Send + use<>) {
        (self.0.stdout.take().expect("taken once"), self.0.stderr.take().expect("taken once"))
    }

    /// Kills it at once, with all that it started: as a power switch does.
    pub fn kill(&mut self) {
        let _ = kill_process_group(self.pid(), Signal::KILL);
        let _ = self.0.wait();
    }

    /// Kills it alone: what it started finds itself orphaned.
    pub fn kill_alone(&mut self) {
        let _ = kill_process(self.pid(), Signal::KILL);
        let _ = self.0.wait();
    }

    /// Asks it to stop, as a person does with Ctrl-C or a system that shuts down, and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        let _ = kill_process(self.pid(), Signal::TERM);
        self.ended()
    }

    /// Waits until it has ended by itself.
    pub fn ended(&mut self) -> ExitStatus {
        wait::until("a program ends", || self.0.try_wait().expect("it is our child"))
    }

    /// How it ended, if it has ended.
    pub fn try_ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("it is our child")
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.0.id().cast_signed()).expect("a process id is positive")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills a program's child of that name at once.
pub fn kill_child(parent: u32, name: &str) {
    let tasks = fs::read_dir(format!("/proc/{parent}/task")).unwrap().filter_map(Result::ok);
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let pids: Vec<String> =
        children.flat_map(|c| c.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
    let child = pids
        .iter()
        .find(|pid| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.starts_with(name)));
    let pid: i32 = child.unwrap_or_else(|| panic!("{parent} has no child {name}")).parse().unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

/// Whether a program was ended by SIGKILL.
pub fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::KILL.as_raw())
}

/// Runs a program that ends by itself and returns what it printed.
pub fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("{command:?}: {e}"))
}
