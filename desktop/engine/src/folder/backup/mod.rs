//! Backups: a folder with a copy of the database, the keys, and a note by which a restore knows that both are
//! whole.
//!
//! The copy is made by SQLite's online backup from a connection that reads, so that sign-ups go on meanwhile.
//! With the folder one can read the list and open its mail: it is as secret as the data folder.

mod restore;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use rollcall_shared::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::clock::now_ms;
use crate::db;
use crate::db::open_error::OpenError;
use crate::folder::atomic_file;
use crate::folder::error::FolderError;
use crate::folder::keys::Keys;
use crate::private;
use crate::view::Durability;
pub(crate) use restore::forget_interrupted;
pub use restore::{BackupFound, Restored, look, restore};

const DATABASE: &str = "rollcall.db";
const KEYS: &str = "keys.json";
const NOTE: &str = "backup.json";
/// Most bytes of a note that are read.
const MAX_NOTE_BYTES: u64 = 64 * 1024;
/// The layout of the folder.
const LAYOUT: u32 = 1;

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Backup {
    /// The folder.
    pub folder: PathBuf,
    /// Rows of all lists in it.
    pub signups: u64,
    /// Bytes of the database's copy.
    pub bytes: u64,
    /// How surely all of it stays.
    pub durability: Durability,
}

/// Why there is no backup, or none that can be restored. One line, `what is wrong — what to do`.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder has something in it.
    #[error("{} is there already — name a folder that does not exist yet", .0.display())]
    NotNew(PathBuf),
    /// It cannot be written or read.
    #[error(
        "{} cannot be used ({source}) — choose a folder that you may use, with enough room",
        path.display()
    )]
    Folder {
        /// Which.
        path: PathBuf,
        /// The operating system's own.
        source: std::io::Error,
    },
    /// The data folder cannot be used, to which a backup is restored.
    #[error(transparent)]
    DataFolder(#[from] FolderError),
    /// The backup's database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database cannot be copied.
    #[error("the database cannot be copied ({0}) — try again")]
    Database(String),
    /// There is no backup in it.
    #[error("{} is no backup ({why}) — name the folder that `backup` made", path.display())]
    NoBackup {
        /// Which.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Something in it is not as it was written.
    #[error("{} is not as it was when the backup was made — use another backup", .0.display())]
    Damaged(PathBuf),
    /// It was made by a newer Rollcall.
    #[error("the backup {} was made by a newer Rollcall ({version}) — install that one", path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its version.
        version: String,
    },
}

/// What a restore has to know, in `backup.json`.
#[derive(Debug, Serialize, Deserialize)]
struct BackupNote {
    layout: u32,
    rollcall: String,
    made_at: Timestamp,
    database_version: i64,
    signups: u64,
    database_sha256: String,
    keys_sha256: String,
}

/// Makes a backup: written under another name and renamed, so that a folder of that name is a whole backup.
pub(crate) fn make(conn: &Connection, keys: &Keys, to: &Path) -> Result<Backup, BackupError> {
    let unusable = |source| BackupError::Folder { path: to.to_owned(), source };
    let is_new = match fs::read_dir(to) {
        Ok(mut entries) => entries.next().is_none(),
        Err(e) => e.kind() == std::io::ErrorKind::NotFound,
    };
    let name = to.file_name().filter(|_| is_new).ok_or_else(|| BackupError::NotNew(to.to_owned()))?;
    let part = to.with_file_name(format!(".{}.part", name.to_string_lossy()));
    let made = write(conn, keys, &part).and_then(|made| {
        let named = atomic_file::rename(&part, to).map_err(unusable)?;
        Ok(Backup { folder: to.to_owned(), durability: made.durability.and(named), ..made })
    });
    if made.is_err() {
        let _ = fs::remove_dir_all(&part);
    }
    made
}

/// Writes all of it into a folder of another name.
fn write(conn: &Connection, keys: &Keys, part: &Path) -> Result<Backup, BackupError> {
    let unusable = |source| BackupError::Folder { path: part.to_owned(), source };
    let uncopied = |e: rusqlite::Error| BackupError::Database(e.to_string());
    // Left by one that was interrupted.
    let _ = fs::remove_dir_all(part);
    private::make_folder(part).map_err(unusable)?;
    let database = part.join(DATABASE);
    private::prepare_file(&database);
    let mut copy = Connection::open(&database).map_err(uncopied)?;
    let backup = rusqlite::backup::Backup::new(conn, &mut copy).map_err(uncopied)?;
    // In one step: between two the whole would begin again with every sign-up that is stored.
    backup.step(-1).map_err(uncopied)?;
    drop(backup);
    let (signups, database_version) = db::check(&copy).map_err(BackupError::Database)?;
    copy.close().map_err(|(_, e)| uncopied(e))?;
    let mut durability = atomic_file::sync(&database).map_err(unusable)?;
    let keys = keys.file().map_err(unusable)?;
    durability = durability.and(atomic_file::write(&part.join(KEYS), &keys).map_err(unusable)?);
    let note = BackupNote {
        layout: LAYOUT,
        rollcall: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now_ms(),
        database_version,
        signups,
        database_sha256: sha256_of(&database).map_err(unusable)?,
        keys_sha256: hex::encode(Sha256::digest(&keys)),
    };
    let note = serde_json::to_vec_pretty(&note).map_err(|e| unusable(e.into()))?;
    durability = durability.and(atomic_file::write(&part.join(NOTE), &note).map_err(unusable)?);
    let bytes = fs::metadata(&database).map_err(unusable)?.len();
    Ok(Backup { folder: part.to_owned(), signups, bytes, durability })
}

fn sha256_of(path: &Path) -> std::io::Result<String> {
    let (mut file, mut hash) = (File::open(path)?, Sha256::new());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}
