//! `notices`: every version of the notice that a workshop's pages showed, as people read it when they agreed to
//! it, and what day it promised. A sign-up refers to its version. Written in the transaction that makes or
//! changes the workshop.

use rollcall_shared::Timestamp;
use rollcall_shared::form::notice_text;
use rollcall_shared::language::{Language, Text};
use rollcall_shared::workshop::{Notice, Workshop};
use rusqlite::{Connection, Row, named_params};

use super::column::{from_json, json, moment, moment_if_any};
use super::tx::Tx;
use crate::view::{NoticeView, ToldEarlier};

/// Version 7. Older files know the newest version of each notice alone, and not since when it stood.
const V7: &str = "
CREATE TABLE notices(
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  version     INTEGER NOT NULL,
  since       INTEGER,           -- when the host wrote it; NULL where an older version of Rollcall did
  zh          TEXT NOT NULL,     -- as the page showed it
  en          TEXT NOT NULL,
  notice      TEXT NOT NULL,     -- JSON, as in the workshop's record
  ends_at     INTEGER NOT NULL,  -- the end from which it counts its days
  PRIMARY KEY (workshop_id, version)
) STRICT;
";

/// Makes the table, with the notices that older files know.
pub(super) fn upgrade(tx: &Tx<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(V7)?;
    for workshop in records(tx)? {
        insert(tx, &workshop, None)?;
    }
    Ok(())
}

/// Every workshop's record, as far as it can be read: an upgrade must not fail over one.
fn records(conn: &Connection) -> rusqlite::Result<Vec<Workshop>> {
    let mut select = conn.prepare("SELECT record FROM workshops")?;
    let rows = select.query_map([], |row| Ok(from_json::<Workshop>(row, 0).ok()))?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// Keeps a workshop's notice as it is now. A version that is kept already stays as people read it. Notices of
/// an end that is still to come count from the new end: their people come to the workshop when it is held.
/// Those of an end that has passed count from that one.
pub(crate) fn keep(tx: &Tx<'_>, workshop: &Workshop, now: Timestamp) -> rusqlite::Result<()> {
    let (id, ends_at) = (workshop.id.as_str(), workshop.ends_at.as_millis());
    tx.prepare_cached("UPDATE notices SET ends_at = ?2 WHERE workshop_id = ?1 AND ends_at > ?3")?
        .execute((id, ends_at, now.as_millis()))?;
    insert(tx, workshop, Some(now))
}

fn insert(tx: &Tx<'_>, workshop: &Workshop, since: Option<Timestamp>) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO notices(workshop_id, version, since, zh, en, notice, ends_at)
         VALUES (:id, :version, :since, :zh, :en, :notice, :ends_at) ON CONFLICT DO NOTHING",
    )?
    .execute(named_params! {
        ":id": workshop.id.as_str(),
        ":version": workshop.notice.version,
        ":since": since.map(Timestamp::as_millis),
        ":zh": notice_text(workshop, Language::Zh),
        ":en": notice_text(workshop, Language::En),
        ":notice": json(&workshop.notice)?,
        ":ends_at": workshop.ends_at.as_millis(),
    })?;
    Ok(())
}

/// Reads of a sign-up's row what [`read`] expects, from the column of the version on.
pub(super) fn columns(table: &str) -> String {
    let of = |column: &str| {
        format!(
            "(SELECT {column} FROM notices WHERE notices.workshop_id = {table}.workshop_id
              AND notices.version = {table}.notice_version)"
        )
    };
    format!("{table}.notice_version, {}, {}, {}", of("since"), of("zh"), of("en"))
}

/// Reads the notice that a sign-up refers to; its columns begin at `first`.
pub(super) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<NoticeView> {
    let [zh, en]: [Option<String>; 2] = [row.get(first + 2)?, row.get(first + 3)?];
    Ok(NoticeView {
        version: row.get(first)?,
        since: moment_if_any(row, first + 1)?,
        text: zh.zip(en).map(|(zh, en)| Text { zh, en }),
    })
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
    let promised = |row: &Row<'_>| {
        let (version, notice, ends_at) = (row.get(0)?, from_json::<Notice>(row, 1)?, moment(row, 2)?);
        Ok((version, notice.delete_by(ends_at)))
    };
    let mut select =
        conn.prepare_cached("SELECT version, notice, ends_at FROM notices WHERE workshop_id = ?1")?;
    let all: rusqlite::Result<Vec<_>> = select.query_map([w.id.as_str()], promised)?.collect();
    Ok(all?.into_iter().filter(|(_, by)| *by < w.delete_by()).collect())
}
