//! A list that was written to a file.

use serde::Serialize;

use crate::view::Durability;

/// A list that was written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ListWritten {
    /// Rows of people in it.
    pub rows: u64,
    /// How surely it stays.
    pub durability: Durability,
}
