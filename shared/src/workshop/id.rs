//! A workshop's id.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::alphabet::{SIGNS, draw};

/// Signs of an id.
const ID_CHARS: usize = 16;

/// A workshop's id: 16 signs in lower case, 79 random bits. Addresses show it; it is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct WorkshopId(String);

/// The text is not a workshop's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a workshop's id is {ID_CHARS} of the signs 2-9 and a-z without i, l, o")]
pub struct WorkshopIdError;

impl WorkshopId {
    /// Reads an id, strictly, for no person types it.
    ///
    /// ```
    /// use rollcall_shared::workshop::WorkshopId;
    /// assert_eq!(WorkshopId::parse("23456789abcdefgh").unwrap().as_str(), "23456789abcdefgh");
    /// assert!(WorkshopId::parse("23456789ABCDEFGH").is_err());
    /// ```
    ///
    /// # Errors
    /// [`WorkshopIdError`].
    pub fn parse(text: &str) -> Result<Self, WorkshopIdError> {
        let legal = |b: u8| !b.is_ascii_uppercase() && SIGNS.contains(&b.to_ascii_uppercase());
        if text.len() == ID_CHARS && text.bytes().all(legal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(WorkshopIdError)
        }
    }

    /// A new id from 128 random bits.
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(draw(random, [SIGNS.as_slice(); ID_CHARS]).to_ascii_lowercase())
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WorkshopId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<WorkshopId> for String {
    fn from(id: WorkshopId) -> Self {
        id.0
    }
}

impl TryFrom<String> for WorkshopId {
    type Error = WorkshopIdError;
    fn try_from(text: String) -> Result<Self, WorkshopIdError> {
        Self::parse(&text)
    }
}
