//! How surely something that was written stays.

use serde::{Deserialize, Serialize};

/// How surely a file or a folder that was written whole is still there after a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[must_use]
pub enum Durability {
    /// The file system says that it is on the disk.
    Confirmed,
    /// The file system cannot be asked for that, as on some network drives and memory sticks: it gets there
    /// in a while, or once the drive is ejected.
    Unconfirmed,
}

impl Durability {
    /// Returns how surely two things stay that are needed together.
    pub(crate) fn and(self, other: Self) -> Self {
        if self == Self::Confirmed { other } else { self }
    }
}
