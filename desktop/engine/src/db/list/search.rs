//! Searching a list: one pass over an index that holds all that is compared.

use std::collections::HashSet;

use rayon::prelude::*;
use rollcall_shared::Millis;
use rollcall_shared::fold::stored_contains;
use rollcall_shared::search::Query;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, Row};

use crate::view::Show;

/// Bytes of a sign-up's id as text.
const ID_BYTES: usize = 36;

/// The place in time and the row's number of all that a search finds, newest first. One pass over
/// `signups_search`, which holds all that is compared.
pub(super) fn found(
    conn: &Connection,
    workshop: &WorkshopId,
    show: Show,
    query: &Query,
) -> rusqlite::Result<Vec<(Millis, i64)>> {
    // First: a code that is somebody's is what was meant, by all odds, and no name need be looked at.
    let mut found = match query.short_code() {
        Some(code) => by_short_code(conn, workshop, show, code)?,
        None => Vec::new(),
    };
    for number in query.numbers() {
        if found.is_empty() {
            found = by_number(conn, workshop, show, number)?;
        }
    }
    if let Some(name) = query.name().filter(|_| found.is_empty()) {
        found = by_name(conn, workshop, show, name)?;
    }
    if show == Show::Flagged {
        let flagged: HashSet<i64> = conn
            .prepare_cached("SELECT rowid FROM signups WHERE workshop_id = ?1 AND flags <> '{}'")?
            .query_map([workshop.as_str()], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        found.retain(|(_, rowid)| flagged.contains(rowid));
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(found)
}

fn by_number(
    conn: &Connection,
    workshop: &WorkshopId,
    show: Show,
    part: &str,
) -> rusqlite::Result<Vec<(Millis, i64)>> {
    let mut select = conn.prepare_cached(BY_NUMBER)?;
    let mut rows = select.query((workshop.as_str(), part))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if is_shown(row, 2, show)? {
            found.push((row.get(1)?, row.get(0)?));
        }
    }
    Ok(found)
}

/// Names are compared by their keys, which are made here: what an older version stored is found as well.
fn by_name(
    conn: &Connection,
    workshop: &WorkshopId,
    show: Show,
    key: &str,
) -> rusqlite::Result<Vec<(Millis, i64)>> {
    let mut select = conn.prepare_cached(NAMES)?;
    let mut rows = select.query([workshop.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if stored_contains(row.get_ref(3)?.as_str()?, key) && is_shown(row, 2, show)? {
            found.push((row.get(1)?, row.get(0)?));
        }
    }
    Ok(found)
}

fn is_shown(row: &Row<'_>, index: usize, show: Show) -> rusqlite::Result<bool> {
    match show.state() {
        None => Ok(true),
        Some(wanted) => Ok(row.get_ref(index)?.as_str()? == wanted.as_str()),
    }
}

/// Codes are derived from ids: one pass over the primary key's index, a hash each, on all cores.
fn by_short_code(
    conn: &Connection,
    workshop: &WorkshopId,
    show: Show,
    code: &str,
) -> rusqlite::Result<Vec<(Millis, i64)>> {
    let mut select = conn.prepare_cached(CODES)?;
    let mut ids: Vec<(i64, [u8; ID_BYTES])> = Vec::new();
    let mut rows = select.query([workshop.as_str()])?;
    while let Some(row) = rows.next()? {
        if let Ok(id) = row.get_ref(1)?.as_bytes()?.try_into() {
            ids.push((row.get(0)?, id));
        }
    }
    let has_code = |id: &[u8; ID_BYTES]| {
        let id = std::str::from_utf8(id).ok().and_then(|text| SignupId::parse(text).ok());
        id.is_some_and(|id| id.short_code().bytes().filter(|b| *b != b' ').eq(code.bytes()))
    };
    let matching: Vec<i64> = ids.par_iter().filter(|(_, id)| has_code(id)).map(|(rowid, _)| *rowid).collect();
    let mut found = Vec::new();
    for rowid in matching {
        let mut place = conn.prepare_cached("SELECT stored_at, state FROM signups WHERE rowid = ?1")?;
        let at = place.query_row([rowid], |row| Ok(is_shown(row, 1, show)?.then_some(row.get(0)?)))?;
        found.extend(at.map(|stored_at| (stored_at, rowid)));
    }
    Ok(found)
}

pub(super) const BY_NUMBER: &str = "SELECT rowid, stored_at, state FROM signups INDEXED BY signups_search
     WHERE workshop_id = ?1 AND instr(phone, ?2) > 0";
pub(super) const NAMES: &str =
    "SELECT rowid, stored_at, state, name FROM signups INDEXED BY signups_search WHERE workshop_id = ?1";
/// Over the ids of all workshops: they come first in the key.
pub(super) const CODES: &str =
    "SELECT rowid, id FROM signups INDEXED BY sqlite_autoindex_signups_1 WHERE workshop_id = ?1";
