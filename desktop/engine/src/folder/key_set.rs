//! What a key file holds, and how it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rollcall_shared::Timestamp;
use rollcall_shared::receipt::ReceiptKey;
use rollcall_shared::seal::{KeyId, PublicKey, SecretKey};
use rollcall_shared::secret::sha256_hex;
use rollcall_shared::workshop::WorkshopId;
use serde::{Deserialize, Serialize};

use crate::folder::atomic_file;
use crate::folder::master_secret::{MAX_GENERATIONS, MasterSecret};
use crate::random::random_key_hex;

/// Names of keys that tell nothing of them: `master:`, `key:`, `drain:` or `receipts:`, and hexadecimal
/// digits.
pub(crate) type Fingerprints = BTreeSet<String>;

/// All keys of a data folder.
#[derive(Clone)]
pub(super) struct KeySet {
    receipt_key_hex: String,
    receipt_key: ReceiptKey,
    /// The deployment to which they belong.
    pub(super) edge: Option<KnownEdge>,
    /// When it was saved, in a copy.
    pub(super) saved_at: Option<Timestamp>,
    /// New workshops' keys are derived from the first. The others came with copies that were loaded.
    masters: Vec<MasterSecret>,
    workshops: BTreeMap<WorkshopId, WorkshopKeys>,
}

#[derive(Clone)]
struct WorkshopKeys {
    drain_key: String,
    /// Oldest first. Old ones stay until the workshop is erased: mail may still be sealed to them.
    secret_keys: Vec<(KeyId, SecretKey)>,
    /// The master secret of which all of them come; `None` where one was drawn by itself, as before there
    /// were master secrets.
    master: Option<String>,
}

/// The deployment whose mail the keys open, so that a copy of them is enough to collect it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownEdge {
    pub(crate) url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) publish_key: Option<String>,
}

/// The file. An older Rollcall reads it, too: what is derived is in it like everything else.
#[derive(Serialize, Deserialize)]
struct KeysFile {
    receipt_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edge: Option<KnownEdge>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    saved_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    master_secrets: Vec<String>,
    #[serde(default)]
    workshops: BTreeMap<WorkshopId, WorkshopKeysFile>,
}

#[derive(Serialize, Deserialize)]
struct WorkshopKeysFile {
    drain_key: String,
    secret_keys: Vec<String>,
}

impl KeySet {
    /// Draws the keys of a new folder, but for the master secret.
    pub(super) fn new() -> Result<Self, String> {
        let receipt_key_hex = random_key_hex();
        let receipt_key = ReceiptKey::from_hex(&receipt_key_hex).map_err(|e| e.to_string())?;
        let (masters, workshops) = (Vec::new(), BTreeMap::new());
        Ok(Self { receipt_key_hex, receipt_key, edge: None, saved_at: None, masters, workshops })
    }

