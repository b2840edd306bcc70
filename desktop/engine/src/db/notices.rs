//! `notices`: every version of what a workshop's pages said about the data, and what day they promised by it.
//! Written in the transaction that makes or changes the workshop.

use rollcall_shared::Timestamp;
use rollcall_shared::workshop::{Notice, Workshop};
use rusqlite::{Connection, named_params};

use super::column::{from_json, json, moment};
use super::tx::Tx;
use crate::view::ToldEarlier;

/// Version 7. Older files know the newest version of each notice alone.
pub(super) const V7: &str = "
CREATE TABLE notices(
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  version     INTEGER NOT NULL,
  notice      TEXT NOT NULL,     -- JSON, as in the workshop's record
  since       INTEGER,           -- when the pages began to say so; NULL where that is not known
  ends_at     INTEGER NOT NULL,  -- the end from which it counts its days
  PRIMARY KEY (workshop_id, version)
) STRICT;
INSERT INTO notices
  SELECT id, json_extract(record, '$.notice.version'), json_extract(record, '$.notice'), NULL, ends_at
  FROM workshops WHERE json_extract(record, '$.notice.version') IS NOT NULL;
";

/// Keeps a workshop's notice as it is now. Notices of an end that is still to come count from the new end:
/// their people come to the workshop when it is held. Those of an end that has passed count from that one.
pub(crate) fn keep(tx: &Tx<'_>, w: &Workshop, now: Timestamp) -> rusqlite::Result<()> {
    let (id, ends_at, now) = (w.id.as_str(), w.ends_at.as_millis(), now.as_millis());
    tx.prepare_cached("UPDATE notices SET ends_at = ?2 WHERE workshop_id = ?1 AND ends_at > ?3")?
        .execute((id, ends_at, now))?;
    tx.prepare_cached(
        "INSERT INTO notices(workshop_id, version, notice, since, ends_at)
         VALUES (:id, :version, :notice, :now, :ends_at) ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":id": id, ":version": w.notice.version, ":notice": json(&w.notice)?, ":now": now, ":ends_at": ends_at,
    })?;
    Ok(())
}

/// Who signed up when pages promised an earlier day than they do now; `None` where nobody did.
pub(crate) fn told_earlier(conn: &Connection, w: &Workshop) -> rusqlite::Result<Option<ToldEarlier>> {
    let mut told: Option<ToldEarlier> = None;
    for (version, by) in earlier(conn, w)? {
        let people: u32 = conn
            .prepare_cached(
                "SELECT (SELECT count(*) FROM signups WHERE workshop_id = ?1 AND notice_version = ?2)
                      + (SELECT count(*) FROM duplicates WHERE workshop_id = ?1 AND notice_version = ?2)",
            )?
            .query_row((w.id.as_str(), version), |row| row.get(0))?;
        if people > 0 {
            let before = told.unwrap_or(ToldEarlier { people: 0, by });
            told = Some(ToldEarlier { people: before.people + people, by: before.by.min(by) });
        }
    }
    Ok(told)
}

/// Versions that promised an earlier day than the record does now, each with that day.
fn earlier(conn: &Connection, w: &Workshop) -> rusqlite::Result<Vec<(u32, Timestamp)>> {
    let promised = |row: &rusqlite::Row<'_>| {
        let (version, notice, ends_at) = (row.get(0)?, from_json::<Notice>(row, 1)?, moment(row, 2)?);
        Ok((version, notice.delete_by(ends_at)))
    };
    let mut select =
        conn.prepare_cached("SELECT version, notice, ends_at FROM notices WHERE workshop_id = ?1")?;
    let all: rusqlite::Result<Vec<_>> = select.query_map([w.id.as_str()], promised)?.collect();
    Ok(all?.into_iter().filter(|(_, by)| *by < w.delete_by()).collect())
}
