//! `notices`: every version of the notice that a workshop's page showed, as people read it when they agreed.
//! A sign-up refers to its version. Written in the transaction that makes or changes the workshop.

use rollcall_shared::Timestamp;
use rollcall_shared::form::notice_text;
use rollcall_shared::language::{Language, Text};
use rollcall_shared::workshop::Workshop;
use rusqlite::{Connection, Row};

use super::column::{from_json, moment_if_any};
use super::tx::Tx;
use crate::view::NoticeView;

/// Version 8. Older files know the newest version of each notice alone, and not since when it stood.
const V8: &str = "
CREATE TABLE notices(
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  version     INTEGER NOT NULL,
  since       INTEGER,           -- when the host wrote it; NULL where an older version of Rollcall did
  zh          TEXT NOT NULL,     -- as the page showed it
  en          TEXT NOT NULL,
  PRIMARY KEY (workshop_id, version)
) STRICT;
";

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

/// Makes the table, with the notices that older files know.
pub(super) fn upgrade(tx: &Tx<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(V8)?;
    for workshop in records(tx)? {
        insert(tx, &workshop, None)?;
    }
    Ok(())
}

/// Keeps a workshop's notice as it is now. A version that is kept already stays as people read it.
pub(crate) fn keep(tx: &Tx<'_>, workshop: &Workshop, now: Timestamp) -> rusqlite::Result<()> {
    insert(tx, workshop, Some(now))
}

fn insert(tx: &Tx<'_>, workshop: &Workshop, since: Option<Timestamp>) -> rusqlite::Result<()> {
    let text = |language| notice_text(workshop, language);
    tx.prepare_cached(
        "INSERT INTO notices(workshop_id, version, since, zh, en) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?
    .execute((
        workshop.id.as_str(),
        workshop.notice.version,
        since.map(Timestamp::as_millis),
        text(Language::Zh),
        text(Language::En),
    ))?;
    Ok(())
}

/// Every workshop's record, as far as it can be read: an upgrade must not fail over one.
fn records(conn: &Connection) -> rusqlite::Result<Vec<Workshop>> {
    let mut select = conn.prepare("SELECT record FROM workshops")?;
    let rows = select.query_map([], |row| Ok(from_json::<Workshop>(row, 0).ok()))?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
}
