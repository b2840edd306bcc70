//! The host's own copy of the key file, and the note of when it was saved.

use std::path::{Path, PathBuf};

use rollcall_shared::Timestamp;
use rollcall_shared::secret::sha256_hex;
use serde::{Deserialize, Serialize};

use crate::folder::atomic_file;
use crate::folder::keys::Keys;
use crate::view::{Durability, KeysSaved};

/// The note, `keys-saved.json` in the data folder.
#[derive(Serialize, Deserialize)]
struct CopyNote {
    keys_saved_at: Timestamp,
    /// Of the file that was copied: keys that came later are not in the copy.
    sha256: String,
}

/// Copies the key file to where the host wants it, readable by its owner only, and notes it.
pub(crate) fn save(keys: &Keys, data_dir: &Path, to: &Path, now: Timestamp) -> std::io::Result<Durability> {
    let bytes = keys.file()?;
    let same_file =
        to.canonicalize().ok().is_some_and(|to| data_dir.join("keys.json").canonicalize().ok() == Some(to));
    if same_file {
        return Err(std::io::Error::other("this is the key file itself: a copy belongs elsewhere"));
    }
    let durability = atomic_file::write(to, &bytes)?;
    write_note(data_dir, &bytes, now)?;
    Ok(durability)
}

/// Notes that the host has a copy, where these bytes are all the keys that there are.
pub(crate) fn note(keys: &Keys, data_dir: &Path, copy: &[u8], now: Timestamp) {
    if keys.file().is_ok_and(|bytes| bytes == copy) {
        // Without the note the host is asked once more.
        let _ = write_note(data_dir, copy, now);
    }
}

fn write_note(data_dir: &Path, bytes: &[u8], now: Timestamp) -> std::io::Result<()> {
    let note = CopyNote { keys_saved_at: now, sha256: sha256_hex(bytes) };
    let note = serde_json::to_vec(&note).map_err(std::io::Error::other)?;
    atomic_file::write(&note_path(data_dir), &note).map(|_| ())
}

/// Says whether and when the host saved a copy. A note that cannot be read is none: the host is asked once
/// more.
pub(crate) fn saved(keys: &Keys, data_dir: &Path) -> KeysSaved {
    let note = std::fs::read(note_path(data_dir)).ok();
    let Some(note) = note.and_then(|bytes| serde_json::from_slice::<CopyNote>(&bytes).ok()) else {
        return KeysSaved::default();
    };
    let complete = keys.file().is_ok_and(|bytes| sha256_hex(&bytes) == note.sha256);
    KeysSaved { keys_saved_at: Some(note.keys_saved_at), complete }
}

fn note_path(data_dir: &Path) -> PathBuf {
    data_dir.join("keys-saved.json")
}

#[cfg(test)]
mod tests {
    use rollcall_shared::workshop::WorkshopId;

    use super::*;

    #[test]
    fn a_copy_is_complete_until_there_are_new_keys() {
        let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let keys = Keys::open(dir.path().join("keys.json")).unwrap();
        keys.make(&WorkshopId::from_random([1; 16])).unwrap();
        assert_eq!(saved(&keys, dir.path()), KeysSaved::default());

        let copy = elsewhere.path().join("rollcall-keys.json");
        let at = Timestamp::from_millis(5);
        assert_eq!(save(&keys, dir.path(), &copy, at).unwrap(), Durability::Confirmed);
        assert_eq!(saved(&keys, dir.path()), KeysSaved { keys_saved_at: Some(at), complete: true });
        assert_eq!(std::fs::read(&copy).unwrap(), keys.file().unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        }

        keys.make(&WorkshopId::from_random([2; 16])).unwrap();
        assert_eq!(
            saved(&keys, dir.path()),
            KeysSaved { keys_saved_at: Some(Timestamp::from_millis(5)), complete: false }
        );
        assert!(save(&keys, dir.path(), &dir.path().join("keys.json"), Timestamp::from_millis(6)).is_err());
        assert!(save(&keys, dir.path(), Path::new("/nowhere/at/all"), Timestamp::from_millis(6)).is_err());
    }
}
