//! Programs that end when the one that started them does, whatever ends it: Redis under the engine, workerd
//! and the host under `cargo xtask` and under the tests.
//!
//! No library on crates.io does this with a signal that a program can heed: those that use the same system
//! call send SIGKILL, which would leave behind what wrangler has started, or bring an asynchronous runtime of
//! their own.

use std::io;
use std::process::{Child, Command};
use std::sync::{OnceLock, mpsc};
use std::thread;

/// A program to start, and who waits for it.
type Job = (Command, mpsc::Sender<io::Result<Child>>);

/// Starts a program that is asked to end (SIGTERM) as soon as this process ends, even by kill -9. Blocks
/// until it has started, for milliseconds.
///
/// On Linux alone: other systems have no such request, and the program is started like any other. There,
/// a caller that must not leave it behind looks for it at its next start.
///
/// # Errors
/// As [`Command::spawn`] has them; on Linux also [`io::ErrorKind::BrokenPipe`] where this process ends at
/// that very moment.
pub fn spawn(mut command: Command) -> io::Result<Child> {
    end_with_parent(&mut command);
    let (answer, child) = mpsc::channel();
    let gone = || io::Error::other("the thread that starts programs has ended");
    starter().send((command, answer)).map_err(|_| gone())?;
    child.recv().map_err(|_| gone())?
}

/// The thread that starts every program, and ends with this process only: the kernel counts the *thread* that
/// started a program as its parent (`man 2const PR_SET_PDEATHSIG`).
fn starter() -> &'static mpsc::Sender<Job> {
    static STARTER: OnceLock<mpsc::Sender<Job>> = OnceLock::new();
    STARTER.get_or_init(|| {
        let (starter, jobs) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for (mut command, answer) in jobs {
                // Whoever asked waits for the answer; if they are gone, so is the need for it.
                let _ = answer.send(command.spawn());
            }
        });
        starter
    })
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the hook makes two system calls between fork and exec, and nothing else")]
fn end_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt;

    use rustix::process::{Signal, getpid, getppid, set_parent_process_death_signal};

    let parent = getpid();
    let hook = move || {
        set_parent_process_death_signal(Some(Signal::TERM))?;
        // The parent may have ended before the call.
        if getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed: prctl and getppid are, and
    // nothing is allocated.
    unsafe { command.pre_exec(hook) };
}

#[cfg(not(target_os = "linux"))]
fn end_with_parent(_: &mut Command) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::path::Path;
    use std::process::Stdio;
    use std::time::{Duration, Instant};
    use std::{env, fs};

    use super::*;

    /// Set for the process that plays the parent.
    const PARENT: &str = "ROLLCALL_CHILD_PARENT";

    fn until(what: &str, reached: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !reached() {
            assert!(Instant::now() < deadline, "waited in vain: {what}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// No test by itself: what [`a_child_ends_with_a_parent_that_is_killed`] runs in a process of its own.
    #[test]
    fn plays_the_parent() {
        if env::var_os(PARENT).is_some() {
            // Longer than anybody waits for its end.
            let mut sleep = Command::new("sleep");
            sleep.arg("100").stdin(Stdio::null()).stdout(Stdio::null());
            let mut child = spawn(sleep).unwrap();
            println!("child {}", child.id());
            child.wait().unwrap();
        }
    }

    #[test]
    fn a_child_ends_with_a_parent_that_is_killed() {
        let mut parent = Command::new(env::current_exe().unwrap());
        parent.args(["--exact", "tests::plays_the_parent", "--nocapture"]).env(PARENT, "1");
        let mut parent = parent.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(parent.stdout.take().unwrap()).lines().map_while(Result::ok);
        let child = lines.filter_map(|line| Some(line.split_once("child ")?.1.to_owned())).next().unwrap();
        // One that has ended keeps its place until somebody has waited for it, without a command line.
        let command_line = || fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default();
        until("the child runs", || command_line().starts_with(b"sleep"));

        parent.kill().unwrap();
        parent.wait().unwrap();
        until("the child ends", || command_line().is_empty());
    }

    #[test]
    fn a_child_outlives_the_thread_that_asked_for_it() {
        let (id, asked) = mpsc::channel();
        let asking = thread::spawn(move || {
            id.send(fs::read_link("/proc/thread-self").unwrap()).unwrap();
            let mut cat = Command::new("cat");
            cat.stdin(Stdio::piped()).stdout(Stdio::piped());
            spawn(cat).unwrap()
        });
        let mut child = asking.join().unwrap();
        // Joined is not yet gone: the kernel tells children when it is.
        let thread = Path::new("/proc").join(asked.recv().unwrap());
        until("the thread is gone", || !thread.exists());

        let (mut into, out) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        writeln!(into, "still here").unwrap();
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).unwrap();
        assert_eq!(line, "still here\n");
        drop(into);
        child.wait().unwrap();
    }
}
