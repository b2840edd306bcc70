//! The rows that an act touches, before and after it: enough to take it back, and to see that nothing came in
//! between.

use rollcall_shared::Timestamp;
use rollcall_shared::admission::Seats;
use rollcall_shared::receipt::{Receipt, ReceiptState};
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use rusqlite::{Connection, OptionalExtension};

use super::error::{ActError, Stop};
use crate::db::events::{Event, Subject};
use crate::db::tx::Tx;
use crate::db::whole_row::WholeRow;
use crate::db::{duplicates, events, parked, receipts_out, signups, workshops};
use crate::writer::{numbers, seats};

/// A row that an act may touch, of one workshop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Signup(SignupId),
    Duplicate(SignupId),
    Parked(i64),
    /// What a receipt says; its rev only ever grows.
    Receipt(SignupId),
}

/// A row as it was.
#[derive(Debug, Clone, PartialEq)]
enum Row {
    Signup(WholeRow),
    Duplicate(WholeRow),
    Parked(WholeRow),
    Receipt(Receipt),
}

/// Notes rows before they are touched.
pub(super) struct Recorder<'c> {
    pub(super) tx: &'c Tx<'c>,
    pub(super) workshop: Workshop,
    pub(super) now: Timestamp,
    before: Vec<(Key, Option<Row>)>,
}

/// What an act did.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) workshop: WorkshopId,
    /// For the audit log.
    subject: Subject,
    rows: Vec<Touched>,
}

#[derive(Debug, Clone)]
struct Touched {
    key: Key,
    before: Option<Row>,
    after: Option<Row>,
}

impl<'c> Recorder<'c> {
    pub(super) fn new(tx: &'c Tx<'c>, workshop: WorkshopId, now: Timestamp) -> Result<Self, Stop> {
        let record = workshops::record(tx, &workshop).optional()?.ok_or(ActError::Unknown)?;
        Ok(Self { tx, workshop: record, now, before: Vec::new() })
    }

    /// The workshop's seats, as they are now.
    pub(super) fn seats(&self) -> rusqlite::Result<Seats> {
        signups::seats(self.tx, &self.workshop)
    }

    /// To be called before a row is written.
    pub(super) fn touch(&mut self, key: Key) -> rusqlite::Result<()> {
        if self.before.iter().all(|(known, _)| *known != key) {
            self.before.push((key, read(self.tx, &self.workshop.id, key)?));
        }
        Ok(())
    }

    /// What the act did, once it is done.
    pub(super) fn finish(self, subject: Subject) -> rusqlite::Result<Change> {
        let Self { tx, workshop, before, now: _ } = self;
        let mut rows = Vec::with_capacity(before.len());
        for (key, before) in before {
            let after = read(tx, &workshop.id, key)?;
            // What was touched and left as it was is nothing to take back.
            if before != after {
                rows.push(Touched { key, before, after });
            }
        }
        Ok(Change { rows, workshop: workshop.id, subject })
    }
}

impl Change {
    /// Puts every row back as it was, where none has changed since. Receipts follow under a higher rev.
    pub(super) fn undo(&self, tx: &Tx<'_>, now: Timestamp) -> Result<(), Stop> {
        let workshop = workshops::record(tx, &self.workshop).optional()?.ok_or(ActError::Changed)?;
        for Touched { key, after, .. } in &self.rows {
            if read(tx, &self.workshop, *key)? != *after {
                return Err(ActError::Changed.into());
            }
        }
        let seats = signups::seats(tx, &workshop)?;
        self.put_back(tx, now)?;
        let seats_now = signups::seats(tx, &workshop)?;
        if seats_now.taken > seats.taken && seats_now.is_overfull() {
            // Somebody else has the seat.
            return Err(ActError::Full.into());
        }
        events::add(tx, now, Event::Undone(self.subject))?;
        self.pass_numbers_on(tx, &workshop, now)?;
        seats::promote_waiting(tx, &workshop, now)?;
        Ok(())
    }

    /// Has nobody wait beside a number that is nobody's any more: others may have come with it meanwhile.
    fn pass_numbers_on(&self, tx: &Tx<'_>, workshop: &Workshop, now: Timestamp) -> rusqlite::Result<()> {
        for Touched { key, .. } in &self.rows {
            if let Key::Signup(id) | Key::Duplicate(id) = key
                && let Some(phone) = numbers::of(tx, &workshop.id, *id)?
                && signups::holder(tx, &workshop.id, &phone)?.is_none()
            {
                numbers::pass_on(tx, &workshop.id, &phone, signups::seats(tx, workshop)?, now)?;
            }
        }
        Ok(())
    }

    fn put_back(&self, tx: &Tx<'_>, now: Timestamp) -> rusqlite::Result<()> {
        // All out before any goes in: a number may pass from one row to another.
        for Touched { key, after, .. } in &self.rows {
            if after.is_some() {
                delete(tx, &self.workshop, *key)?;
            }
        }
        for Touched { key, before, .. } in &self.rows {
            match before {
                Some(Row::Signup(row)) => signups::put_back(tx, row)?,
                Some(Row::Duplicate(row)) => duplicates::put_back(tx, row)?,
                Some(Row::Parked(row)) => parked::put_back(tx, row)?,
                Some(Row::Receipt(Receipt { id, state, see_desk })) => {
                    receipts_out::set(tx, &self.workshop, *id, *state, *see_desk, now)?;
                }
                None => {
                    // A message that was parked without a receipt has one now: it says what a parked
                    // message's says.
                    if let Key::Receipt(id) = key {
                        receipts_out::set(tx, &self.workshop, *id, ReceiptState::Received, true, now)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn read(conn: &Connection, workshop: &WorkshopId, key: Key) -> rusqlite::Result<Option<Row>> {
    Ok(match key {
        Key::Signup(id) => signups::whole(conn, workshop, id)?.map(Row::Signup),
        Key::Duplicate(id) => duplicates::whole(conn, workshop, id)?.map(Row::Duplicate),
        Key::Parked(seq) => parked::whole(conn, workshop, seq)?.map(Row::Parked),
        Key::Receipt(id) => receipts_out::get(conn, workshop, id)?.map(Row::Receipt),
    })
}

fn delete(tx: &Tx<'_>, workshop: &WorkshopId, key: Key) -> rusqlite::Result<()> {
    match key {
        Key::Signup(id) => signups::delete(tx, workshop, id).map(drop),
        Key::Duplicate(id) => duplicates::delete(tx, workshop, id).map(drop),
        Key::Parked(seq) => parked::delete(tx, workshop, seq).map(drop),
        // A receipt once issued is looked up for ever.
        Key::Receipt(_) => Ok(()),
    }
}
