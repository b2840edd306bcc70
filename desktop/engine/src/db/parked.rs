//! `parked`: messages that could not be read, for a person to look at. Unique by workshop and digest of the
//! bytes.

use rollcall_shared::Timestamp;
use rollcall_shared::digest::Digest;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::column::{moment, word};
use super::tx::Tx;
use super::whole_row::{self, WholeRow};
use crate::message::{Message, Path, UnreadableReason};

pub(super) const SQL: &str = "
CREATE TABLE parked(
  seq         INTEGER PRIMARY KEY,
  workshop_id TEXT NOT NULL REFERENCES workshops(id),
  source      TEXT NOT NULL,     -- edge | venue | import | desk
  digest      BLOB NOT NULL,     -- SHA-256 of the bytes
  reason      TEXT NOT NULL,     -- a stable code
  bytes       BLOB NOT NULL,     -- as they came
  parked_at   INTEGER NOT NULL,
  UNIQUE (workshop_id, digest)
) STRICT;
";

/// Version 2: a message that the host has looked at stays, and is not shown again.
pub(super) const V2: &str = "
ALTER TABLE parked ADD COLUMN dismissed_at INTEGER;
CREATE INDEX parked_open ON parked(workshop_id) WHERE dismissed_at IS NULL;
";

/// Version 4: whose message it is, where its outside says so, to be erased with the rest.
pub(super) const V4: &str = "
ALTER TABLE parked ADD COLUMN sent_as TEXT;
UPDATE parked SET sent_as = CASE WHEN json_valid(CAST(bytes AS TEXT)) THEN CAST(bytes AS TEXT) ->> '$.id' END;
";

/// Whether the same bytes are parked in this workshop.
pub(crate) fn exists(conn: &Connection, workshop: &WorkshopId, digest: &Digest) -> rusqlite::Result<bool> {
    let row = conn
        .prepare_cached("SELECT 1 FROM parked WHERE workshop_id = ?1 AND digest = ?2")?
        .query_row((workshop.as_str(), digest.as_bytes()), |_| Ok(()))
        .optional()?;
    Ok(row.is_some())
}

/// Keeps a message as it came.
pub(crate) fn insert(
    tx: &Tx<'_>,
    message: &Message,
    id: Option<SignupId>,
    digest: &Digest,
    reason: UnreadableReason,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO parked(workshop_id, source, digest, reason, bytes, parked_at, sent_as)
         VALUES (:workshop, :source, :digest, :reason, :bytes, :now, :sent_as)",
    )?
    .execute(named_params! {
        ":workshop": message.workshop.as_str(), ":source": message.origin.path().as_str(),
        ":digest": digest.as_bytes(), ":reason": reason.as_str(), ":bytes": message.bytes, ":now": now.as_millis(),
        ":sent_as": id.map(|id| id.to_string()),
    })?;
    Ok(())
}

/// A message that waits for a person's look.
pub(crate) struct ParkedRow {
    pub(crate) seq: i64,
    pub(crate) source: Path,
    pub(crate) reason: UnreadableReason,
    pub(crate) bytes: Vec<u8>,
    pub(crate) parked_at: Timestamp,
}

/// Those of a workshop that nobody has dismissed, newest first.
pub(crate) fn open(
    conn: &Connection,
    workshop: &WorkshopId,
    limit: usize,
) -> rusqlite::Result<Vec<ParkedRow>> {
    conn.prepare_cached(
        "SELECT seq, source, reason, bytes, parked_at FROM parked
         WHERE workshop_id = ?1 AND dismissed_at IS NULL ORDER BY seq DESC LIMIT ?2",
    )?
    .query_map((workshop.as_str(), limit), read)?
    .collect()
}

/// One of them, dismissed or not.
pub(crate) fn get(conn: &Connection, workshop: &WorkshopId, seq: i64) -> rusqlite::Result<Option<ParkedRow>> {
    conn.prepare_cached(
        "SELECT seq, source, reason, bytes, parked_at FROM parked WHERE workshop_id = ?1 AND seq = ?2",
    )?
    .query_row((workshop.as_str(), seq), read)
    .optional()
}

