//! Why a desk does not let a device in, and why it does not take an entry code.

use serde::Serialize;

use crate::entry_code::EntryCodeError;

/// Why an entry code is not taken. Nothing happens to the sign-up on the phone that showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryTrouble {
    /// It is a code of something else.
    NotAnEntry,
    /// It was read in part, or changed.
    Damaged,
    /// The keyboard by which a scanner typed it made something else of it.
    Keyboard,
    /// The picture shows no code, or none that can be read.
    NoCode,
    /// The picture has more bytes or pixels than are looked at.
    PictureTooLarge,
    /// The picture is of a kind that is not read: HEIC, as some phones save it.
    PictureKind,
    /// The file is no picture, or a damaged one.
    NoPicture,
    /// It is for another workshop.
    OtherWorkshop,
    /// It is sealed to a key that is not here.
    UnknownKey,
    /// It comes from a newer page.
    Newer,
    /// The workshop takes no sign-ups now.
    Closed,
    /// The list cannot be written just now.
    Unavailable,
}

impl EntryTrouble {
    /// All of them.
    pub(crate) const ALL: [Self; 12] = [
        Self::NotAnEntry,
        Self::Damaged,
        Self::Keyboard,
        Self::NoCode,
        Self::PictureTooLarge,
        Self::PictureKind,
        Self::NoPicture,
        Self::OtherWorkshop,
        Self::UnknownKey,
        Self::Newer,
        Self::Closed,
        Self::Unavailable,
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAnEntry => "not_an_entry",
            Self::Damaged => "damaged",
            Self::Keyboard => "keyboard",
            Self::NoCode => "no_code",
            Self::PictureTooLarge => "picture_too_large",
            Self::PictureKind => "picture_kind",
            Self::NoPicture => "no_picture",
            Self::OtherWorkshop => "other_workshop",
            Self::UnknownKey => "unknown_key",
            Self::Newer => "newer",
            Self::Closed => "closed",
            Self::Unavailable => "unavailable",
        }
    }
}

impl From<EntryCodeError> for EntryTrouble {
    fn from(error: EntryCodeError) -> Self {
        match error {
            EntryCodeError::NotACode => Self::NotAnEntry,
            EntryCodeError::Damaged => Self::Damaged,
            EntryCodeError::Newer => Self::Newer,
            EntryCodeError::Keyboard => Self::Keyboard,
        }
    }
}

/// Why a device was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinTrouble {
    /// The digits are wrong.
    Wrong,
    /// Too many were wrong; the seconds to wait.
    Wait(u32),
    /// The host has opened no desk.
    Shut,
    /// The desk's name is empty or too long.
    Name,
    /// Nothing can be stored just now.
    Unavailable,
}
