//! Erases from the copies of the database that Rollcall itself made in the data folder.

use std::path::{Path, PathBuf};

use rollcall_shared::digest::Digest;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;

use crate::db::tx::Tx;
use crate::db::{copies, duplicates, erased, erased_workshops, parked, signups};
use crate::view::{ErasedRows, Whom};

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
    for copy in copies::all(data_dir) {
        match erase_in(&copy, gone) {
            Ok(()) => done.push(copy),
            Err(error) => {
                let copy_path = copy.display();
                tracing::error!(
                    copy = %copy_path, %error,
                    "a copy of the database still holds what was erased: delete it"
                );
                left.push(copy);
            }
        }
    }
    (done, left)
}

fn erase_in(copy: &Path, gone: &Gone) -> rusqlite::Result<()> {
    // As it is: an older version's copy stays one.
    let mut conn = copies::open(copy)?;
    conn.in_transaction(|tx| match gone {
        Gone::Ids(workshop, ids, parked) => {
            parked.iter().try_for_each(|digest| parked::delete_bytes(tx, workshop, digest))?;
            ids.iter().try_for_each(|id| erase_id(tx, workshop, *id))
        }
        Gone::Workshop(workshop) => erased_workshops::erase_in_copy(tx, workshop),
    })?;
    // Where the copy keeps a log of its own, that one as well.
    conn.empty_log().map(drop)
}

fn erase_id(tx: &Tx<'_>, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<()> {
    signups::delete_in_copy(tx, workshop, id)?;
    duplicates::delete(tx, workshop, id)?;
    parked::delete_naming(tx, workshop, id)?;
    erased::remember(tx, id)
}
