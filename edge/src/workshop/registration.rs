//! One row with the workshop's record, its drain key's hash and its collector; and the codes that are being
//! retired.

use rollcall_shared::Timestamp;
use rollcall_shared::invite_code::InviteCode;
use rollcall_shared::mailbox::Collector;
use serde::Deserialize;
use worker::{Result, SqlStorage, SqlStorageValue};

use super::requests::Published;
use crate::sql;

/// A workshop that was erased keeps its row, with an empty record, so that later requests are told so and
/// nothing is deposited. A code stays in `leaving_codes` until its own object has retired it, so that a
/// publication that broke off in between can be sent again.
pub(super) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS registration (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        record TEXT NOT NULL,
        invite_code TEXT NOT NULL,
        ends_at INTEGER NOT NULL,
        drain_key_sha256 TEXT NOT NULL,
        collector_id TEXT,
        collector_name TEXT,
        collector_since INTEGER
    ) STRICT;
    CREATE TABLE IF NOT EXISTS leaving_codes (code TEXT PRIMARY KEY) STRICT;
";

/// The row without the record itself.
pub(super) struct Registration {
    /// The code that leads here.
    pub(super) invite_code: InviteCode,
    /// When the workshop ends.
    pub(super) ends_at: Timestamp,
    /// SHA-256 of the drain key, hexadecimal.
    pub(super) drain_key_sha256: String,
    /// The installation that collects, once there is one.
    pub(super) collector: Option<Collector>,
    /// When it took over from another one, if it did.
    pub(super) collector_since: Option<Timestamp>,
    /// The host erased the workshop.
    pub(super) erased: bool,
}

/// Adds what the table of an earlier version lacks.
pub(super) fn upgrade(storage: &SqlStorage) -> Result<()> {
    if !sql::has_column(storage, "registration", "collector_since") {
        storage.exec("ALTER TABLE registration ADD COLUMN collector_since INTEGER", None)?;
    }
    Ok(())
}

pub(super) fn read(storage: &SqlStorage) -> Result<Option<Registration>> {
    #[derive(Deserialize)]
    struct Row {
        invite_code: InviteCode,
        ends_at: Timestamp,
        drain_key_sha256: String,
        collector_id: Option<String>,
        collector_name: Option<String>,
        collector_since: Option<Timestamp>,
        erased: i64,
    }
    let query =
        "SELECT invite_code, ends_at, drain_key_sha256, collector_id, collector_name, collector_since,
           record = '' AS erased FROM registration";
    let registration = |row: Row| {
        let Row {
            invite_code,
            ends_at,
            drain_key_sha256,
            collector_id,
            collector_name,
            collector_since,
            erased,
        } = row;
        let collector = collector_id.zip(collector_name).map(|(id, name)| Collector { id, name });
        let erased = erased != 0;
        Registration { invite_code, ends_at, drain_key_sha256, collector, collector_since, erased }
    };
    Ok(sql::first(storage, query, [])?.map(registration))
}

/// Deletes everything about the workshop except its drain key's hash, which is kept as long as mail is.
pub(super) fn erase(storage: &SqlStorage, now: Timestamp) -> Result<()> {
    storage.exec("UPDATE registration SET record = '', ends_at = ?", vec![now.as_millis().into()])?;
    Ok(())
}

/// The public record as JSON; `None` where the workshop was erased.
pub(super) fn record(storage: &SqlStorage) -> Result<Option<String>> {
    #[derive(Deserialize)]
    struct Row {
        record: String,
    }
    Ok(sql::first::<Row>(storage, "SELECT record FROM registration WHERE record <> ''", [])?
        .map(|row| row.record))
}

/// Stores a publication; the code that it replaces is to be retired. The drain key stays the first one.
pub(super) fn write(
    storage: &SqlStorage,
    before: Option<&Registration>,
    publication: &Published,
    drain_key_sha256: &str,
) -> Result<()> {
    let Published { record, invite_code, ends_at } = publication;
    if let Some(old) = before.map(|before| &before.invite_code).filter(|old| *old != invite_code) {
        storage.exec("INSERT OR IGNORE INTO leaving_codes (code) VALUES (?)", vec![old.as_str().into()])?;
    }
    left(storage, invite_code)?;
    storage.exec(
        "INSERT INTO registration (one, record, invite_code, ends_at, drain_key_sha256) VALUES (1, ?, ?, ?, ?)
         ON CONFLICT (one) DO UPDATE
         SET record = excluded.record, invite_code = excluded.invite_code, ends_at = excluded.ends_at",
        vec![
            record.as_str().into(),
            invite_code.as_str().into(),
            ends_at.as_millis().into(),
            drain_key_sha256.into(),
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

/// Notes that the code need not be retired, or has been.
pub(super) fn left(storage: &SqlStorage, code: &InviteCode) -> Result<()> {
    storage.exec("DELETE FROM leaving_codes WHERE code = ?", vec![code.as_str().into()])?;
    Ok(())
}

/// Makes an installation the collector: the first one, or one that takes over at that time.
pub(super) fn set_collector(
    storage: &SqlStorage,
    collector: &Collector,
    since: Option<Timestamp>,
) -> Result<()> {
    let since = since.map_or(SqlStorageValue::Null, |since| since.as_millis().into());
    storage.exec(
        "UPDATE registration SET collector_id = ?, collector_name = ?, collector_since = ?",
        vec![collector.id.as_str().into(), collector.name.as_str().into(), since],
    )?;
    Ok(())
}

/// Notes the collector's name of today.
pub(super) fn rename_collector(storage: &SqlStorage, collector: &Collector) -> Result<()> {
    storage.exec(
        "UPDATE registration SET collector_name = ? WHERE collector_id = ?",
        vec![collector.name.as_str().into(), collector.id.as_str().into()],
    )?;
    Ok(())
}
