//! What a page says that has neither form nor receipt.

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
