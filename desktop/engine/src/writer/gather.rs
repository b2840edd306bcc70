//! What a decision is made from: what the database holds about a message, looked up in the decision's own
//! transaction.

use rollcall_shared::admission::{Found, FoundUnreadable, UnderId, UnderReused};
use rollcall_shared::digest::Digest;
use rollcall_shared::envelope::SealedSignup;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;

use super::ending;
use super::list::List;
use crate::db::{erased, parked, signups, stored};

/// Looks up what the decision about a message needs. [`Database`] does; tests have one that panics, and one
/// that lies.
pub(super) trait Gather: Send {
    /// What the database holds about a sign-up, perhaps one that corrects another.
    fn signup(
        &self,
        conn: &Connection,
        list: &List,
        sealed: &SealedSignup,
        digest: Digest,
    ) -> rusqlite::Result<Gathered>;

    /// What it holds about a message that cannot be read; `digest` is that of its bytes.
    fn unreadable(
        &self,
        conn: &Connection,
        workshop: &WorkshopId,
        id: Option<SignupId>,
        digest: Digest,
    ) -> rusqlite::Result<FoundUnreadable>;
}

/// What was looked up about a sign-up.
pub(super) struct Gathered {
    /// What decides.
    pub(super) found: Found,
    /// Whether it corrects a sign-up with this very number, which the host knows to be another person's, too.
    pub(super) shares_phone: bool,
}

/// The database, as it is.
pub(super) struct Database;

impl Gather for Database {
    fn signup(
        &self,
        conn: &Connection,
        list: &List,
        sealed: &SealedSignup,
        digest: Digest,
    ) -> rusqlite::Result<Gathered> {
        let (workshop, signup, replaces) = (&list.workshop.id, &sealed.signup, sealed.replaces);
        let phone = signup.phone.as_str();
        let shares_phone = match replaces {
            Some(old) => signups::shares_phone(conn, workshop, old, phone)?,
            None => false,
        };
        // The one that is replaced is not in its own correction's way, nor is anybody who shares its number.
        let holder =
            signups::holder(conn, workshop, phone)?.filter(|id| !shares_phone && replaces != Some(*id));
        let found = Found {
            erased: erased::exists(conn, signup.id)?,
            under_id: under_id(conn, workshop, signup.id, digest)?,
            replaced: replaces.map(|old| ending::standing(conn, workshop, old)).transpose()?,
            holder,
            seats: list.seats,
        };
        Ok(Gathered { found, shares_phone })
    }

    fn unreadable(
        &self,
        conn: &Connection,
        workshop: &WorkshopId,
        id: Option<SignupId>,
        digest: Digest,
    ) -> rusqlite::Result<FoundUnreadable> {
        let (erased, id_stored) = match id {
            Some(id) => (erased::exists(conn, id)?, stored::digest(conn, workshop, id)?.is_some()),
            None => (false, false),
        };
        let same_bytes_parked = parked::exists(conn, workshop, &digest)?;
        Ok(FoundUnreadable { erased, id_stored, same_bytes_parked })
    }
}

fn under_id(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
    digest: Digest,
) -> rusqlite::Result<UnderId> {
    let Some(stored) = stored::digest(conn, workshop, id)? else {
        let taken_back = ending::is_taken_back(conn, workshop, id)?;
        return Ok(if taken_back { UnderId::TakenBack } else { UnderId::Nothing });
    };
    let reused = id.reused(&digest);
    let under_reused = if stored == digest {
        UnderReused::Nothing
    } else if erased::exists(conn, reused)? {
        UnderReused::Erased
    } else if stored::digest(conn, workshop, reused)?.is_some() {
        UnderReused::Stored
    } else {
        UnderReused::Nothing
    };
    Ok(UnderId::Stored { digest: stored, under_reused })
}
