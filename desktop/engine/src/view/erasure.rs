//! Whom to erase, and what that erases.

use std::path::PathBuf;

use rollcall_shared::digest::Digest;
use rollcall_shared::signup_id::SignupId;
use serde::{Deserialize, Serialize};

/// Whom to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Whom {
    /// A sign-up with all that corrects it or is corrected by it.
    Person(SignupId),
    /// A message that could not be read.
    Parked(i64),
    /// The whole workshop.
    Workshop,
}

/// What was erased, or would be.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Erasure {
    /// Rows of the database.
    #[serde(flatten)]
    pub rows: ErasedRows,
    /// Copies of the database from which they were deleted as well.
    pub copies: Vec<PathBuf>,
    /// Copies that could not be changed: to be deleted by hand.
    pub copies_left: Vec<PathBuf>,
    /// Whether nothing is left in the write-ahead log. Otherwise it is emptied when the engine ends.
    pub log_emptied: bool,
}

/// Rows that an erasure deleted, or would delete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ErasedRows {
    /// The ids that are remembered.
    pub ids: Vec<SignupId>,
    /// Rows of the list.
    pub signups: usize,
    /// Sign-ups whose number was on the list already.
    pub duplicates: usize,
    /// Messages that could not be read.
    pub parked: usize,
    /// What those were, by the digest of their bytes: the copies of the database know them by nothing
    /// else.
    #[serde(skip)]
    pub(crate) parked_digests: Vec<Digest>,
}

impl ErasedRows {
    /// Adds messages that could not be read, by the digests of their bytes.
    pub(crate) fn add_parked(&mut self, digests: impl IntoIterator<Item = Digest>) {
        self.parked_digests.extend(digests);
        self.parked = self.parked_digests.len();
    }

    /// Rows of every kind.
    pub(crate) fn count(&self) -> usize {
        self.signups + self.duplicates + self.parked
    }
}
