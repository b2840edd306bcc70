//! `signups`: the list. A workshop's list has a number once.

use rollcall_shared::Timestamp;
use rollcall_shared::admission::{Flags, Seats};
use rollcall_shared::digest::Digest;
use rollcall_shared::forms::Sorted;
use rollcall_shared::signup::Signup;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use rusqlite::{Connection, OptionalExtension, named_params};
use serde::Serialize;

use super::column::{from_json, json, moment, moment_if_any, parsed, word};
use super::tx::Tx;
use super::whole_row::{self, WholeRow};
use crate::message::{DeskId, Origin, Path};
use crate::view::SignupState;

pub(super) const SQL: &str = "
CREATE TABLE signups(
  id             TEXT NOT NULL,
  workshop_id    TEXT NOT NULL REFERENCES workshops(id),
  phone          TEXT NOT NULL,     -- E.164
  name           TEXT NOT NULL,
  answers        TEXT NOT NULL,     -- JSON by the key of the question
  state          TEXT NOT NULL CHECK (state IN ('registered', 'waitlisted', 'cancelled')),
  path           TEXT NOT NULL CHECK (path IN ('edge', 'venue', 'import', 'desk')),  -- no 'import' yet
  digest         BLOB NOT NULL,     -- SHA-256 of phone, name and answers
  flags          TEXT NOT NULL,     -- JSON: id_reused, late, older_form
  form_version   INTEGER NOT NULL,
  notice_version INTEGER NOT NULL,
  filled_at      INTEGER,           -- by the phone's clock
  received_at    INTEGER NOT NULL,  -- by the edge's, or the laptop's at the venue
  stored_at      INTEGER NOT NULL,
  PRIMARY KEY (id, workshop_id)
) STRICT;
CREATE UNIQUE INDEX signups_phone ON signups(workshop_id, phone) WHERE state <> 'cancelled';
";

/// Version 2: two people may share a phone where the host says so, a place in the waiting list can be handed
/// on, and the window's pages, counts and searches have their indexes. `signups_search` holds all that a
/// search looks at, so that it reads a quarter of the table.
pub(super) const V2: &str = "
-- 1: the host knows that another has the number too
ALTER TABLE signups ADD COLUMN shared_phone INTEGER NOT NULL DEFAULT 0;
-- its place among those who wait, where it is not received_at
ALTER TABLE signups ADD COLUMN waiting_since INTEGER;
DROP INDEX signups_phone;
CREATE UNIQUE INDEX signups_phone ON signups(workshop_id, phone)
  WHERE state <> 'cancelled' AND shared_phone = 0;
CREATE INDEX signups_shared_phone ON signups(workshop_id, phone) WHERE shared_phone = 1;
CREATE INDEX signups_newest ON signups(workshop_id, stored_at);
CREATE INDEX signups_state ON signups(workshop_id, state, stored_at);
CREATE INDEX signups_flagged ON signups(workshop_id, stored_at) WHERE flags <> '{}';
CREATE INDEX signups_waiting
  ON signups(workshop_id, coalesce(waiting_since, received_at), waiting_since IS NULL)
  WHERE state = 'waitlisted';
CREATE INDEX signups_search ON signups(workshop_id, stored_at, state, name, phone);
";

/// Version 4: what belongs together is erased together.
pub(super) const V4: &str = "
-- the sign-up that it corrects
ALTER TABLE signups ADD COLUMN replaces TEXT;
-- the id that it was sent with, where it is stored under a derived one
ALTER TABLE signups ADD COLUMN sent_as TEXT;
";

/// Version 5: answers to nothing that was asked.
pub(super) const V5: &str = "
-- JSON by the key, as it came: no question of its form; NULL where there is none
ALTER TABLE signups ADD COLUMN aside TEXT;
";

