//! Draws a QR code for the window, as a path of squares.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

use crate::view::DrawnCode;

/// Light modules around it: on the window's own white.
const BORDER: i32 = 3;
/// A quarter of it may be dirty, folded or in the sun.
const CORRECTION: QrCodeEcc = QrCodeEcc::Quartile;
/// The designator of UTF-8 among AIM's *extended channel interpretations*.
const UTF_8: u32 = 26;

/// The text is longer than a QR code holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a QR code holds no text of {0} bytes")]
pub struct CodeTooLong(usize);

/// Draws a text.
///
/// Where it is not ASCII the code says that it is UTF-8. Without that word the standard says ISO 8859-1, and
/// readers guess: one that many phones have takes 会议 for Shift_JIS.
///
/// # Errors
/// [`CodeTooLong`].
pub(crate) fn draw(text: &str) -> Result<DrawnCode, CodeTooLong> {
    let mut segments = QrSegment::make_segments(text);
    if !text.is_ascii() {
        segments.insert(0, QrSegment::make_eci(UTF_8));
    }
    let code =
        QrCode::encode_segments_advanced(&segments, CORRECTION, Version::MIN, Version::MAX, None, false)
            .map_err(|_| CodeTooLong(text.len()))?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            // Writing to a string does not fail.
            let _ = write!(path, "M{} {}h1v1h-1z", x + BORDER, y + BORDER);
        }
    }
    Ok(DrawnCode { size: code.size().unsigned_abs() + 2 * BORDER.unsigned_abs(), path })
}

#[cfg(test)]
mod tests;
