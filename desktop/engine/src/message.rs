//! What the writer takes, whatever path it came by.

use rollcall_shared::admission::Outcome;
use rollcall_shared::digest::Digest;
use rollcall_shared::envelope::{SealedCancellation, SealedSignup};
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use serde::Serialize;

/// By which path a sign-up came. The database's tables know a fourth word, `import`, which nothing writes
/// yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Path {
    /// Over the internet.
    Edge,
    /// On the venue page.
    Venue,
    /// At the desk.
    Desk,
}

impl Path {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Venue => "venue",
            Self::Desk => "desk",
        }
    }

    /// From the word in the database.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Edge, Self::Venue, Self::Desk].into_iter().find(|path| path.as_str() == word)
    }
}

/// Where a message came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The mailbox at the edge.
    Edge,
    /// The venue page.
    Venue,
    /// A helper's device.
    Desk(DeskId),
    /// The host's own computer, which is a desk without a session.
    HostComputer,
}

impl Origin {
    /// By which path that is.
    pub(crate) fn path(&self) -> Path {
        match self {
            Self::Edge => Path::Edge,
            Self::Venue => Path::Venue,
            Self::Desk(_) | Self::HostComputer => Path::Desk,
        }
    }

    /// The helper's device.
    pub(crate) fn desk(&self) -> Option<&DeskId> {
        match self {
            Self::Desk(id) => Some(id),
            Self::Edge | Self::Venue | Self::HostComputer => None,
        }
    }
}

/// The id of a helper's device, drawn when it is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeskId(String);

impl DeskId {
    /// An id as it was drawn, stored, or named by the host.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text in the database.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a cancellation on the venue page is kept as where it has to be parked: it comes without a body. The
/// id follows.
pub(crate) const CANCEL: &str = "cancel ";

/// One message on its way into the database.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// Whose list it is for.
    pub(crate) workshop: WorkshopId,
    /// Where it came in.
    pub(crate) origin: Origin,
    /// What it says.
    pub(crate) content: Content,
    /// As it came: kept where it has to be parked.
    pub(crate) bytes: Vec<u8>,
    /// Whether it is noted in `suspects`, before it was sent alone; the transaction that stores it clears the
    /// note.
    pub(crate) delivered_alone: bool,
}

/// What a message says.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// A valid sign-up, perhaps one that corrects another.
    Signup(Box<SealedSignup>),
    /// A sign-up is cancelled by its own phone.
    Cancellation(SealedCancellation),
    /// It cannot be read and never will be.
    Unreadable {
        /// From the outside, where that much could be read.
        id: Option<SignupId>,
        /// Why.
        reason: UnreadableReason,
    },
}

/// Why a message cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum UnreadableReason {
    /// More bytes than any message has.
    TooLarge,
    /// No envelope.
    Malformed,
    /// From a newer edge.
    UnknownVersion,
    /// The box is damaged.
    Box,
    /// What was in the box is no sign-up.
    Content,
    /// The box belongs to another envelope.
    Mismatch,
    /// It is for another workshop.
    OtherWorkshop,
    /// The program was killed with it in hand too often.
    Interrupted,
    /// Reading or storing it failed in a way that nobody foresaw; and what a newer Rollcall has parked.
    Failed,
}

impl UnreadableReason {
    const ALL: [Self; 9] = [
        Self::TooLarge,
        Self::Malformed,
        Self::UnknownVersion,
        Self::Box,
        Self::Content,
        Self::Mismatch,
        Self::OtherWorkshop,
        Self::Interrupted,
        Self::Failed,
    ];

    /// The word in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::UnknownVersion => "unknown_version",
            Self::Box => "box",
            Self::Content => "content",
            Self::Mismatch => "mismatch",
            Self::OtherWorkshop => "other_workshop",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }

    /// From the word in the database. A word that is not known is a newer Rollcall's.
    pub(crate) fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word).unwrap_or(Self::Failed)
    }
}

impl Message {
    /// The digest of the bytes, under which a message is parked or suspected.
    pub(crate) fn bytes_digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// The same message as one that cannot be read, for this reason.
    pub(crate) fn unreadable(&self, reason: UnreadableReason) -> Self {
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
    /// What a receipt issued now says. For a repeated or an erased one it is looked up for the venue only,
    /// whose visitor waits for it; the edge's receipts are answered from `receipts_out`.
    pub(crate) state: ReceiptState,
}

#[cfg(test)]
mod tests {
    use rollcall_shared::envelope::{EnvelopeError, OpenError};

    use super::*;

    #[test]
    fn every_reason_has_its_word() {
        for reason in UnreadableReason::ALL {
            assert_eq!(UnreadableReason::from_word(reason.as_str()), reason);
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
        let envelope =
            [EnvelopeError::TooLarge(1), EnvelopeError::Malformed, EnvelopeError::UnknownVersion(9)];
        let open = [OpenError::Box, OpenError::Content, OpenError::Mismatch];
        for code in envelope.iter().map(EnvelopeError::code).chain(open.iter().map(OpenError::code)) {
            assert_eq!(UnreadableReason::from_word(code).as_str(), code);
        }
        assert_eq!(UnreadableReason::from_word("of_a_newer_version"), UnreadableReason::Failed);
    }
}
