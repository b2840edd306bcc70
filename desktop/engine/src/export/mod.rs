//! A workshop's list as a file for a spreadsheet: one row per sign-up, one column per question, in Chinese or
//! English, safe to open.

mod columns;
mod csv_file;
mod table;
mod words;
mod xlsx_file;
mod xlsx_text;

use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::language::Language;
use rollcall_shared::workshop::{Workshop, WorkshopId};

use crate::clock::now_ms;
use crate::db::events::{self, Event, WorkshopEvent};
use crate::db::tx::Tx;
use crate::view::{ExportFormat, SignupView};

/// A file's content.
pub(crate) struct Sheet {
    pub(crate) bytes: Vec<u8>,
    pub(crate) rows: u64,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The workbook cannot be made.
    #[error(transparent)]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// The text cannot be made.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// Makes the file's content, in memory.
pub(crate) fn sheet(
    workshop: &Workshop,
    signups: &[SignupView],
    format: ExportFormat,
    language: Language,
) -> Result<Sheet, ExportError> {
    let rows = signups.len() as u64;
    let table = table::Table::of(workshop, signups, language);
    let bytes = match format {
        ExportFormat::Xlsx => xlsx_file::write(&table)?,
        ExportFormat::Csv => csv_file::write(&table)?,
    };
    Ok(Sheet { bytes, rows })
}

/// Notes in the audit log that a list left the database.
pub(crate) fn note(tx: &Tx<'_>, workshop: &WorkshopId, format: ExportFormat) -> rusqlite::Result<()> {
    events::add(tx, now_ms(), Event::Workshop(workshop, WorkshopEvent::Exported(format)))
}

/// Finds the workshop of that id or invite code.
pub(crate) fn named<'a>(text: &str, mut all: impl Iterator<Item = &'a Workshop>) -> Option<&'a Workshop> {
    let code = InviteCode::parse(text).ok();
    all.find(|w| w.id.as_str() == text.trim() || code.as_ref() == Some(&w.invite_code))
}

#[cfg(test)]
mod tests;
