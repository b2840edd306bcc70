//! The text of an entry code, as a desk sends it.

use serde::Deserialize;

use super::Refused;
use crate::media_type::MediaType;
use crate::signup::{FormError, MAX_BODY_BYTES};

/// Reads the text of an entry code from the body in which a desk sends it: `{"entry": "…"}`, or a form with
/// that field.
///
/// ```
/// use rollcall_shared::intake::entry_text;
/// use rollcall_shared::media_type::MediaType;
/// assert_eq!(entry_text(MediaType::Json, br#"{"entry":"..."}"#).unwrap(), "...");
/// assert_eq!(entry_text(MediaType::Form, b"entry=%2E%2E%2E").unwrap(), "...");
/// assert!(entry_text(MediaType::Json, b"{}").is_err());
/// ```
///
/// # Errors
/// Rows 3 and 4. A form without the field is an empty text, which is no entry code.
pub fn entry_text(media_type: MediaType, body: &[u8]) -> Result<String, Refused> {
    #[derive(Deserialize)]
    struct EntryBody {
        entry: String,
    }
    if body.len() > MAX_BODY_BYTES {
        return Err(FormError::TooLarge.into());
    }
    match media_type {
        MediaType::Json => {
            let read: Result<EntryBody, _> = serde_json::from_slice(body);
            Ok(read.map_err(|error| FormError::from(&error))?.entry)
        }
        MediaType::Form => {
            let entry = form_urlencoded::parse(body).find(|(key, _)| key == "entry");
            Ok(entry.map(|(_, text)| text.into_owned()).unwrap_or_default())
        }
    }
}
