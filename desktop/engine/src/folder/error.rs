//! Why a data folder cannot be used: one line that says what is wrong and what to do about it.

use std::io;
use std::path::PathBuf;

/// A data folder that cannot be used. Its text is one line, `what is wrong — what to do`.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It, or a file in it, cannot be made, read or written.
    #[error(
        "the data folder {} cannot be used ({source}) — choose one that you may write with --data-dir",
        path.display()
    )]
    Unusable {
        /// The folder or the file in it.
        path: PathBuf,
        /// The operating system's own.
        source: io::Error,
    },
    /// Another engine works in this folder.
    #[error(
        "another Rollcall{} already uses {} — stop it first, or choose another folder with --data-dir",
        pid.map(|pid| format!(" (process {pid})")).unwrap_or_default(),
        folder.display()
    )]
    Locked {
        /// The folder.
        folder: PathBuf,
        /// The other process, where it said so.
        pid: Option<u32>,
    },
    /// A file that the engine keeps does not hold what it should.
    #[error("{} is damaged ({why}) — put back a copy of it, or move it away to start anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where in the file, and never what is there: it could be a key.
        why: String,
    },
}
