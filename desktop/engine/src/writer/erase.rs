//! Erasing a person from a workshop, inside a transaction: every row that belongs together goes, its ids are remembered for
//! ever, and what it held passes on as if it had been taken back.

use std::collections::BTreeSet;

use rollcall_shared::Millis;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup::Digest;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, OptionalExtension, ToSql, params};

use super::ending;
use super::list::List;
use crate::db::column::parsed;
use crate::db::events::{Event, Subject, WorkshopEvent};
use crate::db::signups::FreedPlace;
use crate::db::tx::Tx;
use crate::db::{duplicates, erased, erased_workshops, events, receipts_out, signups};
use crate::view::ErasedRows;

/// Every id that belongs to the same sign-up as one of `ids`: what it corrects, what corrects it, in either direction as far as
/// that leads, and what came under the same id with other content. Who sends two people under one id has them erased together,
/// for outside the boxes nothing tells them apart.
const BELONGING: &str = "
WITH RECURSIVE
rows(id, replaces, sent_as) AS (
  SELECT id, replaces, sent_as FROM signups WHERE workshop_id = ?1 AND (replaces IS NOT NULL OR sent_as IS NOT NULL)
  UNION ALL
  SELECT id, replaces, sent_as FROM duplicates WHERE workshop_id = ?1 AND (replaces IS NOT NULL OR sent_as IS NOT NULL)
),
links(a, b) AS (
  SELECT id, replaces FROM rows WHERE replaces IS NOT NULL UNION SELECT id, sent_as FROM rows WHERE sent_as IS NOT NULL
  UNION SELECT replaces, id FROM rows WHERE replaces IS NOT NULL UNION SELECT sent_as, id FROM rows WHERE sent_as IS NOT NULL
),
belonging(id) AS (VALUES (?2) UNION SELECT b FROM links JOIN belonging ON a = belonging.id)
SELECT id FROM belonging";

/// The ids that go with one.
pub(crate) fn belonging(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<BTreeSet<SignupId>> {
    conn.prepare_cached(BELONGING)?
        .query_map((workshop.as_str(), id.to_string()), |row| parsed(row, 0, SignupId::parse))?
        .collect()
}

/// Erases what `ids` name and all that belongs to it. What is erased already stays so and is no error.
pub(crate) fn erase(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    ids: &[SignupId],
    now: Millis,
) -> rusqlite::Result<ErasedRows> {
    erase_from(tx, &mut List::read(tx, workshop)?, ids, now)
}

/// The same from a list that is being written.
pub(super) fn erase_from(
    tx: &Tx<'_>,
    list: &mut List,
    ids: &[SignupId],
    now: Millis,
) -> rusqlite::Result<ErasedRows> {
    let workshop = &list.workshop.id.clone();
    let mut all = BTreeSet::new();
    for id in ids {
        if !all.contains(id) {
            all.extend(belonging(tx, workshop, *id)?);
        }
    }
    let mut rows = ErasedRows { ids: all.iter().copied().collect(), ..ErasedRows::default() };
    let mut freed = Vec::new();
    for id in &all {
        let known = erased::exists(tx, *id)?;
        let before = rows.count();
        let held = delete(tx, workshop, *id, &mut rows)?;
        if known && rows.count() == before {
            continue;
        }
        if let Some(Stood { held, state }) = held {
            if state == ReceiptState::Registered {
                list.seats_taken = list.seats_taken.saturating_sub(1);
            }
            if state != ReceiptState::Cancelled {
                freed.push(held);
            }
        }
        erased::add(tx, workshop, *id)?;
        // Its receipt outlives it: without one the edge would go on saying *received*.
        receipts_out::set(tx, workshop, *id, ReceiptState::Cancelled, false, now)?;
        events::add(tx, now, Event::Erased(Subject::Signup(*id)))?;
    }
    // Not before all are gone: whoever comes next must not be one of them.
    for held in freed {
        ending::pass_on(tx, list, &held, now)?;
        look_beside(tx, workshop, &held.phone)?;
    }
    Ok(rows)
}

/// Erases one message that could not be read; `None` where there is none. Whom it names is erased with it, unless a sign-up stands
/// under that name: what stands outside a box that does not open is no proof that it is theirs.
pub(crate) fn erase_parked(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    seq: i64,
    now: Millis,
) -> rusqlite::Result<Option<ErasedRows>> {
    let named: Option<Option<String>> = tx
        .query_row(
            "SELECT sent_as FROM parked WHERE workshop_id = ?1 AND seq = ?2",
            (workshop.as_str(), seq),
            |row| row.get(0),
        )
        .optional()?;
    let Some(named) = named else { return Ok(None) };
    let named = named.and_then(|id| SignupId::parse(&id).ok());
    let mut rows = match named {
        Some(id) if !stands(tx, workshop, id)? => erase(tx, workshop, &[id], now)?,
        _ => ErasedRows::default(),
    };
    delete_parked(tx, "seq", &seq, workshop.as_str(), &mut rows)?;
    events::add(tx, now, Event::Erased(Subject::Parked(seq)))?;
    Ok(Some(rows))
}

/// Whether a sign-up stands under an id, or under one that was derived from it.
fn stands(conn: &Connection, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "SELECT 1 FROM signups WHERE workshop_id = ?1 AND (id = ?2 OR sent_as = ?2)
         UNION ALL SELECT 1 FROM duplicates WHERE workshop_id = ?1 AND (id = ?2 OR sent_as = ?2)",
    )?
    .exists((workshop.as_str(), id.to_string()))
}

