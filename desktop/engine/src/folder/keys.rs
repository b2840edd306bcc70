//! What must stay secret: the workshops' X25519 secret keys and drain keys, the key of the venue's receipts,
//! and the secret from which new workshops' keys are derived.
//!
//! They live in `keys.json` in the data folder, readable by its owner only, and in no keyring of the
//! operating system (ADR 35). `key_set` is what the file holds, `keys_copy` the host's own copy of it.

use std::path::PathBuf;

use parking_lot::RwLock;
use rollcall_shared::Timestamp;
use rollcall_shared::receipt::ReceiptKey;
use rollcall_shared::seal::{KeyId, PublicKey, SecretKey};
use rollcall_shared::workshop::WorkshopId;

use crate::folder::error::FolderError;
use crate::folder::key_set::{Fingerprints, KeySet};

pub(crate) use crate::folder::key_set::KnownEdge;

/// What another key file holds.
pub(crate) struct Merged {
    pub(crate) workshops: Vec<WorkshopId>,
    pub(crate) edge: Option<KnownEdge>,
    /// When it was saved as a copy; nothing in a data folder's own, and in copies of before.
    pub(crate) saved_at: Option<Timestamp>,
    /// The keys in it.
    pub(crate) holds: Fingerprints,
}

/// Why the keys of another file were not taken in.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// It is no key file. Says where in it, and never what is there.
    #[error(
        "this is no key file ({0}) — choose the one that was saved in the window, or a backup's keys.json"
    )]
    NoKeys(String),
    /// The keys cannot be kept here.
    #[error("the keys cannot be kept ({0}) — see whether the disk is full, and try again")]
    Unwritable(std::io::Error),
}

/// The keys of one data folder.
pub(crate) struct Keys {
    path: PathBuf,
    kept: RwLock<KeySet>,
}

impl Keys {
    /// Reads the file, or begins one. A file of before there was a master secret is given one.
    pub(crate) fn open(path: PathBuf) -> Result<Self, FolderError> {
        let damaged = |why| FolderError::Damaged { path: path.clone(), why };
        let unusable = |source| FolderError::Unusable { path: path.clone(), source };
        let (mut kept, is_new) = match std::fs::read(&path) {
            Ok(bytes) => (KeySet::read(&bytes).map_err(damaged)?, false),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => (KeySet::new().map_err(damaged)?, true),
            Err(e) => return Err(unusable(e)),
        };
        if kept.ensure_master() {
            match kept.write(&path) {
                Err(source) if is_new => return Err(unusable(source)),
                // Nothing is sealed to what comes of it before it is kept.
                Err(error) => tracing::warn!(%error, "the master secret cannot be kept yet"),
                Ok(()) => {}
            }
        }
        Ok(Self { path, kept: RwLock::new(kept) })
    }

