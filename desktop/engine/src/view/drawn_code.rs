//! A QR code as the window shows it.

use serde::Serialize;

/// A QR code, drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DrawnCode {
    /// Modules of a side, with the light ones around it.
    pub size: u32,
    /// Its dark modules: an SVG path in a square of that size.
    pub path: String,
}
