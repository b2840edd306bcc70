//! `events`: the audit log. What happened to which id, by which path; never a name or a number.

use rollcall_shared::Millis;
use rusqlite::Connection;

pub(super) const SQL: &str = "
CREATE TABLE events(
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  what    TEXT NOT NULL,   -- such as 'stored edge', 'workshop made'
  subject TEXT NOT NULL    -- the id of a sign-up or a workshop, or of a parked message
) STRICT;
";

/// Adds an entry.
pub(crate) fn add(conn: &Connection, at: Millis, what: &str, subject: &str) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT INTO events(at, what, subject) VALUES (?1, ?2, ?3)")?
        .execute((at, what, subject))?;
    Ok(())
}