    /// Reads what a file holds, for fuzzing: it belongs to no folder.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        KeySet::read(bytes).map(|kept| Self { path: PathBuf::new(), kept: RwLock::new(kept) })
    }

    /// Returns the file's text.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn text(&self) -> std::io::Result<Vec<u8>> {
        self.kept.read().text()
    }

    /// Derives the keys of a new workshop, or the next pair of one that is there, and keeps them before
    /// anything is sealed to them.
    pub(crate) fn make(&self, workshop: &WorkshopId) -> std::io::Result<PublicKey> {
        self.change(|kept| kept.make(workshop))
    }

    /// Derives the keys of a workshop that was made by another laptop, where its published key comes of a
    /// master secret that is here. Whether they are here now.
    pub(crate) fn find_again(&self, workshop: &WorkshopId, key: &PublicKey) -> std::io::Result<bool> {
        if self.secret(workshop, &key.key_id).is_some() {
            return Ok(true);
        }
        self.change(|kept| kept.find_again(workshop, key))
    }

    /// Forgets what opens a workshop's mail. The key that shows the edge whose laptop this is stays, for the
    /// edge has to be told.
    pub(crate) fn forget_secrets(&self, workshop: &WorkshopId) -> std::io::Result<()> {
        self.change(|kept| kept.forget_secrets(workshop))
    }

    /// Forgets every key of a workshop.
    pub(crate) fn forget(&self, workshop: &WorkshopId) -> std::io::Result<()> {
        self.change(|kept| kept.forget(workshop))
    }

    /// Takes in what another key file has and this one has not, and says what it holds. Nothing that is here
    /// is replaced, but in a folder that never made a workshop's keys: that one becomes the other one's
    /// successor, whose new workshops are part of the copy from which it was loaded.
    ///
    /// # Errors
    /// [`MergeError`]; then nothing is taken in.
    pub(crate) fn merge(&self, file: &[u8]) -> Result<Merged, MergeError> {
        let other = KeySet::read(file).map_err(MergeError::NoKeys)?;
        let merged = Merged {
            workshops: other.workshops(),
            edge: other.edge.clone(),
            saved_at: other.saved_at,
            holds: other.fingerprints(),
        };
        self.change(|kept| kept.merge(other)).map_err(MergeError::Unwritable)?;
        Ok(merged)
    }

    /// Notes which deployment the keys belong to; a copy that was saved before does not name it.
    pub(crate) fn note_edge(&self, edge: KnownEdge) -> std::io::Result<()> {
        if self.kept.read().edge.as_ref() == Some(&edge) {
            return Ok(());
        }
        self.change(|kept| kept.edge = Some(edge))
    }

    /// Returns the workshops for which there are keys.
    pub(crate) fn workshops(&self) -> Vec<WorkshopId> {
        self.kept.read().workshops()
    }

    /// Returns the text of a copy: the file, when it is saved, and the edge that it names where that is
    /// another one than so far.
    pub(crate) fn copy(&self, saved_at: Timestamp, edge: Option<KnownEdge>) -> std::io::Result<Vec<u8>> {
        let mut copy = self.kept.read().clone();
        copy.edge = edge.or(copy.edge);
        copy.saved_at = Some(saved_at);
        copy.text()
    }

    fn change<T>(&self, change: impl FnOnce(&mut KeySet) -> T) -> std::io::Result<T> {
        let mut kept = self.kept.write();
        let mut next = kept.clone();
        let done = change(&mut next);
        next.write(&self.path)?;
        *kept = next;
        Ok(done)
    }

    /// Reads the file again: the host may have put a missing key into it.
    pub(crate) fn reload(&self) {
        let read =
            std::fs::read(&self.path).map_err(|e| e.to_string()).and_then(|bytes| KeySet::read(&bytes));
        match read {
            Ok(kept) => *self.kept.write() = kept,
            Err(why) => tracing::warn!(%why, "the key file cannot be read again"),
        }
    }

    /// Reads the file as it is, to be copied elsewhere.
    pub(crate) fn file(&self) -> std::io::Result<Vec<u8>> {
        // Held, so that nobody writes it meanwhile.
        let _kept = self.kept.read();
        std::fs::read(&self.path)
    }

    /// Returns the secret key of that id, where it is here.
    pub(crate) fn secret(&self, workshop: &WorkshopId, key_id: &KeyId) -> Option<SecretKey> {
        let kept = self.kept.read();
        kept.secret(workshop, key_id).cloned()
    }

    /// Returns the key that shows the edge whose laptop this is.
    pub(crate) fn drain_key(&self, workshop: &WorkshopId) -> Option<String> {
        self.kept.read().drain_key(workshop).map(str::to_owned)
    }

    /// Returns the key of the receipts that the venue page issues.
    pub(crate) fn receipt_key(&self) -> ReceiptKey {
        self.kept.read().receipt_key().clone()
    }

    /// Names what a copy has to hold, so that nothing is lost with this folder.
    pub(crate) fn fingerprints(&self) -> Fingerprints {
        self.kept.read().fingerprints()
    }
}