/// Notes that a person has looked at it; whether there was one that nobody had dismissed.
pub(crate) fn dismiss(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    seq: i64,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let changed = tx
        .prepare_cached(
            "UPDATE parked SET dismissed_at = ?3
             WHERE workshop_id = ?1 AND seq = ?2 AND dismissed_at IS NULL",
        )?
        .execute((workshop.as_str(), seq, now.as_millis()))?;
    Ok(changed == 1)
}

/// Deletes one; the digest of its bytes, and `None` where it was not there.
pub(crate) fn delete(tx: &Tx<'_>, workshop: &WorkshopId, seq: i64) -> rusqlite::Result<Option<Digest>> {
    tx.prepare_cached("DELETE FROM parked WHERE workshop_id = ?1 AND seq = ?2 RETURNING digest")?
        .query_row((workshop.as_str(), seq), |row| row.get(0).map(Digest::from_bytes))
        .optional()
}

/// Deletes those that name a sign-up on their outside; the digests of their bytes.
pub(crate) fn delete_named(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Vec<Digest>> {
    tx.prepare_cached("DELETE FROM parked WHERE workshop_id = ?1 AND sent_as = ?2 RETURNING digest")?
        .query_map((workshop.as_str(), id.to_string()), |row| row.get(0).map(Digest::from_bytes))?
        .collect()
}

/// Deletes those of these bytes, in a database of any version.
pub(crate) fn delete_bytes(tx: &Tx<'_>, workshop: &WorkshopId, digest: &Digest) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM parked WHERE digest = ?1 AND workshop_id = ?2")?
        .execute((digest.as_bytes(), workshop.as_str()))?;
    Ok(())
}

/// Deletes those that name a sign-up in their bytes: a database of an older version has no column for that.
pub(crate) fn delete_naming(tx: &Tx<'_>, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "DELETE FROM parked WHERE workshop_id = ?2
         AND CASE WHEN json_valid(CAST(bytes AS TEXT)) THEN CAST(bytes AS TEXT) ->> '$.id' END = ?1",
    )?
    .execute((id.to_string(), workshop.as_str()))?;
    Ok(())
}

/// The sign-up that a message names on its outside; the outer `None` where there is no such message.
pub(crate) fn names(
    conn: &Connection,
    workshop: &WorkshopId,
    seq: i64,
) -> rusqlite::Result<Option<Option<SignupId>>> {
    conn.prepare_cached("SELECT sent_as FROM parked WHERE workshop_id = ?1 AND seq = ?2")?
        .query_row((workshop.as_str(), seq), |row| row.get::<_, Option<String>>(0))
        .optional()
        .map(|row| row.map(|id| id.and_then(|id| SignupId::parse(&id).ok())))
}

/// A row as it is, to be put back by [`put_back`].
pub(crate) fn whole(
    conn: &Connection,
    workshop: &WorkshopId,
    seq: i64,
) -> rusqlite::Result<Option<WholeRow>> {
    let sql = "SELECT * FROM parked WHERE seq = ?1 AND workshop_id = ?2";
    whole_row::read(conn, sql, (seq, workshop.as_str()))
}

/// Puts a row back as it was.
pub(crate) fn put_back(tx: &Tx<'_>, row: &WholeRow) -> rusqlite::Result<()> {
    whole_row::insert(tx, "parked", row)
}

/// How many of a workshop wait for a person's look.
pub(crate) fn undecided(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<u32> {
    conn.prepare_cached("SELECT count(*) FROM parked WHERE workshop_id = ?1 AND dismissed_at IS NULL")?
        .query_row([workshop.as_str()], |row| row.get(0))
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<ParkedRow> {
    Ok(ParkedRow {
        seq: row.get(0)?,
        source: word(row, 1, Path::from_word)?,
        reason: word(row, 2, |text| Some(UnreadableReason::from_word(text)))?,
        bytes: row.get(3)?,
        parked_at: moment(row, 4)?,
    })
}

/// How many a workshop has, looked at or not.
pub(crate) fn count_of(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<usize> {
    conn.prepare_cached("SELECT count(*) FROM parked WHERE workshop_id = ?1")?
        .query_row([workshop.as_str()], |row| row.get(0))
}

/// How many there are, over all workshops.
pub(crate) fn count(conn: &Connection) -> rusqlite::Result<u64> {
    conn.query_row("SELECT count(*) FROM parked", [], |row| row.get(0))
}
