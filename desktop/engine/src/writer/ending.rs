//! A sign-up ends because its phone cancels or corrects it; what it held passes on to the next, in the same
//! transaction.

use rollcall_shared::Timestamp;
use rollcall_shared::admission::{Ending, ListState, Standing};
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;

use super::list::List;
use super::{numbers, seats};
use crate::db::events::Event;
use crate::db::signups::FreedPlace;
use crate::db::tx::Tx;
use crate::db::{duplicates, erased, events, receipts_out, signups};
use crate::view::SignupState;

/// Why a sign-up ends, for the audit log.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reason {
    /// Its phone cancelled it.
    CancelledByPhone,
    /// Its phone sent a correction.
    Replaced,
}

/// The state of the sign-up that a cancellation or a correction names.
pub(super) fn standing(conn: &Connection, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<Standing> {
    if erased::exists(conn, id)? {
        return Ok(Standing::Erased);
    }
    if let Some(place) = signups::place(conn, workshop, id)? {
        return Ok(match place.state {
            SignupState::Registered => Standing::Registered,
            SignupState::Waitlisted => Standing::Waitlisted,
            SignupState::Cancelled => Standing::Cancelled,
        });
    }
    Ok(match duplicates::get(conn, workshop, id)? {
        Some(duplicate) if duplicate.state == SignupState::Cancelled => Standing::Cancelled,
        Some(_) => Standing::Beside,
        None if is_taken_back(conn, workshop, id)? => Standing::Cancelled,
        None => Standing::Unknown,
    })
}

/// Whether the receipt of a sign-up that has not come says *cancelled* already. The receipt is where an
/// ending is noted that overtakes its sign-up.
pub(super) fn is_taken_back(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<bool> {
    let receipt = receipts_out::get(conn, workshop, id)?;
    Ok(receipt.is_some_and(|receipt| receipt.state == ReceiptState::Cancelled))
}

/// Ends a sign-up; what it held, where it was on the list.
pub(super) fn end(
    tx: &Tx<'_>,
    list: &mut List,
    (id, standing): (SignupId, Standing),
    ending: Ending,
    reason: Reason,
    now: Timestamp,
) -> rusqlite::Result<Option<FreedPlace>> {
    let workshop = &list.workshop.id;
    if ending == Ending::Nothing {
        return Ok(None);
    }
    let mut freed = None;
    match standing {
        Standing::Registered | Standing::Waitlisted => {
            freed = Some(signups::cancel(tx, workshop, id)?);
        }
        Standing::Beside => duplicates::cancel(tx, workshop, id)?,
        Standing::Unknown | Standing::Erased | Standing::Cancelled => {}
    }
    if standing == Standing::Registered {
        list.seats.taken = list.seats.taken.saturating_sub(1);
    }
    receipts_out::set(tx, &list.workshop.id, id, ReceiptState::Cancelled, false, now)?;
    let event = match reason {
        Reason::CancelledByPhone => Event::CancelledByPhone(id),
        Reason::Replaced => Event::Replaced(id),
    };
    events::add(tx, now, event)?;
    Ok(freed)
}

/// Passes on what an ended sign-up held: its number to the next duplicate that claims it, then a free seat to
/// the person who has waited longest.
pub(super) fn pass_on(
    tx: &Tx<'_>,
    list: &mut List,
    freed: &FreedPlace,
    now: Timestamp,
) -> rusqlite::Result<()> {
    if numbers::pass_on(tx, &list.workshop.id, &freed.phone, list.seats, now)? == Some(ListState::Registered)
    {
        list.seats.taken += 1;
    }
    let promoted = seats::promote_waiting(tx, &list.workshop, now)?;
    list.seats.taken += u32::try_from(promoted.len()).unwrap_or(u32::MAX);
    Ok(())
}
