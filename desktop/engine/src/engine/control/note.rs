//! `control.json`, 0600: how a running engine is reached by whoever may read its data folder.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::folder::error::FolderError;
use crate::folder::{Folder, atomic_file};
use crate::random::random_key_hex;

/// The file in the data folder.
const FILE: &str = "control.json";

/// How a running engine is reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ControlNote {
    /// Address of the control routes.
    pub(super) url: String,
    /// Shown as `Authorization: Bearer …`.
    pub(super) token: String,
    /// The process.
    pub(super) pid: u32,
}

/// Writes the note of an engine that is reached at `url`; the token that its routes ask for.
///
/// # Errors
/// [`FolderError::Unusable`] where the file cannot be written.
pub(in crate::engine) fn write(folder: &Folder, url: &str) -> Result<String, FolderError> {
    let token = random_key_hex();
    let note = ControlNote { url: url.to_owned(), token: token.clone(), pid: std::process::id() };
    let path = folder.join(FILE);
    let json = serde_json::to_vec(&note).map_err(std::io::Error::other);
    json.and_then(|json| atomic_file::write(&path, &json).map(|_| ()))
        .map_err(|source| FolderError::Unusable { path, source })?;
    Ok(token)
}

/// Removes the note.
pub(in crate::engine) fn remove(folder: &Folder) {
    let _ = std::fs::remove_file(folder.join(FILE));
}

/// Returns where the note of a data folder is.
pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}
