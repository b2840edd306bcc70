//! Erasing a person or a whole workshop, everywhere that this laptop reaches: the database and its
//! write-ahead log, the copies that upgrades and restores left in the data folder, the ways back of the
//! window's acts, the stream, and by id the edge's mailbox.
//!
//! The transaction that deletes the rows also notes what has to be told to the edge, which is told when it
//! can be reached. What the host carried elsewhere, backups and exports, is theirs to delete; a backup that
//! is restored has everybody erased again whom this folder or the edge remembers.

pub(crate) mod copies;

use rollcall_shared::Timestamp;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;

use crate::clock::now_ms;
use crate::db::receipts_out;
use crate::db::tx::{Tx, WriterConnection};
use crate::view::{ErasedRows, Whom};
use crate::writer::erase;
pub(crate) use copies::Gone;

/// Erases inside a transaction. `None` where nothing is known of that name.
pub(crate) fn rows(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    whom: &Whom,
    now: Timestamp,
) -> rusqlite::Result<Option<ErasedRows>> {
    match whom {
        Whom::Person(id) if receipts_out::known(tx, workshop, &[*id])?.is_empty() => Ok(None),
        Whom::Person(id) => erase::erase(tx, workshop, &[*id], now).map(Some),
        Whom::Parked(seq) => erase::erase_parked(tx, workshop, *seq, now),
        Whom::Workshop => erase::erase_workshop(tx, workshop, now).map(Some),
    }
}

/// What [`rows`] would erase: done in a copy in memory, so that there is one rule for both and nothing is
/// written.
pub(crate) fn rehearse(
    conn: &Connection,
    workshop: &WorkshopId,
    whom: &Whom,
) -> rusqlite::Result<Option<ErasedRows>> {
    WriterConnection::copy_of(conn)?.in_transaction(|tx| rows(tx, workshop, whom, now_ms()))
}
