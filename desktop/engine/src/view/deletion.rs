//! Lists that are erased because their day has come, as their pages promise.

use rollcall_shared::Timestamp;
use rollcall_shared::deletion::Nearness;
use rollcall_shared::language::Text;
use rollcall_shared::workshop::WorkshopId;
use serde::Serialize;

/// What is announced, and what was done since the program was started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Deletions {
    /// Announced, the nearest first.
    pub announced: Vec<Deletion>,
    /// Done, until the host has seen it.
    pub done: Vec<Deleted>,
}

/// An erasure that is announced. It is put off by nothing but other days in the workshop's record, which its
/// pages then say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Deletion {
    /// The workshop that goes, with everything in it.
    pub workshop: WorkshopId,
    /// What it is called.
    pub title: Text,
    /// The venue's clock: minutes east of UTC.
    pub utc_offset_minutes: i16,
    /// It is erased from then on, once the program has run for half a minute.
    pub at: Timestamp,
    /// How near that is.
    pub stage: DeletionStage,
    /// Rows that go: sign-ups, duplicates, and messages that could not be read.
    pub entries: usize,
}

/// How near an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum DeletionStage {
    /// More than a day is left.
    Week,
    /// A day or less is left.
    Day,
    /// It is erased as soon as the clock can be relied on.
    Due,
}

/// A list that was erased because its day had come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Deleted {
    /// The workshop that went.
    pub workshop: WorkshopId,
    /// What it was called.
    pub title: Text,
    /// The venue's clock: minutes east of UTC.
    pub utc_offset_minutes: i16,
    /// When.
    pub at: Timestamp,
    /// Rows that went.
    pub entries: usize,
    /// Copies of the database that could not be changed: to be deleted by hand.
    pub copies_left: Vec<String>,
}

/// People who signed up when the pages promised an earlier day than they do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ToldEarlier {
    /// How many.
    pub people: u32,
    /// The earliest day that any of them was told.
    pub by: Timestamp,
}

impl From<Nearness> for DeletionStage {
    fn from(nearness: Nearness) -> Self {
        match nearness {
            Nearness::Week => Self::Week,
            Nearness::Day => Self::Day,
            Nearness::Due => Self::Due,
        }
    }
}