    /// Reads what a file holds. No text of it is repeated in the error.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        // The parser's own words could quote a key.
        let file: KeysFile =
            serde_json::from_slice(bytes).map_err(|e| format!("line {}, column {}", e.line(), e.column()))?;
        let receipt_key = ReceiptKey::from_hex(&file.receipt_key).map_err(|e| e.to_string())?;
        let masters = file
            .master_secrets
            .iter()
            .map(|hex| MasterSecret::from_hex(hex))
            .collect::<Result<Vec<_>, _>>()?;
        let mut workshops = BTreeMap::new();
        for (id, keys) in &file.workshops {
            let mut secret_keys = Vec::new();
            for text in &keys.secret_keys {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes)
                    .map_err(|_| "a secret key is 64 hexadecimal digits")?;
                let key = SecretKey::from_bytes(bytes);
                secret_keys.push((key.public().key_id, key));
            }
            let keys = WorkshopKeys { drain_key: keys.drain_key.clone(), secret_keys, master: None };
            workshops.insert(id.clone(), keys);
        }
        let KeysFile { receipt_key: receipt_key_hex, edge, saved_at, .. } = file;
        let mut set = Self { receipt_key_hex, receipt_key, edge, saved_at, masters, workshops };
        set.find_origins();
        Ok(set)
    }

    /// Notes which workshops' keys come of which master secret.
    fn find_origins(&mut self) {
        for (id, keys) in &mut self.workshops {
            let master = self.masters.iter().find(|master| keys.come_of(master, id));
            keys.master = master.map(MasterSecret::id);
        }
    }

    /// Draws a master secret where there is none; whether it did.
    pub(super) fn ensure_master(&mut self) -> bool {
        let is_missing = self.masters.is_empty();
        if is_missing {
            self.masters.push(MasterSecret::draw());
        }
        is_missing
    }

    /// Derives the keys of a new workshop, or the next pair of one that is there.
    pub(super) fn make(&mut self, workshop: &WorkshopId) -> PublicKey {
        // The host may have put an older file back.
        self.ensure_master();
        let master = self.masters.first().cloned().unwrap_or_else(MasterSecret::draw);
        let keys = self.workshops.entry(workshop.clone()).or_insert_with(|| WorkshopKeys {
            drain_key: master.drain_key(workshop),
            secret_keys: Vec::new(),
            master: Some(master.id()),
        });
        let has = |id: &KeyId| keys.secret_keys.iter().any(|(known, _)| known == id);
        let fresh = (0..MAX_GENERATIONS)
            .map(|generation| master.key_pair(workshop, generation))
            .find(|pair| !has(pair.key_id()));
        let pair = fresh.unwrap_or_else(|| {
            // Nobody replaces a pair that often; this one is in the file alone.
            keys.master = None;
            SecretKey::generate(&mut rand_core::OsRng)
        });
        let public = pair.public();
        keys.secret_keys.push((public.key_id.clone(), pair));
        public
    }

    /// Derives a workshop's keys again, up to the published one; whether that comes of a secret that is here.
    pub(super) fn find_again(&mut self, workshop: &WorkshopId, key: &PublicKey) -> bool {
        let found = self.masters.iter().find_map(|master| {
            master.generation_of(workshop, key).map(|generation| (master.clone(), generation))
        });
        let Some((master, generation)) = found else { return false };
        let keys = self.workshops.entry(workshop.clone()).or_insert_with(|| WorkshopKeys {
            drain_key: master.drain_key(workshop),
            secret_keys: Vec::new(),
            master: None,
        });
        for pair in (0..=generation).map(|generation| master.key_pair(workshop, generation)) {
            if keys.secret_keys.iter().all(|(known, _)| known != pair.key_id()) {
                keys.secret_keys.push((pair.key_id().clone(), pair));
            }
        }
        self.find_origins();
        true
    }

    /// Forgets what opens a workshop's mail.
    pub(super) fn forget_secrets(&mut self, workshop: &WorkshopId) {
        if let Some(keys) = self.workshops.get_mut(workshop) {
            keys.secret_keys.clear();
        }
    }

    /// Forgets every key of a workshop.
    pub(super) fn forget(&mut self, workshop: &WorkshopId) {
        self.workshops.remove(workshop);
    }

    /// Takes in what another set has and this one has not. The successor of the other one where nothing was
    /// made here yet.
    pub(super) fn merge(&mut self, other: Self) {
        if self.workshops.is_empty() {
            self.receipt_key_hex = other.receipt_key_hex;
            self.receipt_key = other.receipt_key;
            if !other.masters.is_empty() {
                self.masters.clear();
            }
        }
        self.edge = self.edge.take().or(other.edge);
        for master in other.masters {
            if !self.masters.contains(&master) {
                self.masters.push(master);
            }
        }
        for (id, theirs) in other.workshops {
            let Some(ours) = self.workshops.get_mut(&id) else {
                self.workshops.insert(id, theirs);
                continue;
            };
            for (key_id, key) in theirs.secret_keys {
                if ours.secret_keys.iter().all(|(known, _)| *known != key_id) {
                    ours.secret_keys.push((key_id, key));
                }
            }
        }
        self.find_origins();
    }

    /// Returns the workshops for which there are keys.
    pub(super) fn workshops(&self) -> Vec<WorkshopId> {
        self.workshops.keys().cloned().collect()
    }

    /// Returns the secret key of that id, where it is here.
    pub(super) fn secret(&self, workshop: &WorkshopId, key_id: &KeyId) -> Option<&SecretKey> {
        let keys = self.workshops.get(workshop)?;
        keys.secret_keys.iter().find(|(id, _)| id == key_id).map(|(_, key)| key)
    }

    /// Returns the key that shows the edge whose laptop this is.
    pub(super) fn drain_key(&self, workshop: &WorkshopId) -> Option<&str> {
        self.workshops.get(workshop).map(|keys| keys.drain_key.as_str())
    }

    /// Returns the key of the receipts that the venue page issues.
    pub(super) fn receipt_key(&self) -> &ReceiptKey {
        &self.receipt_key
    }

    /// Returns the same as its text.
    #[cfg(test)]
    pub(super) fn receipt_key_hex(&self) -> &str {
        &self.receipt_key_hex
    }

    /// Names what a copy has to hold: the master secrets, and each key that comes of none.
    pub(super) fn fingerprints(&self) -> Fingerprints {
        let mut all: Fingerprints =
            self.masters.iter().map(|master| format!("master:{}", master.id())).collect();
        all.insert(format!("receipts:{}", sha256_hex(self.receipt_key_hex.as_bytes())));
        for keys in self.workshops.values().filter(|keys| keys.master.is_none()) {
            all.insert(format!("drain:{}", sha256_hex(keys.drain_key.as_bytes())));
            all.extend(keys.secret_keys.iter().map(|(id, _)| format!("key:{id}")));
        }
        all
    }

    /// Writes the file, as a whole.
    pub(super) fn write(&self, path: &Path) -> std::io::Result<()> {
        atomic_file::write(path, &self.text()?).map(|_| ())
    }

    /// Returns the file's text.
    pub(super) fn text(&self) -> std::io::Result<Vec<u8>> {
        let workshops = self.workshops.iter().map(|(id, keys)| {
            let secret_keys = keys.secret_keys.iter().map(|(_, key)| hex::encode(key.to_bytes())).collect();
            (id.clone(), WorkshopKeysFile { drain_key: keys.drain_key.clone(), secret_keys })
        });
        let file = KeysFile {
            receipt_key: self.receipt_key_hex.clone(),
            edge: self.edge.clone(),
            saved_at: self.saved_at,
            master_secrets: self.masters.iter().map(MasterSecret::to_hex).collect(),
            workshops: workshops.collect(),
        };
        serde_json::to_vec_pretty(&file).map_err(std::io::Error::other)
    }
}

impl WorkshopKeys {
    /// Says whether all of them are derived from that secret.
    fn come_of(&self, master: &MasterSecret, workshop: &WorkshopId) -> bool {
        // The cheap one first: a pair costs a multiplication on the curve.
        self.drain_key == master.drain_key(workshop)
            && self.secret_keys.iter().all(|(_, key)| master.generation_of(workshop, &key.public()).is_some())
    }
}
