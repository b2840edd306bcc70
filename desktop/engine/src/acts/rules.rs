//! What each act does, inside its transaction. Every row is noted before it is written; each returns the audit log's subject.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rollcall_shared::Millis;
use rollcall_shared::admission::Outcome;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;
use rusqlite::ErrorCode;

use super::snapshot::{Key, Recorder};
use super::{ActError, Stop};
use crate::db::{duplicates, events, parked, receipts_out, signups};
use crate::message::Message;
use crate::writer::{admit_in, seats};

/// Off the list; a seat that it had is somebody's at once.
pub(super) fn cancel(recorder: &mut Recorder<'_>, id: SignupId) -> Result<String, Stop> {
    let place = place(recorder, id)?;
    if place.state == ReceiptState::Cancelled {
        return Err(ActError::WrongState.into());
    }
    set(recorder, id, ReceiptState::Cancelled, None)?;
    fill_seats(recorder)?;
    Ok(id.to_string())
}

/// On the list again, as a fresh number would be now: who was away has lost the place.
pub(super) fn restore(recorder: &mut Recorder<'_>, id: SignupId) -> Result<String, Stop> {
    if place(recorder, id)?.state != ReceiptState::Cancelled {
        return Err(ActError::WrongState.into());
    }
    let state = seat_or_wait(recorder)?;
    let end = signups::end_of_line(recorder.conn, &recorder.workshop.id, recorder.now)?;
    match set(recorder, id, state, (state == ReceiptState::Waitlisted).then_some(end)) {
        Ok(()) => Ok(id.to_string()),
        // The tables' own rule: one number, one row, but for those who are known to share it.
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(ActError::PhoneHeld.into())
        }
        Err(e) => Err(e.into()),
    }
}

/// Out of turn, but never past the seats.
pub(super) fn promote(recorder: &mut Recorder<'_>, id: SignupId) -> Result<String, Stop> {
    if place(recorder, id)?.state != ReceiptState::Waitlisted {
        return Err(ActError::WrongState.into());
    }
    if !seats::any_free(recorder.conn, &recorder.workshop)? {
        return Err(ActError::Full.into());
    }
    set(recorder, id, ReceiptState::Registered, None)?;
    Ok(id.to_string())
}

/// A sign-up of its own, with a seat where there is one. Where nobody has the number any more it is an ordinary one.
pub(super) fn another_person(recorder: &mut Recorder<'_>, id: SignupId) -> Result<String, Stop> {
    let beside = beside(recorder, id)?;
    let shared = holder(recorder, &beside.phone)?.is_some();
    let state = seat_or_wait(recorder)?;
    enlist(recorder, id, state, shared, None)?;
    Ok(id.to_string())
}

/// In the place of the first: with its seat, or with its turn among those who wait. Where the first has no place any more
/// the newer one gets what a fresh number would, unless a third has the number now.
pub(super) fn use_newer(recorder: &mut Recorder<'_>, id: SignupId) -> Result<String, Stop> {
    let beside = beside(recorder, id)?;
    let first = match beside.original {
        Some(first) => {
            signups::place(recorder.conn, &recorder.workshop.id, first)?.map(|place| (first, place))
        }
        None => None,
    };
    let Some((first, place)) = first.filter(|(_, place)| place.state != ReceiptState::Cancelled) else {
        if holder(recorder, &beside.phone)?.is_some() {
            return Err(ActError::PhoneHeld.into());
        }
        let state = seat_or_wait(recorder)?;
        enlist(recorder, id, state, false, None)?;
        return Ok(id.to_string());
    };
    set(recorder, first, ReceiptState::Cancelled, None)?;
    let turn = (place.state == ReceiptState::Waitlisted).then_some(place.waiting_since);
    enlist(recorder, id, place.state, place.shared_phone, turn)?;
    // Others who came with the number are compared with the one that stands there now.
    for other in duplicates::beside(recorder.conn, &recorder.workshop.id, first)? {
        recorder.touch(Key::Duplicate(other))?;
        duplicates::compare_with(recorder.conn, &recorder.workshop.id, other, id, &beside.name)?;
    }
    Ok(id.to_string())
}

/// Seen.
pub(super) fn keep_first(recorder: &mut Recorder<'_>, id: SignupId) -> Result<String, Stop> {
    if beside(recorder, id)?.is_kept {
        return Err(ActError::WrongState.into());
    }
    recorder.touch(Key::Duplicate(id))?;
    duplicates::keep_first(recorder.conn, &recorder.workshop.id, id, recorder.now)?;
    Ok(id.to_string())
}

/// Seen; the bytes stay.
pub(super) fn dismiss(recorder: &mut Recorder<'_>, seq: i64) -> Result<String, Stop> {
    recorder.touch(Key::Parked(seq))?;
    if parked::dismiss(recorder.conn, &recorder.workshop.id, seq, recorder.now)? {
        return Ok(format!("parked {seq}"));
    }
    let known = parked::get(recorder.conn, &recorder.workshop.id, seq)?.is_some();
    Err(if known { ActError::WrongState } else { ActError::Unknown }.into())
}

