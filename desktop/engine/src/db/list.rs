//! What the window reads of `signups`: pages, searches, counts, arrivals. Every query has its index (see `signups::V2`).

use std::collections::HashSet;

use rayon::prelude::*;
use rollcall_shared::Millis;
use rollcall_shared::person_name;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, OptionalExtension, Row};

use super::signups::parsed;
use super::{duplicates, parked};
use crate::message::Path;
use crate::window::{
    Case, Counts, DuplicateReason, ListPage, ListQuery, MAX_LIST_ROWS, Show, SignupFlags, SignupState,
    SignupView,
};

/// Most cases that are shown at once: more than a person looks through, and one answer's worth.
const MAX_CASES: usize = 200;
/// Bytes of a sign-up's id as text.
const ID_BYTES: usize = 36;
/// Most characters of a parked message that are shown.
const PREVIEW_CHARS: usize = 200;

/// A page of a list, newest first.
pub(crate) fn page(conn: &Connection, query: &ListQuery) -> rusqlite::Result<ListPage> {
    let (offset, limit) = (query.offset, query.limit.min(MAX_LIST_ROWS));
    let search = Search::of(&query.search);
    let (total, rowids) = match search {
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
    let rows = rowids.into_iter().filter_map(|rowid| by_rowid(conn, rowid).transpose());
    Ok(ListPage { total, rows: rows.collect::<rusqlite::Result<_>>()? })
}

/// The newest of a list.
pub(crate) fn newest(
    conn: &Connection,
    workshop: &WorkshopId,
    limit: u32,
) -> rusqlite::Result<Vec<SignupView>> {
    let rowids = rowids(conn, workshop, Show::All, 0, limit)?;
    rowids.into_iter().filter_map(|rowid| by_rowid(conn, rowid).transpose()).collect()
}

/// How many of a workshop stand where.
pub(crate) fn counts(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<Counts> {
    let mut counts = Counts {
        needs_look: duplicates::undecided(conn, workshop)? + parked::undecided(conn, workshop)?,
        ..Counts::default()
    };
    let mut select = conn.prepare_cached(COUNTS)?;
    let mut rows = select.query([workshop.as_str()])?;
    while let Some(row) = rows.next()? {
        let count = row.get(1)?;
        match state(row, 0)? {
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
    now: Millis,
    seconds: usize,
) -> rusqlite::Result<Vec<u32>> {
    let mut arrivals = vec![0; seconds];
    let first = now.div_euclid(1_000) + 1 - Millis::try_from(seconds).unwrap_or(Millis::MAX);
    let mut select = conn.prepare_cached(ARRIVALS)?;
    let mut rows = select.query((workshop.as_str(), first.saturating_mul(1_000)))?;
    while let Some(row) = rows.next()? {
        let stored_at: Millis = row.get(0)?;
        // A row of the future (the clock was set back) is in no second that is shown.
        let second = usize::try_from(stored_at.div_euclid(1_000) - first).ok();
        if let Some(count) = second.and_then(|second| arrivals.get_mut(second)) {
            *count += 1;
        }
    }
    Ok(arrivals)
}

/// What needs a look: numbers that came again under another name, messages that could not be read, and for information
/// numbers that came again under the same name. Newest first in each.
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
    let word = match reason {
        DuplicateReason::SameName => "same_name",
        DuplicateReason::OtherName => "other_name",
    };
    let mut select = conn.prepare_cached(
        "SELECT id, phone, name, answers, state, path, flags, 0, filled_at, received_at, stored_at, original_id
         FROM duplicates WHERE workshop_id = ?1 AND reason = ?2 AND kept_at IS NULL AND state <> 'cancelled'
         ORDER BY stored_at DESC, rowid DESC LIMIT ?3",
    )?;
    let mut rows = select.query((workshop.as_str(), word, limit))?;
    let mut cases = Vec::new();
    while let Some(row) = rows.next()? {
        let newer = view(row)?;
        let original: String = row.get(11)?;
        cases.push(Case::Duplicate {
            id: newer.id,
            original: by_id(conn, workshop, &original)?.map(Box::new),
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

/// What a host types into the search field.
enum Search {
    /// Digits in a row, of a phone.
    Digits(String),
    /// Part of a name.
    Name {
        /// Folded as names are, in lower case.
        text: String,
        /// The same as a short code, where it can be one.
        short_code: Option<String>,
    },
}

impl Search {
    /// `None` where nothing was typed.
    fn of(typed: &str) -> Option<Self> {
        let text = person_name::folded(typed).to_lowercase();
        if text.is_empty() {
            return None;
        }
        let signs = |c: &char| !matches!(c, ' ' | '+' | '-' | '(' | ')' | '.');
        let bare: String = text.chars().filter(signs).collect();
        let digits: String =
            bare.chars().filter_map(|c| full_width_digit(c).or(c.is_ascii_digit().then_some(c))).collect();
        let is_number = !digits.is_empty() && digits.chars().count() == bare.chars().count();
        let code = bare.to_ascii_uppercase();
        let short_code = (code.len() == 6 && code.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(code);
        // Six digits may be a code as well.
        match short_code {
            None if is_number => Some(Self::Digits(digits)),
            short_code if is_number => Some(Self::Name { text: digits, short_code }),
            short_code => Some(Self::Name { text, short_code }),
        }
    }
}

fn full_width_digit(c: char) -> Option<char> {
    let digit = (c as u32).checked_sub('０' as u32).filter(|digit| *digit < 10)?;
    char::from_digit(digit, 10)
}

/// The place in time and the row's number of all that a search finds, newest first. One pass over `signups_search`, which
/// holds all that is compared.
fn found(
    conn: &Connection,
    workshop: &WorkshopId,
    show: Show,
    search: &Search,
) -> rusqlite::Result<Vec<(Millis, i64)>> {
    let mut found = match search {
        Search::Digits(digits) => by_part(conn, BY_PHONE, workshop, show, digits)?,
        Search::Name { text, .. } if text.bytes().all(|b| b.is_ascii_digit()) => {
            by_part(conn, BY_PHONE, workshop, show, text)?
        }
        // No name holds a digit: it can only be a code.
        Search::Name { text, short_code: Some(_) } if text.bytes().any(|b| b.is_ascii_digit()) => Vec::new(),
        Search::Name { text, .. } if text.chars().any(is_cased) => by_cased_name(conn, workshop, show, text)?,
        Search::Name { text, .. } => by_part(conn, BY_NAME, workshop, show, text)?,
    };
    if let Search::Name { short_code: Some(code), .. } = search {
        by_short_code(conn, workshop, show, code, &mut found)?;
    }
    if show == Show::Flagged {
        let flagged: HashSet<i64> = conn
            .prepare_cached("SELECT rowid FROM signups WHERE workshop_id = ?1 AND flags <> '{}'")?
            .query_map([workshop.as_str()], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        found.retain(|(_, rowid)| flagged.contains(rowid));
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.dedup();
    Ok(found)
}

fn by_part(
    conn: &Connection,
    sql: &str,
    workshop: &WorkshopId,
    show: Show,
    part: &str,
) -> rusqlite::Result<Vec<(Millis, i64)>> {
    let mut select = conn.prepare_cached(sql)?;
    let mut rows = select.query((workshop.as_str(), part))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if stands(row, 2, show)? {
            found.push((row.get(1)?, row.get(0)?));
        }
    }
    Ok(found)
}

/// SQLite knows the cases of ASCII only, so these are compared here.
fn by_cased_name(
    conn: &Connection,
    workshop: &WorkshopId,
    show: Show,
    text: &str,
) -> rusqlite::Result<Vec<(Millis, i64)>> {
    let mut select = conn.prepare_cached(NAMES)?;
    let mut rows = select.query([workshop.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name = row.get_ref(3)?.as_str()?;
        // Most names of a hall have no case, and cannot hold a text that has.
        if name.chars().any(is_cased) && name.to_lowercase().contains(text) && stands(row, 2, show)? {
            found.push((row.get(1)?, row.get(0)?));
        }
    }
    Ok(found)
}

fn is_cased(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase()
}

fn stands(row: &Row<'_>, index: usize, show: Show) -> rusqlite::Result<bool> {
    match word(show) {
        None => Ok(true),
        Some(wanted) => Ok(row.get_ref(index)?.as_str()? == wanted),
    }
}

/// Codes are derived from ids: one pass over the primary key's index, a hash each, on all cores.
fn by_short_code(
    conn: &Connection,
    workshop: &WorkshopId,
    show: Show,
    code: &str,
    found: &mut Vec<(Millis, i64)>,
) -> rusqlite::Result<()> {
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
    for rowid in matching {
        let mut place = conn.prepare_cached("SELECT stored_at, state FROM signups WHERE rowid = ?1")?;
        let at = place.query_row([rowid], |row| Ok(stands(row, 1, show)?.then_some(row.get(0)?)))?;
        found.extend(at.map(|stored_at| (stored_at, rowid)));
    }
    Ok(())
}

fn total(conn: &Connection, workshop: &WorkshopId, show: Show) -> rusqlite::Result<u32> {
    let id = workshop.as_str();
    match (show, word(show)) {
        (_, Some(state)) => conn
            .prepare_cached("SELECT count(*) FROM signups WHERE workshop_id = ?1 AND state = ?2")?
            .query_row((id, state), |row| row.get(0)),
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
    match (show, word(show)) {
        (_, Some(state)) => {
            conn.prepare_cached(BY_STATE)?.query_map((id, limit, offset, state), rowid)?.collect()
        }
        (Show::Flagged, None) => {
            conn.prepare_cached(FLAGGED)?.query_map((id, limit, offset), rowid)?.collect()
        }
        (_, None) => conn.prepare_cached(ALL)?.query_map((id, limit, offset), rowid)?.collect(),
    }
}

/// What is asked again and again; a test sees that each has its index.
pub(crate) const QUERIES: [&str; 9] =
    [ALL, BY_STATE, FLAGGED, BY_PHONE, BY_NAME, NAMES, CODES, COUNTS, ARRIVALS];

const COUNTS: &str = "SELECT state, count(*) FROM signups WHERE workshop_id = ?1 GROUP BY state";
const ARRIVALS: &str = "SELECT stored_at FROM signups WHERE workshop_id = ?1 AND stored_at >= ?2";
const BY_PHONE: &str = "SELECT rowid, stored_at, state FROM signups INDEXED BY signups_search
     WHERE workshop_id = ?1 AND instr(phone, ?2) > 0";
const BY_NAME: &str = "SELECT rowid, stored_at, state FROM signups INDEXED BY signups_search
     WHERE workshop_id = ?1 AND instr(name, ?2) > 0";
const NAMES: &str =
    "SELECT rowid, stored_at, state, name FROM signups INDEXED BY signups_search WHERE workshop_id = ?1";
/// Over the ids of all workshops: they stand first in the key.
const CODES: &str =
    "SELECT rowid, id FROM signups INDEXED BY sqlite_autoindex_signups_1 WHERE workshop_id = ?1";
const ALL: &str =
    "SELECT rowid FROM signups WHERE workshop_id = ?1 ORDER BY stored_at DESC, rowid DESC LIMIT ?2 OFFSET ?3";
const BY_STATE: &str = "SELECT rowid FROM signups WHERE workshop_id = ?1 AND state = ?4
     ORDER BY stored_at DESC, rowid DESC LIMIT ?2 OFFSET ?3";
const FLAGGED: &str = "SELECT rowid FROM signups WHERE workshop_id = ?1 AND flags <> '{}'
     ORDER BY stored_at DESC, rowid DESC LIMIT ?2 OFFSET ?3";

fn word(show: Show) -> Option<&'static str> {
    match show {
        Show::All | Show::Flagged => None,
        Show::Registered => Some("registered"),
        Show::Waitlisted => Some("waitlisted"),
        Show::Cancelled => Some("cancelled"),
    }
}

const COLUMNS: &str =
    "id, phone, name, answers, state, path, flags, shared_phone, filled_at, received_at, stored_at";

fn by_rowid(conn: &Connection, rowid: i64) -> rusqlite::Result<Option<SignupView>> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM signups WHERE rowid = ?1"))?
        .query_row([rowid], view)
        .optional()
}

fn by_id(conn: &Connection, workshop: &WorkshopId, id: &str) -> rusqlite::Result<Option<SignupView>> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM signups WHERE id = ?1 AND workshop_id = ?2"))?
        .query_row((id, workshop.as_str()), view)
        .optional()
}

/// A whole list in the order in which it was stored: for a file.
pub(crate) fn whole(conn: &Connection, workshop: &WorkshopId) -> rusqlite::Result<Vec<SignupView>> {
    conn.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM signups WHERE workshop_id = ?1 ORDER BY stored_at, rowid"
    ))?
    .query_map([workshop.as_str()], view)?
    .collect()
}

fn view(row: &Row<'_>) -> rusqlite::Result<SignupView> {
    let id = parsed(row, 0, SignupId::parse)?;
    let phone: String = row.get(1)?;
    let flags: rollcall_shared::admission::Flags = parsed(row, 6, |json| serde_json::from_str(json))?;
    Ok(SignupView {
        id,
        name: row.get(2)?,
        phone_masked: masked(&phone),
        phone,
        state: state(row, 4)?,
        path: parsed(row, 5, |word| Path::from_word(word).ok_or(()))?,
        flags: SignupFlags { id_reused: flags.id_reused, late: flags.late, older_form: flags.older_form },
        shared_phone: row.get(7)?,
        short_code: id.short_code(),
        answers: parsed(row, 3, |json| serde_json::from_str(json))?,
        filled_at: row.get(8)?,
        received_at: row.get(9)?,
        stored_at: row.get(10)?,
    })
}

fn state(row: &Row<'_>, index: usize) -> rusqlite::Result<SignupState> {
    parsed(row, index, |word| match word {
        "registered" => Ok(SignupState::Registered),
        "waitlisted" => Ok(SignupState::Waitlisted),
        "cancelled" => Ok(SignupState::Cancelled),
        _ => Err(()),
    })
}

/// `138••••8000`; of other countries' numbers the first two digits and the last three.
fn masked(phone: &str) -> String {
    let (start, end) = match phone.strip_prefix("+86") {
        Some(national) => return masked_between(national, 3, 4),
        None => (3, 3),
    };
    masked_between(phone, start, end)
}

fn masked_between(number: &str, start: usize, end: usize) -> String {
    let last = number.chars().count().saturating_sub(end);
    number.chars().enumerate().map(|(at, c)| if at < start || at >= last { c } else { '•' }).collect()
}

#[cfg(test)]
mod tests;
