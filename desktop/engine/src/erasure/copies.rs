//! The copies of the database that Rollcall itself made beside it: before an upgrade, and before a restore.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rollcall_shared::signup::Digest;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, TransactionBehavior};

use crate::view::ErasedRows;
use crate::view::Whom;

/// How long another program's lock is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// What is to be deleted.
#[derive(Debug, Clone)]
pub(crate) enum Gone {
    /// These, with their messages, and these messages.
    Ids(WorkshopId, Vec<SignupId>, Vec<Digest>),
    /// Everything of a workshop.
    Workshop(WorkshopId),
}

impl Gone {
    /// As the database was changed.
    pub(crate) fn of(workshop: &WorkshopId, whom: &Whom, rows: &ErasedRows) -> Self {
        match whom {
            Whom::Workshop => Self::Workshop(workshop.clone()),
            Whom::Person(_) | Whom::Parked(_) => {
                Self::Ids(workshop.clone(), rows.ids.clone(), rows.parked_digests.clone())
            }
        }
    }
}

/// Deletes from every copy in the folder: those that were changed, and those that could not be.
pub(crate) fn erase(data_dir: &Path, gone: &Gone) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut done, mut left) = (Vec::new(), Vec::new());
    for copy in all(data_dir) {
        match erase_in(&copy, gone) {
            Ok(()) => done.push(copy),
            Err(error) => {
                tracing::error!(copy = %copy.display(), %error, "a copy of the database still holds what was erased: delete it");
                left.push(copy);
            }
        }
    }
    (done, left)
}

/// `rollcall.before-….db` and `before-restore-…/rollcall.db`.
fn all(data_dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(data_dir).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("rollcall.before-") && name.ends_with(".db") {
            all.push(entry.path());
        } else if name.starts_with(crate::folder::backup::SET_ASIDE) {
            all.push(entry.path().join("rollcall.db"));
        }
    }
    all.retain(|copy| copy.exists());
    all.sort_unstable();
    all
}

fn erase_in(copy: &Path, gone: &Gone) -> rusqlite::Result<()> {
    let mut conn = Connection::open(copy)?;
    conn.busy_timeout(BUSY)?;
    conn.pragma_update(None, "secure_delete", "ON")?;
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match gone {
        Gone::Ids(workshop, ids, parked) => {
            for digest in parked {
                transaction.execute(
                    "DELETE FROM parked WHERE digest = ?1 AND workshop_id = ?2",
                    (digest.as_bytes(), workshop.as_str()),
                )?;
            }
            for id in ids {
                let (id, workshop) = (id.to_string(), workshop.as_str());
                for table in ["signups", "duplicates"] {
                    let delete = format!("DELETE FROM {table} WHERE id = ?1 AND workshop_id = ?2");
                    transaction.execute(&delete, (&id, workshop))?;
                }
                // A copy of an older version has no column that says whose message it is.
                transaction.execute(
                    "DELETE FROM parked WHERE workshop_id = ?2
                     AND CASE WHEN json_valid(CAST(bytes AS TEXT)) THEN CAST(bytes AS TEXT) ->> '$.id' END = ?1",
                    (&id, workshop),
                )?;
                transaction.execute("INSERT OR IGNORE INTO erased(id) VALUES (?1)", [&id])?;
            }
        }
        Gone::Workshop(workshop) => {
            for table in ["receipts_out", "parked", "duplicates", "signups"] {
                let delete = format!("DELETE FROM {table} WHERE workshop_id = ?1");
                transaction.execute(&delete, [workshop.as_str()])?;
            }
        }
    }
    transaction.commit()?;
    // Where the copy keeps a log of its own, that one as well.
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
