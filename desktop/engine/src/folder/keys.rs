//! What must stay secret: the workshops' X25519 secret keys and drain keys, and the key of the venue's
//! receipts.
//!
//! They live in `keys.json` in the data folder, readable by its owner only. The operating system's keyring
//! comes with the window, which can ask the host for it; a headless engine would wait for an unlocked keyring
//! for ever.

use std::collections::BTreeMap;
use std::path::PathBuf;

use parking_lot::RwLock;
use rand_core::OsRng;
use rollcall_shared::receipt::ReceiptKey;
use rollcall_shared::seal::{KeyId, PublicKey, SecretKey};
use rollcall_shared::workshop::WorkshopId;
use serde::{Deserialize, Serialize};

use crate::folder::atomic_file;
use crate::folder::error::FolderError;
use crate::random::random_key_hex;

/// What another key file holds.
pub(crate) struct Merged {
    pub(crate) workshops: Vec<WorkshopId>,
    pub(crate) edge: Option<KnownEdge>,
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

#[derive(Clone)]
struct KeySet {
    receipt_key_hex: String,
    receipt_key: ReceiptKey,
    edge: Option<KnownEdge>,
    workshops: BTreeMap<WorkshopId, WorkshopKeys>,
}

#[derive(Clone)]
struct WorkshopKeys {
    drain_key: String,
    /// Oldest first. Old ones stay until the workshop is erased: mail may still be sealed to them.
    secret_keys: Vec<(KeyId, SecretKey)>,
}

/// The deployment whose mail the keys open, so that a copy of them is enough to collect it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownEdge {
    pub(crate) url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) publish_key: Option<String>,
}

/// The file.
#[derive(Serialize, Deserialize)]
struct KeysFile {
    receipt_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edge: Option<KnownEdge>,
    #[serde(default)]
    workshops: BTreeMap<WorkshopId, WorkshopKeysFile>,
}

#[derive(Serialize, Deserialize)]
struct WorkshopKeysFile {
    drain_key: String,
    secret_keys: Vec<String>,
}

