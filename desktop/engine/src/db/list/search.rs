//! Searching a list: one pass over an index that holds all that is compared.

use std::collections::HashSet;

use rayon::prelude::*;
use rollcall_shared::Millis;
use rollcall_shared::person_name;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::{Connection, Row};

use crate::view::Show;

/// Bytes of a sign-up's id as text.
const ID_BYTES: usize = 36;

/// What a host types into the search field.
pub(super) enum Search {
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
    pub(super) fn of(typed: &str) -> Option<Self> {
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

/// The place in time and the row's number of all that a search finds, newest first. One pass over
/// `signups_search`, which holds all that is compared.
pub(super) fn found(
    conn: &Connection,
    workshop: &WorkshopId,
    show: Show,
    search: &Search,
) -> rusqlite::Result<Vec<(Millis, i64)>> {
    // First: a code that is somebody's is what was meant, by all odds, and no name need be looked at.
    let mut found = match search {
        Search::Name { short_code: Some(code), .. } => by_short_code(conn, workshop, show, code)?,
        Search::Name { .. } | Search::Digits(_) => Vec::new(),
    };
    if found.is_empty() {
        found = by_text(conn, workshop, show, search)?;
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

fn by_text(
    conn: &Connection,
    workshop: &WorkshopId,
    show: Show,
    search: &Search,
) -> rusqlite::Result<Vec<(Millis, i64)>> {
    match search {
        Search::Digits(digits) => by_part(conn, BY_PHONE, workshop, show, digits),
        Search::Name { text, .. } if text.bytes().all(|b| b.is_ascii_digit()) => {
            by_part(conn, BY_PHONE, workshop, show, text)
        }
        // No name holds a digit.
        Search::Name { text, .. } if text.bytes().any(|b| b.is_ascii_digit()) => Ok(Vec::new()),
        Search::Name { text, .. } if text.chars().any(is_cased) => by_cased_name(conn, workshop, show, text),
        Search::Name { text, .. } => by_part(conn, BY_NAME, workshop, show, text),
    }
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
        if is_shown(row, 2, show)? {
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
        if name.chars().any(is_cased) && name.to_lowercase().contains(text) && is_shown(row, 2, show)? {
            found.push((row.get(1)?, row.get(0)?));
        }
    }
    Ok(found)
}

fn is_cased(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase()
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

pub(super) const BY_PHONE: &str = "SELECT rowid, stored_at, state FROM signups INDEXED BY signups_search
     WHERE workshop_id = ?1 AND instr(phone, ?2) > 0";
pub(super) const BY_NAME: &str = "SELECT rowid, stored_at, state FROM signups INDEXED BY signups_search
     WHERE workshop_id = ?1 AND instr(name, ?2) > 0";
pub(super) const NAMES: &str =
    "SELECT rowid, stored_at, state, name FROM signups INDEXED BY signups_search WHERE workshop_id = ?1";
/// Over the ids of all workshops: they come first in the key.
pub(super) const CODES: &str =
    "SELECT rowid, id FROM signups INDEXED BY sqlite_autoindex_signups_1 WHERE workshop_id = ?1";
