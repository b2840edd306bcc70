//! `erased`: ids that the host erased, kept for ever, so that no redelivery, replay or old backup brings a
//! person back; with it `erasures_out`: those that the edge has still to hear of, so that it deletes what is
//! sealed in its mailbox.

use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, OptionalExtension};

use super::column::parsed;
use super::tx::Tx;

pub(super) const SQL: &str = "CREATE TABLE erased(id TEXT PRIMARY KEY NOT NULL) STRICT;";

/// Version 4: the edge is told.
pub(super) const V4: &str = "
CREATE TABLE erasures_out(
  workshop_id TEXT NOT NULL,  -- no reference: a workshop that is erased takes nothing along here
  id          TEXT NOT NULL,
  PRIMARY KEY (workshop_id, id)
) STRICT, WITHOUT ROWID;
";

/// Whether the host erased this id.
pub(crate) fn exists(conn: &Connection, id: SignupId) -> rusqlite::Result<bool> {
    let row = conn
        .prepare_cached("SELECT 1 FROM erased WHERE id = ?1")?
        .query_row([id.to_string()], |_| Ok(()))
        .optional()?;
    Ok(row.is_some())
}

/// Remembers an id as erased; the edge is told.
pub(crate) fn add(tx: &Tx<'_>, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<()> {
    remember(tx, id)?;
    tx.prepare_cached("INSERT OR IGNORE INTO erasures_out(workshop_id, id) VALUES (?1, ?2)")?
        .execute((workshop.as_str(), id.to_string()))?;
    Ok(())
}

/// Remembers an id as erased that no workshop here knows.
pub(crate) fn remember(tx: &Tx<'_>, id: SignupId) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT OR IGNORE INTO erased(id) VALUES (?1)")?.execute([id.to_string()])?;
    Ok(())
}

/// Every erased id.
pub(crate) fn all(conn: &Connection) -> rusqlite::Result<Vec<SignupId>> {
    conn.prepare_cached("SELECT id FROM erased")?
        .query_map([], |row| parsed(row, 0, SignupId::parse))?
        .collect()
}

/// Every erased id with the workshop whose list it was on, as far as its receipt tells, which outlives it.
pub(crate) fn with_workshop(conn: &Connection) -> rusqlite::Result<Vec<(WorkshopId, SignupId)>> {
    conn.prepare_cached(
        "SELECT workshop_id, id FROM receipts_out WHERE id IN (SELECT id FROM erased)
         UNION SELECT workshop_id, id FROM erasures_out",
    )?
    .query_map([], |row| Ok((parsed(row, 0, WorkshopId::parse)?, parsed(row, 1, SignupId::parse)?)))?
    .collect()
}

/// Up to `limit` that the edge has not heard of.
pub(crate) fn unsent(
    conn: &Connection,
    workshop: &WorkshopId,
    limit: usize,
) -> rusqlite::Result<Vec<SignupId>> {
    conn.prepare_cached("SELECT id FROM erasures_out WHERE workshop_id = ?1 LIMIT ?2")?
        .query_map((workshop.as_str(), limit), |row| parsed(row, 0, SignupId::parse))?
        .collect()
}

/// Notes that the edge has heard of these.
pub(crate) fn sent(tx: &Tx<'_>, workshop: &WorkshopId, ids: &[SignupId]) -> rusqlite::Result<()> {
    let mut note = tx.prepare_cached("DELETE FROM erasures_out WHERE workshop_id = ?1 AND id = ?2")?;
    for id in ids {
        note.execute((workshop.as_str(), id.to_string()))?;
    }
    Ok(())
}
