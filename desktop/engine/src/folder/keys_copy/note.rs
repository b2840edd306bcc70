//! `keys-saved.json` in the data folder: where and when a copy of the keys was saved, and which are in it.

use std::path::{Path, PathBuf};

use rollcall_shared::Timestamp;
use serde::{Deserialize, Serialize};

use crate::folder::atomic_file;
use crate::folder::key_set::Fingerprints;
use crate::view::KeysSaved;

const FILE: &str = "keys-saved.json";

#[derive(Serialize, Deserialize)]
struct CopyNote {
    keys_saved_at: Timestamp,
    #[serde(default)]
    path: Option<PathBuf>,
    /// None in a note of before there was a master secret: that copy lacks it.
    #[serde(default)]
    holds: Fingerprints,
}

/// Notes a copy that was saved.
pub(super) fn write(data_dir: &Path, at: Timestamp, path: &Path, holds: Fingerprints) -> std::io::Result<()> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    keep(data_dir, &CopyNote { keys_saved_at: at, path: Some(path), holds })
}

/// Notes a copy that exists, where no other is noted. One that does not say when it was saved lacks too much.
pub(super) fn write_if_none(
    data_dir: &Path,
    at: Option<Timestamp>,
    holds: &Fingerprints,
) -> std::io::Result<()> {
    match at.filter(|_| kept(data_dir).is_none()) {
        Some(at) => keep(data_dir, &CopyNote { keys_saved_at: at, path: None, holds: holds.clone() }),
        None => Ok(()),
    }
}

/// Reads the note against the keys that there are. One that cannot be read is none: the host is asked once
/// more.
pub(super) fn read(data_dir: &Path, keys: &Fingerprints) -> KeysSaved {
    let Some(CopyNote { keys_saved_at, path, holds }) = kept(data_dir) else { return KeysSaved::default() };
    KeysSaved {
        keys_saved_at: Some(keys_saved_at),
        path: path.map(|path| path.display().to_string()),
        complete: keys.is_subset(&holds),
    }
}

fn kept(data_dir: &Path) -> Option<CopyNote> {
    std::fs::read(data_dir.join(FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok())
}

fn keep(data_dir: &Path, note: &CopyNote) -> std::io::Result<()> {
    let note = serde_json::to_vec(note).map_err(std::io::Error::other)?;
    atomic_file::write(&data_dir.join(FILE), &note).map(|_| ())
}
