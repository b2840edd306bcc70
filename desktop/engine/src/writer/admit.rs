//! One message: what the database holds is gathered, `shared::admission` decides, and the decision is
//! written.

use rollcall_shared::Timestamp;
use rollcall_shared::admission::{self, Ending, Flags, Keep, Outcome, ParkVerdict, Place, Standing, Verdict};
use rollcall_shared::digest::Digest;
use rollcall_shared::envelope::{SealedCancellation, SealedSignup};
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Intake;
use rusqlite::Connection;

use super::ending::Reason;
use super::gather::{Database, Gather, Gathered};
use super::list::{List, Lists};
use super::{ending, erase};
use crate::db::events::Event;
use crate::db::signups::{FreedPlace, SignupMetadata};
use crate::db::tx::Tx;
use crate::db::{duplicates, events, parked, quarantine, receipts_out, signups};
use crate::message::{Content, Message, Path, UnreadableReason, Written};
use crate::view::{DuplicateReason, SignupState};

/// Decides about one message of no batch and writes the decision.
pub(crate) fn admit_one(tx: &Tx<'_>, message: &Message, now: Timestamp) -> rusqlite::Result<Written> {
    admit(tx, &Database, &mut Lists::default(), message, now)
}

/// Decides about one message and writes the decision.
pub(super) fn admit(
    tx: &Tx<'_>,
    gather: &dyn Gather,
    lists: &mut Lists,
    message: &Message,
    now: Timestamp,
) -> rusqlite::Result<Written> {
    let written = match &message.content {
        Content::Signup(sealed) => {
            let arrival = Arrival { message, sealed, digest: sealed.signup.digest(), now };
            admit_signup(tx, gather, lists.of(tx, &message.workshop)?, &arrival)?
        }
        Content::Cancellation(sealed) => cancel(tx, lists.of(tx, &message.workshop)?, sealed, now)?,
        Content::Unreadable { id, reason } => park(tx, gather, message, *id, *reason, now)?,
    };
    if message.delivered_alone {
        // In the same transaction: a message that is stored must not be taken for poison at the next start.
        quarantine::remove(tx, &message.bytes_digest())?;
    }
    Ok(written)
}

/// A sign-up that came, perhaps one that corrects another.
struct Arrival<'a> {
    message: &'a Message,
    sealed: &'a SealedSignup,
    /// Of its content.
    digest: Digest,
    now: Timestamp,
}

fn admit_signup(
    tx: &Tx<'_>,
    gather: &dyn Gather,
    list: &mut List,
    arrival: &Arrival<'_>,
) -> rusqlite::Result<Written> {
    let Arrival { message, sealed, digest, now } = *arrival;
    let gathered = gather.signup(tx, list, sealed, digest)?;
    let verdict = admission::admit(sealed.signup.id, digest, &gathered.found);
    let state = match verdict {
        // Off the list, and said so: calling an erased sign-up received would promise a row that is not
        // there.
        Verdict::Erased { .. } => ReceiptState::Cancelled,
        Verdict::Repeated { id } => receipt_of(tx, message, Some(id))?,
        Verdict::EraseToo { id } => {
            // Whatever corrects this one may have come before it.
            erase::erase_from(tx, list, &[id], now)?;
            ReceiptState::Cancelled
        }
        Verdict::Keep(keep) => {
            store(tx, list, arrival, &gathered, keep)?;
            keep.place.receipt()
        }
    };
    Ok(Written { outcome: verdict.outcome(), state })
}

/// Stores a sign-up with its receipt and its entry in the audit log; first ends the one that it replaces, at
/// last passes on what that one held.
fn store(
    tx: &Tx<'_>,
    list: &mut List,
    arrival: &Arrival<'_>,
    gathered: &Gathered,
    keep: Keep,
) -> rusqlite::Result<()> {
    let (Keep { id, place, ending, .. }, now, signup) = (keep, arrival.now, &arrival.sealed.signup);
    let workshop = list.workshop.id.clone();
    // Before the new row: the number and the seat are the old one's until it has ended.
    let freed = match arrival.sealed.replaces.zip(gathered.found.replaced) {
        Some(old) => ending::end(tx, list, old, ending, Reason::Replaced, now)?,
        None => None,
    };
    let with = metadata(list, arrival, gathered, keep, freed.as_ref());
    match place {
        Place::Duplicate { of, .. } => {
            let name = signups::name(tx, &workshop, of)?;
            let reason = DuplicateReason::between(signup.name.as_str(), &name);
            duplicates::insert(tx, &workshop, id, signup, (of, reason), &with)?;
        }
        Place::Registered | Place::Waitlisted | Place::Cancelled => {
            signups::insert(tx, &workshop, id, signup, &with)?;
        }
    }
    if place == Place::Registered {
        list.seats.taken += 1;
    }
    receipts_out::set(tx, &workshop, id, place.receipt(), false, now)?;
    events::add(tx, now, event(place, id, arrival.message.origin.path()))?;
    match freed {
        Some(freed) => ending::pass_on(tx, list, &freed, now),
        None => Ok(()),
    }
}

