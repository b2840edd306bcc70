//! Where a private server's files are.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use rollcall_shared::digest::Digest;

/// Where a server's files are, and which program it is.
pub(super) struct Places {
    pub(super) data: PathBuf,
    pub(super) socket: PathBuf,
    pub(super) pid_file: PathBuf,
    /// Looked for one after the other.
    pub(super) programs: Vec<PathBuf>,
}

impl Places {
    /// Says where they will be.
    ///
    /// # Errors
    /// The operating system's own, where it has no current folder.
    pub(super) fn of(data: &Path, programs: Vec<PathBuf>) -> io::Result<Self> {
        let data = std::path::absolute(data)?;
        let socket = runtime_folder(&data).join("redis.sock");
        Ok(Self { pid_file: data.join("redis.pid"), data, socket, programs })
    }

    /// Makes the folders, wherever one is missing.
    ///
    /// # Errors
    /// The operating system's own, and where the socket's folder belongs to somebody else.
    pub(super) fn make(&self) -> io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.data)?;
        let Some(folder) = self.socket.parent() else { return Ok(()) };
        match std::fs::DirBuilder::new().mode(0o700).create(folder) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
            _ => {}
        }
        // In a folder that everybody writes, the name may have been taken by somebody else.
        let found = std::fs::symlink_metadata(folder)?;
        if !found.is_dir() || found.uid() != rustix::process::getuid().as_raw() || found.mode() & 0o077 != 0 {
            return Err(io::Error::other(format!("{} belongs to somebody else", folder.display())));
        }
        Ok(())
    }

    /// Returns the file into which a server writes what it has to say.
    pub(super) fn log(&self) -> PathBuf {
        self.data.join("redis.log")
    }
}

/// Returns the folder for the socket, whose path may have about 104 bytes, fewer than a data folder's often
/// has. The name follows from the data folder, so that the next engine finds what the last one left.
fn runtime_folder(data: &Path) -> PathBuf {
    let base = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|p| p.is_dir() && p.as_os_str().len() < 60);
    let base = base.unwrap_or_else(|| PathBuf::from("/tmp"));
    let me = rustix::process::getuid().as_raw();
    let mark = Digest::of(data.as_os_str().as_encoded_bytes()).to_string();
    base.join(format!("rollcall-{me}-{}", mark.get(..12).unwrap_or_default()))
}
