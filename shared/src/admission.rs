//! What the writer decides about one message, as a pure function of what it found.
//!
//! About a sign-up ([`admit`]); the first row that applies decides:
//!
//! | # | found | verdict | outcome |
//! |---|---|---|---|
//! | 1 | the id is erased | [`Verdict::Erased`] | `erased` |
//! | 2 | the same id with the same digest is stored | [`Verdict::Repeated`] | `repeated` |
//! | 3 | the same id with another digest is stored | goes on under [`SignupId::reused`], flagged | |
//! | 3a | … and is erased under that id | [`Verdict::Erased`] | `erased` |
//! | 3b | … and is stored under that id | [`Verdict::Repeated`] | `repeated` |
//! | 4 | it corrects one that is erased | [`Verdict::EraseToo`] | `erased` |
//! | 5 | it was cancelled or corrected before it came | [`Place::Cancelled`] | `cancelled` |
//! | 6 | the number is on the list, but not of the one it corrects | [`Place::Duplicate`] | `duplicate` |
//! | 7 | no seat is free, and none is taken over | [`Place::Waitlisted`] | `waitlisted` |
//! | 8 | else | [`Place::Registered`] | `stored` |
//!
//! About a message that cannot be read and never will be ([`park`]):
//!
//! | # | found | verdict | outcome |
//! |---|---|---|---|
//! | 1 | its id is erased | [`ParkVerdict::Erased`] | `erased` |
//! | 2 | the same bytes are parked | [`ParkVerdict::Repeated`] | `repeated` |
//! | 3 | else | [`ParkVerdict::Park`] | `parked` |
//!
//! A correction is a sign-up of its own that names the one it replaces; a cancellation names the one that it
//! takes back. Either may come before the one that it names: [`end`] says what happens to that one.

mod seats;
mod unreadable;

use serde::{Deserialize, Serialize};

pub use seats::{ListState, Seats};
pub use unreadable::{FoundUnreadable, ParkVerdict, park};

use crate::digest::Digest;
use crate::receipt::ReceiptState;
use crate::signup_id::SignupId;

/// What the database holds about a sign-up, gathered in the same transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found {
    /// Whether the id is in `erased`.
    pub erased: bool,
    /// What is stored under the id.
    pub under_id: UnderId,
    /// For a correction: the state of the sign-up that it replaces.
    pub replaced: Option<Standing>,
    /// Who holds the number on this workshop's list, not cancelled, other than the sign-up that is replaced.
    pub holder: Option<SignupId>,
    /// The workshop's seats.
    pub seats: Seats,
}

/// What is stored under a sign-up's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnderId {
    /// Nothing.
    #[default]
    Nothing,
    /// Nothing but a receipt that says *cancelled*: a cancellation or a correction overtook the sign-up.
    TakenBack,
    /// A sign-up, in `signups` or `duplicates`.
    Stored {
        /// The digest of its content.
        digest: Digest,
        /// What is stored under [`SignupId::reused`]; looked up where the digest is another.
        under_reused: UnderReused,
    },
}

/// What is stored under the id derived from an id and another digest.
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

/// The state of a sign-up that a cancellation or a correction names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has not come yet.
    Unknown,
    /// The host erased it.
    Erased,
    /// It is on the list, with a seat.
    Registered,
    /// It is on the list, without a seat.
    Waitlisted,
    /// It is in `duplicates`.
    Beside,
    /// It was taken off the list before.
    Cancelled,
}

/// What happens to a sign-up that is cancelled or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing: it has ended before, or was erased.
    Nothing,
    /// Its receipt says *cancelled* from now on; when it comes it is kept as cancelled.
    Noted,
    /// Its row and its receipt become *cancelled*. A seat that it had is free, unless a correction takes it
    /// over.
    Cancelled,
}

/// Decides about the sign-up that a cancellation or a correction names.
///
/// ```
/// use rollcall_shared::admission::{Ending, Standing, end};
/// assert_eq!(end(Standing::Registered), Ending::Cancelled);
/// assert_eq!(end(Standing::Unknown), Ending::Noted);
/// assert_eq!(end(Standing::Cancelled), Ending::Nothing);
/// ```
pub fn end(standing: Standing) -> Ending {
    match standing {
        Standing::Unknown => Ending::Noted,
        Standing::Registered | Standing::Waitlisted | Standing::Beside => Ending::Cancelled,
        Standing::Erased | Standing::Cancelled => Ending::Nothing,
    }
}

/// What is decided about a sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The person was erased: nothing is written.
    Erased {
        /// The id under which they were.
        id: SignupId,
    },
    /// It is stored already: nothing is written, its receipt stays as it is.
    Repeated {
        /// The id under which it is stored.
        id: SignupId,
    },
    /// It corrects a sign-up whose person was erased: it is erased as well, and its receipt says *cancelled*.
    EraseToo {
        /// Its id.
        id: SignupId,
    },
    /// It is kept.
    Keep(Keep),
}