/// What is stored with a sign-up.
fn metadata(
    list: &List,
    arrival: &Arrival<'_>,
    gathered: &Gathered,
    keep: Keep,
    freed: Option<&FreedPlace>,
) -> SignupMetadata {
    let Arrival { message, sealed, digest, now } = *arrival;
    let signup = &sealed.signup;
    SignupMetadata {
        sorted: list.forms.sort(signup.form_version, &signup.answers),
        state: state_of(keep.place),
        origin: message.origin.clone(),
        digest,
        flags: Flags {
            id_reused: keep.id_reused,
            late: list.workshop.intake(sealed.received_at, signup.filled_at) == Intake::Late,
            older_form: signup.form_version < list.workshop.form_version,
        },
        notice_version: sealed.notice_version,
        received_at: sealed.received_at,
        stored_at: now,
        shared_phone: gathered.shares_phone,
        // A correction keeps its place among those who wait.
        waiting_since: freed.map(|freed| freed.waiting_since),
        replaces: sealed.replaces,
    }
}

/// Ends a sign-up for its phone. Again changes nothing; for one that has not come yet it is noted.
fn cancel(
    tx: &Tx<'_>,
    list: &mut List,
    sealed: &SealedCancellation,
    now: Timestamp,
) -> rusqlite::Result<Written> {
    let standing = ending::standing(tx, &list.workshop.id, sealed.id)?;
    let how = admission::end(standing);
    if let Some(freed) = ending::end(tx, list, (sealed.id, standing), how, Reason::CancelledByPhone, now)? {
        ending::pass_on(tx, list, &freed, now)?;
    }
    let outcome = match (standing, how) {
        (Standing::Erased, _) => Outcome::Erased,
        (_, Ending::Nothing) => Outcome::Repeated,
        (_, Ending::Noted | Ending::Cancelled) => Outcome::Cancelled,
    };
    Ok(Written { outcome, state: ReceiptState::Cancelled })
}

fn park(
    tx: &Tx<'_>,
    gather: &dyn Gather,
    message: &Message,
    id: Option<SignupId>,
    reason: UnreadableReason,
    now: Timestamp,
) -> rusqlite::Result<Written> {
    let (workshop, digest) = (&message.workshop, message.bytes_digest());
    let verdict = admission::park(id, &gather.unreadable(tx, workshop, id, digest)?);
    let state = match verdict {
        ParkVerdict::Erased => ReceiptState::Cancelled,
        ParkVerdict::Repeated => receipt_of(tx, message, id)?,
        ParkVerdict::Park { receipt } => {
            parked::insert(tx, message, id, &digest, reason, now)?;
            if let Some(id) = receipt {
                receipts_out::set(tx, workshop, id, ReceiptState::Received, true, now)?;
            }
            events::add(tx, now, Event::Parked(digest))?;
            ReceiptState::Received
        }
    };
    Ok(Written { outcome: verdict.outcome(), state })
}

/// What the receipt of a sign-up says about which nothing is written, for a visitor who waits for it.
fn receipt_of(conn: &Connection, message: &Message, id: Option<SignupId>) -> rusqlite::Result<ReceiptState> {
    let receipt = match (id, message.origin.path()) {
        (Some(id), Path::Venue | Path::Desk) => receipts_out::get(conn, &message.workshop, id)?,
        _ => None,
    };
    Ok(receipt.map_or(ReceiptState::Received, |receipt| receipt.state))
}

fn state_of(place: Place) -> SignupState {
    match place {
        Place::Registered => SignupState::Registered,
        Place::Waitlisted => SignupState::Waitlisted,
        Place::Cancelled => SignupState::Cancelled,
        Place::Duplicate { as_if, .. } => as_if.into(),
    }
}

fn event(place: Place, id: SignupId, path: Path) -> Event<'static> {
    match place {
        Place::Registered => Event::Stored(id, path),
        Place::Waitlisted => Event::Waitlisted(id),
        Place::Cancelled => Event::Cancelled(id),
        Place::Duplicate { .. } => Event::Duplicate(id),
    }
}
