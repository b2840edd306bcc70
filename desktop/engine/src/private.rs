//! Files and folders that nobody else on the machine may look into: names, numbers and keys are in them.
//!
//! On Unix by permissions, 0700 and 0600; on Windows by the data folder's access list, which what lies in it
//! inherits. Three layers: whatever the process makes is its owner's alone (the process's mask), what is made
//! by name is made so, and what an earlier version left open is closed when the folder is taken.

#[cfg(unix)]
use std::fs;
use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

/// Has everything that this process makes from here on belong to its owner alone, and what programs make that
/// it starts. For the first line of a program: it holds for all of its threads.
pub fn by_default() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Makes a folder, with those above it, that only its owner may look into. One that is there stays.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes an empty file for a library to write, which would let everybody read what it makes by itself. One
/// that is there stays; why there is none is for the library to say.
pub(crate) fn prepare_file(path: &Path) {
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

/// Closes a file or a folder to others, and everything in it. Links are not followed. How many entries could
/// not be closed: a memory stick knows no permissions.
#[cfg(unix)]
pub(crate) fn close(path: &Path) -> usize {
    use std::os::unix::fs::PermissionsExt;
    let Ok(found) = fs::symlink_metadata(path) else { return 0 };
    if found.is_symlink() {
        return 0;
    }
    let (mode, mut open) = (found.permissions().mode(), 0);
    if mode & 0o077 != 0 {
        let closed = fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700));
        // A drive may say yes and do nothing.
        let now = closed.and_then(|()| fs::symlink_metadata(path));
        open += usize::from(!now.is_ok_and(|now| now.permissions().mode() & 0o077 == 0));
    }
    if found.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        open += entries.map(|entry| close(&entry.path())).sum::<usize>();
    }
    open
}

/// Closes a folder or a file to others: its access list names this person alone, and what lies in a folder
/// inherits that. How many entries could not be closed.
#[cfg(windows)]
pub(crate) fn close(path: &Path) -> usize {
    use std::os::windows::process::CommandExt;
    /// Shows no console over the window.
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    let variable = |name| std::env::var(name).unwrap_or_default();
    let inherited = if path.is_dir() { "(OI)(CI)" } else { "" };
    let person = format!("{}\\{}:{inherited}F", variable("USERDOMAIN"), variable("USERNAME"));
    let mut icacls = std::process::Command::new("icacls");
    icacls.arg(path).args(["/inheritance:r", "/grant:r", &person, "/q"]).creation_flags(CREATE_NO_WINDOW);
    usize::from(!icacls.output().is_ok_and(|output| output.status.success()))
}

/// Leaves it as it is: no other system is known.
#[cfg(not(any(unix, windows)))]
pub(crate) fn close(_path: &Path) -> usize {
    1
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_was_left_open_is_closed_and_links_are_not_followed() {
        let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (folder, file) = (dir.path().join("redis"), dir.path().join("redis/appendonly.aof"));
        fs::create_dir(&folder).unwrap();
        fs::write(&file, "x").unwrap();
        let others = elsewhere.path().join("others");
        fs::write(&others, "x").unwrap();
        symlink(&others, folder.join("link")).unwrap();
        for (path, open) in [(dir.path(), 0o755), (&folder, 0o777), (&file, 0o644), (&others, 0o644)] {
            fs::set_permissions(path, fs::Permissions::from_mode(open)).unwrap();
        }
        assert_eq!(close(dir.path()), 0);
        assert_eq!(
            [mode(dir.path()), mode(&folder), mode(&file), mode(&others)],
            [0o700, 0o700, 0o600, 0o644]
        );
        assert_eq!(close(&dir.path().join("nowhere")), 0);
    }

    #[test]
    fn what_is_made_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, file) = (dir.path().join("a/b"), dir.path().join("a/b/rollcall.db"));
        make_folder(&folder).unwrap();
        prepare_file(&file);
        assert_eq!([mode(&dir.path().join("a")), mode(&folder), mode(&file)], [0o700, 0o700, 0o600]);
        fs::write(&file, "kept").unwrap();
        prepare_file(&file);
        assert_eq!(fs::read(&file).unwrap(), b"kept");
    }
}
