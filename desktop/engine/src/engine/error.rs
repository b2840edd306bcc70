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
use crate::folder::key_file::KeyFileError;
use crate::folder::keys::MergeError;
use crate::folder::keys_copy::AgeError;
use crate::folder::keys_copy::passphrase::PassphraseError;
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
    /// The edge did not answer; it is asked again until it does.
    #[error("{0}; the mail is taken over as soon as it answers")]
    TakeoverLater(EdgeError),
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
    /// A file cannot be read.
    #[error("{} cannot be read ({source})", path.display())]
    Unreadable {
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
    /// A key file cannot be opened.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The keys of a file were not taken in.
    #[error(transparent)]
    Keys(#[from] MergeError),
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
    /// No workshop has the code.
    #[error("no workshop has this code — look at it again, on the poster or a phone")]
    UnknownCode,
    /// The code's workshop was ended, and its page is gone.
    #[error("the workshop with this code was ended — a backup or a later copy of the keys has it")]
    RetiredCode,
    /// The workshop's keys come of no secret that is here.
    #[error("the keys here are not this workshop's — load the copy that its laptop saved")]
    OtherKeys,
    /// A copy of the keys cannot be protected by that passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
}

impl EngineError {
    /// Returns the stable code, and the field that has to be corrected.
    fn code(&self) -> (RefusalCode, Option<String>) {
        let code = match self {
            Self::Workshop(RosterError::Unknown(_) | RosterError::Postponed) => RefusalCode::Unknown,
            Self::Workshop(RosterError::Invalid(wrong)) => {
                return (RefusalCode::Invalid, Some(wrong.field.to_string()));
            }
            Self::Workshop(RosterError::Changed) => RefusalCode::Changed,
            Self::Workshop(RosterError::Retired) => RefusalCode::Retired,
            Self::Workshop(RosterError::Keys(_)) => RefusalCode::Keys,
            Self::Workshop(RosterError::Unwritable(_)) => RefusalCode::Unwritable,
            Self::NoEdge => RefusalCode::NoEdge,
            Self::Edge(_) => RefusalCode::Edge,
            Self::TakeoverLater(_) => RefusalCode::TakeoverLater,
            Self::Database(_) => RefusalCode::Database,
            Self::Act(act) => act.code(),
            Self::Backup(BackupError::NoBackup { .. }) => RefusalCode::NoBackup,
            Self::Backup(BackupError::Damaged(_)) => RefusalCode::BackupDamaged,
            Self::Backup(BackupError::Newer { .. }) => RefusalCode::BackupNewer,
            Self::Backup(BackupError::DataFolder(_) | BackupError::Open(_)) => RefusalCode::NotRestored,
            Self::Unreadable { .. } => RefusalCode::NoKeyFile,
            Self::File { .. } | Self::Export(_) | Self::Backup(_) => RefusalCode::File,
            Self::KeyFile(KeyFileError::Protected) => RefusalCode::KeyFileProtected,
            Self::KeyFile(KeyFileError::TooLarge) | Self::Keys(MergeError::NoKeys(_)) => {
                RefusalCode::NoKeyFile
            }
            Self::Keys(MergeError::Unwritable(_)) => RefusalCode::Keys,
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
            Self::KeyFile(KeyFileError::Sealed(AgeError::Passphrase)) => RefusalCode::PassphraseWrong,
            Self::KeyFile(KeyFileError::Sealed(_)) => RefusalCode::NoKeyFile,
            Self::UnknownCode => RefusalCode::CodeUnknown,
            Self::RetiredCode => RefusalCode::CodeRetired,
            Self::OtherKeys => RefusalCode::CodeOtherKeys,
            Self::Passphrase(PassphraseError::Short(_)) => RefusalCode::PassphraseShort,
            Self::Passphrase(_) => RefusalCode::PassphraseWeak,
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
