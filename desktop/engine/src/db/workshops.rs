//! `workshops`: one row a workshop; the public record as JSON, and what only this laptop knows about it.

use rollcall_shared::Timestamp;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use rusqlite::{Connection, Row, named_params};

use super::column::{from_json, json, moment_if_any};
use super::tx::Tx;
use super::{forms, notices};

pub(super) const SQL: &str = "
CREATE TABLE workshops(
  id            TEXT PRIMARY KEY NOT NULL,
  invite_code   TEXT NOT NULL UNIQUE,
  title         TEXT NOT NULL,     -- Chinese where there is one, else English
  starts_at     INTEGER NOT NULL,
  ends_at       INTEGER NOT NULL,
  record        TEXT NOT NULL,     -- the public record, JSON
  venue_token   TEXT NOT NULL UNIQUE,
  retired_at    INTEGER,           -- sign-up was ended by hand
  rev           INTEGER NOT NULL,  -- counts up with every change
  published_rev INTEGER NOT NULL,  -- the rev that the edge has; 0 where it has none
  created_at    INTEGER NOT NULL
) STRICT;
";

/// A workshop as this laptop knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkshopRow {
    /// The public record.
    pub workshop: Workshop,
    /// Begins every address of its venue page; short enough to type.
    pub venue_token: String,
    /// When sign-up was ended by hand.
    pub retired_at: Option<Timestamp>,
    /// Counts up with every change.
    pub rev: i64,
    /// The rev that the edge has; 0 where it has none.
    pub published_rev: i64,
}

/// All workshops, oldest first.
pub(crate) fn all(conn: &Connection) -> rusqlite::Result<Vec<WorkshopRow>> {
    let mut select = conn.prepare_cached(
        "SELECT record, venue_token, retired_at, rev, published_rev FROM workshops
         ORDER BY created_at, rowid",
    )?;
    select.query_map([], read)?.collect()
}

/// The public record of one workshop.
pub(crate) fn record(conn: &Connection, id: &WorkshopId) -> rusqlite::Result<Workshop> {
    conn.prepare_cached(
        "SELECT record, venue_token, retired_at, rev, published_rev FROM workshops WHERE id = ?1",
    )?
    .query_row([id.as_str()], read)
    .map(|row| row.workshop)
}

/// Stores a new workshop, its form and its notice.
pub(crate) fn insert(tx: &Tx<'_>, row: &WorkshopRow, now: Timestamp) -> rusqlite::Result<()> {
    let w = &row.workshop;
    tx.prepare_cached(
        "INSERT INTO workshops(id, invite_code, title, starts_at, ends_at, record, venue_token, retired_at,
           rev, published_rev, created_at)
         VALUES (:id, :code, :title, :starts_at, :ends_at, :record, :token, :retired_at,
           :rev, :published_rev, :now)",
    )?
    .execute(named_params! {
        ":id": w.id.as_str(), ":code": w.invite_code.as_str(), ":title": title(w),
        ":starts_at": w.starts_at.as_millis(), ":ends_at": w.ends_at.as_millis(), ":record": json(w)?, ":token": row.venue_token,
        ":retired_at": row.retired_at.map(Timestamp::as_millis), ":rev": row.rev, ":published_rev": row.published_rev, ":now": now.as_millis(),
    })?;
    forms::keep(tx, w)?;
    notices::keep(tx, w, now)
}

/// Replaces a workshop's record and retirement, and keeps its form and its notice; its rev counts up. The rev
/// that it has now.
pub(crate) fn change(
    tx: &Tx<'_>,
    w: &Workshop,
    retired_at: Option<Timestamp>,
    now: Timestamp,
) -> rusqlite::Result<i64> {
    forms::keep(tx, w)?;
    notices::keep(tx, w, now)?;
    tx.prepare_cached(
        "UPDATE workshops SET invite_code = :code, title = :title, starts_at = :starts_at, ends_at = :ends_at,
         record = :record, retired_at = :retired_at, rev = rev + 1 WHERE id = :id RETURNING rev",
    )?
    .query_row(
        named_params! {
            ":id": w.id.as_str(), ":code": w.invite_code.as_str(), ":title": title(w),
            ":starts_at": w.starts_at.as_millis(), ":ends_at": w.ends_at.as_millis(), ":record": json(w)?, ":retired_at": retired_at.map(Timestamp::as_millis),
        },
        |row| row.get(0),
    )
}

/// Notes which rev the edge has.
pub(crate) fn published(tx: &Tx<'_>, id: &WorkshopId, rev: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE workshops SET published_rev = ?2 WHERE id = ?1")?
        .execute((id.as_str(), rev))?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<WorkshopRow> {
    Ok(WorkshopRow {
        workshop: from_json(row, 0)?,
        venue_token: row.get(1)?,
        retired_at: moment_if_any(row, 2)?,
        rev: row.get(3)?,
        published_rev: row.get(4)?,
    })
}

fn title(workshop: &Workshop) -> &str {
    if workshop.title.zh.is_empty() { &workshop.title.en } else { &workshop.title.zh }
}
