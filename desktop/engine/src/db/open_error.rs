//! Why a database cannot be opened: one line that says what is wrong and what to do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// A database that cannot be opened. Its text is one line, `what is wrong — what to do`.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It may not be written.
    #[error(
        "the database {} cannot be written ({source}) — give yourself the right to write it and its folder",
        path.display()
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// SQLite's own.
        source: rusqlite::Error,
    },
    /// It was written by a newer Rollcall.
    #[error(
        "the database {} is of version {found}, this Rollcall knows {known} — install the newer Rollcall that \
         wrote it",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// It cannot be opened for another reason.
    #[error(
        "the database {} cannot be opened ({source}) — put back a copy of it, or choose another folder with \
         --data-dir",
        path.display()
    )]
    Database {
        /// The file.
        path: PathBuf,
        /// SQLite's own.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The SQLite that was linked can corrupt a WAL.
    #[error(
        "the SQLite linked into this program is {found}, which can damage a database — build with SQLite \
         3.51.3 or newer"
    )]
    OldSqlite {
        /// Its version.
        found: &'static str,
    },
}

impl OpenError {
    /// Names the file that SQLite has refused.
    pub(crate) fn of(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path, source },
            _ => Self::Database { path, source: source.into() },
        }
    }
}
