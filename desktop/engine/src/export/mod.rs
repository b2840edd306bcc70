//! A workshop's list as a file for a spreadsheet: one row a sign-up, one column a question, in Chinese or English, safe to open.

mod csv_file;
mod table;
mod words;
mod xlsx_file;

use std::io::Write;
use std::path::{Path, PathBuf};

use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::language::Language;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use rusqlite::Connection;

use crate::clock::now_ms;
use crate::db::{self, events, list, workshops};
use crate::engine::EngineError;
use crate::folder::Folder;
use crate::status::Desk;
use crate::window::ExportFormat;

/// A file's content.
pub(crate) struct Sheet {
    pub(crate) bytes: Vec<u8>,
    pub(crate) rows: u64,
}

impl Desk {
    /// A workshop's list as a file. Blocking: it reads the whole list, then lets the database go and writes the file's
    /// content in memory.
    pub(crate) fn sheet(
        &self,
        workshop: &WorkshopId,
        format: ExportFormat,
        language: Language,
    ) -> Result<Sheet, EngineError> {
        let row = self.row(workshop)?;
        let signups = self.parts.readers.read(|conn| list::whole(conn, workshop))?;
        let rows = signups.len() as u64;
        let table = table::Table::of(&row.workshop, signups, language);
        Ok(Sheet { bytes: bytes(&table, format)?, rows })
    }

    /// Notes in the audit log that a list left the database. The host gets the list all the same where the disk is full.
    pub(crate) async fn note_export(&self, workshop: &WorkshopId, format: ExportFormat) {
        let id = workshop.clone();
        let note = self.parts.writer.edit(move |conn| note(conn, &id, format));
        if let Err(failure) = note.await {
            tracing::warn!(cause = failure.cause(), "an export is not in the audit log");
        }
    }

    /// The workshop of that id or invite code.
    pub(crate) fn find(&self, text: &str) -> Option<WorkshopId> {
        let rows = self.roster.all();
        named(text, rows.iter().map(|row| &row.workshop)).map(|workshop| workshop.id.clone())
    }
}

/// Exports from a data folder that no engine uses; how many rows. The workshop is named by its id or invite code.
///
/// # Errors
/// [`OfflineError::Settings`] where an engine runs there or the folder cannot be used, [`OfflineError::Engine`] where there is
/// no such workshop or the file cannot be written.
pub fn offline(
    data_dir: &Path,
    workshop: &str,
    format: ExportFormat,
    path: &Path,
    language: Language,
) -> Result<u64, OfflineError> {
    let folder = Folder::take(data_dir)?;
    let conn = db::open_writer(&folder.join("rollcall.db"))?;
    let all = workshops::all(&conn).map_err(EngineError::Database)?;
    let found = named(workshop, all.iter().map(|row| &row.workshop));
    let record = found.ok_or_else(|| OfflineError::Unknown(workshop.to_owned()))?;
    let signups = list::whole(&conn, &record.id).map_err(EngineError::Database)?;
    let rows = signups.len() as u64;
    write(path, &bytes(&table::Table::of(record, signups, language), format)?)?;
    note(&conn, &record.id, format).map_err(EngineError::Database)?;
    Ok(rows)
}

/// Why nothing was exported from a folder.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// The folder cannot be used; where an engine runs in it, that one can be asked.
    #[error(transparent)]
    Settings(#[from] crate::SettingsError),
    /// It was not done.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Neither an id nor an invite code of this folder.
    #[error("there is no workshop {0:?} here")]
    Unknown(String),
}

/// Writes a file beside its place and renames it, so that nobody opens half of one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let written = beside(path).and_then(|beside| {
        let write = || {
            let mut file = std::fs::File::create(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&beside, path)
        };
        write().inspect_err(|_| drop(std::fs::remove_file(&beside)))
    });
    written.map_err(|e| EngineError::File { path: path.to_owned(), why: e.to_string() })
}

fn beside(path: &Path) -> std::io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| std::io::Error::other("this names no file"))?;
    Ok(path.with_file_name(format!(".{}.part", name.to_string_lossy())))
}

fn bytes(table: &table::Table, format: ExportFormat) -> Result<Vec<u8>, EngineError> {
    let written = match format {
        ExportFormat::Xlsx => xlsx_file::write(table).map_err(|e| e.to_string()),
        ExportFormat::Csv => csv_file::write(table).map_err(|e| e.to_string()),
    };
    written.map_err(|why| EngineError::File { path: format.as_str().into(), why })
}

fn note(conn: &Connection, workshop: &WorkshopId, format: ExportFormat) -> rusqlite::Result<()> {
    let what = match format {
        ExportFormat::Xlsx => "exported xlsx",
        ExportFormat::Csv => "exported csv",
    };
    events::add(conn, now_ms(), what, workshop.as_str())
}

pub(crate) fn named<'a>(text: &str, mut all: impl Iterator<Item = &'a Workshop>) -> Option<&'a Workshop> {
    let code = InviteCode::parse(text).ok();
    all.find(|w| w.id.as_str() == text.trim() || code.as_ref() == Some(&w.invite_code))
}

#[cfg(test)]
mod tests;
