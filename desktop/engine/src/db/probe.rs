//! `probe`: one row, written to learn whether the disk takes writes.

use super::tx::Tx;

pub(super) const SQL: &str = "CREATE TABLE probe(at INTEGER NOT NULL) STRICT; INSERT INTO probe VALUES (0);";

/// Writes it.
pub(crate) fn write(tx: &Tx<'_>) -> rusqlite::Result<()> {
    tx.execute("UPDATE probe SET at = at + 1", []).map(drop)
}
