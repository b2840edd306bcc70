//! What is in the box of an envelope.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::digest::Digest;
use crate::person_name::PersonName;
use crate::phone::Phone;
use crate::question::Answers;
use crate::signup::Signup;
use crate::signup_id::SignupId;
use crate::workshop::WorkshopId;

/// What is in the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A sign-up, perhaps one that corrects another.
    Signup(Box<SealedSignup>),
    /// A cancellation.
    Cancellation(SealedCancellation),
}

/// A valid sign-up with what the server that took it knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSignup {
    /// The workshop that it is for.
    pub workshop: WorkshopId,
    /// The sign-up.
    pub signup: Signup,
    /// The sign-up whose place it takes, where it corrects one; the token of that one's receipt has proven
    /// it.
    pub replaces: Option<SignupId>,
    /// When it was taken.
    pub received_at: Timestamp,
    /// Version of the notice that the page showed.
    pub notice_version: u32,
}

/// A sign-up that its own phone takes back, which the token of its receipt has proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCancellation {
    /// The workshop that it is for.
    pub workshop: WorkshopId,
    /// The sign-up.
    pub id: SignupId,
    /// When it was taken.
    pub received_at: Timestamp,
}

impl SealedSignup {
    /// The digest of the sign-up's content.
    pub fn digest(&self) -> Digest {
        self.signup.digest()
    }
}

/// A sign-up in the box, on the wire.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) workshop: WorkshopId,
    pub(super) id: SignupId,
    pub(super) name: PersonName,
    pub(super) phone: Phone,
    #[serde(default)]
    pub(super) answers: Answers,
    pub(super) form_version: u32,
    #[serde(default)]
    pub(super) filled_at: Option<Timestamp>,
    pub(super) received_at: Timestamp,
    pub(super) notice_version: u32,
    /// In version 2, and there always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replaces: Option<SignupId>,
}

/// A cancellation in the box, on the wire; version 2.
#[derive(Serialize, Deserialize)]
pub(super) struct CancellationContent {
    pub(super) workshop: WorkshopId,
    pub(super) cancels: SignupId,
    pub(super) received_at: Timestamp,
}
