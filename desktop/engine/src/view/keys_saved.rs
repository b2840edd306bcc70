//! Whether the host keeps a copy of the keys.

use rollcall_shared::Timestamp;
use serde::Serialize;

/// Whether the host keeps a copy of the keys, without which nobody can open what waits at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct KeysSaved {
    /// When a copy was saved last.
    pub keys_saved_at: Option<Timestamp>,
    /// Whether that copy holds every key that there is: a new workshop has a key of its own.
    pub complete: bool,
}
