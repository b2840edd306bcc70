//! What the window reads of `signups`: pages, searches, counts, arrivals. Every query has its index (see
//! `signups::V2`).

mod search;

use rollcall_shared::Timestamp;
use rollcall_shared::admission::Flags;
use rollcall_shared::forms::Forms;
use rollcall_shared::phone::Phone;
use rollcall_shared::question::Answers;
use rollcall_shared::search::Query;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};

use super::column::{from_json, moment, moment_if_any, parsed, word};
use super::{duplicates, forms, notices, parked};
use crate::message::Path;
use crate::view::{
    Case, Counts, DuplicateReason, ListPage, ListQuery, MAX_LIST_ROWS, Show, SignupFlags, SignupState,
    SignupView, answer_view,
};
use search::found;

/// Most cases that are shown at once: more than a person looks through, and one answer's worth.
const MAX_CASES: usize = 200;
/// Most characters of a parked message that are shown.
const PREVIEW_CHARS: usize = 200;

/// A page of a list, newest first.
pub(crate) fn page(conn: &Connection, query: &ListQuery) -> rusqlite::Result<ListPage> {
    let (offset, limit) = (query.offset, query.limit.min(MAX_LIST_ROWS));
    let (total, rowids) = match Query::of(&query.search) {
        None => (
            total(conn, &query.workshop, query.show)?,
            rowids(conn, &query.workshop, query.show, offset, limit)?,
        ),
        Some(search) => {
            let found = found(conn, &query.workshop, query.show, &search)?;
            let page =
                found.iter().skip(offset as usize).take(limit as usize).map(|(_, rowid)| *rowid).collect();
            (u32::try_from(found.len()).unwrap_or(u32::MAX), page)
        }
    };
    let forms = forms::of(conn, &query.workshop)?;
    let rows = rowids.into_iter().filter_map(|rowid| by_rowid(conn, &forms, rowid).transpose());
    Ok(ListPage { total, rows: rows.collect::<rusqlite::Result<_>>()? })
}

/// The newest of a list.
pub(crate) fn newest(
    conn: &Connection,
    workshop: &WorkshopId,
    limit: u32,
) -> rusqlite::Result<Vec<SignupView>> {
    let rowids = rowids(conn, workshop, Show::All, 0, limit)?;
    let forms = forms::of(conn, workshop)?;
    rowids.into_iter().filter_map(|rowid| by_rowid(conn, &forms, rowid).transpose()).collect()
}

