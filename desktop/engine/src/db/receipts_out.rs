//! `receipts_out`: what every receipt says, written in the transaction that decided it, sent to the edge
//! until it says 200, and read by the venue's own receipts.

use rollcall_shared::Timestamp;
use rollcall_shared::mailbox::ReceiptUpdate;
use rollcall_shared::receipt::{Receipt, ReceiptState};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, OptionalExtension, Row};

use super::column::{parsed, word};
use super::tx::Tx;

pub(super) const SQL: &str = "
CREATE TABLE receipts_out(
  id          TEXT NOT NULL,
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  state       TEXT NOT NULL CHECK (state IN ('received', 'registered', 'waitlisted', 'cancelled')),
  see_desk    INTEGER NOT NULL,
  rev         INTEGER NOT NULL,  -- grows with every change
  sent_rev    INTEGER NOT NULL,  -- the rev that the edge confirmed; 0 for none
  PRIMARY KEY (id, workshop_id)
) STRICT;
CREATE INDEX receipts_out_unsent ON receipts_out(workshop_id) WHERE sent_rev < rev;
";

/// Sets what a receipt says. The rev is the time, or one more than before where the clock went back: a
/// database restored from a copy must not fall behind what the edge has seen.
pub(crate) fn set(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: SignupId,
    state: ReceiptState,
    see_desk: bool,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO receipts_out(id, workshop_id, state, see_desk, rev, sent_rev)
         VALUES (?1, ?2, ?3, ?4, ?5, 0)
         ON CONFLICT DO UPDATE SET state = excluded.state, see_desk = excluded.see_desk,
           rev = max(rev + 1, excluded.rev)",
    )?
    .execute((id.to_string(), workshop.as_str(), state.as_str(), see_desk, now.as_millis()))?;
    Ok(())
}

/// Has every receipt told to the edge once more, above whatever it was told before: a restored database may
/// say less than the one that it replaces did.
pub(crate) fn send_all_again(tx: &Tx<'_>, now: Timestamp) -> rusqlite::Result<usize> {
    tx.execute("UPDATE receipts_out SET rev = max(rev + 1, ?1), sent_rev = 0", [now.as_millis()])
}

/// Has every receipt of a workshop told to the edge once more, where another installation may have said
/// something else.
pub(crate) fn send_again(tx: &Tx<'_>, workshop: &WorkshopId, now: Timestamp) -> rusqlite::Result<usize> {
    tx.execute(
        "UPDATE receipts_out SET rev = max(rev + 1, ?2), sent_rev = 0 WHERE workshop_id = ?1",
        (workshop.as_str(), now.as_millis()),
    )
}

/// What a receipt says now.
pub(crate) fn get(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<Receipt>> {
    conn.prepare_cached(
        "SELECT id, state, see_desk, rev FROM receipts_out WHERE id = ?1 AND workshop_id = ?2",
    )?
    .query_row((id.to_string(), workshop.as_str()), update)
    .optional()
    .map(|row| row.map(|r| Receipt { id: r.id, state: r.state, see_desk: r.see_desk }))
}

/// Up to `limit` receipts that the edge has not confirmed.
pub(crate) fn unsent(
    conn: &Connection,
    workshop: &WorkshopId,
    limit: usize,
) -> rusqlite::Result<Vec<ReceiptUpdate>> {
    conn.prepare_cached(
        "SELECT id, state, see_desk, rev FROM receipts_out
         WHERE workshop_id = ?1 AND sent_rev < rev LIMIT ?2",
    )?
    .query_map((workshop.as_str(), limit), update)?
    .collect()
}

/// How many receipts the edge has not confirmed, over all workshops.
pub(crate) fn unsent_count(conn: &Connection) -> rusqlite::Result<u64> {
    conn.prepare_cached("SELECT count(*) FROM receipts_out WHERE sent_rev < rev")?
        .query_row([], |row| row.get(0))
}

/// How many receipts of a workshop the edge has not confirmed.
pub(crate) fn unsent_of(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<u64> {
    conn.prepare_cached("SELECT count(*) FROM receipts_out WHERE workshop_id = ?1 AND sent_rev < rev")?
        .query_row([workshop.as_str()], |row| row.get(0))
}

/// Notes that the edge has these.
pub(crate) fn sent(tx: &Tx<'_>, workshop: &WorkshopId, updates: &[ReceiptUpdate]) -> rusqlite::Result<()> {
    let mut note = tx.prepare_cached(
        "UPDATE receipts_out SET sent_rev = ?3 WHERE id = ?1 AND workshop_id = ?2 AND sent_rev < ?3",
    )?;
    for update in updates {
        note.execute((
            update.id.to_string(),
            workshop.as_str(),
            i64::try_from(update.rev).unwrap_or(i64::MAX),
        ))?;
    }
    Ok(())
}

/// The ids of `ids` that a workshop knows: each sign-up that came has a receipt, which outlives it.
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

fn update(row: &Row<'_>) -> rusqlite::Result<ReceiptUpdate> {
    Ok(ReceiptUpdate {
        id: parsed(row, 0, SignupId::parse)?,
        state: word(row, 1, ReceiptState::from_word)?,
        see_desk: row.get(2)?,
        rev: row.get(3)?,
    })
}
