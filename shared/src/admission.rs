//! What the writer decides about one message, as a pure function of what it found. The table in DESIGN: first match wins.
//!
//! | # | found | outcome |
//! |---|---|---|
//! | 1 | the id is erased | [`Outcome::Erased`] |
//! | 2 | same id and digest stored anywhere, or the same unreadable bytes parked | [`Outcome::Repeated`] |
//! | 3 | same id, other digest | goes on under [`SignupId::reused`], flagged |
//! | 4 | cannot be read | [`Outcome::Parked`] |
//! | 4a | it corrects one that is erased | [`Outcome::Erased`] |
//! | 4b | it was cancelled or corrected before it came | [`Outcome::Cancelled`] |
//! | 5 | the number is on the list, and not as the one that this corrects | [`Outcome::Duplicate`] |
//! | 6 | no seat left, and none taken over | [`Outcome::Waitlisted`] |
//! | 7 | else | [`Outcome::Stored`] |
//!
//! A correction is a sign-up of its own that names the one it replaces; a cancellation names the one that it takes back.
//! Either may come before the one that it names: [`end`] says what happens to that one.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::receipt::ReceiptState;
use crate::signup_id::SignupId;

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incoming {
    /// A sign-up that could be read; also one that corrects another, which [`Found::replaced`] says.
    Signup {
        /// Its own id.
        id: SignupId,
        /// Of its content.
        digest: Digest,
    },
    /// A message that could not be read and never will be.
    Unreadable {
        /// From the outside of the envelope, where that much could be read.
        id: Option<SignupId>,
    },
}

/// What the database holds, gathered in the same transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found {
    /// The id is in `erased`.
    pub erased: bool,
    /// The digest that stands under the id, in `signups` or `duplicates`.
    pub digest_under_id: Option<Digest>,
    /// For an id that stands with another digest: what stands under [`SignupId::reused`].
    pub under_reused: UnderReused,
    /// The same bytes are in this workshop's `parked`.
    pub same_bytes_parked: bool,
    /// Nothing stands under the id, but its receipt says *cancelled*: a cancellation or a correction overtook it.
    pub taken_back: bool,
    /// For a correction: how the one stands that it replaces.
    pub replaced: Option<Standing>,
    /// Somebody holds the number on this workshop's list, not cancelled, other than the one that is replaced.
    pub phone_held: bool,
    /// Seats that are taken: rows with the state *registered*.
    pub seats_taken: u32,
    /// The workshop's seats, without limit where `None`.
    pub capacity: Option<u32>,
}

/// What stands under the id derived from an id and another digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnderReused {
    /// Nothing.
    #[default]
    Nothing,
    /// The very sign-up.
    Stored,
    /// It was erased.
    Erased,
}

/// How a sign-up stands that a cancellation or a correction names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has not come yet.
    Unknown,
    /// The host erased it.
    Erased,
    /// On the list, with a seat.
    Registered,
    /// On the list, without a seat.
    Waitlisted,
    /// In `duplicates`.
    Beside,
    /// Taken off the list before.
    Cancelled,
}

/// What happens to a sign-up that is cancelled or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing: it has ended before, or was erased.
    Nothing,
    /// Its receipt says *cancelled* from now on; when it comes it is kept as cancelled.
    Noted,
    /// Its row and its receipt become *cancelled*. A seat that it had is free, unless a correction takes it over.
    Cancelled,
}

/// Decides about the sign-up that a cancellation or a correction names.
pub fn end(standing: Standing) -> Ending {
    match standing {
        Standing::Unknown => Ending::Noted,
        Standing::Registered | Standing::Waitlisted | Standing::Beside => Ending::Cancelled,
        Standing::Erased | Standing::Cancelled => Ending::Nothing,
    }
}

/// What happens to the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The person was erased; nothing is kept.
    Erased,
    /// It stands already; nothing changes.
    Repeated,
    /// Kept in `parked`, for a person to look at.
    Parked,
    /// Kept in `duplicates`, beside the first with the number.
    Duplicate,
    /// Taken off the list, or put there as cancelled because it was taken back before it came.
    Cancelled,
    /// Kept in `signups` as *waitlisted*.
    Waitlisted,
    /// Kept in `signups` as *registered*.
    Stored,
}

