//! What was done, and the way back.

use serde::Serialize;

/// The way back from something that the host did. It leads back as long as the rows are as that act left
/// them, for the last 50 acts of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Undo {
    /// What is shown to take it back, once.
    pub token: String,
    /// What was done.
    pub what: Undoable,
}

/// What can be taken back: by its word, with rows and settings alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Undoable {
    /// Something done with rows.
    Rows(Act),
    /// Something set for a workshop.
    Setting(Setting),
}

/// How many acts of a run can be taken back.
pub(crate) const KEPT: usize = 50;

/// Something that the host did with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Act {
    /// A duplicate became a sign-up of its own.
    AnotherPerson,
    /// A duplicate took the place of the first.
    UseNewer,
    /// A duplicate was seen.
    KeepFirst,
    /// A parked message was seen.
    DismissParked,
    /// A parked message was read again.
    RetryParked,
    /// A sign-up was taken off the list.
    Cancel,
    /// It was put back.
    Restore,
    /// Somebody who waited got a seat.
    Promote,
}

/// Something that the host set for a workshop, and that others hold in their hands: a code, a PIN, a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Setting {
    /// It has another invite code.
    CodeRenewed,
    /// Its desks have another PIN, or their first.
    PinRenewed,
    /// Its desks are shut.
    DesksShut,
    /// One desk's session was ended.
    DeskEnded,
}
