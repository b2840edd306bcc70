//! What a page says that has neither form nor receipt.

use crate::problem::ProblemCode;

/// What a page says that has neither form nor receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// No workshop has this code.
    UnknownCode,
    /// The workshop has not opened yet.
    NotYet,
    /// The workshop no longer takes sign-ups, or has another code now.
    Closed,
    /// There is nothing at this address.
    NotFound,
    /// The request is not one that a page sends.
    Malformed,
    /// Nothing was taken; try again.
    Unavailable,
    /// The check from a phone: it reaches the venue page.
    Reached,
}

impl Message {
    /// What a person reads where a program would read a problem.
    ///
    /// ```
    /// use rollcall_shared::form::Message;
    /// use rollcall_shared::problem::ProblemCode;
    /// assert_eq!(Message::of(ProblemCode::MethodNotAllowed), Message::NotFound);
    /// ```
    pub fn of(code: ProblemCode) -> Self {
        match code {
            ProblemCode::NotFound | ProblemCode::MethodNotAllowed | ProblemCode::Unauthorized => {
                Self::NotFound
            }
            ProblemCode::UnknownCode => Self::UnknownCode,
            ProblemCode::Closed => Self::Closed,
            ProblemCode::Unavailable | ProblemCode::SlowDown => Self::Unavailable,
            ProblemCode::Malformed
            | ProblemCode::Taken
            | ProblemCode::OwnedElsewhere
            | ProblemCode::TooLarge
            | ProblemCode::MediaType
            | ProblemCode::Invalid
            | ProblemCode::ProofRequired => Self::Malformed,
        }
    }
}
