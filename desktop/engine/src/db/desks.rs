//! `desks`: the devices at which helpers sign people up, and each one's session.

use rollcall_shared::Timestamp;
use rollcall_shared::digest::Digest;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, named_params};

use super::column::{moment, moment_if_any, parsed};
use super::tx::Tx;
use crate::message::DeskId;

/// Version 3: rows say at which desk they were taken.
pub(super) const V3: &str = "
CREATE TABLE desks(
  id          TEXT PRIMARY KEY NOT NULL,
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  name        TEXT NOT NULL,     -- what its helper calls it
  session     BLOB,              -- SHA-256 of the session's token; NULL once it is ended
  opened_at   INTEGER NOT NULL,
  ended_at    INTEGER
) STRICT;
CREATE INDEX desks_workshop ON desks(workshop_id, opened_at);
-- the desk, with path 'desk'; NULL at the host's own computer
ALTER TABLE signups ADD COLUMN device TEXT REFERENCES desks(id);
ALTER TABLE duplicates ADD COLUMN device TEXT REFERENCES desks(id);
CREATE INDEX signups_device ON signups(workshop_id, device) WHERE path = 'desk';
";

/// A desk with an open session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenDesk {
    pub(crate) id: DeskId,
    pub(crate) workshop: WorkshopId,
    pub(crate) name: String,
    /// Of the session's token.
    pub(crate) session: Digest,
}

/// A desk and what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeskRow {
    pub(crate) id: DeskId,
    pub(crate) name: String,
    pub(crate) opened_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    /// Rows that it took, duplicates included.
    pub(crate) taken: u32,
    /// When it took the last one.
    pub(crate) last_at: Option<Timestamp>,
}

/// Stores a new desk with its session.
pub(crate) fn insert(tx: &Tx<'_>, desk: &OpenDesk, now: Timestamp) -> rusqlite::Result<()> {
    let OpenDesk { id, workshop, name, session } = desk;
    tx.prepare_cached(
        "INSERT INTO desks(id, workshop_id, name, session, opened_at)
         VALUES (:id, :workshop, :name, :session, :now)",
    )?
    .execute(named_params! {
        ":id": id.as_str(), ":workshop": workshop.as_str(), ":name": name, ":session": session.as_bytes(),
        ":now": now.as_millis(),
    })?;
    Ok(())
}

/// All desks with an open session.
pub(crate) fn open(conn: &Connection) -> rusqlite::Result<Vec<OpenDesk>> {
    let mut select = conn.prepare_cached(
        "SELECT id, workshop_id, name, session FROM desks
         WHERE session IS NOT NULL ORDER BY opened_at, rowid",
    )?;
    select
        .query_map([], |row| {
            Ok(OpenDesk {
                id: DeskId::new(row.get::<_, String>(0)?),
                workshop: parsed(row, 1, WorkshopId::parse)?,
                name: row.get(2)?,
                session: Digest::from_bytes(row.get(3)?),
            })
        })?
        .collect()
}

/// Ends sessions: of one desk, or where none is named of all desks of the workshop.
pub(crate) fn end(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: Option<&DeskId>,
    now: Timestamp,
) -> rusqlite::Result<usize> {
    tx.prepare_cached(
        "UPDATE desks SET session = NULL, ended_at = ?3
         WHERE workshop_id = ?1 AND session IS NOT NULL AND id = coalesce(?2, id)",
    )?
    .execute((workshop.as_str(), id.map(DeskId::as_str), now.as_millis()))
}

/// Opens a session again that was ended; whether the desk is still there.
pub(crate) fn reopen(tx: &Tx<'_>, desk: &OpenDesk) -> rusqlite::Result<bool> {
    let changed = tx
        .prepare_cached(
            "UPDATE desks SET session = ?3, ended_at = NULL
             WHERE workshop_id = ?1 AND id = ?2 AND session IS NULL",
        )?
        .execute((desk.workshop.as_str(), desk.id.as_str(), desk.session.as_bytes()))?;
    Ok(changed > 0)
}

/// All of a workshop, oldest first, with what each took.
pub(crate) fn all(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<Vec<DeskRow>> {
    let mut select = conn.prepare_cached(
        "SELECT id, name, opened_at, ended_at, count(taken.at), max(taken.at)
         FROM desks LEFT JOIN (
           SELECT device, stored_at AS at FROM signups WHERE workshop_id = ?1 AND path = 'desk'
           UNION ALL
           SELECT device, stored_at FROM duplicates WHERE workshop_id = ?1 AND path = 'desk'
         ) AS taken ON taken.device = desks.id
         WHERE workshop_id = ?1 GROUP BY desks.id ORDER BY opened_at, desks.rowid",
    )?;
    select
        .query_map([workshop.as_str()], |row| {
            Ok(DeskRow {
                id: DeskId::new(row.get::<_, String>(0)?),
                name: row.get(1)?,
                opened_at: moment(row, 2)?,
                ended_at: moment_if_any(row, 3)?,
                taken: row.get(4)?,
                last_at: moment_if_any(row, 5)?,
            })
        })?
        .collect()
}

/// How many one desk took, or where none is named the host's own computer.
pub(crate) fn taken(conn: &Connection, workshop: &WorkshopId, id: Option<&DeskId>) -> rusqlite::Result<u32> {
    conn.prepare_cached(
        "SELECT (SELECT count(*) FROM signups WHERE workshop_id = ?1 AND path = 'desk' AND device IS ?2)
              + (SELECT count(*) FROM duplicates WHERE workshop_id = ?1 AND path = 'desk' AND device IS ?2)",
    )?
    .query_row((workshop.as_str(), id.map(DeskId::as_str)), |row| row.get(0))
}

/// How many desks a workshop has had.
pub(crate) fn count(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<u32> {
    conn.prepare_cached("SELECT count(*) FROM desks WHERE workshop_id = ?1")?
        .query_row([workshop.as_str()], |row| row.get(0))
}
