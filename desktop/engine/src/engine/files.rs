//! Files that the host asks for: lists, copies of the keys, backups.

use std::path::Path;

use rollcall_shared::language::Language;
use rollcall_shared::workshop::WorkshopId;

use crate::clock::now_ms;
use crate::db::list;
use crate::edge::connection::ConnectionLine;
use crate::engine::EngineError;
use crate::engine::host::Host;
use crate::export::{self, Sheet};
use crate::folder::backup::{self, Backup};
use crate::folder::keys_copy::passphrase::Passphrase;
use crate::folder::{atomic_file, keys_copy};
use crate::private;
use crate::view::{Durability, ExportFormat, ListWritten};

impl Host {
    /// Makes a workshop's list into a file's content, in memory. Blocks: it reads the whole list, then lets
    /// the database go.
    pub(crate) fn sheet(
        &self,
        workshop: &WorkshopId,
        format: ExportFormat,
        language: Language,
    ) -> Result<Sheet, EngineError> {
        let row = self.row(workshop)?;
        let signups = self.context.readers.read(|conn| list::whole(conn, workshop))?;
        Ok(export::sheet(&row.workshop, &signups, format, language)?)
    }

    /// Notes in the audit log that a list left the database. The host gets the list all the same where the
    /// disk is full.
    pub(crate) async fn note_export(&self, workshop: &WorkshopId, format: ExportFormat) {
        let id = workshop.clone();
        let note = self.context.writer.edit(move |tx| export::note(tx, &id, format));
        if let Err(failure) = note.await {
            tracing::warn!(cause = failure.cause(), "an export is not in the audit log");
        }
    }

    /// Writes a workshop's list to a file, whole or not at all. Reads and writes on the thread
    /// that polls it.
    pub(crate) async fn export(
        &self,
        workshop: &WorkshopId,
        format: ExportFormat,
        path: &Path,
        language: Language,
    ) -> Result<ListWritten, EngineError> {
        let sheet = self.sheet(workshop, format, language)?;
        let durability = write(path, &sheet.bytes)?;
        self.note_export(workshop, format).await;
        Ok(ListWritten { rows: sheet.rows, durability })
    }

    /// Saves a copy of the keys under a passphrase where the host wants it, readable by its owner only. The
    /// copy names the edge that is in use, or the one of `line`, which the host is about to use. Blocks, for
    /// a second or more.
    pub(crate) fn save_keys(
        &self,
        path: &Path,
        passphrase: &str,
        line: Option<&str>,
    ) -> Result<Durability, EngineError> {
        let passphrase = Passphrase::parse(passphrase)?;
        let next = line.map(ConnectionLine::parse).transpose()?.map(|line| line.known());
        let saved = keys_copy::save(&self.context.keys, &self.data_dir, path, &passphrase, next, now_ms());
        self.context.changes.moved();
        saved.map_err(|source| EngineError::File { path: path.to_owned(), source })
    }

    /// Copies the database and the keys. Blocks.
    pub(crate) fn back_up(&self, to: &Path) -> Result<Backup, EngineError> {
        let context = &self.context;
        Ok(context.readers.read(|conn| Ok(backup::make(conn, &context.keys, to)))??)
    }
}

/// Writes a list's content to a file, whole or not at all.
///
/// # Errors
/// [`EngineError::File`].
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<Durability, EngineError> {
    let written = atomic_file::write(path, bytes);
    private::close(path);
    written.map_err(|source| EngineError::File { path: path.to_owned(), source })
}
