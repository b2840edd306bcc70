//! What receipts say, as laptops sent it.
//!
//! Of one laptop's words the highest revision wins, in any order of arrival. Of two laptops' words the
//! collector's wins: revisions are times, and another laptop's clock may be ahead, or it may still be at work
//! on what it had in hand when it was relieved.

use rollcall_shared::mailbox::{Collector, ReceiptUpdate};
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
        rev INTEGER NOT NULL,
        said_by TEXT NOT NULL DEFAULT ''
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

/// Adds the column that says whose word a row is, where an object from an earlier version has none.
pub(super) fn upgrade(storage: &SqlStorage) -> Result<()> {
    if sql::has_column(storage, "receipts", "said_by") {
        return Ok(());
    }
    storage.exec("ALTER TABLE receipts ADD COLUMN said_by TEXT NOT NULL DEFAULT ''", None)?;
    Ok(())
}

/// Whose word it is.
pub(super) enum Speaker<'a> {
    /// Of the laptop that collects.
    Collector(&'a Collector),
    /// Of another one: what it registered at the venue, or had in hand when it was relieved.
    Other(&'a Collector),
    /// Of a program that does not say.
    Unnamed,
}

impl Speaker<'_> {
    fn id(&self) -> &str {
        match self {
            Self::Collector(laptop) | Self::Other(laptop) => &laptop.id,
            Self::Unnamed => "",
        }
    }

    /// What must hold for a stored word to be replaced.
    fn replaces(&self) -> &'static str {
        match self {
            Self::Collector(_) => "receipts.said_by <> excluded.said_by OR excluded.rev > receipts.rev",
            Self::Other(_) => "receipts.said_by IN (excluded.said_by, '') AND excluded.rev > receipts.rev",
            Self::Unnamed => "excluded.rev > receipts.rev",
        }
    }
}

/// Stores the words that replace what is stored.
pub(super) fn store(storage: &SqlStorage, speaker: &Speaker<'_>, receipts: &[ReceiptUpdate]) -> Result<()> {
    let statement = format!(
        "INSERT INTO receipts (id, state, see_desk, rev, said_by) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE
         SET state = excluded.state, see_desk = excluded.see_desk, rev = excluded.rev,
             said_by = excluded.said_by
         WHERE {}",
        speaker.replaces()
    );
    for ReceiptUpdate { id, state, see_desk, rev } in receipts {
        let rev = (*rev).min(MAX_REV) as i64;
        storage.exec(
            &statement,
            vec![
                id.to_string().into(),
                state.as_str().into(),
                i64::from(*see_desk).into(),
                rev.into(),
                speaker.id().into(),
            ],
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
