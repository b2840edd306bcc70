//! What each act does, inside its transaction. Every row is noted before it is written; each returns the audit log's subject.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rollcall_shared::Millis;
use rollcall_shared::admission::Outcome;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;

use super::snapshot::{Key, Recorder};
use super::{ActError, Stop};
use crate::db::events::Subject;
use crate::db::failure::is_constraint;
use crate::db::tx::Tx;
use crate::db::{duplicates, parked, receipts_out, signups};
use crate::message::Message;
use crate::writer::admit::admit_one;
use crate::writer::seats;

/// Off the list; a seat that it had is somebody's at once.
pub(super) fn cancel(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    let place = place(recorder, id)?;
    if place.state == ReceiptState::Cancelled {
        return Err(ActError::WrongState.into());
    }
    set(recorder, id, ReceiptState::Cancelled, None)?;
    fill_seats(recorder)?;
    Ok(Subject::Signup(id))
}

/// On the list again, as a fresh number would be now: who was away has lost the place.
pub(super) fn restore(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    if place(recorder, id)?.state != ReceiptState::Cancelled {
        return Err(ActError::WrongState.into());
    }
    let state = seat_or_wait(recorder)?;
    let end = signups::end_of_line(recorder.tx, &recorder.workshop.id, recorder.now)?;
    match set(recorder, id, state, (state == ReceiptState::Waitlisted).then_some(end)) {
        Ok(()) => Ok(Subject::Signup(id)),
        // The tables' own rule: one number, one row, but for those who are known to share it.
        Err(e) if is_constraint(&e) => Err(ActError::PhoneHeld.into()),
        Err(e) => Err(e.into()),
    }
}

/// Out of turn, but never past the seats.
pub(super) fn promote(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    if place(recorder, id)?.state != ReceiptState::Waitlisted {
        return Err(ActError::WrongState.into());
    }
    if !seats::any_free(recorder.tx, &recorder.workshop)? {
        return Err(ActError::Full.into());
    }
    set(recorder, id, ReceiptState::Registered, None)?;
    Ok(Subject::Signup(id))
}

/// A sign-up of its own, with a seat where there is one. Where nobody has the number any more it is an ordinary one.
pub(super) fn another_person(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    let beside = beside(recorder, id)?;
    let shared = holder(recorder, &beside.phone)?.is_some();
    let state = seat_or_wait(recorder)?;
    enlist(recorder, id, state, shared, None)?;
    Ok(Subject::Signup(id))
}

/// In the place of the first: with its seat, or with its turn among those who wait. Where the first has no place any more
/// the newer one gets what a fresh number would, unless a third has the number now.
pub(super) fn use_newer(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    let beside = beside(recorder, id)?;
    let first = match beside.original {
        Some(first) => signups::place(recorder.tx, &recorder.workshop.id, first)?.map(|place| (first, place)),
        None => None,
    };
    let Some((first, place)) = first.filter(|(_, place)| place.state != ReceiptState::Cancelled) else {
        if holder(recorder, &beside.phone)?.is_some() {
            return Err(ActError::PhoneHeld.into());
        }
        let state = seat_or_wait(recorder)?;
        enlist(recorder, id, state, false, None)?;
        return Ok(Subject::Signup(id));
    };
    set(recorder, first, ReceiptState::Cancelled, None)?;
    let turn = (place.state == ReceiptState::Waitlisted).then_some(place.waiting_since);
    enlist(recorder, id, place.state, place.shared_phone, turn)?;
    // Others who came with the number are compared with the one that stands there now.
    for other in duplicates::beside(recorder.tx, &recorder.workshop.id, first)? {
        recorder.touch(Key::Duplicate(other))?;
        duplicates::compare_with(recorder.tx, &recorder.workshop.id, other, id, &beside.name)?;
    }
    Ok(Subject::Signup(id))
}

/// Seen.
pub(super) fn keep_first(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    if beside(recorder, id)?.is_kept {
        return Err(ActError::WrongState.into());
    }
    recorder.touch(Key::Duplicate(id))?;
    duplicates::keep_first(recorder.tx, &recorder.workshop.id, id, recorder.now)?;
    Ok(Subject::Signup(id))
}

