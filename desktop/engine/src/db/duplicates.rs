//! `duplicates`: sign-ups whose number another one on the list has already.

use rollcall_shared::Timestamp;
use rollcall_shared::admission::ListState;
use rollcall_shared::digest::Digest;
use rollcall_shared::signup::Signup;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::column::{json, parsed, word};
use super::signups::{self, SignupMetadata, aside};
use super::tx::Tx;
use super::whole_row::{self, WholeRow};
use crate::message::DeskId;
use crate::view::{DuplicateReason, SignupState};

pub(super) const SQL: &str = "
CREATE TABLE duplicates(
  id             TEXT NOT NULL,
  workshop_id    TEXT NOT NULL REFERENCES workshops(id),
  phone          TEXT NOT NULL,
  name           TEXT NOT NULL,
  answers        TEXT NOT NULL,
  original_id    TEXT NOT NULL,     -- who holds the number in signups
  reason         TEXT NOT NULL,     -- same_name | other_name (needs a look)
  state          TEXT NOT NULL,     -- what the receipt says, frozen
  path           TEXT NOT NULL,
  digest         BLOB NOT NULL,
  flags          TEXT NOT NULL,
  form_version   INTEGER NOT NULL,
  notice_version INTEGER NOT NULL,
  filled_at      INTEGER,
  received_at    INTEGER NOT NULL,
  stored_at      INTEGER NOT NULL,
  PRIMARY KEY (id, workshop_id)
) STRICT;
";

/// Version 2: a case that the host has looked at is not shown again.
pub(super) const V2: &str = "
ALTER TABLE duplicates ADD COLUMN kept_at INTEGER;  -- when the host said that the first one counts
CREATE INDEX duplicates_open ON duplicates(workshop_id, reason, stored_at)
  WHERE kept_at IS NULL AND state <> 'cancelled';
";

/// Version 4: as of the list.
pub(super) const V4: &str = "
ALTER TABLE duplicates ADD COLUMN replaces TEXT;
ALTER TABLE duplicates ADD COLUMN sent_as TEXT;
";

/// Version 5: as of the list.
pub(super) const V5: &str = "ALTER TABLE duplicates ADD COLUMN aside TEXT;";

/// Keeps a sign-up as a duplicate of the one that holds its number, with how their names compare.
pub(crate) fn insert(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: SignupId,
    signup: &Signup,
    (original, reason): (SignupId, DuplicateReason),
    with: &SignupMetadata,
) -> rusqlite::Result<()> {
    let Signup { id: sent_as, name, phone, answers: _, form_version, filled_at } = signup;
    tx.prepare_cached(
        "INSERT INTO duplicates(id, workshop_id, phone, name, answers, original_id, reason, state, path,
           digest, flags, form_version, notice_version, filled_at, received_at, stored_at, device, replaces,
           sent_as, aside)
         VALUES (:id, :workshop, :phone, :name, :answers, :original, :reason, :state, :path,
           :digest, :flags, :form, :notice, :filled_at, :received_at, :stored_at, :device, :replaces,
           :sent_as, :aside)",
    )?
    .execute(named_params! {
        ":id": id.to_string(), ":workshop": workshop.as_str(), ":phone": phone.as_str(),
        ":name": name.as_str(), ":answers": json(&with.sorted.answers)?, ":original": original.to_string(),
        ":reason": reason.as_str(), ":state": with.state.as_str(), ":path": with.origin.path().as_str(),
        ":digest": with.digest.as_bytes(), ":flags": json(&with.flags)?, ":form": form_version,
        ":notice": with.notice_version, ":filled_at": filled_at.map(Timestamp::as_millis), ":received_at": with.received_at.as_millis(),
        ":stored_at": with.stored_at.as_millis(), ":device": with.origin.desk().map(DeskId::as_str),
        ":replaces": with.replaces.map(|old| old.to_string()),
        ":sent_as": (*sent_as != id).then(|| sent_as.to_string()), ":aside": aside(&with.sorted)?,
    })?;
    Ok(())
}

/// The digest that is stored under an id among a workshop's duplicates.
pub(super) fn digest(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<Digest>> {
    conn.prepare_cached("SELECT digest FROM duplicates WHERE id = ?1 AND workshop_id = ?2")?
        .query_row((id.to_string(), workshop.as_str()), |row| row.get(0).map(Digest::from_bytes))
        .optional()
}

/// Notes that its phone cancelled it: it claims the number no more.
pub(crate) fn cancel(tx: &Tx<'_>, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE duplicates SET state = 'cancelled' WHERE id = ?1 AND workshop_id = ?2")?
        .execute((id.to_string(), workshop.as_str()))?;
    Ok(())
}

/// Deletes one, in a database of any version; whether there was one.
pub(crate) fn delete(tx: &Tx<'_>, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<bool> {
    let deleted = tx
        .prepare_cached("DELETE FROM duplicates WHERE id = ?1 AND workshop_id = ?2")?
        .execute((id.to_string(), workshop.as_str()))?;
    Ok(deleted > 0)
}

/// The oldest one that claims a number. Its row number tells only those of one millisecond apart: one that
/// came back by undo has a new one.
pub(crate) fn next_with(
    conn: &Connection,
    workshop: &WorkshopId,
    phone: &str,
) -> rusqlite::Result<Option<SignupId>> {
    conn.prepare_cached(
        "SELECT id FROM duplicates WHERE workshop_id = ?1 AND phone = ?2 AND state <> 'cancelled'
         ORDER BY stored_at, received_at, rowid LIMIT 1",
    )?
    .query_row((workshop.as_str(), phone), |row| parsed(row, 0, SignupId::parse))
    .optional()
}

/// A duplicate as far as a decision needs it.
pub(crate) struct DuplicateRow {
    pub(crate) phone: String,
    /// The sign-up that held the number; `None` where its id cannot be read.
    pub(crate) original: Option<SignupId>,
    /// What its receipt says.
    pub(crate) state: SignupState,
    /// Whether the host decided that the first one counts.
    pub(crate) is_kept: bool,
}

/// One of them.
pub(crate) fn get(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<DuplicateRow>> {
    conn.prepare_cached(
        "SELECT phone, original_id, state, kept_at IS NOT NULL FROM duplicates
         WHERE id = ?1 AND workshop_id = ?2",
    )?
    .query_row((id.to_string(), workshop.as_str()), |row| {
        let original: String = row.get(1)?;
        Ok(DuplicateRow {
            phone: row.get(0)?,
            original: SignupId::parse(&original).ok(),
            state: word(row, 2, SignupState::from_word)?,
            is_kept: row.get(3)?,
        })
    })
    .optional()
}

/// Notes that the host has looked at it and lets the first one count.
pub(crate) fn keep_first(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: SignupId,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE duplicates SET kept_at = ?3 WHERE id = ?1 AND workshop_id = ?2")?.execute((
        id.to_string(),
        workshop.as_str(),
        now.as_millis(),
    ))?;
    Ok(())
}

