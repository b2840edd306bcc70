//! Whether the host keeps a copy of the keys.

use rollcall_shared::Timestamp;
use serde::Serialize;

/// Whether the host keeps a copy of the keys, without which nobody can open what waits at the edge.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct KeysSaved {
    /// When a copy was saved last.
    pub keys_saved_at: Option<Timestamp>,
    /// Where to; nothing where a copy of before there was a master secret was noted.
    pub path: Option<String>,
    /// Whether that copy opens whatever may come: it holds the secret of which new workshops' keys come, and
    /// every key that does not.
    pub complete: bool,
}
