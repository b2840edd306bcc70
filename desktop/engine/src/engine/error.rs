//! Why something asked of the engine was not done: the errors of all wings, summed, each with its stable
//! code.

use std::path::PathBuf;

use rollcall_shared::desk_trouble::EntryTrouble;

use crate::acts::ActError;
use crate::codes::drawing::CodeTooLong;
use crate::edge::client::EdgeError;
use crate::edge::connection::NotALine;
use crate::export::ExportError;
use crate::folder::backup::BackupError;
use crate::http::port_error::PortError;
use crate::venue::entry::EntryError;
use crate::view::{Refusal, RefusalCode, WifiError};
use crate::workshops::RosterError;

/// Why something asked of the engine was not done. The text is for the host.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A workshop was not made or changed.
    #[error(transparent)]
    Workshop(#[from] RosterError),
    /// There is no edge.
    #[error("no edge is set")]
    NoEdge,
    /// The edge did not do it.
    #[error(transparent)]
    Edge(#[from] EdgeError),
    /// The database cannot be read.
    #[error("the database cannot be read ({0})")]
    Database(#[from] rusqlite::Error),
    /// Nothing was done to any row.
    #[error(transparent)]
    Act(#[from] ActError),
    /// A file cannot be written.
    #[error("{} cannot be written ({source})", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The operating system's own.
        source: std::io::Error,
    },
    /// A list cannot be made into a file.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// There is no backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The venue page cannot be opened.
    #[error(transparent)]
    Venue(#[from] PortError),
    /// An entry code is not taken.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// The Wi-Fi that the host gave is none.
    #[error(transparent)]
    Wifi(#[from] WifiError),
    /// A text is longer than a QR code holds.
    #[error(transparent)]
    Drawing(#[from] CodeTooLong),
    /// The text is no connection line.
    #[error(transparent)]
    Connection(#[from] NotALine),
}

impl EngineError {
    /// Returns the stable code, and the field that has to be corrected.
    fn code(&self) -> (RefusalCode, Option<String>) {
        let code = match self {
            Self::Workshop(RosterError::Unknown(_)) => RefusalCode::Unknown,
            Self::Workshop(RosterError::Invalid(wrong)) => {
                return (RefusalCode::Invalid, Some(wrong.field.to_string()));
            }
            Self::Workshop(RosterError::Changed) => RefusalCode::Changed,
            Self::Workshop(RosterError::Retired) => RefusalCode::Retired,
            Self::Workshop(RosterError::Keys(_)) => RefusalCode::Keys,
            Self::Workshop(RosterError::Unwritable(_)) => RefusalCode::Unwritable,
            Self::NoEdge => RefusalCode::NoEdge,
            Self::Edge(_) => RefusalCode::Edge,
            Self::Database(_) => RefusalCode::Database,
            Self::Act(act) => act.code(),
            Self::File { .. } | Self::Export(_) | Self::Backup(_) => RefusalCode::File,
            Self::Venue(_) => RefusalCode::Port,
            Self::Entry(EntryError::Code(trouble)) => match trouble {
                EntryTrouble::NotAnEntry => RefusalCode::NotAnEntry,
                EntryTrouble::Damaged => RefusalCode::EntryDamaged,
                EntryTrouble::Keyboard => RefusalCode::EntryKeyboard,
                EntryTrouble::NoCode => RefusalCode::NoCode,
                EntryTrouble::PictureTooLarge => RefusalCode::PictureTooLarge,
                EntryTrouble::PictureKind => RefusalCode::PictureKind,
                EntryTrouble::NoPicture => RefusalCode::NoPicture,
                EntryTrouble::OtherWorkshop => RefusalCode::EntryOtherWorkshop,
                EntryTrouble::UnknownKey => RefusalCode::EntryUnknownKey,
                EntryTrouble::Newer => RefusalCode::EntryNewer,
                EntryTrouble::Closed => RefusalCode::Closed,
                EntryTrouble::Unavailable => RefusalCode::Unwritable,
            },
            Self::Entry(EntryError::Unwritable(_)) => RefusalCode::Unwritable,
            Self::Wifi(wrong) => return (RefusalCode::Invalid, Some(wrong.field().to_owned())),
            Self::Drawing(_) => return (RefusalCode::Invalid, Some("code".to_owned())),
            Self::Connection(_) => RefusalCode::Connection,
        };
        (code, None)
    }
}

impl From<EngineError> for Refusal {
    /// Says the same to the window.
    fn from(error: EngineError) -> Self {
        let (code, field) = error.code();
        Self { code, field, text: error.to_string() }
    }
}