/// Through admission again, like mail that has just come; out of `parked` in the same transaction.
pub(super) fn retry(recorder: &mut Recorder<'_>, seq: i64, message: &Message) -> Result<String, Stop> {
    recorder.touch(Key::Parked(seq))?;
    for id in rehearse(recorder, message)? {
        recorder.touch(Key::Signup(id))?;
        recorder.touch(Key::Duplicate(id))?;
        recorder.touch(Key::Receipt(id))?;
    }
    if !parked::take(recorder.conn, &recorder.workshop.id, seq)? {
        return Err(ActError::Changed.into());
    }
    admit_again(recorder, message)?;
    Ok(format!("parked {seq}"))
}

/// Every sign-up that the admission of a message changes: the one in it, the one that it ends, and whoever has that one's
/// number or seat afterwards. Only admission knows, so it is done, its entries in the audit log are read, and it is undone.
fn rehearse(recorder: &Recorder<'_>, message: &Message) -> Result<Vec<SignupId>, Stop> {
    recorder.conn.execute_batch("SAVEPOINT rehearsal")?;
    let last = events::last(recorder.conn)?;
    let admitted = admit_again(recorder, message);
    let subjects = events::subjects_after(recorder.conn, last);
    recorder.conn.execute_batch("ROLLBACK TO rehearsal; RELEASE rehearsal")?;
    admitted?;
    Ok(subjects?.iter().filter_map(|subject| SignupId::parse(subject).ok()).collect())
}

fn admit_again(recorder: &Recorder<'_>, message: &Message) -> Result<(), Stop> {
    // Unwind safe: after a panic the transaction is rolled back.
    let admitted = catch_unwind(AssertUnwindSafe(|| admit_in(recorder.conn, message, recorder.now)));
    match admitted {
        Ok(written) if written.as_ref().is_ok_and(|written| written.outcome != Outcome::Parked) => Ok(()),
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok(_)) | Err(_) => Err(ActError::StillUnreadable("failed").into()),
    }
}

fn place(recorder: &Recorder<'_>, id: SignupId) -> Result<signups::Place, Stop> {
    let place = signups::place(recorder.conn, &recorder.workshop.id, id)?;
    place.ok_or_else(|| ActError::Unknown.into())
}

fn beside(recorder: &Recorder<'_>, id: SignupId) -> Result<duplicates::DuplicateRow, Stop> {
    let beside = duplicates::get(recorder.conn, &recorder.workshop.id, id)?.ok_or(ActError::Unknown)?;
    // Its own phone took it back: there is nobody to decide about.
    if beside.state == ReceiptState::Cancelled.as_str() {
        return Err(ActError::WrongState.into());
    }
    Ok(beside)
}

fn holder(recorder: &Recorder<'_>, phone: &str) -> rusqlite::Result<Option<(String, String)>> {
    signups::holder(recorder.conn, &recorder.workshop.id, phone)
}

/// What a fresh number would get now.
fn seat_or_wait(recorder: &Recorder<'_>) -> rusqlite::Result<ReceiptState> {
    let free = seats::any_free(recorder.conn, &recorder.workshop)?;
    Ok(if free { ReceiptState::Registered } else { ReceiptState::Waitlisted })
}

fn set(
    recorder: &mut Recorder<'_>,
    id: SignupId,
    state: ReceiptState,
    waiting_since: Option<Millis>,
) -> rusqlite::Result<()> {
    recorder.touch(Key::Signup(id))?;
    recorder.touch(Key::Receipt(id))?;
    signups::set_state(recorder.conn, &recorder.workshop.id, id, state, waiting_since)?;
    receipts_out::set(recorder.conn, &recorder.workshop.id, id, state, false, recorder.now)
}

fn enlist(
    recorder: &mut Recorder<'_>,
    id: SignupId,
    state: ReceiptState,
    shared_phone: bool,
    waiting_since: Option<Millis>,
) -> rusqlite::Result<()> {
    recorder.touch(Key::Duplicate(id))?;
    recorder.touch(Key::Signup(id))?;
    recorder.touch(Key::Receipt(id))?;
    duplicates::enlist(recorder.conn, &recorder.workshop.id, id, state, shared_phone, waiting_since)?;
    receipts_out::set(recorder.conn, &recorder.workshop.id, id, state, false, recorder.now)
}

fn fill_seats(recorder: &mut Recorder<'_>) -> rusqlite::Result<()> {
    for id in seats::next_in_line(recorder.conn, &recorder.workshop)? {
        recorder.touch(Key::Signup(id))?;
        recorder.touch(Key::Receipt(id))?;
    }
    seats::promote_waiting(recorder.conn, &recorder.workshop, recorder.now).map(|_| ())
}
