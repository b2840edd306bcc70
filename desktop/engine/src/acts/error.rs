//! Why an act was not done.

use rollcall_shared::retry::Failure;

use crate::message::UnreadableReason;
use crate::view::RefusalCode;

/// Why an act was not done. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// There is no such row.
    #[error("there is no such row")]
    Unknown,
    /// The rows are not as the act left them, or not as it needs them.
    #[error("the rows have changed since")]
    Changed,
    /// The token was used, is of more than 50 acts ago, or of another run.
    #[error("this can no longer be taken back")]
    UndoGone,
    /// There is no seat.
    #[error("there is no free seat")]
    Full,
    /// Another row of the list has the number.
    #[error("another sign-up has this number now")]
    PhoneHeld,
    /// The row is not in a state in which this means anything.
    #[error("the row is not in the state for this")]
    WrongState,
    /// The message cannot be read this time either.
    #[error("the message still cannot be read ({})", .0.as_str())]
    StillUnreadable(UnreadableReason),
    /// The key that the message is sealed to is not here.
    #[error("the key for this message is not here")]
    KeyMissing,
    /// The database cannot be written just now.
    #[error("the database cannot be written just now ({})", .0.cause())]
    Unwritable(Failure),
}

impl ActError {
    /// The stable code.
    pub fn code(self) -> RefusalCode {
        match self {
            Self::Unknown => RefusalCode::Unknown,
            Self::Changed => RefusalCode::Changed,
            Self::UndoGone => RefusalCode::UndoGone,
            Self::Full => RefusalCode::Full,
            Self::PhoneHeld => RefusalCode::PhoneHeld,
            Self::WrongState => RefusalCode::WrongState,
            Self::StillUnreadable(_) => RefusalCode::StillUnreadable,
            Self::KeyMissing => RefusalCode::KeyMissing,
            Self::Unwritable(_) => RefusalCode::Unwritable,
        }
    }
}

/// What an act's transaction ends with instead of a COMMIT.
#[derive(Debug)]
pub(super) enum Stop {
    /// It is refused; the transaction leaves nothing.
    Refused(ActError),
    /// The database did not take it.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<ActError> for Stop {
    fn from(error: ActError) -> Self {
        Self::Refused(error)
    }
}
