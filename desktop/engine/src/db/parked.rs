//! `parked`: messages that could not be read, for a person to look at. Unique by workshop and digest of the bytes.

use rollcall_shared::Millis;
use rollcall_shared::signup::Digest;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, OptionalExtension};

use crate::message::Path;

pub(super) const SQL: &str = "
CREATE TABLE parked(
  seq         INTEGER PRIMARY KEY,
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  source      TEXT NOT NULL,     -- edge | venue | import | desk
  digest      BLOB NOT NULL,     -- SHA-256 of the bytes
  reason      TEXT NOT NULL,     -- a stable code
  bytes       BLOB NOT NULL,     -- as they came
  parked_at   INTEGER NOT NULL,
  UNIQUE (workshop_id, digest)
) STRICT;
";

/// Whether the same bytes are parked in this workshop.
pub(crate) fn exists(conn: &Connection, workshop: &WorkshopId, digest: &Digest) -> rusqlite::Result<bool> {
    let row = conn
        .prepare_cached("SELECT 1 FROM parked WHERE workshop_id = ?1 AND digest = ?2")?
        .query_row((workshop.as_str(), digest.as_bytes()), |_| Ok(()))
        .optional()?;
    Ok(row.is_some())
}

/// Keeps a message as it came.
pub(crate) fn insert(
    conn: &Connection,
    workshop: &WorkshopId,
    source: Path,
    digest: &Digest,
    reason: &str,
    bytes: &[u8],
    now: Millis,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO parked(workshop_id, source, digest, reason, bytes, parked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((workshop.as_str(), source.as_str(), digest.as_bytes(), reason, bytes, now))?;
    Ok(())
}

/// How many there are, over all workshops.
pub(crate) fn count(conn: &Connection) -> rusqlite::Result<u64> {
    conn.query_row("SELECT count(*) FROM parked", [], |row| row.get(0))
}
