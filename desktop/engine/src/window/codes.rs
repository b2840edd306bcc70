//! QR codes that the window shows.

use crate::codes::drawing;
use crate::engine::{Engine, EngineError};
use crate::view::DrawnCode;

impl Engine {
    /// Draws a text as a QR code: an address, or a Wi-Fi in any script.
    ///
    /// # Errors
    /// [`EngineError::Drawing`] where it is longer than a code holds.
    pub fn draw_code(&self, text: &str) -> Result<DrawnCode, EngineError> {
        Ok(drawing::draw(text)?)
    }
}
