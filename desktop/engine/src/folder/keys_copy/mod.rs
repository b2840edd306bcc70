//! The host's own copy of the keys, under a passphrase: how it is saved, and the note of where and when
//! (ADR 35). `key_file` opens it again.

pub(in crate::folder) mod age_file;
mod note;
pub mod passphrase;

use std::path::Path;

use rollcall_shared::Timestamp;

use crate::folder::keys::{Keys, KnownEdge, Merged};
use crate::folder::{CONNECTION, atomic_file};
use crate::private;
use crate::view::{Durability, KeysSaved};
use passphrase::Passphrase;

pub use age_file::AgeError;

/// Saves a copy under a passphrase where the host wants it, readable by its owner only, and notes it. `edge`
/// is the deployment that it names where the host is about to use another one than so far. Takes a second.
///
/// # Errors
/// The system's own. There is no note of it then.
pub(crate) fn save(
    keys: &Keys,
    data_dir: &Path,
    to: &Path,
    passphrase: &Passphrase,
    edge: Option<KnownEdge>,
    now: Timestamp,
) -> std::io::Result<Durability> {
    let own = ["keys.json", "keys-saved.json", CONNECTION, "rollcall.db"].map(|name| data_dir.join(name));
    let to_itself = to.canonicalize().ok();
    if to_itself.is_some_and(|to| own.iter().any(|own| own.canonicalize().is_ok_and(|own| own == to))) {
        return Err(std::io::Error::other("this is Rollcall's own file: a copy belongs elsewhere"));
    }
    let holds = keys.fingerprints();
    let sealed = age_file::seal(&keys.copy(now, edge)?, passphrase)?;
    let durability = atomic_file::write(to, &sealed)?;
    private::close(to);
    note::write(data_dir, now, to, holds)?;
    Ok(durability)
}

/// Says whether, when and where the host saved a copy, and whether nothing is missing in it.
pub(crate) fn saved(keys: &Keys, data_dir: &Path) -> KeysSaved {
    note::read(data_dir, &keys.fingerprints())
}

/// Notes the copy that was loaded from elsewhere, where none is noted: it was saved, wherever it is kept.
pub(crate) fn loaded(merged: &Merged, data_dir: &Path) -> std::io::Result<()> {
    note::write_if_none(data_dir, merged.saved_at, &merged.holds)
}

#[cfg(test)]
mod tests {
    use rollcall_shared::workshop::WorkshopId;

    use super::*;
    use crate::folder::key_file::{self, KeyFileError};

    const TYPED: &str = "caf\u{e9} noir, zwei";

    fn edge() -> KnownEdge {
        KnownEdge { url: "https://signup.example.org".to_owned(), publish_key: Some("k3y".to_owned()) }
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn saving_once_is_saving_for_good() {
        let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let keys = Keys::open(dir.path().join("keys.json")).unwrap();
        assert_eq!(saved(&keys, dir.path()), KeysSaved::default());
        let copy = elsewhere.path().join("rollcall-keys.age");
        let passphrase = Passphrase::parse(TYPED).unwrap();
        let durability = save(&keys, dir.path(), &copy, &passphrase, Some(edge()), at(5)).unwrap();
        assert_eq!(durability, Durability::Confirmed);
        let later = WorkshopId::from_random([2; 16]);
        let public = keys.make(&later).unwrap();
        let told = saved(&keys, dir.path());
        assert!(told.complete, "the new workshop's keys come of what was saved");
        assert_eq!((told.keys_saved_at, told.path), (Some(at(5)), Some(copy.display().to_string())));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // And so it is on another laptop, which types the accent in another way.
        let bytes = std::fs::read(&copy).unwrap();
        assert!(matches!(key_file::open(&bytes, None), Err(KeyFileError::Protected)));
        let wrong = key_file::open(&bytes, Some("cafe noir, zwei"));
        assert!(matches!(wrong, Err(KeyFileError::Sealed(AgeError::Passphrase))));
        let text = key_file::open(&bytes, Some("cafe\u{301} noir, zwei")).unwrap();
        let other_dir = tempfile::tempdir().unwrap();
        let other = Keys::open(other_dir.path().join("keys.json")).unwrap();
        let merged = other.merge(&text).unwrap();
        assert!(merged.edge.as_ref() == Some(&edge()));
        assert!(other.find_again(&later, &public).unwrap());
        loaded(&merged, other_dir.path()).unwrap();
        let told = saved(&other, other_dir.path());
        assert!(told.complete, "nobody is asked to save it again");
        assert_eq!((told.keys_saved_at, told.path), (Some(at(5)), None));
    }

    #[test]
    fn a_copy_of_before_there_was_a_master_secret_is_asked_for_once_more() {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::open(dir.path().join("keys.json")).unwrap();
        let note = serde_json::json!({ "keys_saved_at": 5, "sha256": "00".repeat(32) });
        std::fs::write(dir.path().join("keys-saved.json"), note.to_string()).unwrap();
        let told = saved(&keys, dir.path());
        assert_eq!((told.keys_saved_at, told.complete), (Some(at(5)), false));
        // The old copy itself is still one.
        let old = serde_json::json!({ "receipt_key": "00".repeat(32), "workshops": {} }).to_string();
        let text = key_file::open(old.as_bytes(), None).unwrap();
        assert_eq!(keys.merge(&text).unwrap().saved_at, None);
    }

    #[test]
    fn a_copy_belongs_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::open(dir.path().join("keys.json")).unwrap();
        let passphrase = Passphrase::parse(TYPED).unwrap();
        let save = |to: &Path| save(&keys, dir.path(), to, &passphrase, None, at(6));
        assert!(save(&dir.path().join("keys.json")).is_err());
        assert!(save(Path::new("/nowhere/at/all")).is_err());
        assert_eq!(saved(&keys, dir.path()), KeysSaved::default());
    }
}
