//! What is stored, as another program reads it again and again.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rollcall_shared::digest::Digest;
use rusqlite::{Connection, OpenFlags};

use super::checker::Parked;

/// The databases, the collector's last.
pub(super) struct Seen {
    pub(super) databases: Vec<Database>,
}

#[derive(Default)]
pub(super) struct Database {
    pub(super) path: PathBuf,
    reader: Option<Connection>,
    /// SQLite's own count of what others have committed; while it is the same nothing has changed.
    version: i64,
    keys: HashSet<(String, Digest)>,
    doubled: u64,
    /// Ids of sign-ups that are left to a person.
    pub(super) interrupted: HashSet<String>,
}

impl Seen {
    pub(super) fn of(path: &Path) -> Self {
        let mut seen = Self { databases: Vec::new() };
        seen.also(path);
        seen
    }

    pub(super) fn also(&mut self, path: &Path) {
        self.databases.push(Database { path: path.to_owned(), ..Database::default() });
    }

    pub(super) fn close(&mut self) {
        self.databases.iter_mut().for_each(|database| database.reader = None);
    }

    pub(super) fn look(&mut self) {
        for database in &mut self.databases {
            // Where it cannot be read just now, the next look may.
            let _ = database.look();
        }
    }

    /// How many rows are stored twice.
    pub(super) fn doubled(&self) -> u64 {
        self.databases.iter().map(|database| database.doubled).sum()
    }

    /// Whether the collector's database holds a sign-up under this very id.
    pub(super) fn has_id(&self, id: &str) -> bool {
        self.databases.last().unwrap().keys.iter().any(|(key, _)| key == id)
    }

    /// Whether the collector's database holds a sign-up of this id for a person to look at: it was killed
    /// with.
    pub(super) fn is_interrupted(&self, id: &str) -> bool {
        self.databases.last().unwrap().interrupted.contains(id)
    }

    /// Whether it is stored: what the edge promised must be in the collector's database, the last one; what
    /// the venue promised, in any.
    pub(super) fn has(&self, keys: &[(String, Digest); 2], by_edge: bool) -> bool {
        let first = if by_edge { self.databases.len() - 1 } else { 0 };
        self.databases[first..].iter().any(|database| {
            keys.iter().any(|key| database.keys.contains(key)) || database.interrupted.contains(&keys[0].0)
        })
    }
}

impl Database {
    /// Reads all of it, at one moment: rows go from one table to the other, and their numbers are given
    /// again.
    fn look(&mut self) -> rusqlite::Result<()> {
        if self.reader.is_none() {
            let reader = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            reader.busy_timeout(Duration::from_secs(1))?;
            (self.reader, self.version) = (Some(reader), 0);
        }
        let Some(reader) = &self.reader else { return Ok(()) };
        // Asked first: what is committed from here on is read by the next look.
        let version = reader.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if version == self.version {
            return Ok(());
        }
        let moment = reader.unchecked_transaction()?;
        let mut people =
            moment.prepare("SELECT id, digest FROM signups UNION ALL SELECT id, digest FROM duplicates")?;
        let people = people.query_map([], |row| Ok((row.get(0)?, Digest::from_bytes(row.get(1)?))))?;
        let people = people.collect::<rusqlite::Result<Vec<(String, Digest)>>>()?;
        let mut parked = moment.prepare("SELECT reason, bytes FROM parked")?;
        let parked = parked.query_map([], |row| {
            let text = String::from_utf8_lossy(&row.get::<_, Vec<u8>>(1)?).into_owned();
            Ok(Parked { reason: row.get(0)?, text }.interrupted())
        })?;
        self.interrupted = parked.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?;
        let rows = people.len();
        self.keys = people.into_iter().collect();
        self.doubled = (rows - self.keys.len()) as u64;
        self.version = version;
        Ok(())
    }
}
