//! Checks whether the promise was kept: compares the ledgers with what is stored.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use rollcall_shared::digest::Digest;
use rollcall_shared::signup_id::SignupId;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::ledger::{self, Line, Person};
use super::places::Places;
use crate::edge::client;
use crate::wait;

/// Receipts that are looked up at the edge after a run.
const RECEIPTS: usize = 150;

/// What is wrong.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Promised, and not there.
    pub lost: Vec<String>,
    /// There more than once.
    pub doubled: Vec<String>,
    /// Anything else that must not be.
    pub wrong: Vec<String>,
}

impl Verdict {
    /// Whether nothing is.
    pub fn is_well(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.wrong.is_empty()
    }

    /// Returns all of it, one line each.
    pub fn lines(&self) -> Vec<String> {
        let named = |name: &'static str, all: &[String]| -> Vec<String> {
            all.iter().map(|one| format!("{name}: {one}")).collect()
        };
        [named("lost", &self.lost), named("doubled", &self.doubled), named("wrong", &self.wrong)].concat()
    }
}

/// A sign-up as it is told apart from all others: an id, and the digest of what came under it.
type Key = (String, Digest);

/// The ids under which a sign-up may be stored: its own, or the one derived where its own was another's.
pub fn keys(person: &Person, digest: Digest) -> [Key; 2] {
    let reused = SignupId::parse(&person.id).unwrap().reused(&digest);
    [(person.id.clone(), digest), (reused.to_string(), digest)]
}

/// A parked message.
#[derive(Debug)]
pub struct Parked {
    /// A stable code.
    pub reason: String,
    /// As it came.
    pub text: String,
}

impl Parked {
    /// The id of a sign-up that can be read and was parked all the same: the host was killed again and again
    /// with it in hand, the last time with it alone, and it is left to a person
    /// (the engine's `drain`). It counts as stored.
    pub fn interrupted(&self) -> Option<String> {
        let message: Value =
            serde_json::from_str(&self.text).ok().filter(|_| self.reason == "interrupted")?;
        message["id"].as_str().map(str::to_owned)
    }
}

/// What a database holds.
#[derive(Debug)]
struct Rows {
    /// With the state, from `signups` and `duplicates`.
    people: Vec<(Key, String)>,
    parked: Vec<Parked>,
    /// States by id; whether the edge has confirmed each.
    receipts: HashMap<String, (String, bool)>,
    integrity: String,
}

impl Rows {
    fn read(path: &Path) -> Self {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        db.busy_timeout(wait::DEADLINE).unwrap();
        let people =
            "SELECT id, digest, state FROM signups UNION ALL SELECT id, digest, state FROM duplicates";
        let people =
            all(&db, people, |row| Ok(((row.get(0)?, Digest::from_bytes(row.get(1)?)), row.get(2)?)));
        let parked = all(&db, "SELECT reason, bytes FROM parked", |row| {
            let text = String::from_utf8_lossy(&row.get::<_, Vec<u8>>(1)?).into_owned();
            Ok(Parked { reason: row.get(0)?, text })
        });
        let receipts = all(&db, "SELECT id, state, rev = sent_rev FROM receipts_out", |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))
        });
        let integrity = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        Self { people, parked, receipts: receipts.into_iter().collect(), integrity }
    }
}

fn all<T>(db: &Connection, sql: &str, row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    db.prepare(sql).unwrap().query_map([], row).unwrap().map(Result::unwrap).collect()
}

/// Compares the databases with the ledgers. The last one is the collector's, which has all that the edge
/// promised; what the venue promised may be in any of them. `drained` says whether everything has been sent
/// to the edge as well.
pub fn check(places: &Places, drained: bool) -> Verdict {
    let lines = ledger::read(&places.ledgers);
    let databases = places.databases.lock().unwrap().clone();
    let rows: Vec<Rows> = databases.iter().map(|path| Rows::read(path)).collect();
    let last = rows.len() - 1;
    let mut verdict = Verdict { wrong: places.wrong(), ..Verdict::default() };
    for (number, rows) in rows.iter().enumerate() {
        if rows.integrity != "ok" {
            verdict.wrong.push(format!("integrity_check: {}", rows.integrity));
        }
        // A laptop that collects no more does not hear of an erasure.
        nothing_else(places, &lines, rows, number == last, &mut verdict);
        poison_only(&lines, rows, &mut verdict);
    }
    let Some(collectors) = rows.last() else { return verdict };
    promised_stand(places, &lines, &rows, collectors, &mut verdict);
    taken_back(places, &lines, collectors, &mut verdict);
    poison_parked(&lines, collectors, &mut verdict);
    receipts_agree(collectors, drained, &mut verdict);
    if drained {
        edge_agrees(places, &lines, collectors, &mut verdict);
    }
    verdict
}

/// Whether something that was promised has yet to reach the collector's database. What the edge has taken
/// last may still be in the emulator's Queue, where no figure shows it.
pub(super) fn is_on_its_way(places: &Places) -> bool {
    let lines = ledger::read(&places.ledgers);
    let databases = places.databases.lock().unwrap().clone();
    let rows: Vec<Rows> = databases.iter().map(|path| Rows::read(path)).collect();
    let Some(collectors) = rows.last() else { return false };
    let mut verdict = Verdict::default();
    promised_stand(places, &lines, &rows, collectors, &mut verdict);
    taken_back(places, &lines, collectors, &mut verdict);
    poison_parked(&lines, collectors, &mut verdict);
    !verdict.is_well()
}