impl Outcome {
    /// The word in figures and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Repeated => "repeated",
            Self::Parked => "parked",
            Self::Duplicate => "duplicate",
            Self::Cancelled => "cancelled",
            Self::Waitlisted => "waitlisted",
            Self::Stored => "stored",
        }
    }
}

/// The decision about one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What happens.
    pub outcome: Outcome,
    /// The id under which it stands or stood; `None` for unreadable messages without one.
    pub id: Option<SignupId>,
    /// The id came before with other content, so that it stands under a derived one.
    pub id_reused: bool,
    /// What the receipt shows. `None` where nothing is written: for [`Outcome::Repeated`] it shows what the first one has
    /// now, for [`Outcome::Erased`] nothing.
    pub receipt: Option<ReceiptState>,
    /// Whether the receipt sends the teacher to the desk.
    pub see_desk: bool,
    /// For a correction that is kept: what happens to the one that it replaces.
    pub ending: Ending,
}

/// Decides. See the table above; the order is the rule.
pub fn admit(incoming: Incoming, found: &Found) -> Decision {
    let nothing_written = |outcome, id, id_reused| Decision {
        outcome,
        id,
        id_reused,
        receipt: None,
        see_desk: false,
        ending: Ending::Nothing,
    };
    let own_id = match incoming {
        Incoming::Signup { id, .. } => Some(id),
        Incoming::Unreadable { id } => id,
    };
    if found.erased {
        return nothing_written(Outcome::Erased, own_id, false);
    }
    let (id, id_reused) = match incoming {
        Incoming::Unreadable { id } if found.same_bytes_parked => {
            return nothing_written(Outcome::Repeated, id, false);
        }
        Incoming::Unreadable { id } => {
            // Where a sign-up stands under the same id its receipt is the true one and stays.
            let receipt = match found.digest_under_id {
                Some(_) => None,
                None => id.map(|_| ReceiptState::Received),
            };
            let see_desk = receipt.is_some();
            let (outcome, ending) = (Outcome::Parked, Ending::Nothing);
            return Decision { outcome, id, id_reused: false, receipt, see_desk, ending };
        }
        Incoming::Signup { id, digest } => match found.digest_under_id {
            None => (id, false),
            Some(stored) if stored == digest => return nothing_written(Outcome::Repeated, Some(id), false),
            Some(_) => (id.reused(&digest), true),
        },
    };
    if id_reused {
        match found.under_reused {
            UnderReused::Nothing => {}
            UnderReused::Stored => return nothing_written(Outcome::Repeated, Some(id), true),
            UnderReused::Erased => return nothing_written(Outcome::Erased, Some(id), true),
        }
    }
    let kept = |outcome, receipt| Decision {
        outcome,
        id: Some(id),
        id_reused,
        receipt: Some(receipt),
        see_desk: false,
        ending: found.replaced.map_or(Ending::Nothing, end),
    };
    // Whoever was erased does not come back by a correction that was on its way; its receipt says that it does not count.
    if found.replaced == Some(Standing::Erased) {
        return kept(Outcome::Erased, ReceiptState::Cancelled);
    }
    if found.taken_back && !id_reused {
        return kept(Outcome::Cancelled, ReceiptState::Cancelled);
    }
    // A correction has the seat of the one that it replaces, even where there are fewer seats than people by now.
    let has_seat = found.replaced == Some(Standing::Registered)
        || found.capacity.is_none_or(|seats| found.seats_taken < seats);
    // A duplicate is answered as a fresh number would be: no answer tells whether a number is on the list.
    let receipt = if has_seat { ReceiptState::Registered } else { ReceiptState::Waitlisted };
    let outcome = match (found.phone_held, has_seat) {
        (true, _) => Outcome::Duplicate,
        (false, false) => Outcome::Waitlisted,
        (false, true) => Outcome::Stored,
    };
    kept(outcome, receipt)
}

/// What is unusual about a sign-up that was kept; stored with it, shown to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flags {
    /// Its id came before with other content.
    #[serde(default, skip_serializing_if = "is_false")]
    pub id_reused: bool,
    /// Filled in before closing, arrived after it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub late: bool,
    /// Filled in on an older version of the form.
    #[serde(default, skip_serializing_if = "is_false")]
    pub older_form: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}
