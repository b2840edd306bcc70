//! What a key file brought that was saved on another laptop.

use serde::{Deserialize, Serialize};

/// What a key file brought. Workshops that it names and that are here already are in none of the figures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct KeysLoaded {
    /// The edge that is asked from here on; none is known where neither the host nor the file named one.
    pub edge: Option<String>,
    /// The edge that the file names, where this laptop is connected to another one: that one has to know the
    /// workshops.
    pub other_edge: Option<String>,
    /// Workshops that are here now; their sign-ups come.
    pub workshops: u64,
    /// Workshops that follow once the edge can be asked.
    pub pending: u64,
    /// Workshops that the edge does not know, or no longer: 90 days after their end it forgets them.
    pub unknown: u64,
}
