//! What is said where there is neither form nor receipt.

/// What is said where there is neither form nor receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// No workshop has this code.
    UnknownCode,
    /// The workshop has not opened yet.
    NotYet,
    /// The workshop takes no more sign-ups, or moved to another code.
    Closed,
    /// Nothing stands at this address.
    NotFound,
    /// The request is not one that a page sends.
    Malformed,
    /// Nothing was taken; try again.
    Unavailable,
    /// The check from a phone: it reaches the venue page.
    Reached,
}