/// Moves one onto the list. Exactly one row before, exactly one after.
pub(crate) fn enlist(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: SignupId,
    state: ListState,
    shared_phone: bool,
    waiting_since: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let state = SignupState::from(state);
    tx.prepare_cached(
        "INSERT INTO signups(id, workshop_id, phone, name, answers, state, path, digest, flags, form_version,
           notice_version, filled_at, received_at, stored_at, shared_phone, waiting_since, device, replaces,
           sent_as, aside)
         SELECT id, workshop_id, phone, name, answers, ?3, path, digest, flags, form_version,
           notice_version, filled_at, received_at, stored_at, ?4, ?5, device, replaces,
           sent_as, aside
         FROM duplicates WHERE id = ?1 AND workshop_id = ?2",
    )?
    .execute((
        id.to_string(),
        workshop.as_str(),
        state.as_str(),
        shared_phone,
        waiting_since.map(Timestamp::as_millis),
    ))?;
    delete(tx, workshop, id).map(drop)
}

/// The duplicates of a sign-up.
pub(crate) fn of(
    conn: &Connection,
    workshop: &WorkshopId,
    original: SignupId,
) -> rusqlite::Result<Vec<SignupId>> {
    conn.prepare_cached("SELECT id FROM duplicates WHERE workshop_id = ?1 AND original_id = ?2")?
        .query_map((workshop.as_str(), original.to_string()), |row| parsed(row, 0, SignupId::parse))?
        .collect()
}

/// Those that claim a number.
pub(crate) fn with_phone(
    conn: &Connection,
    workshop: &WorkshopId,
    phone: &str,
) -> rusqlite::Result<Vec<SignupId>> {
    conn.prepare_cached("SELECT id FROM duplicates WHERE workshop_id = ?1 AND phone = ?2")?
        .query_map((workshop.as_str(), phone), |row| parsed(row, 0, SignupId::parse))?
        .collect()
}

/// Makes one a duplicate of another sign-up, which has the number from here on.
pub(crate) fn compare_with(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: SignupId,
    original: SignupId,
) -> rusqlite::Result<()> {
    let first = signups::name(tx, workshop, original)?;
    let name: Option<String> = tx
        .prepare_cached("SELECT name FROM duplicates WHERE id = ?1 AND workshop_id = ?2")?
        .query_row((id.to_string(), workshop.as_str()), |row| row.get(0))
        .optional()?;
    let Some(name) = name else { return Ok(()) };
    let reason = DuplicateReason::between(&name, &first).as_str();
    tx.prepare_cached(
        "UPDATE duplicates SET original_id = ?3, reason = ?4 WHERE id = ?1 AND workshop_id = ?2",
    )?
    .execute((id.to_string(), workshop.as_str(), original.to_string(), reason))?;
    Ok(())
}

/// A row as it is, to be put back by [`put_back`].
pub(crate) fn whole(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<WholeRow>> {
    let sql = "SELECT * FROM duplicates WHERE id = ?1 AND workshop_id = ?2";
    whole_row::read(conn, sql, (id.to_string(), workshop.as_str()))
}

/// Puts a row back as it was.
pub(crate) fn put_back(tx: &Tx<'_>, row: &WholeRow) -> rusqlite::Result<()> {
    whole_row::insert(tx, "duplicates", row)
}

/// How many of a workshop a person has to decide about.
pub(crate) fn undecided(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<u32> {
    conn.prepare_cached(
        "SELECT count(*) FROM duplicates
         WHERE workshop_id = ?1 AND reason = ?2 AND kept_at IS NULL AND state <> 'cancelled'",
    )?
    .query_row((workshop.as_str(), DuplicateReason::OtherName.as_str()), |row| row.get(0))
}

/// How many a workshop has.
pub(crate) fn count_of(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<usize> {
    conn.prepare_cached("SELECT count(*) FROM duplicates WHERE workshop_id = ?1")?
        .query_row([workshop.as_str()], |row| row.get(0))
}

/// How many there are, over all workshops.
pub(crate) fn count(conn: &Connection) -> rusqlite::Result<u64> {
    conn.query_row("SELECT count(*) FROM duplicates", [], |row| row.get(0))
}