/// How a sign-up is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// The id under which it is stored.
    pub id: SignupId,
    /// Whether its own id came before with other content, so that it is stored under a derived one.
    pub id_reused: bool,
    /// Where it is stored, and what its receipt says.
    pub place: Place,
    /// For a correction: what happens to the sign-up that it replaces.
    pub ending: Ending,
}

/// Where a sign-up is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On the list, with a seat.
    Registered,
    /// On the list, without a seat.
    Waitlisted,
    /// On the list as cancelled: it was taken back before it came.
    Cancelled,
    /// In `duplicates`.
    Duplicate {
        /// Who holds the number.
        of: SignupId,
        /// What a fresh number would have got: no answer tells whether a number is on the list.
        as_if: ListState,
    },
}

impl Place {
    /// What the receipt says.
    pub fn receipt(self) -> ReceiptState {
        match self {
            Self::Registered => ReceiptState::Registered,
            Self::Waitlisted => ReceiptState::Waitlisted,
            Self::Cancelled => ReceiptState::Cancelled,
            Self::Duplicate { as_if, .. } => as_if.into(),
        }
    }
}

impl Verdict {
    /// What became of the sign-up, for figures and logs.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Erased { .. } | Self::EraseToo { .. } => Outcome::Erased,
            Self::Repeated { .. } => Outcome::Repeated,
            Self::Keep(Keep { place: Place::Registered, .. }) => Outcome::Stored,
            Self::Keep(Keep { place: Place::Waitlisted, .. }) => Outcome::Waitlisted,
            Self::Keep(Keep { place: Place::Cancelled, .. }) => Outcome::Cancelled,
            Self::Keep(Keep { place: Place::Duplicate { .. }, .. }) => Outcome::Duplicate,
        }
    }
}

/// Decides about a sign-up by its id and the digest of its content. See the table above; the order is the
/// rule.
///
/// ```
/// use rollcall_shared::admission::{Found, Outcome, Seats, UnderId, UnderReused, admit};
/// use rollcall_shared::digest::Digest;
/// use rollcall_shared::signup_id::SignupId;
/// let (id, digest) = (SignupId::from_random([7; 16]), Digest::of(b"content"));
/// let empty = Found::default();
/// assert_eq!(admit(id, digest, &empty).outcome(), Outcome::Stored);
/// let full = Found { seats: Seats { taken: 5, capacity: Some(5) }, ..empty };
/// assert_eq!(admit(id, digest, &full).outcome(), Outcome::Waitlisted);
/// let again = Found { under_id: UnderId::Stored { digest, under_reused: UnderReused::Nothing }, ..full };
/// assert_eq!(admit(id, digest, &again).outcome(), Outcome::Repeated);
/// ```
pub fn admit(id: SignupId, digest: Digest, found: &Found) -> Verdict {
    let Found { erased, under_id, replaced, holder, seats } = *found;
    if erased {
        return Verdict::Erased { id };
    }
    let (id, id_reused) = match under_id {
        UnderId::Nothing | UnderId::TakenBack => (id, false),
        UnderId::Stored { digest: stored, .. } if stored == digest => return Verdict::Repeated { id },
        UnderId::Stored { under_reused, .. } => {
            let id = id.reused(&digest);
            match under_reused {
                UnderReused::Nothing => (id, true),
                UnderReused::Stored => return Verdict::Repeated { id },
                UnderReused::Erased => return Verdict::Erased { id },
            }
        }
    };
    // Somebody who was erased does not come back by a correction that was on its way.
    if replaced == Some(Standing::Erased) {
        return Verdict::EraseToo { id };
    }
    // A correction has the seat of the one that it replaces, even where there are fewer seats than people by
    // now.
    let has_seat = replaced == Some(Standing::Registered);
    let state = if has_seat { ListState::Registered } else { seats.state_for_new() };
    let place = match (under_id, holder, state) {
        (UnderId::TakenBack, ..) => Place::Cancelled,
        (_, Some(of), as_if) => Place::Duplicate { of, as_if },
        (_, None, ListState::Waitlisted) => Place::Waitlisted,
        (_, None, ListState::Registered) => Place::Registered,
    };
    Verdict::Keep(Keep { id, id_reused, place, ending: replaced.map_or(Ending::Nothing, end) })
}

/// What became of a message, for figures and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The person was erased; nothing is kept.
    Erased,
    /// It is stored already; nothing changes.
    Repeated,
    /// Kept in `parked`, for a person to look at.
    Parked,
    /// Kept in `duplicates`, with a reference to the sign-up that holds the number.
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
