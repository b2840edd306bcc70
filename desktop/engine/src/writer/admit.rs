//! One message: what the database holds is gathered, `shared::admission` decides, and the decision is written.

use rollcall_shared::Millis;
use rollcall_shared::admission::{self, Ending, Flags, Found, Incoming, Outcome, Standing, UnderReused};
use rollcall_shared::envelope::{SealedCancellation, SealedSignup};
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup::Digest;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Intake, WorkshopId};
use rusqlite::Connection;

use super::list::Lists;
use super::{ending, erase};
use crate::db::events::Event;
use crate::db::signups::SignupMetadata;
use crate::db::tx::Tx;
use crate::db::{duplicates, erased, events, parked, quarantine, receipts_out, signups};
use crate::failpoints;
use crate::message::{Content, Message, Path, Written};

/// Decides about one message of no batch and writes the decision.
pub(crate) fn admit_one(tx: &Tx<'_>, message: &Message, now: Millis) -> rusqlite::Result<Written> {
    admit(tx, &mut Lists::default(), message, now)
}

/// Decides about one message and writes the decision.
pub(super) fn admit(
    tx: &Tx<'_>,
    lists: &mut Lists,
    message: &Message,
    now: Millis,
) -> rusqlite::Result<Written> {
    let written = match &message.content {
        Content::Signup(sealed) => admit_signup(tx, lists, message, sealed, now)?,
        Content::Cancellation(sealed) => cancel(tx, lists, message, sealed, now)?,
        Content::Unreadable { id, reason } => park(tx, message, *id, reason, now)?,
    };
    if message.delivered_alone {
        // In the same transaction: a message that stands must not be taken for a killer at the next start.
        quarantine::remove(tx, &message.bytes_digest())?;
    }
    Ok(written)
}

fn admit_signup(
    tx: &Tx<'_>,
    lists: &mut Lists,
    message: &Message,
    sealed: &SealedSignup,
    now: Millis,
) -> rusqlite::Result<Written> {
    #[cfg(test)]
    super::tests::panic_where_asked(sealed);
    let (workshop, signup) = (&message.workshop, &sealed.signup);
    let digest = signup.digest();
    let list = lists.of(tx, workshop)?;
    let replaced = sealed.replaces.map(|old| ending::standing(tx, workshop, old)).transpose()?;
    // The one that is replaced does not stand in its own correction's way, nor does whoever shares its number.
    let phone = signup.phone.as_str();
    let shared_phone = match sealed.replaces {
        Some(old) => signups::shares_phone(tx, workshop, old, phone)?,
        None => false,
    };
    let holder = signups::holder(tx, workshop, phone)?
        .filter(|(id, _)| !shared_phone && sealed.replaces.is_none_or(|old| old.to_string() != *id));
    let digest_under_id = match digest_under(tx, workshop, signup.id)? {
        Some(_) if failpoints::planted("planted_no_unique") => None,
        Some(_) if failpoints::planted("planted_id_without_digest") => Some(digest),
        found => found,
    };
    let found = Found {
        erased: erased::exists(tx, signup.id)? && !failpoints::planted("planted_erased_ignored"),
        digest_under_id,
        under_reused: match digest_under_id {
            Some(stored) if stored != digest => under_reused(tx, workshop, signup.id.reused(&digest))?,
            _ => UnderReused::Nothing,
        },
        same_bytes_parked: false,
        taken_back: digest_under_id.is_none() && ending::is_taken_back(tx, workshop, signup.id)?,
        replaced,
        phone_held: holder.is_some(),
        seats_taken: list.seats_taken,
        capacity: list.workshop.capacity,
    };
    let decision = admission::admit(Incoming::Signup { id: signup.id, digest }, &found);
    let (Some(id), Some(state)) = (decision.id, decision.receipt) else {
        return standing(tx, message, decision.outcome, decision.id);
    };
    // Before the new row: the number and the seat are the old one's until it has ended.
    let freed = match (sealed.replaces, replaced) {
        (Some(old), Some(standing)) => {
            ending::end(tx, list, old, standing, decision.ending, ending::Reason::Replaced, now)?
        }
        _ => None,
    };
    if decision.outcome == Outcome::Erased {
        // Whatever corrects this one may have come before it.
        erase::erase_from(tx, list, &[id], now)?;
        return Ok(Written { outcome: decision.outcome, state });
    }
    let with = SignupMetadata {
        state,
        path: message.path,
        digest,
        flags: Flags {
            id_reused: decision.id_reused,
            late: list.workshop.intake(sealed.received_at, signup.filled_at) == Intake::Late,
            older_form: signup.form_version < list.workshop.form_version,
        },
        notice_version: sealed.notice_version,
        received_at: sealed.received_at,
        stored_at: now,
        device: message.device.clone(),
        shared_phone: shared_phone && freed.is_some(),
        // A correction keeps its place among those who wait.
        waiting_since: freed.as_ref().map(|freed| freed.waiting_since),
        replaces: sealed.replaces,
    };
    match (decision.outcome, &holder) {
        (Outcome::Duplicate, Some(original)) => {
            duplicates::insert(tx, workshop, id, signup, original, &with)?;
        }
        _ => {
            signups::insert(tx, workshop, id, signup, &with)?;
            if state == ReceiptState::Registered {
                list.seats_taken += 1;
            }
        }
    }
    receipts_out::set(tx, workshop, id, state, decision.see_desk, now)?;
    if let Some(event) = event(decision.outcome, id, message.path) {
        events::add(tx, now, event)?;
    }
    if let Some(freed) = freed {
        ending::pass_on(tx, list, &freed, now)?;
    }
    Ok(Written { outcome: decision.outcome, state })
}