/// Returns the deployment that a key file names, where it is one and names one.
pub(crate) fn known_edge(file: &[u8]) -> Option<KnownEdge> {
    KeySet::read(file).ok()?.edge
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.json");
        let workshop = WorkshopId::from_random([3; 16]);
        let keys = Keys::open(path.clone()).unwrap();
        let public = keys.make(&workshop).unwrap();
        let drain_key = keys.drain_key(&workshop);
        let again = Keys::open(path).unwrap();
        assert_eq!(again.drain_key(&workshop), drain_key);
        assert_eq!(again.secret(&workshop, &public.key_id).unwrap().public(), public);
        assert!(again.secret(&WorkshopId::from_random([4; 16]), &public.key_id).is_none());
    }

    #[test]
    fn a_later_workshop_is_found_again_by_its_public_key() {
        let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let keys = Keys::open(dir.path().join("keys.json")).unwrap();
        let copy = keys.file().unwrap();
        let later = WorkshopId::from_random([5; 16]);
        let (first, second) = (keys.make(&later).unwrap(), keys.make(&later).unwrap());
        assert_ne!(first, second);

        let other = Keys::open(elsewhere.path().join("keys.json")).unwrap();
        assert!(!other.find_again(&later, &second).unwrap(), "its own master secret is another");
        other.merge(&copy).unwrap();
        assert!(other.find_again(&later, &second).unwrap());
        assert_eq!(other.drain_key(&later), keys.drain_key(&later));
        // Mail that was sealed before the pair was replaced, too.
        assert!(other.secret(&later, &first.key_id).is_some());
        assert!(other.secret(&later, &second.key_id).is_some());
        assert_eq!(other.fingerprints(), keys.fingerprints(), "it is the other one's successor");
        assert!(!other.find_again(&WorkshopId::from_random([6; 16]), &second).unwrap());
    }

    #[test]
    fn nothing_is_replaced_by_what_is_loaded() {
        let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (ours, theirs) = (WorkshopId::from_random([5; 16]), WorkshopId::from_random([6; 16]));
        let keys = Keys::open(dir.path().join("keys.json")).unwrap();
        let public = keys.make(&ours).unwrap();
        let receipts = keys.kept.read().receipt_key_hex().to_owned();
        let other = Keys::open(elsewhere.path().join("keys.json")).unwrap();
        let their_key = other.make(&theirs).unwrap();
        keys.merge(&other.file().unwrap()).unwrap();
        assert!(keys.secret(&ours, &public.key_id).is_some());
        assert!(keys.secret(&theirs, &their_key.key_id).is_some());
        assert_eq!(keys.kept.read().receipt_key_hex(), receipts);
        // What they derive later opens here as well; what is made here comes of the secret that was here.
        let later = other.make(&WorkshopId::from_random([7; 16])).unwrap();
        assert!(keys.find_again(&WorkshopId::from_random([7; 16]), &later).unwrap());
        let own = Keys::open(dir.path().join("keys.json")).unwrap();
        assert!(
            !other
                .find_again(
                    &WorkshopId::from_random([8; 16]),
                    &own.make(&WorkshopId::from_random([8; 16])).unwrap()
                )
                .unwrap()
        );
        // Twice changes nothing.
        let before = keys.file().unwrap();
        keys.reload();
        keys.merge(&other.file().unwrap()).unwrap();
        assert_eq!(keys.fingerprints(), own.fingerprints());
        assert!(before.len() <= keys.file().unwrap().len());
    }

    #[test]
    fn a_file_of_before_there_was_a_master_secret_keeps_its_keys() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.json");
        let workshop = WorkshopId::from_random([3; 16]);
        let secret = SecretKey::from_bytes([9; 32]);
        let old = serde_json::json!({ "receipt_key": "00".repeat(32), "workshops": { workshop.as_str(): {
            "drain_key": "11".repeat(32), "secret_keys": [hex::encode(secret.to_bytes())] } } });
        std::fs::write(&path, old.to_string()).unwrap();
        let keys = Keys::open(path.clone()).unwrap();
        assert_eq!(keys.drain_key(&workshop), Some("11".repeat(32)));
        assert!(keys.secret(&workshop, secret.key_id()).is_some());
        let later = WorkshopId::from_random([4; 16]);
        keys.make(&later).unwrap();
        let again = Keys::open(path).unwrap();
        assert_eq!(again.fingerprints(), keys.fingerprints());
        assert!(again.fingerprints().contains(&format!("key:{}", secret.key_id())));
        assert_eq!(again.drain_key(&later), keys.drain_key(&later));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.json");
        Keys::open(path.clone()).unwrap();
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_said_and_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.json");
        std::fs::write(&path, "{").unwrap();
        assert!(matches!(Keys::open(path.clone()), Err(FolderError::Damaged { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), b"{");
    }
}
