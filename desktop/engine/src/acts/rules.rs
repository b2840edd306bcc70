//! What each act does, inside its transaction. Every row is noted before it is written; each returns what the
//! audit log says it is about.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rollcall_shared::Timestamp;
use rollcall_shared::admission::{ListState, Outcome};
use rollcall_shared::signup_id::SignupId;

use super::error::{ActError, Stop};
use super::snapshot::{Key, Recorder};
use crate::db::events::Subject;
use crate::db::failure::is_constraint;
use crate::db::tx::Tx;
use crate::db::{duplicates, parked, receipts_out, signups};
use crate::message::{Message, UnreadableReason};
use crate::view::SignupState;
use crate::writer::admit::admit_one;
use crate::writer::{numbers, seats};

/// Cancels a sign-up, as its own phone would: its number goes to the next duplicate that claims it, a free
/// seat to the person who has waited longest.
pub(super) fn cancel(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    if place(recorder, id)?.state == SignupState::Cancelled {
        return Err(ActError::WrongState.into());
    }
    set(recorder, id, SignupState::Cancelled, None)?;
    pass_number_on(recorder, id)?;
    fill_seats(recorder)?;
    Ok(Subject::Signup(id))
}

/// Puts a sign-up back, as a fresh number would be put now: its place was lost.
pub(super) fn restore(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    if place(recorder, id)?.state != SignupState::Cancelled {
        return Err(ActError::WrongState.into());
    }
    let state = recorder.seats()?.state_for_new();
    let end = signups::end_of_line(recorder.tx, &recorder.workshop.id, recorder.now)?;
    match set(
        recorder,
        id,
        state.into(),
        (state == ListState::Waitlisted).then_some(Timestamp::from_millis(end.as_millis())),
    ) {
        Ok(()) => Ok(Subject::Signup(id)),
        // The tables' own rule: one number, one row, but for those who are known to share it.
        Err(e) if is_constraint(&e) => Err(ActError::PhoneHeld.into()),
        Err(e) => Err(e.into()),
    }
}

/// Gives a seat out of turn, but never past the seats.
pub(super) fn promote(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    if place(recorder, id)?.state != SignupState::Waitlisted {
        return Err(ActError::WrongState.into());
    }
    if !recorder.seats()?.has_free() {
        return Err(ActError::Full.into());
    }
    set(recorder, id, SignupState::Registered, None)?;
    Ok(Subject::Signup(id))
}

/// Makes a duplicate a sign-up of its own, with a seat where there is one. Where nobody has the number any
/// more it is an ordinary one.
pub(super) fn another_person(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    let duplicate = duplicate(recorder, id)?;
    let shared = is_held(recorder, &duplicate.phone)?;
    let state = recorder.seats()?.state_for_new();
    enlist(recorder, id, state, shared, None)?;
    Ok(Subject::Signup(id))
}

/// Puts a duplicate in the place of the first: with its seat, or with its turn among those who wait. Where
/// the first has no place any more the newer one gets what a fresh number would, unless a third has the
/// number now.
pub(super) fn use_newer(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    let duplicate = duplicate(recorder, id)?;
    match duplicate.original.map(|first| listed(recorder, first)).transpose()?.flatten() {
        Some((first, state, place)) => {
            set(recorder, first, SignupState::Cancelled, None)?;
            let turn = (state == ListState::Waitlisted).then_some(place.waiting_since);
            enlist(recorder, id, state, place.shared_phone, turn)?;
            // Others who came with the number are compared with the one that has it now.
            for other in duplicates::of(recorder.tx, &recorder.workshop.id, first)? {
                recorder.touch(Key::Duplicate(other))?;
                duplicates::compare_with(recorder.tx, &recorder.workshop.id, other, id)?;
            }
        }
        None if is_held(recorder, &duplicate.phone)? => return Err(ActError::PhoneHeld.into()),
        None => {
            let state = recorder.seats()?.state_for_new();
            enlist(recorder, id, state, false, None)?;
        }
    }
    Ok(Subject::Signup(id))
}

/// Notes that the host has looked at a duplicate, and lets the first one count.
pub(super) fn keep_first(recorder: &mut Recorder<'_>, id: SignupId) -> Result<Subject, Stop> {
    if duplicate(recorder, id)?.is_kept {
        return Err(ActError::WrongState.into());
    }
    recorder.touch(Key::Duplicate(id))?;
    duplicates::keep_first(recorder.tx, &recorder.workshop.id, id, recorder.now)?;
    Ok(Subject::Signup(id))
}

/// Notes that the host has looked at a parked message; its bytes stay.
pub(super) fn dismiss(recorder: &mut Recorder<'_>, seq: i64) -> Result<Subject, Stop> {
    recorder.touch(Key::Parked(seq))?;
    if parked::dismiss(recorder.tx, &recorder.workshop.id, seq, recorder.now)? {
        return Ok(Subject::Parked(seq));
    }
    let known = parked::get(recorder.tx, &recorder.workshop.id, seq)?.is_some();
    Err(if known { ActError::WrongState } else { ActError::Unknown }.into())
}

