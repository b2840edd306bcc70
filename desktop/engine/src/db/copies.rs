//! The copies of the database that Rollcall itself makes in the data folder: before an upgrade, and before a
//! restore.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::tx::WriterConnection;

/// How the folder begins into which a restore puts what was there before.
pub(crate) const SET_ASIDE: &str = "before-restore-";
/// How long another program's lock on a copy is waited for: somebody may be looking at it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Every copy in the folder: `rollcall.before-….db` and `before-restore-…/rollcall.db`.
pub(crate) fn all(data_dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(data_dir).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("rollcall.before-") && name.ends_with(".db") {
            all.push(entry.path());
        } else if name.starts_with(SET_ASIDE) {
            all.push(entry.path().join("rollcall.db"));
        }
    }
    all.retain(|copy| copy.exists());
    all.sort_unstable();
    all
}

/// Opens a copy that an upgrade or a restore made, to write in it as it is: its version stays what it was.
pub(crate) fn open(path: &Path) -> rusqlite::Result<WriterConnection> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "secure_delete", "ON")?;
    Ok(WriterConnection::new(conn))
}

/// Where a file is copied to before it is upgraded: `rollcall.before-v1.1.db`. Never a file that is there
/// already, whose content may be somebody's only copy.
pub(super) fn before_upgrade(path: &Path, version: i64) -> PathBuf {
    let candidate = |n: u32| path.with_extension(format!("before-v{}.{n}.db", version + 1));
    (1..).map(candidate).find(|p| !p.exists()).unwrap_or_else(|| candidate(0))
}
