//! What needs a person's look, and what a person can decide about it.

use rollcall_shared::Timestamp;
use rollcall_shared::fold::same_stored;
use rollcall_shared::signup_id::SignupId;
use serde::{Deserialize, Serialize};

use super::SignupView;
use crate::message::{Path, UnreadableReason};

/// Something for the host to look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Case {
    /// A sign-up whose number was on the list already, and that nobody has decided about.
    Duplicate {
        /// The newer one's id, under which it is resolved.
        id: SignupId,
        /// Who had the number; as it is now, which may be cancelled. `None` where it was erased.
        original: Option<Box<SignupView>>,
        /// Who came with the same number. Its state is what its receipt says.
        newer: Box<SignupView>,
        /// Same name or another. With the same name nothing has to be decided: it is listed, and not counted.
        reason: DuplicateReason,
    },
    /// A message that could not be read.
    Parked {
        /// Its number, under which it is resolved.
        seq: i64,
        /// By which path it came.
        source: Path,
        /// Why.
        reason: UnreadableReason,
        /// Bytes.
        size: u64,
        /// The beginning of what came, as text, at most 200 characters. Sealed boxes stay closed.
        preview: String,
        /// When it was parked.
        parked_at: Timestamp,
    },
}

/// How a duplicate's name compares to the first one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum DuplicateReason {
    /// The same person signed up again.
    SameName,
    /// Perhaps two people who share a phone.
    OtherName,
}

impl DuplicateReason {
    /// Compares a stored name to the first one's.
    pub(crate) fn between(name: &str, first: &str) -> Self {
        if same_stored(name, first) { Self::SameName } else { Self::OtherName }
    }

    /// Returns the word in the database.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SameName => "same_name",
            Self::OtherName => "other_name",
        }
    }
}

/// What the host decides about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Resolution {
    /// Two people share the phone: the newer one becomes a sign-up of its own, with a seat where there is
    /// one.
    AnotherPerson {
        /// The newer one's id.
        duplicate: SignupId,
    },
    /// The newer one takes the place of the first, with its seat or its place in the waiting list.
    UseNewer {
        /// The newer one's id.
        duplicate: SignupId,
    },
    /// Seen; everything stays as it is.
    KeepFirst {
        /// The newer one's id.
        duplicate: SignupId,
    },
    /// Seen; the message stays in the database and is shown no more.
    DismissParked {
        /// The message's number.
        seq: i64,
    },
    /// Read it once more: with a key that was missing, or by a newer Rollcall.
    RetryParked {
        /// The message's number.
        seq: i64,
    },
}
