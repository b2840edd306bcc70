//! Programs under test, which never outlive it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::wait;

/// A running program in a process group of its own; dropped, it is killed with all that it started.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts what `command` says, with nothing to read and its output to be taken, so that it is told to
    /// stop if the test is killed.
    pub fn start(command: &Command) -> Self {
        let mut own = Command::new(command.get_program());
        own.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => own.env(name, value),
                None => own.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            own.current_dir(folder);
        }
        own.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(rollcall_child::spawn(own).unwrap_or_else(|e| panic!("{command:?}: {e}")))
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

    /// Asks it to stop, as a person does with Ctrl-C or a system that shuts down.
    pub fn ask_to_stop(&self) {
        let _ = kill_process(self.pid(), Signal::TERM);
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        self.ask_to_stop();
        self.ended()
    }

    /// Waits until it has ended by itself.
    pub fn ended(&mut self) -> ExitStatus {
        wait::until(("a program ends", 30), || self.0.try_wait().expect("it is our child"))
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

/// Keeps what a program prints, line by line.
pub fn keep(output: impl Read + Send + 'static, log: Arc<Mutex<String>>) {
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let mut log = log.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    });
}

/// Kills a program's child of that name at once.
pub fn kill_child(parent: u32, child: &str) {
    signal(child_of(parent, child), Signal::KILL);
}

/// Asks a program to end that is not our own child, and waits until it has.
pub fn end(pid: u32) {
    signal(pid, Signal::TERM);
    // A child that nobody has waited for yet keeps its place, without a command line.
    wait::until(("a program ends", 30), || {
        let line = fs::read(format!("/proc/{pid}/cmdline"));
        line.map_or(true, |line| line.is_empty()).then_some(())
    });
}

/// Stops a program (SIGSTOP), as sleep does to a laptop. It must be continued with [`go_on`].
pub fn stand_still(pid: u32) {
    signal(pid, Signal::STOP);
}

/// Continues a stopped program (SIGCONT).
pub fn go_on(pid: u32) {
    signal(pid, Signal::CONT);
}

/// A program's nearest descendant of that name.
pub fn child_of(parent: u32, child: &str) -> u32 {
    descendant(parent, child).unwrap_or_else(|| panic!("{parent} has no child {child}"))
}

/// The same where there may be none.
pub fn descendant(parent: u32, child: &str) -> Option<u32> {
    family(parent).into_iter().skip(1).find(|pid| name(*pid).starts_with(child))
}

/// Kills a program that may have ended by itself; returns whether it was there.
pub fn kill(pid: u32) -> bool {
    try_signal(pid, Signal::KILL)
}

/// Stops a program (SIGSTOP) that may have ended by itself; returns whether it was there.
pub fn stands_still(pid: u32) -> bool {
    try_signal(pid, Signal::STOP)
}

/// Continues a program that may have ended by itself; returns whether it was there.
pub fn goes_on(pid: u32) -> bool {
    try_signal(pid, Signal::CONT)
}

/// A process and all that descend from it, the nearest first.
pub fn family(parent: u32) -> Vec<u32> {
    let mut found = vec![parent];
    let mut next = 0;
    while let Some(pid) = found.get(next).copied() {
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().filter_map(Result::ok);
        let children: String =
            tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok()).collect();
        found.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        next += 1;
    }
    found
}

/// What each thread of a process and of its descendants waits for: its name, and the kernel's function.
pub fn threads(pid: u32) -> Vec<String> {
    let tasks = |pid: u32| fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let line = |pid: u32, task: fs::DirEntry| {
        let read = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
        format!("{pid} {}: {} {}", read("comm").trim(), read("wchan").trim(), read("syscall").trim())
    };
    family(pid).into_iter().flat_map(|pid| tasks(pid).map(move |task| line(pid, task))).collect()
}

/// A process's name, as far as the system keeps it: 15 characters.
pub fn name(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned()
}

fn signal(pid: u32, signal: Signal) {
    assert!(try_signal(pid, signal), "process {pid} is there");
}

fn try_signal(pid: u32, signal: Signal) -> bool {
    Pid::from_raw(pid.cast_signed()).is_some_and(|pid| kill_process(pid, signal).is_ok())
}

/// Whether a program was ended by SIGKILL.
pub fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::KILL.as_raw())
}

/// Runs a program that ends by itself and returns what it printed.
pub fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("{command:?}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_starts_with_what_its_command_says_and_ends_with_all_that_it_started() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo $SAID in $PWD; sleep 100 & wait"]).env("SAID", "started").current_dir("/");
        let mut process = Process::start(&command);
        let (stdout, _stderr) = process.outputs();
        let log = Arc::<Mutex<String>>::default();
        keep(stdout, Arc::clone(&log));
        wait::until_equal(("it speaks", 20), &"started in /\n".to_owned(), || log.lock().unwrap().clone());
        let sleep = wait::until(("it has a child", 20), || descendant(process.id(), "sleep"));
        process.kill();
        // One that nobody has waited for yet keeps its place, without a command line.
        let command_line = || fs::read(format!("/proc/{sleep}/cmdline")).unwrap_or_default();
        wait::until(("its child ends", 20), || command_line().is_empty().then_some(()));
        assert!(was_killed(process.ended()));
    }
}
