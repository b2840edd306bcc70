//! What stands, as another program reads it bit by bit.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rollcall_shared::signup::Digest;
use rusqlite::{Connection, OpenFlags};

use super::checker::Parked;

/// The databases, the collector's last.
pub(super) struct Seen {
    pub(super) databases: Vec<Database>,
    pub(super) doubled: u64,
}

pub(super) struct Database {
    pub(super) path: PathBuf,
    pub(super) reader: Option<Connection>,
    pub(super) rows: [i64; 3],
    pub(super) keys: HashSet<(String, Digest)>,
    /// Ids of sign-ups that are left to a person.
    pub(super) interrupted: HashSet<String>,
}

impl Seen {
    pub(super) fn of(path: &Path) -> Self {
        let mut seen = Self { databases: Vec::new(), doubled: 0 };
        seen.also(path);
        seen
    }

    pub(super) fn also(&mut self, path: &Path) {
        self.databases.push(Database {
            path: path.to_owned(),
            reader: None,
            rows: [0; 3],
            keys: HashSet::new(),
            interrupted: HashSet::new(),
        });
    }

    pub(super) fn close(&mut self) {
        self.databases.iter_mut().for_each(|database| database.reader = None);
    }

    /// Rows were deleted, whose numbers SQLite gives again.
    pub(super) fn begin_anew(&mut self) {
        for database in &mut self.databases {
            database.rows = [0; 3];
            database.keys.clear();
        }
    }

    pub(super) fn look(&mut self) {
        for database in &mut self.databases {
            // Where it cannot be read just now, the next look may.
            self.doubled += database.look().unwrap_or(0);
        }
    }

    /// Whether a sign-up stands under this very id where it is collected.
    pub(super) fn has_id(&self, id: &str) -> bool {
        self.databases.last().unwrap().keys.iter().any(|(key, _)| key == id)
    }

    /// What the edge promised must come to the collector's database, the last; what the venue did, to any.
    pub(super) fn has(&self, keys: &[(String, Digest); 2], by_edge: bool) -> bool {
        let first = if by_edge { self.databases.len() - 1 } else { 0 };
        self.databases[first..].iter().any(|database| {
            keys.iter().any(|key| database.keys.contains(key)) || database.interrupted.contains(&keys[0].0)
        })
    }
}

impl Database {
    /// Reads what is new; how much of it was there before.
    pub(super) fn look(&mut self) -> rusqlite::Result<u64> {
        if self.reader.is_none() {
            let reader = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            reader.busy_timeout(Duration::from_secs(1))?;
            self.reader = Some(reader);
        }
        let Some(reader) = &self.reader else { return Ok(0) };
        let mut doubled = 0;
        for (table, last) in ["signups", "duplicates"].into_iter().zip(&mut self.rows) {
            let mut look = reader.prepare_cached(&format!(
                "SELECT rowid, id, digest FROM {table} WHERE rowid > ?1 ORDER BY rowid"
            ))?;
            let mut rows = look.query([*last])?;
            while let Some(row) = rows.next()? {
                *last = row.get(0)?;
                doubled += u64::from(!self.keys.insert((row.get(1)?, Digest::from_bytes(row.get(2)?))));
            }
        }
        let mut look =
            reader.prepare_cached("SELECT seq, reason, bytes FROM parked WHERE seq > ?1 ORDER BY seq")?;
        let mut rows = look.query([self.rows[2]])?;
        while let Some(row) = rows.next()? {
            self.rows[2] = row.get(0)?;
            let text = String::from_utf8_lossy(&row.get::<_, Vec<u8>>(2)?).into_owned();
            self.interrupted.extend(Parked { reason: row.get(1)?, text }.interrupted());
        }
        Ok(doubled)
    }
}
