//! What is decided about a message that cannot be read and never will be.

use super::Outcome;
use crate::signup_id::SignupId;

/// What the database holds about a message that cannot be read, gathered in the same transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FoundUnreadable {
    /// Whether the id on its outside is in `erased`.
    pub erased: bool,
    /// Whether a sign-up is stored under that id.
    pub id_stored: bool,
    /// Whether the same bytes are in this workshop's `parked`.
    pub same_bytes_parked: bool,
}

/// What is decided about a message that cannot be read and never will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParkVerdict {
    /// The person was erased: nothing is written.
    Erased,
    /// It is parked already: nothing is written.
    Repeated,
    /// It is kept in `parked`, for a person to look at.
    Park {
        /// The sign-up whose receipt says *received* from now on, with a request to see the desk. `None`
        /// where the message names none, and where one is stored under the id: then that one's receipt is the
        /// true one.
        receipt: Option<SignupId>,
    },
}

impl ParkVerdict {
    /// What became of the message, for figures and logs.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Erased => Outcome::Erased,
            Self::Repeated => Outcome::Repeated,
            Self::Park { .. } => Outcome::Parked,
        }
    }
}

/// Decides about a message that cannot be read; `id` is from the outside of its envelope, where that much can
/// be read.
///
/// ```
/// use rollcall_shared::admission::{FoundUnreadable, ParkVerdict, park};
/// use rollcall_shared::signup_id::SignupId;
/// let id = SignupId::from_random([7; 16]);
/// let nothing = FoundUnreadable::default();
/// assert_eq!(park(Some(id), &nothing), ParkVerdict::Park { receipt: Some(id) });
/// assert_eq!(park(None, &nothing), ParkVerdict::Park { receipt: None });
/// let again = FoundUnreadable { same_bytes_parked: true, ..nothing };
/// assert_eq!(park(Some(id), &again), ParkVerdict::Repeated);
/// ```
pub fn park(id: Option<SignupId>, found: &FoundUnreadable) -> ParkVerdict {
    let FoundUnreadable { erased, id_stored, same_bytes_parked } = *found;
    if erased {
        ParkVerdict::Erased
    } else if same_bytes_parked {
        ParkVerdict::Repeated
    } else {
        ParkVerdict::Park { receipt: id.filter(|_| !id_stored) }
    }
}
