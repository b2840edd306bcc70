//! Ids that the host erased: their mail is deleted, and what still comes under them, from the Queue or from a
//! phone, is dropped.

use rollcall_shared::signup_id::SignupId;
use serde::Deserialize;
use worker::{Result, SqlStorage};

use super::mail;

pub(super) const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS erased (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;";

/// Stores the ids and deletes their mail. Returns how many messages that were.
pub(super) fn add(storage: &SqlStorage, ids: &[SignupId]) -> Result<u64> {
    let mut messages = 0;
    for id in ids {
        let id = id.to_string();
        storage.exec("INSERT OR IGNORE INTO erased (id) VALUES (?)", vec![id.as_str().into()])?;
        messages += mail::erase_of(storage, &id)?;
    }
    Ok(messages)
}

/// Lists all of them.
pub(super) fn all(storage: &SqlStorage) -> Result<Vec<SignupId>> {
    #[derive(Deserialize)]
    struct Row {
        id: SignupId,
    }
    let rows: Vec<Row> = storage.exec("SELECT id FROM erased ORDER BY id", None)?.to_array()?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
