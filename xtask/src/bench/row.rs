//! A row of the table that `cargo xtask bench` prints.

/// A row of the table.
pub(super) struct Row {
    pub(super) what: String,
    pub(super) target: String,
    pub(super) measured: String,
    pub(super) met: bool,
}
