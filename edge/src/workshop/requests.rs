//! What the worker asks of a Workshop object.

use rollcall_shared::Timestamp;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::Collector;
use rollcall_shared::signup_id::SignupId;
use serde::{Deserialize, Serialize};

use super::receipt_states::StoredState;
use crate::object::rpcs;

rpcs! {
    /// May the workshop be published like this? Requested before anything is written anywhere.
    Authorize { key: ShownKey, drain_key_sha256: String } -> Granted;
    /// Stores the record. `None` where the key is wrong.
    Publish { key: ShownKey, drain_key_sha256: String, publication: Published } -> Option<Recorded>;
    /// Reads what was published. `None` where the key is wrong.
    Show { key: ShownKey } -> Option<Shown>;
    /// Closes the intake: returns the codes that lead to the workshop, to be retired. `None` where the key is
    /// wrong.
    Retire { key: ShownKey } -> Option<Vec<InviteCode>>;
    /// This code has been retired; it need not be listed again.
    Left { code: InviteCode } -> ();
    /// Puts messages into the mailbox; those that are there already change nothing.
    Deposit { messages: Vec<String> } -> ();
    /// Looks one receipt up.
    FindReceipt { id: SignupId } -> FoundReceipt;
}

/// The key that a host showed, hashed: the object never sees a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ShownKey {
    /// SHA-256 of the Bearer token.
    pub(crate) sha256: String,
    /// Whether it is the deployment's publish key.
    pub(crate) publishes: bool,
}

/// Whether a key is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Granted {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It is, but the workshop was erased.
    Erased,
}

/// A record as the object stores it: its text, and what the object needs of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Published {
    /// The public record as JSON.
    pub(crate) record: String,
    /// The record's code.
    pub(crate) invite_code: InviteCode,
    /// The record's end.
    pub(crate) ends_at: Timestamp,
}

/// What a host is shown of its own workshop.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Shown {
    /// The public record as JSON; `None` where the workshop was erased.
    pub(crate) record: Option<String>,
    /// Who collects.
    pub(crate) collector: Option<Collector>,
}

/// The result of a publication.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recorded {
    /// Whether the workshop is new.
    pub(crate) new: bool,
    /// Codes that the workshop no longer has, to be retired.
    pub(crate) leaving: Vec<InviteCode>,
}

/// A receipt as far as the edge knows it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct FoundReceipt {
    /// Whether the host erased the workshop: then there is nothing at any address of it.
    #[serde(default)]
    pub(crate) erased: bool,
    /// The workshop's record as JSON, unless it was deleted.
    pub(crate) record: Option<String>,
    /// The state that the laptop sent; `None` means *received*.
    pub(crate) state: Option<StoredState>,
}