/// Has a parked message admitted again, like mail that has just come; out of `parked` in the same
/// transaction.
pub(super) fn retry(recorder: &mut Recorder<'_>, seq: i64, message: &Message) -> Result<Subject, Stop> {
    recorder.touch(Key::Parked(seq))?;
    for id in rehearse(recorder, message)? {
        recorder.touch(Key::Signup(id))?;
        recorder.touch(Key::Duplicate(id))?;
        recorder.touch(Key::Receipt(id))?;
        touch_claimants(recorder, id)?;
    }
    if parked::delete(recorder.tx, &recorder.workshop.id, seq)?.is_none() {
        return Err(ActError::Changed.into());
    }
    admit_again(recorder.tx, message, recorder.now)?;
    Ok(Subject::Parked(seq))
}

/// Every sign-up that the admission of a message changes: the one in it, the one that it ends, and the one
/// that has that one's number or seat afterwards. Only admission knows, so it is done, the transaction is
/// asked whom its audit log was about, and it is undone.
fn rehearse(recorder: &Recorder<'_>, message: &Message) -> Result<Vec<SignupId>, Stop> {
    recorder.tx.rehearse(|tx| admit_again(tx, message, recorder.now).map(|()| tx.subjects()))?
}

fn admit_again(tx: &Tx<'_>, message: &Message, now: Timestamp) -> Result<(), Stop> {
    // Unwind safe: after a panic the transaction is rolled back.
    match catch_unwind(AssertUnwindSafe(|| admit_one(tx, message, now))) {
        Ok(Ok(written)) if written.outcome != Outcome::Parked => Ok(()),
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok(_)) | Err(_) => Err(ActError::StillUnreadable(UnreadableReason::Failed).into()),
    }
}

fn place(recorder: &Recorder<'_>, id: SignupId) -> Result<signups::Place, Stop> {
    let place = signups::place(recorder.tx, &recorder.workshop.id, id)?;
    place.ok_or_else(|| ActError::Unknown.into())
}

/// A sign-up that is on the list and not cancelled, and its place there.
fn listed(
    recorder: &Recorder<'_>,
    id: SignupId,
) -> rusqlite::Result<Option<(SignupId, ListState, signups::Place)>> {
    let place = signups::place(recorder.tx, &recorder.workshop.id, id)?;
    Ok(place.and_then(|place| match place.state {
        SignupState::Registered => Some((id, ListState::Registered, place)),
        SignupState::Waitlisted => Some((id, ListState::Waitlisted, place)),
        SignupState::Cancelled => None,
    }))
}

fn duplicate(recorder: &Recorder<'_>, id: SignupId) -> Result<duplicates::DuplicateRow, Stop> {
    let duplicate = duplicates::get(recorder.tx, &recorder.workshop.id, id)?.ok_or(ActError::Unknown)?;
    // Its own phone cancelled it: there is nobody to decide about.
    if duplicate.state == SignupState::Cancelled {
        return Err(ActError::WrongState.into());
    }
    Ok(duplicate)
}

fn is_held(recorder: &Recorder<'_>, phone: &str) -> rusqlite::Result<bool> {
    Ok(signups::holder(recorder.tx, &recorder.workshop.id, phone)?.is_some())
}

fn set(
    recorder: &mut Recorder<'_>,
    id: SignupId,
    state: SignupState,
    waiting_since: Option<Timestamp>,
) -> rusqlite::Result<()> {
    recorder.touch(Key::Signup(id))?;
    recorder.touch(Key::Receipt(id))?;
    signups::set_state(recorder.tx, &recorder.workshop.id, id, state, waiting_since)?;
    receipts_out::set(recorder.tx, &recorder.workshop.id, id, state.into(), false, recorder.now)
}

fn enlist(
    recorder: &mut Recorder<'_>,
    id: SignupId,
    state: ListState,
    shared_phone: bool,
    waiting_since: Option<Timestamp>,
) -> rusqlite::Result<()> {
    recorder.touch(Key::Duplicate(id))?;
    recorder.touch(Key::Signup(id))?;
    recorder.touch(Key::Receipt(id))?;
    duplicates::enlist(recorder.tx, &recorder.workshop.id, id, state, shared_phone, waiting_since)?;
    receipts_out::set(recorder.tx, &recorder.workshop.id, id, state.into(), false, recorder.now)
}

fn pass_number_on(recorder: &mut Recorder<'_>, id: SignupId) -> rusqlite::Result<()> {
    touch_claimants(recorder, id)?;
    if let Some(phone) = numbers::of(recorder.tx, &recorder.workshop.id, id)? {
        numbers::pass_on(recorder.tx, &recorder.workshop.id, &phone, recorder.seats()?, recorder.now)?;
    }
    Ok(())
}

/// Notes everybody who may get the number of a sign-up, or is compared with whoever gets it.
fn touch_claimants(recorder: &mut Recorder<'_>, id: SignupId) -> rusqlite::Result<()> {
    for claimant in numbers::claimants(recorder.tx, &recorder.workshop.id, id)? {
        recorder.touch(Key::Duplicate(claimant))?;
        recorder.touch(Key::Signup(claimant))?;
        recorder.touch(Key::Receipt(claimant))?;
    }
    Ok(())
}

fn fill_seats(recorder: &mut Recorder<'_>) -> rusqlite::Result<()> {
    for id in seats::next_in_line(recorder.tx, &recorder.workshop)? {
        recorder.touch(Key::Signup(id))?;
        recorder.touch(Key::Receipt(id))?;
    }
    seats::promote_waiting(recorder.tx, &recorder.workshop, recorder.now).map(drop)
}
