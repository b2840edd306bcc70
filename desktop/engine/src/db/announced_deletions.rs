//! `announced_deletions`: which erasures of due lists were announced where the host sees it, so that what was
//! announced before a restart need not be announced again.

use std::collections::BTreeMap;

use rollcall_shared::deletion::Announcement;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;

use super::column::{moment, parsed};
use super::tx::Tx;

/// Version 7.
pub(super) const V7: &str = "
CREATE TABLE announced_deletions(
  workshop_id TEXT PRIMARY KEY NOT NULL REFERENCES workshops(id),
  delete_by   INTEGER NOT NULL,  -- the day that the pages promised then
  made_at     INTEGER NOT NULL
) STRICT;
";

/// Every announcement that stands.
pub(crate) fn all(conn: &Connection) -> rusqlite::Result<BTreeMap<WorkshopId, Announcement>> {
    conn.prepare_cached("SELECT workshop_id, delete_by, made_at FROM announced_deletions")?
        .query_map([], |row| {
            let announcement = Announcement { delete_by: moment(row, 1)?, made_at: moment(row, 2)? };
            Ok((parsed(row, 0, WorkshopId::parse)?, announcement))
        })?
        .collect()
}

/// Notes that a workshop's was announced, in place of an earlier announcement.
pub(crate) fn put(tx: &Tx<'_>, workshop: &WorkshopId, made: Announcement) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT OR REPLACE INTO announced_deletions VALUES (?1, ?2, ?3)")?.execute((
        workshop.as_str(),
        made.delete_by.as_millis(),
        made.made_at.as_millis(),
    ))?;
    Ok(())
}

/// Takes a workshop's announcement back.
pub(crate) fn remove(tx: &Tx<'_>, workshop: &WorkshopId) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM announced_deletions WHERE workshop_id = ?1")?
        .execute([workshop.as_str()])?;
    Ok(())
}

/// Takes all of them back: what was announced on another laptop was not seen on this one.
pub(crate) fn remove_all(tx: &Tx<'_>) -> rusqlite::Result<()> {
    tx.execute("DELETE FROM announced_deletions", [])?;
    Ok(())
}