/// Seen; the bytes stay.
pub(super) fn dismiss(recorder: &mut Recorder<'_>, seq: i64) -> Result<Subject, Stop> {
    recorder.touch(Key::Parked(seq))?;
    if parked::dismiss(recorder.tx, &recorder.workshop.id, seq, recorder.now)? {
        return Ok(Subject::Parked(seq));
    }
    let known = parked::get(recorder.tx, &recorder.workshop.id, seq)?.is_some();
    Err(if known { ActError::WrongState } else { ActError::Unknown }.into())
}

/// Through admission again, like mail that has just come; out of `parked` in the same transaction.
pub(super) fn retry(recorder: &mut Recorder<'_>, seq: i64, message: &Message) -> Result<Subject, Stop> {
    recorder.touch(Key::Parked(seq))?;
    for id in rehearse(recorder, message)? {
        recorder.touch(Key::Signup(id))?;
        recorder.touch(Key::Duplicate(id))?;
        recorder.touch(Key::Receipt(id))?;
    }
    if !parked::take(recorder.tx, &recorder.workshop.id, seq)? {
        return Err(ActError::Changed.into());
    }
    admit_again(recorder.tx, message, recorder.now)?;
    Ok(Subject::Parked(seq))
}

/// Every sign-up that the admission of a message changes: the one in it, the one that it ends, and whoever has that one's
/// number or seat afterwards. Only admission knows, so it is done, the audit log is asked whom it was about, and it is undone.
fn rehearse(recorder: &Recorder<'_>, message: &Message) -> Result<Vec<SignupId>, Stop> {
    recorder.tx.rehearse(|tx| admit_again(tx, message, recorder.now).map(|()| tx.subjects()))?
}

fn admit_again(tx: &Tx<'_>, message: &Message, now: Millis) -> Result<(), Stop> {
    // Unwind safe: after a panic the transaction is rolled back.
    let admitted = catch_unwind(AssertUnwindSafe(|| admit_one(tx, message, now)));
    match admitted {
        Ok(written) if written.as_ref().is_ok_and(|written| written.outcome != Outcome::Parked) => Ok(()),
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok(_)) | Err(_) => Err(ActError::StillUnreadable("failed").into()),
    }
}

fn place(recorder: &Recorder<'_>, id: SignupId) -> Result<signups::Place, Stop> {
    let place = signups::place(recorder.tx, &recorder.workshop.id, id)?;
    place.ok_or_else(|| ActError::Unknown.into())
}

fn beside(recorder: &Recorder<'_>, id: SignupId) -> Result<duplicates::DuplicateRow, Stop> {
    let beside = duplicates::get(recorder.tx, &recorder.workshop.id, id)?.ok_or(ActError::Unknown)?;
    // Its own phone took it back: there is nobody to decide about.
    if beside.state == ReceiptState::Cancelled.as_str() {
        return Err(ActError::WrongState.into());
    }
    Ok(beside)
}

fn holder(recorder: &Recorder<'_>, phone: &str) -> rusqlite::Result<Option<(String, String)>> {
    signups::holder(recorder.tx, &recorder.workshop.id, phone)
}

/// What a fresh number would get now.
fn seat_or_wait(recorder: &Recorder<'_>) -> rusqlite::Result<ReceiptState> {
    let free = seats::any_free(recorder.tx, &recorder.workshop)?;
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
    signups::set_state(recorder.tx, &recorder.workshop.id, id, state, waiting_since)?;
    receipts_out::set(recorder.tx, &recorder.workshop.id, id, state, false, recorder.now)
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
    duplicates::enlist(recorder.tx, &recorder.workshop.id, id, state, shared_phone, waiting_since)?;
    receipts_out::set(recorder.tx, &recorder.workshop.id, id, state, false, recorder.now)
}

fn fill_seats(recorder: &mut Recorder<'_>) -> rusqlite::Result<()> {
    for id in seats::next_in_line(recorder.tx, &recorder.workshop)? {
        recorder.touch(Key::Signup(id))?;
        recorder.touch(Key::Receipt(id))?;
    }
    seats::promote_waiting(recorder.tx, &recorder.workshop, recorder.now).map(|_| ())
}
