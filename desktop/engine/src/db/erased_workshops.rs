//! `erased_workshops`: workshops that the host erased. Written in the transaction that deletes their rows; what is outside the
//! database (the stream, the keys, the edge's mailbox) is deleted afterwards, and at every start until it is done.

use rollcall_shared::Millis;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;

use super::column::parsed;

pub(super) const V4: &str = "
CREATE TABLE erased_workshops(
  id        TEXT PRIMARY KEY NOT NULL,
  erased_at INTEGER NOT NULL,
  done      INTEGER NOT NULL DEFAULT 0  -- 1: nothing of it is left anywhere that this laptop reaches
) STRICT;
";

/// Deletes every row of a workshop, and notes that it was erased.
pub(crate) fn erase(conn: &Connection, workshop: &WorkshopId, now: Millis) -> rusqlite::Result<()> {
    // Those that refer to others first.
    for table in ["receipts_out", "erasures_out", "parked", "duplicates", "signups", "desks", "takeovers_due"]
    {
        conn.execute(&format!("DELETE FROM {table} WHERE workshop_id = ?1"), [workshop.as_str()])?;
    }
    conn.execute("DELETE FROM workshops WHERE id = ?1", [workshop.as_str()])?;
    add(conn, workshop, now)
}

/// Notes that a workshop was erased, of which something may be left outside.
pub(crate) fn add(conn: &Connection, workshop: &WorkshopId, now: Millis) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO erased_workshops(id, erased_at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET done = 0",
    )?
    .execute((workshop.as_str(), now))?;
    Ok(())
}

/// All of them.
pub(crate) fn all(conn: &Connection) -> rusqlite::Result<Vec<WorkshopId>> {
    select(conn, "SELECT id FROM erased_workshops")
}

/// Those of which something may be left.
pub(crate) fn unfinished(conn: &Connection) -> rusqlite::Result<Vec<WorkshopId>> {
    select(conn, "SELECT id FROM erased_workshops WHERE done = 0")
}

/// Notes that nothing is left.
pub(crate) fn finish(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE erased_workshops SET done = 1 WHERE id = ?1")?
        .execute([workshop.as_str()])?;
    Ok(())
}

fn select(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<WorkshopId>> {
    conn.prepare_cached(sql)?.query_map([], |row| parsed(row, 0, WorkshopId::parse))?.collect()
}
