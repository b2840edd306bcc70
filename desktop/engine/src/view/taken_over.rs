//! What came of taking a workshop's mail over.

use serde::{Deserialize, Serialize};

/// A workshop's mail that is this laptop's from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TakenOver {
    /// The name of the laptop that collected before, where that was another one.
    pub previous: Option<String>,
    /// Messages that come again, of which this laptop may have some already.
    pub replayed: u64,
}
