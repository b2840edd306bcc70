//! `erased`: ids that the host erased, kept for ever, so that no redelivery, replay or old backup brings a person back.

use rollcall_shared::signup_id::SignupId;
use rusqlite::{Connection, OptionalExtension};

pub(super) const SQL: &str = "CREATE TABLE erased(id TEXT PRIMARY KEY NOT NULL) STRICT;";

/// Whether the host erased this id.
pub(crate) fn exists(conn: &Connection, id: SignupId) -> rusqlite::Result<bool> {
    let row = conn
        .prepare_cached("SELECT 1 FROM erased WHERE id = ?1")?
        .query_row([id.to_string()], |_| Ok(()))
        .optional()?;
    Ok(row.is_some())
}

/// Remembers an id as erased.
pub(crate) fn add(conn: &Connection, id: SignupId) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT OR IGNORE INTO erased(id) VALUES (?1)")?.execute([id.to_string()])?;
    Ok(())
}
