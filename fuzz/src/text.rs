//! Texts among the inputs.

/// The bytes as text, where they are one. What takes text never sees others.
pub(crate) fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
