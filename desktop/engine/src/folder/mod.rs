//! The data folder: one engine at a time, and the name under which this installation collects.

pub(crate) mod atomic_file;
pub mod backup;
pub(crate) mod error;
pub mod key_file;
mod key_set;
pub(crate) mod keys;
pub(crate) mod keys_copy;
mod master_secret;
pub(crate) mod unsealer;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rollcall_shared::mailbox::Collector;

use crate::folder::error::FolderError;
use crate::private;
use crate::random::random_16;
use crate::view::Durability;

/// The file that holds the deployment to which the host connected.
pub(crate) const CONNECTION: &str = "connection.json";

/// A child that is being started holds its parent's lock until it is a program of its own: a process that
/// ends just then seems to be there a moment longer.
const LOCK_FOR: Duration = Duration::from_millis(500);
/// Between two tries.
const LOCK_EVERY: Duration = Duration::from_millis(20);

/// A data folder that this process holds until the value is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Held for its lock, which the operating system gives back whatever ends the process.
    _lock: File,
}

impl Folder {
    /// Makes the folder where it is missing, and locks it.
    pub(crate) fn take(path: &Path) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
        private::make_folder(path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        private::prepare_file(&path.join("engine.lock"));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join("engine.lock"))
            .map_err(unusable)?;
        let deadline = Instant::now() + LOCK_FOR;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(LOCK_EVERY),
                Err(TryLockError::WouldBlock) => {
                    return Err(FolderError::Locked { folder: path, pid: read_pid(&mut file) });
                }
                Err(TryLockError::Error(e)) => return Err(unusable(e)),
            }
        }
        // The number is a courtesy to those who find the folder locked; the lock does not depend on it.
        let noted = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        noted.map_err(unusable)?;
        let open = private::close(&path);
        if open > 0 {
            tracing::warn!(
                folder = %path.display(), open,
                "the data folder's file system keeps no permissions: other accounts of this computer may \
                 read the list; a folder on the computer's own disk is safer"
            );
        }
        if atomic_file::sync_folder(&path).map_err(unusable)? == Durability::Unconfirmed {
            tracing::warn!(
                folder = %path.display(),
                "the data folder's file system does not sync folders: a power cut may lose what was written \
                 last; a folder on the computer's own disk is safer"
            );
        }
        Ok(Self { path, _lock: file })
    }

    /// Returns the path of a file or folder in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Returns this installation, as the edge names it to others: made at the first start.
    pub(crate) fn installation(&self) -> Result<Collector, FolderError> {
        let path = self.join("installation.json");
        match std::fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(|e| FolderError::Damaged { path, why: e.to_string() })
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let collector = Collector { id: hex::encode(random_16()), name: computer_name() };
                let json = serde_json::to_vec(&collector).unwrap_or_default();
                let written = atomic_file::write(&path, &json).map(|_| ());
                written.map_err(|e| FolderError::Unusable { path, source: e })?;
                Ok(collector)
            }
            Err(e) => Err(FolderError::Unusable { path, source: e }),
        }
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn computer_name() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    if name.is_empty() { "laptop".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_engine_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let _first = Folder::take(dir.path()).unwrap();
        let error = Folder::take(dir.path()).unwrap_err();
        assert!(
            matches!(error, FolderError::Locked { pid: Some(pid), .. } if pid == std::process::id()),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_stood_open_is_closed_at_the_start() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("rollcall.db");
        std::fs::write(&database, "").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for (path, open) in [(dir.path(), 0o755), (&database, 0o644)] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(open)).unwrap();
        }
        let _folder = Folder::take(dir.path()).unwrap();
        let lock = dir.path().join("engine.lock");
        assert_eq!([mode(dir.path()), mode(&database), mode(&lock)], [0o700, 0o600, 0o600]);
    }

    #[test]
    fn an_installation_keeps_its_id() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::take(dir.path()).unwrap();
        let id = folder.installation().unwrap().id;
        assert_eq!(folder.installation().unwrap().id, id);
        drop(folder);
        assert_eq!(Folder::take(dir.path()).unwrap().installation().unwrap().id, id);
    }
}
