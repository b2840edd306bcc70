//! The table that `cargo xtask bench` prints.

/// A row of it: a target, and whether it was met.
pub(super) struct Row {
    pub(super) what: String,
    pub(super) target: String,
    pub(super) measured: String,
    pub(super) met: bool,
}
