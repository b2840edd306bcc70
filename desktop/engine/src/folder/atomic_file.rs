//! Replaces a file as a whole: nobody ever opens half of one, and a power cut leaves the old one or the new
//! one.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use crate::view::Durability;

/// Writes a file that only its owner may read (0600 on Unix): under another name next to it, synced, renamed
/// over it, and the folder synced.
///
/// # Errors
/// The system's own; what was there before is untouched then, unless it was the folder that could not be
/// synced. A file system that cannot be asked to sync is no error.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<Durability> {
    let name = path.file_name().ok_or_else(|| io::Error::other("this names no file"))?;
    let folder = folder_of(path);
    let mut beside = tempfile::Builder::new()
        .prefix(&format!(".{}.", name.to_string_lossy()))
        .suffix(".part")
        .tempfile_in(folder)?;
    beside.write_all(bytes)?;
    let content = confirmed(beside.as_file().sync_all())?;
    beside.persist(path)?;
    Ok(content.and(sync_folder(folder)?))
}

/// Gives a file or a folder that is complete and synced its final name, in place of a file that may have it.
/// Both names are on one disk; the folder of the new one is synced.
///
/// # Errors
/// The system's own; as in [`write()`].
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<Durability> {
    std::fs::rename(from, to)?;
    sync_folder(folder_of(to))
}

/// Syncs a file that something else wrote.
///
/// # Errors
/// The system's own, but where the file system cannot be asked to sync.
pub(crate) fn sync(path: &Path) -> io::Result<Durability> {
    confirmed(File::options().write(true).open(path)?.sync_all())
}

/// Puts a rename onto the disk, which is there once its folder is. Folders cannot be opened for that
/// everywhere.
///
/// # Errors
/// The system's own, but where the file system cannot be asked to sync.
pub(crate) fn sync_folder(path: &Path) -> io::Result<Durability> {
    let synced = if cfg!(unix) { File::open(path).and_then(|folder| folder.sync_all()) } else { Ok(()) };
    confirmed(synced)
}

/// Tells a disk that failed from a file system that has no such thing as syncing, or not for folders: network
/// drives, memory sticks, folders of a virtual machine's host, folders that may be written and not be read.
fn confirmed(synced: io::Result<()>) -> io::Result<Durability> {
    match synced {
        Ok(()) => Ok(Durability::Confirmed),
        Err(error) if cannot_be_asked(&error) => Ok(Durability::Unconfirmed),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn cannot_be_asked(error: &io::Error) -> bool {
    use rustix::io::Errno;
    const REFUSALS: [Errno; 9] = [
        Errno::ACCESS,
        Errno::BADF,
        Errno::INVAL,
        Errno::ISDIR,
        Errno::NOSYS,
        Errno::NOTSUP,
        Errno::NOTTY,
        Errno::OPNOTSUPP,
        Errno::PERM,
    ];
    Errno::from_io_error(error).is_some_and(|errno| REFUSALS.contains(&errno))
}

#[cfg(not(unix))]
fn cannot_be_asked(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

/// Returns the folder that holds a file; a bare name lies in the current one.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("名单.csv");
        assert_eq!(write(&path, b"one").unwrap(), Durability::Confirmed);
        assert_eq!(write(&path, b"two").unwrap(), Durability::Confirmed);
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        let error = write(&dir.path().join("nowhere/list.csv"), b"x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list.xlsx");
        std::fs::write(&path, b"read by everybody").unwrap();
        assert_eq!(write(&path, b"list").unwrap(), Durability::Confirmed);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_system_that_cannot_be_asked_is_told_from_a_disk_that_fails() {
        use rustix::io::Errno;
        let of = |errno: Errno| confirmed(Err(errno.into())).map_err(|error| Errno::from_io_error(&error));
        for errno in [Errno::INVAL, Errno::NOTSUP, Errno::PERM, Errno::ACCESS, Errno::NOSYS, Errno::BADF] {
            assert_eq!(of(errno), Ok(Durability::Unconfirmed), "{errno}");
        }
        for errno in [Errno::IO, Errno::NOSPC, Errno::DQUOT, Errno::ROFS, Errno::STALE] {
            assert_eq!(of(errno), Err(Some(errno)), "{errno}");
        }
    }
}
