//! A disk so small that it can be filled: a tmpfs of its own, which only root may mount.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Enough for a run's database, WAL and streams.
const SIZE: &str = "size=48m";
const BALLAST: &str = "ballast";

/// A small disk at a folder; dropped, it is gone with all that is on it.
#[derive(Debug)]
pub struct Disk(PathBuf);

impl Disk {
    /// Mounts one; `None` where this account may not.
    pub fn mount(at: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", SIZE, "rollcall-faults"]).arg(at);
        quietly(&mut mount).then(|| Self(at.to_owned()))
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        let mut file = fs::File::create(self.0.join(BALLAST)).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while file.write(&vec![b'x'; size]).is_ok_and(|written| written == size) {}
        }
    }

    /// Makes room again.
    pub fn free(&self) {
        fs::remove_file(self.0.join(BALLAST)).unwrap();
    }

    /// Makes it read-only, which works while nobody has a file open on it.
    pub fn protect(&self) -> bool {
        self.remount("ro")
    }

    /// Lets it be written again.
    pub fn unprotect(&self) {
        assert!(self.remount("rw"), "a disk can be made writable");
    }

    fn remount(&self, mode: &str) -> bool {
        let options = format!("remount,{mode},{SIZE}");
        quietly(Command::new("mount").arg("-o").arg(options).arg(&self.0))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a program that was killed a moment ago may still hold a file.
        quietly(Command::new("umount").arg("-l").arg(&self.0));
    }
}

fn quietly(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
