//! `takeovers_due`: workshops whose mail this installation has still to claim. Written by a restore, by a key
//! that brings its workshop, and by the host's own wish; removed once this installation collects and the edge
//! delivers everything again.

use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, OptionalExtension};

use super::tx::Tx;

pub(super) const V4: &str = "CREATE TABLE takeovers_due(workshop_id TEXT PRIMARY KEY NOT NULL) STRICT;";

/// Notes every workshop of this database.
pub(crate) fn add_all(tx: &Tx<'_>) -> rusqlite::Result<usize> {
    tx.execute("INSERT OR IGNORE INTO takeovers_due(workshop_id) SELECT id FROM workshops", [])
}

/// Notes one workshop.
pub(crate) fn add(tx: &Tx<'_>, workshop: &WorkshopId) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT OR IGNORE INTO takeovers_due(workshop_id) VALUES (?1)")?
        .execute([workshop.as_str()])?;
    Ok(())
}

/// Whether a workshop's mail has still to be claimed.
pub(crate) fn exists(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<bool> {
    let row = conn
        .prepare_cached("SELECT 1 FROM takeovers_due WHERE workshop_id = ?1")?
        .query_row([workshop.as_str()], |_| Ok(()))
        .optional()?;
    Ok(row.is_some())
}

/// Notes that it was claimed.
pub(crate) fn remove(tx: &Tx<'_>, workshop: &WorkshopId) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM takeovers_due WHERE workshop_id = ?1")?.execute([workshop.as_str()])?;
    Ok(())
}