/// What came with a sign-up and is stored with it.
pub(crate) struct SignupMetadata {
    /// Its answers, sorted by what its form asked.
    pub(crate) sorted: Sorted,
    pub(crate) state: SignupState,
    pub(crate) origin: Origin,
    pub(crate) digest: Digest,
    pub(crate) flags: Flags,
    pub(crate) notice_version: u32,
    pub(crate) received_at: Timestamp,
    pub(crate) stored_at: Timestamp,
    /// Whether the host knows that another has the number, too.
    pub(crate) shared_phone: bool,
    /// Its place among those who wait, where it is not `received_at`.
    pub(crate) waiting_since: Option<Timestamp>,
    /// The sign-up that it corrects.
    pub(crate) replaces: Option<SignupId>,
}

/// A row, for the host's eyes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SignupRow {
    /// The id under which it is stored.
    pub(crate) id: SignupId,
    /// E.164.
    pub(crate) phone: String,
    /// As it was given.
    pub(crate) name: String,
    /// JSON by the key of the question.
    pub(crate) answers: serde_json::Value,
    /// Whether it has a seat, waits for one, or was cancelled.
    pub(crate) state: SignupState,
    /// By which path it came.
    pub(crate) path: Path,
    /// By the clock of the machine that received it.
    pub(crate) received_at: Timestamp,
    /// When it was committed.
    pub(crate) stored_at: Timestamp,
}

/// Puts a sign-up on the list, under `id` (its own, or the derived one where its own came before with other
/// content).
pub(crate) fn insert(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: SignupId,
    signup: &Signup,
    with: &SignupMetadata,
) -> rusqlite::Result<()> {
    let Signup { id: sent_as, name, phone, answers: _, form_version, filled_at } = signup;
    tx.prepare_cached(
        "INSERT INTO signups(id, workshop_id, phone, name, answers, state, path, digest, flags, form_version,
           notice_version, filled_at, received_at, stored_at, shared_phone, waiting_since, device, replaces,
           sent_as, aside)
         VALUES (:id, :workshop, :phone, :name, :answers, :state, :path, :digest, :flags, :form,
           :notice, :filled_at, :received_at, :stored_at, :shared_phone, :waiting_since, :device, :replaces,
           :sent_as, :aside)",
    )?
    .execute(named_params! {
        ":id": id.to_string(), ":workshop": workshop.as_str(), ":phone": phone.as_str(),
        ":name": name.as_str(), ":answers": json(&with.sorted.answers)?, ":state": with.state.as_str(),
        ":path": with.origin.path().as_str(), ":digest": with.digest.as_bytes(),
        ":flags": json(&with.flags)?, ":form": form_version, ":notice": with.notice_version,
        ":filled_at": filled_at.map(Timestamp::as_millis), ":received_at": with.received_at.as_millis(), ":stored_at": with.stored_at.as_millis(),
        ":shared_phone": with.shared_phone, ":waiting_since": with.waiting_since.map(Timestamp::as_millis),
        ":device": with.origin.desk().map(DeskId::as_str),
        ":replaces": with.replaces.map(|old| old.to_string()),
        ":sent_as": (*sent_as != id).then(|| sent_as.to_string()), ":aside": aside(&with.sorted)?,
    })?;
    Ok(())
}

/// What was put aside, as JSON; `None` where nothing was.
pub(super) fn aside(sorted: &Sorted) -> rusqlite::Result<Option<String>> {
    (!sorted.aside.is_empty()).then(|| json(&sorted.aside)).transpose()
}