impl Keys {
    /// Reads the file, or begins one.
    pub(crate) fn open(path: PathBuf) -> Result<Self, FolderError> {
        let kept = match std::fs::read(&path) {
            Ok(bytes) => {
                KeySet::read(&bytes).map_err(|why| FolderError::Damaged { path: path.clone(), why })?
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let kept = KeySet::new().map_err(|why| FolderError::Damaged { path: path.clone(), why })?;
                kept.write(&path).map_err(|e| FolderError::Unusable { path: path.clone(), source: e })?;
                kept
            }
            Err(e) => return Err(FolderError::Unusable { path, source: e }),
        };
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

    /// Draws the keys of a new workshop and keeps them before anything is sealed to them.
    pub(crate) fn make(&self, workshop: &WorkshopId) -> std::io::Result<PublicKey> {
        let secret = SecretKey::generate(&mut OsRng);
        let public = secret.public();
        self.change(|kept| {
            let keys = WorkshopKeys { drain_key: random_key_hex(), secret_keys: Vec::new() };
            let keys = kept.workshops.entry(workshop.clone()).or_insert(keys);
            keys.secret_keys.push((public.key_id.clone(), secret));
        })?;
        Ok(public)
    }

    /// Forgets what opens a workshop's mail. The key that shows the edge whose laptop this is stays, for the
    /// edge has to be told.
    pub(crate) fn forget_secrets(&self, workshop: &WorkshopId) -> std::io::Result<()> {
        self.change(|kept| {
            if let Some(keys) = kept.workshops.get_mut(workshop) {
                keys.secret_keys.clear();
            }
        })
    }

    /// Forgets every key of a workshop.
    pub(crate) fn forget(&self, workshop: &WorkshopId) -> std::io::Result<()> {
        self.change(|kept| drop(kept.workshops.remove(workshop)))
    }

    /// Takes in what another key file has and this one has not, and says what it holds. Nothing that is here
    /// is replaced, but for the key of the venue's receipts, where nobody has a receipt of this folder's.
    ///
    /// # Errors
    /// [`MergeError`]; then nothing is taken in.
    pub(crate) fn merge(&self, file: &[u8]) -> Result<Merged, MergeError> {
        let other = KeySet::read(file).map_err(MergeError::NoKeys)?;
        let merged =
            Merged { workshops: other.workshops.keys().cloned().collect(), edge: other.edge.clone() };
        self.change(|kept| {
            if kept.workshops.is_empty() {
                kept.receipt_key_hex = other.receipt_key_hex;
                kept.receipt_key = other.receipt_key;
            }
            kept.edge = kept.edge.take().or(other.edge);
            for (id, theirs) in other.workshops {
                let Some(ours) = kept.workshops.get_mut(&id) else {
                    kept.workshops.insert(id, theirs);
                    continue;
                };
                for (key_id, key) in theirs.secret_keys {
                    if ours.secret_keys.iter().all(|(known, _)| *known != key_id) {
                        ours.secret_keys.push((key_id, key));
                    }
                }
            }
        })
        .map_err(MergeError::Unwritable)?;
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
        self.kept.read().workshops.keys().cloned().collect()
    }

    fn change(&self, change: impl FnOnce(&mut KeySet)) -> std::io::Result<()> {
        let mut kept = self.kept.write();
        let mut next = kept.clone();
        change(&mut next);
        next.write(&self.path)?;
        *kept = next;
        Ok(())
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
        let keys = kept.workshops.get(workshop)?;
        keys.secret_keys.iter().find(|(id, _)| id == key_id).map(|(_, key)| key.clone())
    }

    /// Returns the key that shows the edge whose laptop this is.
    pub(crate) fn drain_key(&self, workshop: &WorkshopId) -> Option<String> {
        let kept = self.kept.read();
        kept.workshops.get(workshop).map(|keys| keys.drain_key.clone())
    }

    /// Returns the key of the receipts that the venue page issues.
    pub(crate) fn receipt_key(&self) -> ReceiptKey {
        self.kept.read().receipt_key.clone()
    }
}

/// Returns the deployment that a key file names, where it is one and names one.
pub(crate) fn known_edge(file: &[u8]) -> Option<KnownEdge> {
    KeySet::read(file).ok()?.edge
}

impl KeySet {
    fn new() -> Result<Self, String> {
        let receipt_key_hex = random_key_hex();
        let receipt_key = ReceiptKey::from_hex(&receipt_key_hex).map_err(|e| e.to_string())?;
        Ok(Self { receipt_key_hex, receipt_key, edge: None, workshops: BTreeMap::new() })
    }

    fn read(bytes: &[u8]) -> Result<Self, String> {
        // The parser's own words could quote a key.
        let file: KeysFile =
            serde_json::from_slice(bytes).map_err(|e| format!("line {}, column {}", e.line(), e.column()))?;
        let receipt_key = ReceiptKey::from_hex(&file.receipt_key).map_err(|e| e.to_string())?;
        let mut workshops = BTreeMap::new();
        for (id, keys) in file.workshops {
            let mut secret_keys = Vec::new();
            for text in &keys.secret_keys {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes)
                    .map_err(|_| "a secret key is 64 hexadecimal digits")?;
                let key = SecretKey::from_bytes(bytes);
                secret_keys.push((key.public().key_id, key));
            }
            workshops.insert(id, WorkshopKeys { drain_key: keys.drain_key, secret_keys });
        }
        Ok(Self { receipt_key_hex: file.receipt_key, receipt_key, edge: file.edge, workshops })
    }

    fn write(&self, path: &std::path::Path) -> std::io::Result<()> {
        atomic_file::write(path, &self.text()?).map(|_| ())
    }

    fn text(&self) -> std::io::Result<Vec<u8>> {
        let workshops = self.workshops.iter().map(|(id, keys)| {
            let secret_keys = keys.secret_keys.iter().map(|(_, key)| hex::encode(key.to_bytes())).collect();
            (id.clone(), WorkshopKeysFile { drain_key: keys.drain_key.clone(), secret_keys })
        });
        let file = KeysFile {
            receipt_key: self.receipt_key_hex.clone(),
            edge: self.edge.clone(),
            workshops: workshops.collect(),
        };
        serde_json::to_vec_pretty(&file).map_err(std::io::Error::other)
    }
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
