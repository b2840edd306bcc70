//! `erased_workshops`: workshops that the host erased. Written in the transaction that deletes their rows;
//! what is outside the database (the stream, the keys, the edge's mailbox) is deleted afterwards, and at
//! every start until it is done.

use rollcall_shared::Timestamp;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;

use super::column::parsed;
use super::tx::Tx;

pub(super) const V4: &str = "
CREATE TABLE erased_workshops(
  id        TEXT PRIMARY KEY NOT NULL,
  erased_at INTEGER NOT NULL,
  done      INTEGER NOT NULL DEFAULT 0  -- 1: nothing of it is left anywhere that this laptop reaches
) STRICT;
";

/// Deletes every row of a workshop, and notes that it was erased.
pub(crate) fn erase(tx: &Tx<'_>, workshop: &WorkshopId, now: Timestamp) -> rusqlite::Result<()> {
    // Those that refer to others first.
    let tables = [
        "receipts_out",
        "erasures_out",
        "parked",
        "duplicates",
        "signups",
        "desks",
        "takeovers_due",
        "forms",
        "notices",
    ];
    delete_from(tx, &tables, workshop)?;
    tx.execute("DELETE FROM workshops WHERE id = ?1", [workshop.as_str()])?;
    add(tx, workshop, now)
}

/// Deletes every row that names a person of a workshop, in a database of any version.
pub(crate) fn erase_in_copy(tx: &Tx<'_>, workshop: &WorkshopId) -> rusqlite::Result<()> {
    delete_from(tx, &["receipts_out", "parked", "duplicates", "signups"], workshop)
}

/// Notes that a workshop was erased, of which something may be left outside.
pub(crate) fn add(tx: &Tx<'_>, workshop: &WorkshopId, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO erased_workshops(id, erased_at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET done = 0",
    )?
    .execute((workshop.as_str(), now.as_millis()))?;
    Ok(())
}

/// Every erased workshop.
pub(crate) fn all(conn: &Connection) -> rusqlite::Result<Vec<WorkshopId>> {
    select(conn, "SELECT id FROM erased_workshops")
}

/// The erased workshops of which something may be left.
pub(crate) fn unfinished(conn: &Connection) -> rusqlite::Result<Vec<WorkshopId>> {
    select(conn, "SELECT id FROM erased_workshops WHERE done = 0")
}

/// Notes that nothing of one is left.
pub(crate) fn finish(tx: &Tx<'_>, workshop: &WorkshopId) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE erased_workshops SET done = 1 WHERE id = ?1")?.execute([workshop.as_str()])?;
    Ok(())
}

fn select(conn: &Connection, sql: &str) -> rusqlite::Result<Vec<WorkshopId>> {
    conn.prepare_cached(sql)?.query_map([], |row| parsed(row, 0, WorkshopId::parse))?.collect()
}

fn delete_from(tx: &Tx<'_>, tables: &[&'static str], workshop: &WorkshopId) -> rusqlite::Result<()> {
    for table in tables {
        tx.execute(&format!("DELETE FROM {table} WHERE workshop_id = ?1"), [workshop.as_str()])?;
    }
    Ok(())
}