/// Every row is a sign-up that somebody sent, once, and nobody who was erased.
fn nothing_else(places: &Places, lines: &[Line], rows: &Rows, collects: bool, verdict: &mut Verdict) {
    let mut whose: HashMap<Key, &Person> = HashMap::new();
    for line in lines {
        if let Line::Sent(person) = line {
            for key in keys(person, places.digest(person)) {
                whose.insert(key, person);
            }
        }
    }
    let mut seen: HashSet<&Person> = HashSet::new();
    for (key, _) in &rows.people {
        match whose.get(key) {
            None => verdict.wrong.push(format!("nobody sent {} with {}", key.0, key.1)),
            Some(person) if collects && places.is_erased(&person.id) => {
                verdict.wrong.push(format!("erased, and stands: {person:?}"));
            }
            Some(person) if !seen.insert(person) => verdict.doubled.push(format!("{person:?}")),
            Some(_) => {}
        }
    }
}

/// What is parked is what was sent to be parked, once: whatever can be read belongs on the list, however
/// often it failed.
fn poison_only(lines: &[Line], rows: &Rows, verdict: &mut Verdict) {
    let sent: HashSet<&str> = lines
        .iter()
        .filter_map(|line| match line {
            Line::PoisonSent(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let mut seen = HashSet::new();
    for parked @ Parked { text, .. } in &rows.parked {
        if !sent.contains(text.as_str()) && parked.interrupted().is_none() {
            verdict.wrong.push(format!("parked, and can be read: {text}"));
        } else if !seen.insert(text) {
            verdict.doubled.push(format!("parked: {text}"));
        }
    }
}

fn promised_stand(places: &Places, lines: &[Line], rows: &[Rows], collectors: &Rows, verdict: &mut Verdict) {
    let standing = |rows: &Rows| -> HashSet<Key> { rows.people.iter().map(|(key, _)| key.clone()).collect() };
    let interrupted: HashSet<String> = collectors.parked.iter().filter_map(Parked::interrupted).collect();
    let collected = standing(collectors);
    let anywhere: HashSet<Key> = rows.iter().flat_map(standing).collect();
    let promised: BTreeSet<(&Person, bool)> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Promised { person, by_edge, .. } => Some((person, *by_edge)),
            _ => None,
        })
        .collect();
    for (person, by_edge) in promised {
        let of = if by_edge { &collected } else { &anywhere };
        let stands = keys(person, places.digest(person)).iter().any(|key| of.contains(key))
            || (by_edge && interrupted.contains(&person.id));
        if !stands && !places.is_erased(&person.id) {
            let by = if by_edge { "edge" } else { "venue" };
            verdict.lost.push(format!("{person:?}, promised by the {by}"));
        }
    }
}

/// What was cancelled or corrected is no longer on the list.
fn taken_back(places: &Places, lines: &[Line], rows: &Rows, verdict: &mut Verdict) {
    let by_id: HashMap<&str, &str> =
        rows.people.iter().map(|((id, _), state)| (id.as_str(), state.as_str())).collect();
    let interrupted: HashSet<String> = rows.parked.iter().filter_map(Parked::interrupted).collect();
    for line in lines {
        let (id, by) = match line {
            Line::Cancelled(id) => (id, id),
            Line::Promised { person: Person { id: by, replaces: Some(replaced), .. }, .. } => {
                (&replaced.id, by)
            }
            _ => continue,
        };
        if let Some(state) = by_id.get(id.as_str())
            && *state != "cancelled"
            && !interrupted.contains(by)
            && !places.is_erased(id)
        {
            verdict.wrong.push(format!("{id} was taken back by {by}, and is {state}"));
        }
    }
}

fn poison_parked(lines: &[Line], rows: &Rows, verdict: &mut Verdict) {
    let parked: HashSet<&str> = rows.parked.iter().map(|parked| parked.text.as_str()).collect();
    for line in lines {
        if let Line::PoisonPromised(text) = line
            && !parked.contains(text.as_str())
        {
            verdict.lost.push(format!("to be parked: {text}"));
        }
    }
}

/// Each row's receipt says what the row does.
fn receipts_agree(rows: &Rows, drained: bool, verdict: &mut Verdict) {
    for ((id, _), state) in &rows.people {
        match rows.receipts.get(id) {
            Some((said, _)) if said != state => {
                verdict.wrong.push(format!("{id} is {state} and its receipt says {said}"));
            }
            Some((_, false)) if drained => {
                verdict.wrong.push(format!("the receipt of {id} has not reached the edge"));
            }
            Some(_) => {}
            None => verdict.wrong.push(format!("{id} has no receipt")),
        }
    }
}

/// What phones read at the edge is what the collector's database says. Looked up for some of them, over all
/// the run.
fn edge_agrees(places: &Places, lines: &[Line], rows: &Rows, verdict: &mut Verdict) {
    let addresses: BTreeMap<&str, &str> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Promised { person, receipt: Some(url), .. } => Some((person.id.as_str(), url.as_str())),
            _ => None,
        })
        .collect();
    let every = addresses.len().div_ceil(RECEIPTS).max(1);
    for (id, url) in addresses.into_iter().step_by(every) {
        let address = format!("{}{}", places.edge, url.replacen("/r/", "/v1/receipts/", 1));
        let receipt: Value = wait::until(("a receipt", 60), || {
            client().get(&address).send().ok().filter(|answer| answer.status() == 200)?.json().ok()
        });
        let said = receipt["state"].as_str().unwrap_or_default();
        let stands = match rows.receipts.get(id) {
            _ if places.is_erased(id) => "cancelled",
            Some((state, _)) => state,
            None => "received",
        };
        if said != stands {
            verdict.wrong.push(format!("the edge says {said} of {id}, the laptop {stands}"));
        }
    }
}
