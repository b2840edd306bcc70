//! What the writer takes, whatever path it came by.

use rollcall_shared::admission::Outcome;
use rollcall_shared::envelope::{SealedCancellation, SealedSignup};
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup::Digest;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use serde::Serialize;

/// By which path a sign-up came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Path {
    /// Over the internet.
    Edge,
    /// On the venue page.
    Venue,
    /// From a file.
    Import,
    /// At the desk.
    Desk,
}

impl Path {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Venue => "venue",
            Self::Import => "import",
            Self::Desk => "desk",
        }
    }

    /// From the word in the database.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Edge, Self::Venue, Self::Import, Self::Desk].into_iter().find(|path| path.as_str() == word)
    }
}

/// What a cancellation on the venue page is kept as where it has to be parked: it comes without a body. The id follows.
pub(crate) const CANCEL: &str = "cancel ";

/// One message on its way into the database.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// Whose list it is for.
    pub(crate) workshop: WorkshopId,
    /// How it came.
    pub(crate) path: Path,
    /// The desk that took it, by its id; none elsewhere, and at the host's own computer.
    pub(crate) device: Option<String>,
    /// What it says.
    pub(crate) content: Content,
    /// As it came: kept where it has to be parked.
    pub(crate) bytes: Vec<u8>,
    /// It was noted in `quarantine` before it was sent alone; whoever commits it clears the note.
    pub(crate) delivered_alone: bool,
}

/// What a message says.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// A valid sign-up, perhaps one that corrects another.
    Signup(Box<SealedSignup>),
    /// A sign-up is taken back by its own phone.
    Cancellation(SealedCancellation),
    /// It cannot be read and never will be.
    Unreadable {
        /// From the outside, where that much could be read.
        id: Option<SignupId>,
        /// A stable code.
        reason: &'static str,
    },
}

impl Message {
    /// The digest of the bytes, under which a message is parked or suspected.
    pub(crate) fn bytes_digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// The same message as one that cannot be read, for this reason.
    pub(crate) fn unreadable(&self, reason: &'static str) -> Self {
        let id = match &self.content {
            Content::Signup(sealed) => Some(sealed.signup.id),
            Content::Cancellation(sealed) => Some(sealed.id),
            Content::Unreadable { id, .. } => *id,
        };
        Self { content: Content::Unreadable { id, reason }, ..self.clone() }
    }
}

/// What became of a message, once it is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// What the writer did.
    pub(crate) outcome: Outcome,
    /// What a receipt issued now says. For a repeated or an erased one it is looked up for the venue only, whose
    /// visitor waits for it; the edge's receipts are answered from `receipts_out`.
    pub(crate) state: ReceiptState,
}
