//! Redis and Valkey servers of other ages, which `cargo xtask setup` fetches, as the one that a system has.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::told::skip;

/// All that are young enough, by name.
pub const USED: [&str; 4] = ["redis-6.2", "redis-8.2", "valkey-8.1", "valkey-9.1"];
/// Older than the oldest that is used.
pub const TOO_OLD: &str = "redis-5.0";

/// Finds the program of that name; `None`, saying so, where it could not be fetched.
pub fn program(name: &str) -> Option<PathBuf> {
    let kept = || env::home_dir().unwrap_or_default().join(".cache/rollcall/tools/servers");
    let path = env::var_os("ROLLCALL_SERVERS").map_or_else(kept, PathBuf::from).join(name);
    if !path.exists() {
        skip(&format!("what is played on {name}"), "it is not here; `cargo xtask setup` says why");
        return None;
    }
    Some(path)
}

/// A folder with a `redis-server` that a host finds before the system's own.
#[derive(Debug)]
pub struct Systems(TempDir);

impl Systems {
    /// One that is this program.
    pub fn is(program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        symlink(program, folder.path().join("redis-server")).unwrap();
        Self(folder)
    }

    /// One that does nothing until [`Systems::goes_on`], and is the system's own from then on.
    pub fn hangs() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (script, goes_on) = (folder.path().join("redis-server"), folder.path().join("goes-on"));
        let text = format!(
            "#!/bin/sh\nuntil [ -e {} ]; do sleep 0.05; done\nPATH=${{PATH#*:}} exec redis-server \"$@\"\n",
            goes_on.display()
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    /// See [`Systems::hangs`].
    pub fn goes_on(&self) {
        fs::write(self.0.path().join("goes-on"), "").unwrap();
    }

    /// The same command where this is the system's.
    #[must_use]
    pub fn under(&self, mut command: Command) -> Command {
        let mut path = OsString::from(self.0.path());
        path.push(":");
        path.push(env::var_os("PATH").unwrap_or_default());
        command.env("PATH", path);
        command
    }
}