/// The digest that is stored under an id on a workshop's list.
pub(super) fn digest(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<Digest>> {
    conn.prepare_cached("SELECT digest FROM signups WHERE id = ?1 AND workshop_id = ?2")?
        .query_row((id.to_string(), workshop.as_str()), |row| row.get(0).map(Digest::from_bytes))
        .optional()
}

/// The name of a sign-up on the list.
///
/// # Errors
/// [`rusqlite::Error::QueryReturnedNoRows`] where it is not on the list.
pub(crate) fn name(conn: &Connection, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<String> {
    conn.prepare_cached("SELECT name FROM signups WHERE id = ?1 AND workshop_id = ?2")?
        .query_row((id.to_string(), workshop.as_str()), |row| row.get(0))
}

/// A sign-up's number; `None` where it is not on the list.
pub(crate) fn phone(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT phone FROM signups WHERE id = ?1 AND workshop_id = ?2")?
        .query_row((id.to_string(), workshop.as_str()), |row| row.get(0))
        .optional()
}

/// What a sign-up held that is off the list.
pub(crate) struct FreedPlace {
    pub(crate) phone: String,
    /// Its place among those who wait.
    pub(crate) waiting_since: Timestamp,
}

/// Takes a sign-up off the list; what it held.
pub(crate) fn cancel(tx: &Tx<'_>, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<FreedPlace> {
    tx.prepare_cached(
        "UPDATE signups SET state = 'cancelled' WHERE id = ?1 AND workshop_id = ?2
         RETURNING phone, coalesce(waiting_since, received_at)",
    )?
    .query_row((id.to_string(), workshop.as_str()), |row| {
        Ok(FreedPlace { phone: row.get(0)?, waiting_since: moment(row, 1)? })
    })
}

/// Deletes a row; the state that it had, and what it held.
pub(crate) fn delete(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<(SignupState, FreedPlace)>> {
    tx.prepare_cached(
        "DELETE FROM signups WHERE id = ?1 AND workshop_id = ?2
         RETURNING state, phone, coalesce(waiting_since, received_at)",
    )?
    .query_row((id.to_string(), workshop.as_str()), |row| {
        let held = FreedPlace { phone: row.get(1)?, waiting_since: moment(row, 2)? };
        Ok((word(row, 0, SignupState::from_word)?, held))
    })
    .optional()
}

/// Deletes a row of a database of any version.
pub(crate) fn delete_in_copy(tx: &Tx<'_>, workshop: &WorkshopId, id: SignupId) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM signups WHERE id = ?1 AND workshop_id = ?2")?
        .execute((id.to_string(), workshop.as_str()))?;
    Ok(())
}

/// Whether a sign-up is on the list with this very number, which the host knows to be another's, too.
pub(crate) fn shares_phone(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
    phone: &str,
) -> rusqlite::Result<bool> {
    conn.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM signups
           WHERE id = ?1 AND workshop_id = ?2 AND phone = ?3 AND shared_phone = 1 AND state <> 'cancelled')",
    )?
    .query_row((id.to_string(), workshop.as_str(), phone), |row| row.get(0))
}

/// Who holds a number on a workshop's list; of several who share it, the first.
pub(crate) fn holder(
    conn: &Connection,
    workshop: &WorkshopId,
    phone: &str,
) -> rusqlite::Result<Option<SignupId>> {
    conn.prepare_cached(
        "SELECT id FROM signups
         WHERE workshop_id = ?1 AND phone = ?2 AND state <> 'cancelled' AND shared_phone = 0
         UNION ALL
         SELECT id FROM signups
         WHERE workshop_id = ?1 AND phone = ?2 AND state <> 'cancelled' AND shared_phone = 1
         LIMIT 1",
    )?
    .query_row((workshop.as_str(), phone), |row| parsed(row, 0, SignupId::parse))
    .optional()
}

/// The seats of a workshop. Those that are taken are counted only where there is a limit.
pub(crate) fn seats(conn: &Connection, workshop: &Workshop) -> rusqlite::Result<Seats> {
    let taken = match workshop.capacity {
        Some(_) => conn
            .prepare_cached("SELECT count(*) FROM signups WHERE workshop_id = ?1 AND state = 'registered'")?
            .query_row([workshop.id.as_str()], |row| row.get(0))?,
        None => 0,
    };
    Ok(Seats { taken, capacity: workshop.capacity })
}

/// Those who wait, the longest first. Of several of one millisecond, those who were handed a place come
/// before those who came by themselves, as the one whose place it was did or might have done.
pub(crate) fn longest_waiting(
    conn: &Connection,
    workshop: &WorkshopId,
    limit: u32,
) -> rusqlite::Result<Vec<SignupId>> {
    conn.prepare_cached(
        "SELECT id FROM signups WHERE workshop_id = ?1 AND state = 'waitlisted'
         ORDER BY coalesce(waiting_since, received_at), waiting_since IS NULL, rowid LIMIT ?2",
    )?
    .query_map((workshop.as_str(), limit), |row| parsed(row, 0, SignupId::parse))?
    .collect()
}

/// A place behind everybody who waits, whatever the clocks of those who received them say.
pub(crate) fn end_of_line(
    conn: &Connection,
    workshop: &WorkshopId,
    now: Timestamp,
) -> rusqlite::Result<Timestamp> {
    let last = conn
        .prepare_cached(
            "SELECT max(coalesce(waiting_since, received_at)) FROM signups
             WHERE workshop_id = ?1 AND state = 'waitlisted'",
        )?
        .query_row([workshop.as_str()], |row| moment_if_any(row, 0))?;
    Ok(last.map_or(now, |last| now.max(last + 1)))
}

/// A sign-up's place on the list, and what it hands on where another takes that place.
pub(crate) struct Place {
    pub(crate) state: SignupState,
    pub(crate) shared_phone: bool,
    /// Since when it waits, should it wait.
    pub(crate) waiting_since: Timestamp,
}

/// A sign-up's place on the list; `None` where it is not there.
pub(crate) fn place(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<Place>> {
    conn.prepare_cached(
        "SELECT state, shared_phone, coalesce(waiting_since, received_at) FROM signups
         WHERE id = ?1 AND workshop_id = ?2",
    )?
    .query_row((id.to_string(), workshop.as_str()), |row| {
        Ok(Place {
            state: word(row, 0, SignupState::from_word)?,
            shared_phone: row.get(1)?,
            waiting_since: moment(row, 2)?,
        })
    })
    .optional()
}

/// Puts a sign-up into another state; `waiting_since` is its place among those who wait, where it has a new
/// one.
pub(crate) fn set_state(
    tx: &Tx<'_>,
    workshop: &WorkshopId,
    id: SignupId,
    state: SignupState,
    waiting_since: Option<Timestamp>,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE signups SET state = ?3, waiting_since = coalesce(?4, waiting_since)
         WHERE id = ?1 AND workshop_id = ?2",
    )?
    .execute((
        id.to_string(),
        workshop.as_str(),
        state.as_str(),
        waiting_since.map(Timestamp::as_millis),
    ))?;
    Ok(())
}

/// A row as it is, to be put back by [`put_back`]. Its row number is its place among those of the same
/// millisecond.
pub(crate) fn whole(
    conn: &Connection,
    workshop: &WorkshopId,
    id: SignupId,
) -> rusqlite::Result<Option<WholeRow>> {
    let sql = "SELECT rowid AS rowid, * FROM signups WHERE id = ?1 AND workshop_id = ?2";
    whole_row::read(conn, sql, (id.to_string(), workshop.as_str()))
}

/// Puts a row back as it was.
pub(crate) fn put_back(tx: &Tx<'_>, row: &WholeRow) -> rusqlite::Result<()> {
    whole_row::insert(tx, "signups", row)
}

/// How many rows a workshop's list has.
pub(crate) fn count_of(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<usize> {
    conn.prepare_cached("SELECT count(*) FROM signups WHERE workshop_id = ?1")?
        .query_row([workshop.as_str()], |row| row.get(0))
}

/// How many there are in each state, over all workshops.
pub(crate) fn counts(conn: &Connection) -> rusqlite::Result<Vec<(String, u64)>> {
    conn.prepare_cached("SELECT state, count(*) FROM signups GROUP BY state")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Rows of a workshop's list, in the order in which they were stored.
pub(crate) fn list(conn: &Connection, workshop: &WorkshopId, limit: u32) -> rusqlite::Result<Vec<SignupRow>> {
    conn.prepare_cached(
        "SELECT id, phone, name, answers, state, path, received_at, stored_at FROM signups
         WHERE workshop_id = ?1 ORDER BY rowid LIMIT ?2",
    )?
    .query_map((workshop.as_str(), limit), |row| {
        Ok(SignupRow {
            id: parsed(row, 0, SignupId::parse)?,
            phone: row.get(1)?,
            name: row.get(2)?,
            answers: from_json(row, 3)?,
            state: word(row, 4, SignupState::from_word)?,
            path: word(row, 5, Path::from_word)?,
            received_at: moment(row, 6)?,
            stored_at: moment(row, 7)?,
        })
    })?
    .collect()
}
