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

/// The newest entry's number; 0 where there is none.
pub(crate) fn last(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row("SELECT ifnull(max(seq), 0) FROM events", [], |row| row.get(0))
}

/// Whom the entries after that one are about.
pub(crate) fn subjects_after(conn: &Connection, seq: i64) -> rusqlite::Result<Vec<String>> {
    conn.prepare_cached("SELECT subject FROM events WHERE seq > ?1")?
        .query_map([seq], |row| row.get(0))?
        .collect()
}
