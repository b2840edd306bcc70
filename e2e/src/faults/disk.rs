//! A disk so small that it can be filled: a tmpfs of its own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::process::Process;

/// Enough for a run's database, WAL and streams.
const SIZE: &str = "size=48m";
const NAME: &str = "rollcall-faults";
const BALLAST: &str = "ballast";

/// A small disk at a folder; dropped, it is gone with all that is on it.
#[derive(Debug)]
pub struct Disk {
    at: PathBuf,
    /// Where everybody finds it.
    path: PathBuf,
    /// The program in whose namespaces it is mounted, where this account may not mount one for everybody.
    holder: Option<Process>,
}

impl Disk {
    /// Mounts one; `None` where this account may not, not even in namespaces of its own.
    pub fn mount(at: &Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", SIZE, NAME]).arg(at);
        match quietly(&mut mount) {
            true => Some(Self { at: at.to_owned(), path: at.to_owned(), holder: None }),
            false => Self::mount_among_ours(at),
        }
    }

    /// Mounts one in user and mount namespaces of its own, which take no rights. What is mounted there is
    /// reached by everybody of this account through the program that holds them.
    pub fn mount_among_ours(at: &Path) -> Option<Self> {
        let script = format!("mount -t tmpfs -o {SIZE} {NAME} \"$0\" && echo && exec sleep infinity");
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]).arg(at);
        let mut holder = Process::start(&unshare);
        let (stdout, _) = holder.outputs();
        BufReader::new(stdout).lines().next()?.ok()?;
        let path =
            Path::new("/proc").join(holder.id().to_string()).join("root").join(at.strip_prefix("/").ok()?);
        Some(Self { at: at.to_owned(), path, holder: Some(holder) })
    }

    /// Where it is found.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        let mut file = fs::File::create(self.path.join(BALLAST)).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while file.write(&vec![b'x'; size]).is_ok_and(|written| written == size) {}
        }
    }

    /// Makes room again.
    pub fn free(&self) {
        fs::remove_file(self.path.join(BALLAST)).unwrap();
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
        // With a source named, these options alone: those that are there name an owner whom no namespace
        // knows.
        quietly(self.inside("mount").arg("-o").arg(options).arg(NAME).arg(&self.at))
    }

    /// A program that sees it where it is mounted.
    fn inside(&self, program: &str) -> Command {
        let Some(holder) = &self.holder else { return Command::new(program) };
        let mut command = Command::new("nsenter");
        command.args(["--target", &holder.id().to_string()]);
        command.args(["--user", "--mount", "--preserve-credentials", program]);
        command
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a program that was killed a moment ago may still hold a file. Namespaces end with who holds
        // them.
        if self.holder.is_none() {
            quietly(Command::new("umount").arg("-l").arg(&self.at));
        }
    }
}

fn quietly(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::told::skip;

    /// Filled, emptied, and read-only, as whoever tests sees it.
    fn is_a_disk(disk: Option<Disk>, how: &str) {
        let Some(disk) = disk else { return skip("a disk that is full or read-only", how) };
        let file = disk.path().join("file");
        disk.fill();
        assert!(fs::write(&file, [b'x'; 8192]).is_err());
        disk.free();
        fs::write(&file, [b'x'; 8192]).unwrap();
        assert!(disk.protect());
        assert!(fs::write(&file, "").is_err());
        disk.unprotect();
        fs::write(&file, "").unwrap();
    }

    #[test]
    fn a_disk_is_mounted_by_who_may_and_by_who_may_not() {
        let folder = tempfile::tempdir().unwrap();
        is_a_disk(Disk::mount(folder.path()), "this account mounts none");
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is left on the system's own");
        is_a_disk(Disk::mount_among_ours(folder.path()), "this system gives an account no namespaces");
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    }
}
