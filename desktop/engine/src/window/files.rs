//! Files that the host asks for: lists, copies of the keys, backups.

use std::path::Path;

use rollcall_shared::language::Language;
use rollcall_shared::workshop::WorkshopId;

use crate::engine::{Engine, EngineError};
use crate::folder::backup::Backup;
use crate::view::{Durability, ExportFormat, ListWritten};

impl Engine {
    /// Writes a workshop's list to a file.
    ///
    /// # Errors
    /// [`EngineError::File`] where it cannot be written.
    pub fn export(
        &self,
        workshop: &WorkshopId,
        format: ExportFormat,
        path: &Path,
        language: Language,
    ) -> Result<ListWritten, EngineError> {
        self.block_on(self.host().export(workshop, format, path, language))
    }

    /// Saves a copy of the keys under a passphrase, readable by its owner only. It names the edge of the
    /// connection line, too, which the host is about to use. Blocks, for a second or more.
    ///
    /// # Errors
    /// [`EngineError::Passphrase`] where it is not taken, [`EngineError::File`] where it cannot be written.
    pub fn save_keys(
        &self,
        path: &Path,
        passphrase: &str,
        line: Option<&str>,
    ) -> Result<Durability, EngineError> {
        self.host().save_keys(path, passphrase, line)
    }

    /// Copies the database and the keys to a new folder, while sign-ups go on. Blocks.
    ///
    /// # Errors
    /// [`EngineError::Backup`] where the folder is not new or cannot be written.
    pub fn backup(&self, to: &Path) -> Result<Backup, EngineError> {
        self.host().back_up(to)
    }
}
