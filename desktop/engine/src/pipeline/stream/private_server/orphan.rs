//! A server that an earlier engine left behind.

use std::io;
use std::path::Path;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::{GRACE, LOOK_EVERY};

/// Ends a server that an earlier engine left behind, and waits until its files are free: up to 10 s, or until
/// `stopping`.
pub(super) fn end_orphan(pid_file: &Path, stopping: impl Fn() -> bool) -> io::Result<()> {
    let Some(pid) = orphan(pid_file) else { return Ok(()) };
    tracing::warn!(pid = pid.as_raw_pid(), "a redis-server was left behind and is ended");
    let _ = kill_process(pid, Signal::TERM);
    let (polite, deadline) = (Instant::now() + GRACE, Instant::now() + 2 * GRACE);
    let mut killed = false;
    while orphan(pid_file) == Some(pid) {
        if Instant::now() > deadline || stopping() {
            return Err(io::Error::other(format!(
                "the redis-server left behind (process {}) does not end",
                pid.as_raw_pid()
            )));
        }
        if Instant::now() > polite && !killed {
            killed = true;
            let _ = kill_process(pid, Signal::KILL);
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

/// Finds the server that still uses these files: its number from its own note, and only if that process is one.
pub(super) fn orphan(pid_file: &Path) -> Option<Pid> {
    let noted = std::fs::read_to_string(pid_file).ok()?;
    let pid = Pid::from_raw(noted.trim().parse().ok()?)?;
    test_kill_process(pid).ok()?;
    is_server(pid).then_some(pid)
}

/// Returns whether a program of that name is a server.
fn is_servers_name(name: &str) -> bool {
    name.starts_with("redis") || name.starts_with("valkey")
}

#[cfg(target_os = "linux")]
fn is_server(pid: Pid) -> bool {
    let proc = std::path::PathBuf::from(format!("/proc/{}", pid.as_raw_pid()));
    // A dead process that nobody has waited for yet holds no files.
    let is_zombie = std::fs::read_to_string(proc.join("stat"))
        .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')));
    std::fs::read_to_string(proc.join("comm")).is_ok_and(|name| is_servers_name(&name)) && !is_zombie
}

#[cfg(not(target_os = "linux"))]
fn is_server(pid: Pid) -> bool {
    let mut ps = std::process::Command::new("ps");
    let asked = ps.args(["-o", "comm=", "-p", &pid.as_raw_pid().to_string()]).output();
    asked.is_ok_and(|out| {
        let path = String::from_utf8_lossy(&out.stdout);
        path.trim().rsplit('/').next().is_some_and(is_servers_name)
    })
}
