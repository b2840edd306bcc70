//! Erasing a person from a workshop, inside a transaction: every row that belongs together goes, its ids are
//! remembered for ever, and what it held passes on as if its phone had cancelled it.

use std::collections::BTreeSet;

use rollcall_shared::Timestamp;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;

use super::ending;
use super::list::List;
use crate::db::events::{Event, Subject, WorkshopEvent};
use crate::db::signups::FreedPlace;
use crate::db::tx::Tx;
use crate::db::{duplicates, erased, erased_workshops, events, parked, receipts_out, signups, stored};
use crate::view::{ErasedRows, SignupState};

/// Erases what `ids` name and all that belongs to it. What is erased already stays so and is no error.
pub(crate) fn erase(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    ids: &[SignupId],
    now: Timestamp,
) -> rusqlite::Result<ErasedRows> {
    erase_from(tx, &mut List::read(tx, workshop)?, ids, now)
}

/// The same from a list that is being written.
pub(super) fn erase_from(
    tx: &Tx<'_>,
    list: &mut List,
    ids: &[SignupId],
    now: Timestamp,
) -> rusqlite::Result<ErasedRows> {
    let workshop = &list.workshop.id.clone();
    let mut all = BTreeSet::new();
    for id in ids {
        if !all.contains(id) {
            all.extend(stored::related(tx, workshop, *id)?);
        }
    }
    let mut rows = ErasedRows { ids: all.iter().copied().collect(), ..ErasedRows::default() };
    let mut freed = Vec::new();
    for id in all {
        let known = erased::exists(tx, id)?;
        let before = rows.count();
        freed.extend(delete(tx, list, id, &mut rows)?);
        if known && rows.count() == before {
            continue;
        }
        erased::add(tx, workshop, id)?;
        // Its receipt outlives it: without one the edge would go on saying *received*.
        receipts_out::set(tx, workshop, id, ReceiptState::Cancelled, false, now)?;
        events::add(tx, now, Event::Erased(Subject::Signup(id)))?;
    }
    // Not before all are gone: the next in line must not be one of them.
    for held in freed {
        ending::pass_on(tx, list, &held, now)?;
    }
    Ok(rows)
}

/// Erases one message that could not be read; `None` where there is none. The sign-up that it names is erased
/// with it, unless one is stored under that name: what is outside a box that does not open is no proof that
/// it is theirs.
pub(crate) fn erase_parked(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    seq: i64,
    now: Timestamp,
) -> rusqlite::Result<Option<ErasedRows>> {
    let Some(named) = parked::names(tx, workshop, seq)? else { return Ok(None) };
    let mut rows = match named {
        Some(id) if !stored::is_sent_as(tx, workshop, id)? => erase(tx, workshop, &[id], now)?,
        _ => ErasedRows::default(),
    };
    if let Some(digest) = parked::delete(tx, workshop, seq)? {
        rows.add_parked([digest]);
    }
    events::add(tx, now, Event::Erased(Subject::Parked(seq)))?;
    Ok(Some(rows))
}

/// Erases a workshop with everything in it.
pub(crate) fn erase_workshop(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    now: Timestamp,
) -> rusqlite::Result<ErasedRows> {
    // Its ids need not be remembered: nothing comes for a workshop that is not there.
    let rows = ErasedRows {
        ids: Vec::new(),
        signups: signups::count_of(tx, workshop)?,
        duplicates: duplicates::count_of(tx, workshop)?,
        parked: parked::count_of(tx, workshop)?,
        parked_digests: Vec::new(),
    };
    erased_workshops::erase(tx, workshop, now)?;
    events::add(tx, now, Event::Workshop(workshop, WorkshopEvent::Erased))?;
    Ok(rows)
}

/// Deletes the rows under an id; what the one on the list held, where it was not cancelled.
fn delete(
    tx: &Tx<'_>,
    list: &mut List,
    id: SignupId,
    rows: &mut ErasedRows,
) -> rusqlite::Result<Option<FreedPlace>> {
    let workshop = &list.workshop.id;
    let listed = signups::delete(tx, workshop, id)?;
    rows.signups += usize::from(listed.is_some());
    rows.duplicates += usize::from(duplicates::delete(tx, workshop, id)?);
    rows.add_parked(parked::delete_named(tx, workshop, id)?);
    Ok(match listed {
        Some((SignupState::Registered, held)) => {
            list.seats.taken = list.seats.taken.saturating_sub(1);
            Some(held)
        }
        Some((SignupState::Waitlisted, held)) => Some(held),
        Some((SignupState::Cancelled, _)) | None => None,
    })
}