/// How many of a workshop's sign-ups are in each state, and how many cases need a look.
pub(crate) fn counts(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<Counts> {
    let mut counts = Counts {
        needs_look: duplicates::undecided(conn, workshop)? + parked::undecided(conn, workshop)?,
        ..Counts::default()
    };
    let mut select = conn.prepare_cached(COUNTS)?;
    let mut rows = select.query([workshop.as_str()])?;
    while let Some(row) = rows.next()? {
        let count = row.get(1)?;
        match word(row, 0, SignupState::from_word)? {
            SignupState::Registered => counts.registered = count,
            SignupState::Waitlisted => counts.waitlisted = count,
            SignupState::Cancelled => counts.cancelled = count,
        }
    }
    Ok(counts)
}

/// Sign-ups stored in each of the last `seconds`, oldest first; the last is the second of `now`.
pub(crate) fn arrivals(
    conn: &Connection,
    workshop: &WorkshopId,
    now: Timestamp,
    seconds: usize,
) -> rusqlite::Result<Vec<u32>> {
    let mut arrivals = vec![0; seconds];
    let first = now.as_seconds() + 1 - i64::try_from(seconds).unwrap_or(i64::MAX);
    let mut select = conn.prepare_cached(ARRIVALS)?;
    let mut rows = select.query((workshop.as_str(), first.saturating_mul(1_000)))?;
    while let Some(row) = rows.next()? {
        let stored_at = moment(row, 0)?;
        // A row of the future (the clock was set back) is in no second that is shown.
        let second = usize::try_from(stored_at.as_seconds() - first).ok();
        if let Some(count) = second.and_then(|second| arrivals.get_mut(second)) {
            *count += 1;
        }
    }
    Ok(arrivals)
}

/// What needs a look: numbers that came again under another name, messages that could not be read, and for
/// information numbers that came again under the same name. Newest first in each.
pub(crate) fn cases(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<Vec<Case>> {
    let mut cases = duplicate_cases(conn, workshop, DuplicateReason::OtherName, MAX_CASES)?;
    for row in parked::open(conn, workshop, MAX_CASES - cases.len())? {
        cases.push(Case::Parked {
            seq: row.seq,
            source: row.source,
            reason: row.reason,
            size: row.bytes.len() as u64,
            preview: preview(&row.bytes),
            parked_at: row.parked_at,
        });
    }
    let room = MAX_CASES - cases.len();
    cases.extend(duplicate_cases(conn, workshop, DuplicateReason::SameName, room)?);
    Ok(cases)
}

fn duplicate_cases(
    conn: &Connection,
    workshop: &WorkshopId,
    reason: DuplicateReason,
    limit: usize,
) -> rusqlite::Result<Vec<Case>> {
    let mut select = conn.prepare_cached(&format!(
        "SELECT id, phone, name, answers, state, path, flags, 0, filled_at, received_at, stored_at,
                (SELECT name FROM desks WHERE desks.id = device), form_version, aside, {}, original_id
         FROM duplicates WHERE workshop_id = ?1 AND reason = ?2 AND kept_at IS NULL AND state <> 'cancelled'
         ORDER BY stored_at DESC, rowid DESC LIMIT ?3",
        notices::columns("duplicates")
    ))?;
    let mut rows = select.query((workshop.as_str(), reason.as_str(), limit))?;
    let forms = forms::of(conn, workshop)?;
    let mut cases = Vec::new();
    while let Some(row) = rows.next()? {
        let newer = view(row, &forms)?;
        let original: String = row.get(18)?;
        cases.push(Case::Duplicate {
            id: newer.id,
            original: by_id(conn, workshop, &forms, &original)?.map(Box::new),
            newer: Box::new(newer),
            reason,
        });
    }
    Ok(cases)
}

/// The beginning of what came, as text; what is no text becomes `�`, controls become spaces.
fn preview(bytes: &[u8]) -> String {
    let start = bytes.get(..PREVIEW_CHARS * 4).unwrap_or(bytes);
    let text = String::from_utf8_lossy(start);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(PREVIEW_CHARS).collect()
}

fn total(conn: &Connection, workshop: &WorkshopId, show: Show) -> rusqlite::Result<u32> {
    let id = workshop.as_str();
    match (show, show.state()) {
        (_, Some(state)) => conn
            .prepare_cached("SELECT count(*) FROM signups WHERE workshop_id = ?1 AND state = ?2")?
            .query_row((id, state.as_str()), |row| row.get(0)),
        (Show::Flagged, None) => conn
            .prepare_cached("SELECT count(*) FROM signups WHERE workshop_id = ?1 AND flags <> '{}'")?
            .query_row([id], |row| row.get(0)),
        (_, None) => conn
            .prepare_cached("SELECT count(*) FROM signups WHERE workshop_id = ?1")?
            .query_row([id], |row| row.get(0)),
    }
}

/// The rows of a page, newest first. Rows that are skipped are skipped in the index.
fn rowids(
    conn: &Connection,
    workshop: &WorkshopId,
    show: Show,
    offset: u32,
    limit: u32,
) -> rusqlite::Result<Vec<i64>> {
    let id = workshop.as_str();
    let rowid = |row: &Row<'_>| row.get(0);
    match (show, show.state()) {
        (_, Some(state)) => {
            conn.prepare_cached(BY_STATE)?.query_map((id, limit, offset, state.as_str()), rowid)?.collect()
        }
        (Show::Flagged, None) => {
            conn.prepare_cached(FLAGGED)?.query_map((id, limit, offset), rowid)?.collect()
        }
        (_, None) => conn.prepare_cached(ALL)?.query_map((id, limit, offset), rowid)?.collect(),
    }
}

const COUNTS: &str = "SELECT state, count(*) FROM signups WHERE workshop_id = ?1 GROUP BY state";
const ARRIVALS: &str = "SELECT stored_at FROM signups WHERE workshop_id = ?1 AND stored_at >= ?2";
const ALL: &str =
    "SELECT rowid FROM signups WHERE workshop_id = ?1 ORDER BY stored_at DESC, rowid DESC LIMIT ?2 OFFSET ?3";
const BY_STATE: &str = "SELECT rowid FROM signups WHERE workshop_id = ?1 AND state = ?4
     ORDER BY stored_at DESC, rowid DESC LIMIT ?2 OFFSET ?3";
const FLAGGED: &str = "SELECT rowid FROM signups WHERE workshop_id = ?1 AND flags <> '{}'
     ORDER BY stored_at DESC, rowid DESC LIMIT ?2 OFFSET ?3";

fn columns() -> String {
    format!("{COLUMNS}, {}", notices::columns("signups"))
}

const COLUMNS: &str =
    "id, phone, name, answers, state, path, flags, shared_phone, filled_at, received_at, stored_at,
     (SELECT name FROM desks WHERE desks.id = device), form_version, aside";

fn by_rowid(conn: &Connection, forms: &Forms, rowid: i64) -> rusqlite::Result<Option<SignupView>> {
    conn.prepare_cached(&format!("SELECT {} FROM signups WHERE rowid = ?1", columns()))?
        .query_row([rowid], |row| view(row, forms))
        .optional()
}

fn by_id(
    conn: &Connection,
    workshop: &WorkshopId,
    forms: &Forms,
    id: &str,
) -> rusqlite::Result<Option<SignupView>> {
    conn.prepare_cached(&format!("SELECT {} FROM signups WHERE id = ?1 AND workshop_id = ?2", columns()))?
        .query_row((id, workshop.as_str()), |row| view(row, forms))
        .optional()
}

/// A whole list in the order in which it was stored: for a file.
pub(crate) fn whole(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<Vec<SignupView>> {
    let forms = forms::of(conn, workshop)?;
    conn.prepare_cached(&format!(
        "SELECT {} FROM signups WHERE workshop_id = ?1 ORDER BY stored_at, rowid",
        columns()
    ))?
    .query_map([workshop.as_str()], |row| view(row, &forms))?
    .collect()
}

fn view(row: &Row<'_>, forms: &Forms) -> rusqlite::Result<SignupView> {
    let id = parsed(row, 0, SignupId::parse)?;
    let phone: String = row.get(1)?;
    let flags: Flags = from_json(row, 6)?;
    let aside = match row.get_ref(13)? {
        ValueRef::Null => Answers::new(),
        _ => from_json(row, 13)?,
    };
    let (answers, aside) = answer_view::read(forms, row.get(12)?, &from_json(row, 3)?, aside);
    Ok(SignupView {
        id,
        name: row.get(2)?,
        phone_masked: masked(&phone),
        phone,
        state: word(row, 4, SignupState::from_word)?,
        path: word(row, 5, Path::from_word)?,
        flags: SignupFlags { id_reused: flags.id_reused, late: flags.late, older_form: flags.older_form },
        shared_phone: row.get(7)?,
        short_code: id.short_code(),
        answers,
        aside,
        filled_at: moment_if_any(row, 8)?,
        received_at: moment(row, 9)?,
        stored_at: moment(row, 10)?,
        desk: row.get(11)?,
        notice: notices::read(row, 14)?,
    })
}

/// As on the phone itself. A number that cannot be read shows no digit: the list is there all the same.
fn masked(phone: &str) -> String {
    Phone::parse(phone).map_or_else(|_| "•".repeat(phone.chars().count()), |phone| phone.masked())
}

#[cfg(test)]
mod tests;
