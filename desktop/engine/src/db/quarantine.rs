//! `suspects`: messages that were in hand when the process was killed several times. One is noted here before
//! it runs alone; if it is still here at the next start it is the poison message, and is parked without being
//! touched again.

use std::collections::HashSet;

use rollcall_shared::digest::Digest;
use rusqlite::Connection;

use super::tx::Tx;

pub(super) const SQL: &str = "CREATE TABLE suspects(digest BLOB PRIMARY KEY NOT NULL) STRICT;";

/// Every message that is noted.
pub(crate) fn all(conn: &Connection) -> rusqlite::Result<HashSet<Digest>> {
    conn.prepare_cached("SELECT digest FROM suspects")?
        .query_map([], |row| row.get(0).map(Digest::from_bytes))?
        .collect()
}

/// Notes a message.
pub(crate) fn add(tx: &Tx<'_>, digest: &Digest) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT OR IGNORE INTO suspects(digest) VALUES (?1)")?.execute([digest.as_bytes()])?;
    Ok(())
}

/// Clears the note.
pub(crate) fn remove(tx: &Tx<'_>, digest: &Digest) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM suspects WHERE digest = ?1")?.execute([digest.as_bytes()])?;
    Ok(())
}
