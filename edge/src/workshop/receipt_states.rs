//! What receipts say, as the laptop sent it. The highest revision wins, in any order of arrival.

use rollcall_shared::mailbox::ReceiptUpdate;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;
use serde::{Deserialize, Serialize};
use worker::{Result, SqlStorage};

use crate::sql;

pub(super) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS receipts (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        see_desk INTEGER NOT NULL,
        rev INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// The greatest revision: numbers pass through JavaScript, which counts exactly to 2⁵³ − 1.
const MAX_REV: u64 = (1 << 53) - 1;

/// What a receipt says.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct StoredState {
    /// The state.
    pub(crate) state: ReceiptState,
    /// Whether the teacher should see the desk.
    pub(crate) see_desk: bool,
}

/// Stores states that are newer than the stored ones.
pub(super) fn store(storage: &SqlStorage, receipts: &[ReceiptUpdate]) -> Result<()> {
    for ReceiptUpdate { id, state, see_desk, rev } in receipts {
        let rev = (*rev).min(MAX_REV) as i64;
        storage.exec(
            "INSERT INTO receipts (id, state, see_desk, rev) VALUES (?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE
             SET state = excluded.state, see_desk = excluded.see_desk, rev = excluded.rev
             WHERE excluded.rev > receipts.rev",
            vec![id.to_string().into(), state.as_str().into(), i64::from(*see_desk).into(), rev.into()],
        )?;
    }
    Ok(())
}

/// Deletes all of them.
pub(super) fn erase(storage: &SqlStorage) -> Result<()> {
    storage.exec("DELETE FROM receipts", None)?;
    Ok(())
}

/// What the receipt says, if the laptop has sent it.
pub(super) fn find(storage: &SqlStorage, id: &SignupId) -> Result<Option<StoredState>> {
    #[derive(Deserialize)]
    struct Row {
        state: ReceiptState,
        see_desk: i64,
    }
    let row = sql::first::<Row>(
        storage,
        "SELECT state, see_desk FROM receipts WHERE id = ?",
        [id.to_string().into()],
    )?;
    Ok(row.map(|row| StoredState { state: row.state, see_desk: row.see_desk != 0 }))
}
