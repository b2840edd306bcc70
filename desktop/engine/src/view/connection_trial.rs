//! Whether a connection line leads anywhere.

use serde::Serialize;

/// What a try of a connection line showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConnectionTest {
    /// Whether workshops can be published with it.
    pub ok: bool,
    /// What was found.
    pub code: ConnectionCode,
    /// The address in the line, where there was one. The key is repeated nowhere.
    pub url: Option<String>,
    /// The network's own words, for whoever mends it.
    pub detail: Option<String>,
}

/// What was found at the other end of a connection line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ConnectionCode {
    /// Rollcall's edge, which takes the key.
    Works,
    /// The text is no connection line.
    NotALine,
    /// Nobody answers at that address, or the laptop is offline.
    Unreachable,
    /// Somebody answers who is not Rollcall's edge.
    NotRollcall,
    /// Rollcall's edge, which refuses the key.
    KeyRefused,
}
