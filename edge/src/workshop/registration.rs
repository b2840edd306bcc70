//! One row: the workshop's record, whose key drains it, and who collects. Beside it, codes that are being retired.

use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::{Collector, Publication};
use rollcall_shared::workshop::Workshop;
use serde::Deserialize;
use worker::{Result, SqlStorage};

use crate::sql;

/// A code stays in `leaving_codes` until its own object has retired it, so that a publication that broke off in
/// between can be sent again.
pub(super) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS registration (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        workshop TEXT NOT NULL,
        drain_key_sha256 TEXT NOT NULL,
        collector_id TEXT,
        collector_name TEXT
    ) STRICT;
    CREATE TABLE IF NOT EXISTS leaving_codes (code TEXT PRIMARY KEY) STRICT;
";

/// The row.
pub(super) struct Registration {
    /// The public record.
    pub(super) workshop: Workshop,
    /// SHA-256 of the drain key, hexadecimal.
    pub(super) drain_key_sha256: String,
    /// The one installation that collects, once one did.
    pub(super) collector: Option<Collector>,
}

pub(super) fn read(storage: &SqlStorage) -> Result<Option<Registration>> {
    #[derive(Deserialize)]
    struct Row {
        workshop: String,
        drain_key_sha256: String,
        collector_id: Option<String>,
        collector_name: Option<String>,
    }
    let query = "SELECT workshop, drain_key_sha256, collector_id, collector_name FROM registration";
    let Some(row) = sql::first::<Row>(storage, query, [])? else { return Ok(None) };
    let collector = row.collector_id.zip(row.collector_name).map(|(id, name)| Collector { id, name });
    Ok(Some(Registration {
        workshop: serde_json::from_slice(row.workshop.as_bytes())?,
        drain_key_sha256: row.drain_key_sha256,
        collector,
    }))
}

/// Writes a publication down; the code that it replaces begins to leave. The drain key stays the first one.
pub(super) fn write(storage: &SqlStorage, publication: &Publication) -> Result<()> {
    let code = &publication.workshop.invite_code;
    if let Some(before) =
        read(storage)?.map(|before| before.workshop.invite_code).filter(|before| before != code)
    {
        storage
            .exec("INSERT OR IGNORE INTO leaving_codes (code) VALUES (?)", vec![before.as_str().into()])?;
    }
    left(storage, code)?;
    storage.exec(
        "INSERT INTO registration (one, workshop, drain_key_sha256) VALUES (1, ?, ?)
         ON CONFLICT (one) DO UPDATE SET workshop = excluded.workshop",
        vec![
            serde_json::to_string(&publication.workshop)?.into(),
            publication.drain_key_sha256.as_str().into(),
        ],
    )?;
    Ok(())
}

/// Codes that are to be retired.
pub(super) fn leaving(storage: &SqlStorage) -> Result<Vec<InviteCode>> {
    #[derive(Deserialize)]
    struct Row {
        code: InviteCode,
    }
    let rows: Vec<Row> = storage.exec("SELECT code FROM leaving_codes ORDER BY code", None)?.to_array()?;
    Ok(rows.into_iter().map(|row| row.code).collect())
}

/// The code is not leaving, or has left.
pub(super) fn left(storage: &SqlStorage, code: &InviteCode) -> Result<()> {
    storage.exec("DELETE FROM leaving_codes WHERE code = ?", vec![code.as_str().into()])?;
    Ok(())
}

pub(super) fn set_collector(storage: &SqlStorage, collector: &Collector) -> Result<()> {
    storage.exec(
        "UPDATE registration SET collector_id = ?, collector_name = ?",
        vec![collector.id.as_str().into(), collector.name.as_str().into()],
    )?;
    Ok(())
}
