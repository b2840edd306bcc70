//! Whether a connection line leads anywhere.

use serde::Serialize;

/// What a try of a connection line showed. The key is repeated nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ConnectionTrial {
    /// Rollcall's edge answered and takes the key: workshops can be published with it.
    Works {
        /// The address in the line.
        url: String,
    },
    /// The text is no connection line.
    NotALine,
    /// Nobody answers at that address, or the laptop is offline.
    Unreachable {
        /// The address in the line.
        url: String,
        /// The network's own words, or the edge's, for whoever repairs it.
        detail: String,
    },
    /// Somebody answers who is not Rollcall's edge.
    NotRollcall {
        /// The address in the line.
        url: String,
        /// The status of the answer: `HTTP 404`.
        detail: String,
    },
    /// Rollcall's edge answered and refuses the key.
    KeyRefused {
        /// The address in the line.
        url: String,
    },
}
