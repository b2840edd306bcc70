//! Why something was not done, for the window.

use serde::Serialize;

/// Why something that the window asked for was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Refusal {
    /// A stable code, by which the window chooses its words.
    pub code: String,
    /// The field of a draft that needs mending.
    pub field: Option<String>,
    /// In English, for logs and for whoever mends it.
    pub text: String,
}
