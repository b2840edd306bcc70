//! The rows that an act touches, before and after it: enough to take it back, and to see that nothing came in between.

use rollcall_shared::Millis;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::{Workshop, WorkshopId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::{ActError, Stop};
use crate::db::events::{Event, Subject};
use crate::db::tx::Tx;
use crate::db::{events, receipts_out, signups, workshops};
use crate::writer::seats;

/// A row that an act may touch, of one workshop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Signup(SignupId),
    Duplicate(SignupId),
    Parked(i64),
    /// What a receipt says; its rev only ever grows.
    Receipt(SignupId),
}

/// A row's columns by their names.
type Row = Vec<(String, Value)>;

/// Notes rows before they are touched.
pub(super) struct Recorder<'c> {
    pub(super) tx: &'c Tx<'c>,
    pub(super) workshop: Workshop,
    pub(super) now: Millis,
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
    pub(super) fn new(tx: &'c Tx<'c>, workshop: WorkshopId, now: Millis) -> Result<Self, Stop> {
        let record = workshops::record(tx, &workshop).optional()?.ok_or(ActError::Unknown)?;
        Ok(Self { tx, workshop: record, now, before: Vec::new() })
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
    pub(super) fn undo(&self, tx: &Tx<'_>, now: Millis) -> Result<(), Stop> {
        let workshop = workshops::record(tx, &self.workshop).optional()?.ok_or(ActError::Changed)?;
        for Touched { key, after, .. } in &self.rows {
            if read(tx, &self.workshop, *key)? != *after {
                return Err(ActError::Changed.into());
            }
        }
        let taken = signups::seats_taken(tx, &self.workshop)?;
        // All out before any goes in: a number may pass from one row to another.
        for Touched { key, after, .. } in &self.rows {
            if after.is_some() {
                delete(tx, &self.workshop, *key)?;
            }
        }
        for Touched { key, before, .. } in &self.rows {
            match (key, before) {
                (Key::Receipt(id), before) => {
                    let (state, see_desk) = receipt(before.as_ref());
                    receipts_out::set(tx, &self.workshop, *id, state, see_desk, now)?;
                }
                (key, Some(row)) => insert(tx, *key, row)?,
                (_, None) => {}
            }
        }
        let taken_now = signups::seats_taken(tx, &self.workshop)?;
        if taken_now > taken && workshop.capacity.is_some_and(|seats| taken_now > seats) {
            // Somebody else has the seat.
            return Err(ActError::Full.into());
        }
        events::add(tx, now, Event::Undone(self.subject))?;
        seats::promote_waiting(tx, &workshop, now)?;
        Ok(())
    }
}

impl Key {
    fn table(self) -> &'static str {
        match self {
            Self::Signup(_) => "signups",
            Self::Duplicate(_) => "duplicates",
            Self::Parked(_) => "parked",
            Self::Receipt(_) => "receipts_out",
        }
    }

    /// What is compared and put back. A sign-up's row number is its place among those of the same millisecond.
    fn columns(self) -> &'static str {
        match self {
            Self::Signup(_) => "rowid AS rowid, *",
            Self::Duplicate(_) | Self::Parked(_) => "*",
            Self::Receipt(_) => "state, see_desk",
        }
    }

    fn condition(self) -> &'static str {
        match self {
            Self::Parked(_) => "workshop_id = ?1 AND seq = ?2",
            Self::Signup(_) | Self::Duplicate(_) | Self::Receipt(_) => "workshop_id = ?1 AND id = ?2",
        }
    }

    fn value(self) -> Value {
        match self {
            Self::Parked(seq) => Value::Integer(seq),
            Self::Signup(id) | Self::Duplicate(id) | Self::Receipt(id) => Value::Text(id.to_string()),
        }
    }
}

fn read(conn: &Connection, workshop: &WorkshopId, key: Key) -> rusqlite::Result<Option<Row>> {
    let sql = format!("SELECT {} FROM {} WHERE {}", key.columns(), key.table(), key.condition());
    let mut select = conn.prepare_cached(&sql)?;
    let names: Vec<String> = select.column_names().into_iter().map(str::to_owned).collect();
    select
        .query_row((workshop.as_str(), key.value()), |row| {
            names.iter().enumerate().map(|(index, name)| Ok((name.clone(), row.get(index)?))).collect()
        })
        .optional()
}

fn delete(tx: &Tx<'_>, workshop: &WorkshopId, key: Key) -> rusqlite::Result<()> {
    // A receipt once issued is looked up for ever.
    if !matches!(key, Key::Receipt(_)) {
        let sql = format!("DELETE FROM {} WHERE {}", key.table(), key.condition());
        tx.prepare_cached(&sql)?.execute((workshop.as_str(), key.value()))?;
    }
    Ok(())
}

fn insert(tx: &Tx<'_>, key: Key, row: &Row) -> rusqlite::Result<()> {
    let names: Vec<&str> = row.iter().map(|(name, _)| name.as_str()).collect();
    let places = vec!["?"; row.len()].join(", ");
    let sql = format!("INSERT INTO {}({}) VALUES ({places})", key.table(), names.join(", "));
    tx.prepare_cached(&sql)?.execute(params_from_iter(row.iter().map(|(_, value)| value)))?;
    Ok(())
}

/// What a receipt said; of a message that was parked without one, what a parked message's says.
fn receipt(row: Option<&Row>) -> (ReceiptState, bool) {
    let value = |name: &str| row?.iter().find(|(column, _)| column == name).map(|(_, value)| value);
    let state = match value("state") {
        Some(Value::Text(word)) => ReceiptState::from_word(word),
        _ => None,
    };
    match (state, value("see_desk")) {
        (Some(state), Some(Value::Integer(see_desk))) => (state, *see_desk != 0),
        _ => (ReceiptState::Received, true),
    }
}
