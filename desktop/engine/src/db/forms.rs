//! `forms`: every version of a workshop's form, so that an answer's words are those which were asked and
//! chosen. Written in the transaction that makes or changes the workshop.

use rollcall_shared::forms::Forms;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use rusqlite::Connection;

use super::column::{from_json, json};
use super::tx::Tx;

/// Version 5. Older files know the newest version of each form alone.
pub(super) const V5: &str = "
CREATE TABLE forms(
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  version     INTEGER NOT NULL,
  questions   TEXT NOT NULL,     -- JSON, as in the workshop's record
  PRIMARY KEY (workshop_id, version)
) STRICT;
INSERT INTO forms
  SELECT id, json_extract(record, '$.form_version'), coalesce(json_extract(record, '$.questions'), '[]')
  FROM workshops WHERE json_extract(record, '$.form_version') IS NOT NULL;
";

/// Keeps a workshop's form as it is now.
pub(crate) fn keep(tx: &Tx<'_>, workshop: &Workshop) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO forms(workshop_id, version, questions) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET questions = excluded.questions",
    )?
    .execute((workshop.id.as_str(), workshop.form_version, json(&workshop.questions)?))?;
    Ok(())
}

/// Every version of a workshop's form that is known.
pub(crate) fn of(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<Forms> {
    let mut select = conn.prepare_cached("SELECT version, questions FROM forms WHERE workshop_id = ?1")?;
    let mut rows = select.query([workshop.as_str()])?;
    let mut forms = Forms::default();
    while let Some(row) = rows.next()? {
        forms.insert(row.get(0)?, from_json(row, 1)?);
    }
    Ok(forms)
}