/// Erases a workshop with everything in it.
pub(crate) fn erase_workshop(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    now: Millis,
) -> rusqlite::Result<ErasedRows> {
    let count = |table: &str| {
        let count = format!("SELECT count(*) FROM {table} WHERE workshop_id = ?1");
        tx.query_row(&count, [workshop.as_str()], |row| row.get(0))
    };
    // Its ids need not be remembered: nothing comes for a workshop that is not there.
    let rows = ErasedRows {
        ids: Vec::new(),
        signups: count("signups")?,
        duplicates: count("duplicates")?,
        parked: count("parked")?,
        parked_digests: Vec::new(),
    };
    erased_workshops::erase(tx, workshop, now)?;
    events::add(tx, now, Event::Workshop(workshop, WorkshopEvent::Erased))?;
    Ok(rows)
}

/// A row of the list that was deleted.
struct Stood {
    held: FreedPlace,
    state: ReceiptState,
}

/// Deletes the rows under an id.
fn delete(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: SignupId,
    rows: &mut ErasedRows,
) -> rusqlite::Result<Option<Stood>> {
    let (id, workshop) = (id.to_string(), workshop.as_str());
    let stood = tx
        .prepare_cached(
            "DELETE FROM signups WHERE id = ?1 AND workshop_id = ?2
             RETURNING phone, coalesce(waiting_since, received_at), state",
        )?
        .query_row((&id, workshop), |row| {
            Ok(Stood {
                held: FreedPlace { phone: row.get(0)?, waiting_since: row.get(1)? },
                state: parsed(row, 2, |word| ReceiptState::from_word(word).ok_or(()))?,
            })
        })
        .optional()?;
    rows.signups += usize::from(stood.is_some());
    rows.duplicates += tx
        .prepare_cached("DELETE FROM duplicates WHERE id = ?1 AND workshop_id = ?2")?
        .execute((&id, workshop))?;
    delete_parked(tx, "sent_as", &id, workshop, rows)?;
    Ok(stood)
}

/// Deletes messages that could not be read, whose `column` is `value`.
fn delete_parked(
    tx: &Tx<'_>,
    column: &'static str,
    value: &dyn ToSql,
    workshop: &str,
    rows: &mut ErasedRows,
) -> rusqlite::Result<()> {
    let sql = format!("DELETE FROM parked WHERE {column} = ?1 AND workshop_id = ?2 RETURNING digest");
    let mut delete = tx.prepare_cached(&sql)?;
    let deleted = delete.query_map(params![value, workshop], |row| row.get(0).map(Digest::from_bytes))?;
    for digest in deleted {
        rows.parked_digests.push(digest?);
        rows.parked += 1;
    }
    Ok(())
}

/// Who came with a number is compared with whoever has it now: the one of before is gone.
fn look_beside(tx: &Tx<'_>, workshop: &WorkshopId, phone: &str) -> rusqlite::Result<()> {
    let Some((holder, name)) = signups::holder(tx, workshop, phone)? else { return Ok(()) };
    let Ok(holder) = SignupId::parse(&holder) else { return Ok(()) };
    for id in duplicates::with_phone(tx, workshop, phone)? {
        duplicates::compare_with(tx, workshop, id, holder, &name)?;
    }
    Ok(())
}

/// Ids of `ids` that a workshop knows: each sign-up that came has a receipt.
pub(crate) fn known(
    conn: &Connection,
    workshop: &WorkshopId,
    ids: &[SignupId],
) -> rusqlite::Result<Vec<SignupId>> {
    let mut select = conn.prepare_cached("SELECT 1 FROM receipts_out WHERE id = ?1 AND workshop_id = ?2")?;
    let mut known = Vec::new();
    for id in ids {
        if select.exists((id.to_string(), workshop.as_str()))? {
            known.push(*id);
        }
    }
    Ok(known)
}
