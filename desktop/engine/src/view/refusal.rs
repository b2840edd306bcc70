//! Why something was not done, for the window.

use serde::Serialize;

/// Why something that the window asked for was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Refusal {
    /// By which the window chooses its words.
    pub code: RefusalCode,
    /// The field of a draft that has to be corrected.
    pub field: Option<String>,
    /// In English, for logs and for whoever repairs it.
    pub text: String,
}

/// The stable codes of all refusals. The window has a text for each, which a test of its own sees to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum RefusalCode {
    /// There is no such row or workshop; or nobody knows.
    Unknown,
    /// The engine does not run yet.
    Starting,
    /// A field breaks a rule.
    Invalid,
    /// The workshop's intake was ended.
    Retired,
    /// The keys cannot be kept.
    Keys,
    /// A file that should bring keys is no key file.
    NoKeyFile,
    /// A key file is protected by a passphrase, which was not given.
    KeyFileProtected,
    /// The database cannot be written just now.
    Unwritable,
    /// There is no edge.
    NoEdge,
    /// The edge did not do it.
    Edge,
    /// The edge does not answer just now; the mail is taken over as soon as it does.
    TakeoverLater,
    /// The database cannot be read just now.
    Database,
    /// A file cannot be written.
    File,
    /// A folder is no backup.
    NoBackup,
    /// A backup is not as it was written.
    BackupDamaged,
    /// A backup was made by a newer Rollcall.
    BackupNewer,
    /// A backup was not restored; the list of before is in use.
    NotRestored,
    /// The venue page cannot be opened.
    Port,
    /// The text is no connection line.
    Connection,
    /// A key file does not open with the passphrase.
    PassphraseWrong,
    /// No workshop has an invite code.
    CodeUnknown,
    /// An invite code's workshop was ended.
    CodeRetired,
    /// An invite code's workshop has other keys.
    CodeOtherKeys,
    /// A passphrase is too short.
    PassphraseShort,
    /// A passphrase repeats itself, is too long, or cannot be typed.
    PassphraseWeak,
    /// The rows have changed since.
    Changed,
    /// It can no longer be taken back.
    UndoGone,
    /// There is no free seat.
    Full,
    /// Another row of the list has the number.
    PhoneHeld,
    /// The row is not in the state for it.
    WrongState,
    /// A parked message cannot be read this time either.
    StillUnreadable,
    /// The key that a message is sealed to is not here.
    KeyMissing,
    /// A code is no sign-up's.
    NotAnEntry,
    /// An entry code was read in part, or changed.
    EntryDamaged,
    /// The keyboard made something else of the entry code that a scanner typed.
    EntryKeyboard,
    /// A picture shows no code, or none that can be read.
    NoCode,
    /// A picture has more bytes or pixels than are looked at.
    PictureTooLarge,
    /// A picture is of a kind that is not read.
    PictureKind,
    /// A file is no picture, or a damaged one.
    NoPicture,
    /// An entry code is for another workshop.
    EntryOtherWorkshop,
    /// An entry code is sealed to a key that is not here.
    EntryUnknownKey,
    /// An entry code comes from a newer page.
    EntryNewer,
    /// The workshop takes no sign-ups now.
    Closed,
}
