//! Acts on a data folder that no engine uses.

use std::path::Path;

use rollcall_shared::language::Language;
use rollcall_shared::workshop::WorkshopId;

use crate::acts::ActError;
use crate::clock::now_ms;
use crate::db::open_error::OpenError;
use crate::db::{self, list, workshops};
use crate::edge::connection::{self, ConnectionLine};
use crate::engine::{EngineError, files};
use crate::erasure::{self, Gone, copies};
use crate::export;
use crate::folder::Folder;
use crate::folder::backup::{self, Backup};
use crate::folder::error::FolderError;
use crate::folder::key_file;
use crate::folder::keys::Keys;
use crate::folder::keys_copy::{self, passphrase::Passphrase};
use crate::view::{Durability, Erasure, ExportFormat, KeysLoaded, ListWritten, Whom};

/// Why nothing was done in a folder.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// The folder cannot be used; where an engine runs in it, that one can be asked.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Its database cannot be opened.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// It was not done.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Neither an id nor an invite code of this folder.
    #[error("there is no workshop {0:?} here")]
    Unknown(String),
}

/// Exports from a data folder that no engine uses. The workshop is named by its id or invite
/// code.
///
/// # Errors
/// [`OfflineError::Folder`] where an engine runs there or the folder cannot be used,
/// [`OfflineError::Engine`] where there is no such workshop or the file cannot be written.
pub fn export(
    data_dir: &Path,
    workshop: &str,
    format: ExportFormat,
    path: &Path,
    language: Language,
) -> Result<ListWritten, OfflineError> {
    let folder = Folder::take(data_dir)?;
    let mut conn = db::open_writer(&folder.join("rollcall.db"))?;
    let all = workshops::all(&conn).map_err(EngineError::Database)?;
    let found = export::named(workshop, all.iter().map(|row| &row.workshop));
    let record = found.ok_or_else(|| OfflineError::Unknown(workshop.to_owned()))?;
    let signups = list::whole(&conn, &record.id).map_err(EngineError::Database)?;
    let sheet = export::sheet(record, &signups, format, language).map_err(EngineError::Export)?;
    let durability = files::write(path, &sheet.bytes)?;
    conn.in_transaction(|tx| export::note(tx, &record.id, format)).map_err(EngineError::Database)?;
    Ok(ListWritten { rows: sheet.rows, durability })
}

/// Erases in a data folder that no engine uses, or without `yes` says what would be erased. The edge is told
/// by the next engine that runs there. The workshop is named by its id or invite code.
///
/// # Errors
/// [`OfflineError::Folder`] where an engine runs there or the folder cannot be used,
/// [`OfflineError::Engine`] where there is nothing to erase.
pub fn erase(data_dir: &Path, workshop: &str, whom: &Whom, yes: bool) -> Result<Erasure, OfflineError> {
    let folder = Folder::take(data_dir)?;
    let mut conn = db::open_writer(&folder.join("rollcall.db"))?;
    let unreadable = |e| OfflineError::Engine(EngineError::Database(e));
    let all = workshops::all(&conn).map_err(unreadable)?;
    let record = export::named(workshop, all.iter().map(|row| &row.workshop));
    let workshop = record.ok_or_else(|| OfflineError::Unknown(workshop.to_owned()))?.id.clone();
    let erased = if yes {
        conn.in_transaction(|tx| erasure::rows(tx, &workshop, whom, now_ms()))
    } else {
        erasure::rehearse(&conn, &workshop, whom)
    };
    let rows = erased.map_err(unreadable)?.ok_or(EngineError::Act(ActError::Unknown))?;
    if !yes {
        return Ok(Erasure { rows, ..Erasure::default() });
    }
    let log_emptied = conn.empty_log().map_err(unreadable)?;
    let (copies, copies_left) = copies::erase(&folder.join(""), &Gone::of(&workshop, whom, &rows));
    Ok(Erasure { rows, copies, copies_left, log_emptied })
}

/// Saves a copy of the keys of a data folder that no engine uses.
///
/// # Errors
/// [`OfflineError::Folder`] where an engine runs there or the folder cannot be used,
/// [`OfflineError::Engine`] where the copy cannot be written.
pub fn save_keys(data_dir: &Path, to: &Path, passphrase: &Passphrase) -> Result<Durability, OfflineError> {
    let folder = Folder::take(data_dir)?;
    let keys = Keys::open(folder.join("keys.json"))?;
    let edge = ConnectionLine::read(&folder.join(connection::FILE))?.map(|line| line.known());
    let saved = keys_copy::save(&keys, &folder.join(""), to, passphrase, edge, now_ms());
    Ok(saved.map_err(|source| EngineError::File { path: to.to_owned(), source })?)
}

/// Takes a key file in that was saved on another laptop, in a data folder that no engine uses. The next
/// engine that runs there asks the edge for the workshops that are not here, and takes them over: all of them
/// are `pending`.
///
/// # Errors
/// [`OfflineError::Folder`] where an engine runs there or the folder cannot be used,
/// [`OfflineError::Engine`] where the keys cannot be taken in.
pub fn load_keys(data_dir: &Path, file: &[u8], passphrase: Option<&str>) -> Result<KeysLoaded, OfflineError> {
    let folder = Folder::take(data_dir)?;
    let conn = db::open_writer(&folder.join("rollcall.db"))?;
    let keys = Keys::open(folder.join("keys.json"))?;
    let load = || -> Result<KeysLoaded, EngineError> {
        let merged = keys.merge(&key_file::open(file, passphrase)?)?;
        let _ = keys_copy::loaded(&merged, &folder.join(""));
        let here = workshops::all(&conn)?;
        let is_new = |id: &&WorkshopId| here.iter().all(|row| row.workshop.id != **id);
        let pending = merged.workshops.iter().filter(is_new).count() as u64;
        let path = folder.join(connection::FILE);
        let known = ConnectionLine::read(&path).ok().flatten().map(ConnectionLine::known);
        let named = merged.edge.clone().and_then(|named| ConnectionLine::of(named).ok());
        if let (None, Some(line)) = (&known, named) {
            line.write(&path).map_err(|source| EngineError::File { path, source })?;
        }
        let edge = known.or(merged.edge.clone()).map(|known| known.url);
        let other_edge = merged.edge.map(|named| named.url).filter(|url| edge.as_ref() != Some(url));
        Ok(KeysLoaded { edge, other_edge, pending, ..KeysLoaded::default() })
    };
    Ok(load()?)
}

/// Backs up a data folder that no engine uses.
///
/// # Errors
/// [`OfflineError::Folder`] where an engine runs there or the folder cannot be used,
/// [`OfflineError::Engine`] where the backup cannot be written.
pub fn back_up(data_dir: &Path, to: &Path) -> Result<Backup, OfflineError> {
    let folder = Folder::take(data_dir)?;
    let conn = db::open_writer(&folder.join("rollcall.db"))?;
    let keys = Keys::open(folder.join("keys.json"))?;
    Ok(backup::make(&conn, &keys, to).map_err(EngineError::Backup)?)
}
