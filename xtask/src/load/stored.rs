//! Watches sign-ups arrive in the host's database, as any other program may: read-only, while the writer
//! writes.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

/// How soon a commit is noticed: the error of every time measured with this.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// What was found until the deadline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored {
    pub(crate) rows: usize,
    /// From the start to the commit of the last one; `None` if one is missing.
    pub(crate) all_after: Option<Duration>,
}

/// Waits until every id is stored in `signups`, or until the deadline.
pub(crate) fn wait(db: &Path, ids: &[Uuid], started: Instant, deadline: Instant) -> Result<Stored> {
    let connection =
        Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .with_context(|| format!("opening {}", db.display()))?;
    let mut version = connection.prepare("PRAGMA data_version")?;
    let mut find = connection.prepare("SELECT 1 FROM signups WHERE id = ?1")?;
    let mut missing = ids.to_vec();
    let mut seen = None;
    loop {
        // Changes with every commit of another connection and costs next to nothing.
        let now: i64 = version.query_row([], |row| row.get(0))?;
        if seen.replace(now) != Some(now) {
            let looked = started.elapsed();
            let mut still = Vec::new();
            for id in missing {
                if !find.exists([id.hyphenated().to_string()])? {
                    still.push(id);
                }
            }
            missing = still;
            if missing.is_empty() {
                return Ok(Stored { rows: ids.len(), all_after: Some(looked) });
            }
        }
        if Instant::now() > deadline {
            return Ok(Stored { rows: ids.len() - missing.len(), all_after: None });
        }
        thread::sleep(LOOK_EVERY);
    }
}