/// Takes a sign-up back. Again changes nothing; for one that has not come yet it is noted.
fn cancel(
    tx: &Tx<'_>,
    lists: &mut Lists,
    message: &Message,
    sealed: &SealedCancellation,
    now: Millis,
) -> rusqlite::Result<Written> {
    let list = lists.of(tx, &message.workshop)?;
    let standing = ending::standing(tx, &message.workshop, sealed.id)?;
    let how = admission::end(standing);
    if let Some(freed) = ending::end(tx, list, sealed.id, standing, how, ending::Reason::TakenBack, now)? {
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
    message: &Message,
    id: Option<SignupId>,
    reason: &str,
    now: Millis,
) -> rusqlite::Result<Written> {
    let workshop = &message.workshop;
    let digest = message.bytes_digest();
    let found = Found {
        erased: id.map_or(Ok(false), |id| erased::exists(tx, id))?,
        digest_under_id: id.map_or(Ok(None), |id| digest_under(tx, workshop, id))?,
        same_bytes_parked: parked::exists(tx, workshop, &digest)?,
        ..Found::default()
    };
    let decision = admission::admit(Incoming::Unreadable { id }, &found);
    if decision.outcome != Outcome::Parked {
        return standing(tx, message, decision.outcome, id);
    }
    if failpoints::planted("planted_unreadable_acknowledged") {
        return Ok(Written { outcome: Outcome::Parked, state: ReceiptState::Received });
    }
    parked::insert(tx, message, id, &digest, reason, now)?;
    if let (Some(id), Some(state)) = (decision.id, decision.receipt) {
        receipts_out::set(tx, workshop, id, state, decision.see_desk, now)?;
    }
    events::add(tx, now, Event::Parked(digest))?;
    Ok(Written { outcome: Outcome::Parked, state: ReceiptState::Received })
}

/// Nothing is written: what the receipt says is looked up for a visitor who waits for it.
fn standing(
    conn: &Connection,
    message: &Message,
    outcome: Outcome,
    id: Option<SignupId>,
) -> rusqlite::Result<Written> {
    let state = match (outcome, id, message.path) {
        // Off the list, and said so: calling an erased sign-up received would promise a row that is not there.
        (Outcome::Erased, ..) => ReceiptState::Cancelled,
        (_, Some(id), Path::Venue | Path::Desk) => {
            receipts_out::get(conn, &message.workshop, id)?.map_or(ReceiptState::Received, |r| r.state)
        }
        _ => ReceiptState::Received,
    };
    Ok(Written { outcome, state })
}

fn digest_under(conn: &Connection, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<Option<Digest>> {
    match signups::digest(conn, workshop, id)? {
        Some(digest) => Ok(Some(digest)),
        None => duplicates::digest(conn, workshop, id),
    }
}

fn under_reused(conn: &Connection, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<UnderReused> {
    if erased::exists(conn, id)? {
        return Ok(UnderReused::Erased);
    }
    Ok(digest_under(conn, workshop, id)?.map_or(UnderReused::Nothing, |_| UnderReused::Stored))
}

fn event(outcome: Outcome, id: SignupId, path: Path) -> Option<Event<'static>> {
    match outcome {
        Outcome::Stored => Some(Event::Stored(id, path)),
        Outcome::Waitlisted => Some(Event::Waitlisted(id)),
        Outcome::Duplicate => Some(Event::Duplicate(id)),
        Outcome::Cancelled => Some(Event::Cancelled(id)),
        Outcome::Erased | Outcome::Repeated | Outcome::Parked => None,
    }
}
