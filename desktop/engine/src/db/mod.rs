//! The database file: opened, checked, brought up to date. One table to a file: its SQL, its row, its reading
//! and writing.

mod column;
pub(crate) mod desks;
pub(crate) mod duplicates;
pub(crate) mod erased;
pub(crate) mod erased_workshops;
pub(crate) mod events;
pub(crate) mod failure;
pub(crate) mod list;
pub(crate) mod parked;
#[cfg(feature = "failpoints")]
mod planted;
pub(crate) mod probe;
pub(crate) mod quarantine;
pub(crate) mod readers;
pub(crate) mod receipts_out;
pub(crate) mod signups;
#[cfg(test)]
mod source_tests;
pub(crate) mod stored;
pub(crate) mod takeovers_due;
pub(crate) mod tx;
pub(crate) mod whole_row;
pub(crate) mod workshops;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations, SchemaVersion};

use crate::config::settings_error::SettingsError;
use tx::WriterConnection;

/// SQLite before 3.51.3 can corrupt a WAL when it is reset.
const OLDEST_SQLITE: i32 = 3_051_003;
/// How long a connection waits for another program's lock before it says *busy*.
const BUSY_TIMEOUT: Duration = Duration::from_millis(1_000);
/// The same for a copy that somebody may be looking at.
const COPY_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements that a connection keeps; there are fewer.
const STATEMENTS: usize = 64;

/// Version 1: every table's own SQL.
const V1: &[&str] = &[
    workshops::SQL,
    signups::SQL,
    duplicates::SQL,
    parked::SQL,
    erased::SQL,
    receipts_out::SQL,
    events::SQL,
    quarantine::SQL,
    probe::SQL,
];

/// Version 2: what the window's acts and its list need.
const V2: &[&str] = &[signups::V2, duplicates::V2, parked::V2];

/// Version 3: desks.
const V3: &[&str] = &[desks::V3];

/// Version 4: erasure and restored databases.
const V4: &[&str] =
    &[signups::V4, duplicates::V4, parked::V4, erased::V4, erased_workshops::V4, takeovers_due::V4];

/// The version that this program writes.
pub(crate) const VERSION: i64 = 4;

/// Opens the only connection that writes. An older file is copied into the same folder, then upgraded in
/// place.
pub(crate) fn open_writer(path: &Path) -> Result<WriterConnection, SettingsError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(SettingsError::OldSqlite { found: rusqlite::version().to_owned() });
    }
    let fail = |e: rusqlite::Error| settings_error(path, &e);
    let mut conn = Connection::open(path).map_err(fail)?;
    conn.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // WAL with FULL: a commit is on the disk when it returns, power cut or not. fullfsync is what macOS needs
    // for that.
    conn.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
    conn.pragma_update(None, "synchronous", "FULL").map_err(fail)?;
    conn.pragma_update(None, "fullfsync", "ON").map_err(fail)?;
    conn.pragma_update(None, "foreign_keys", "ON").map_err(fail)?;
    // What is deleted is overwritten: who was erased must not be found in the file's free space.
    conn.pragma_update(None, "secure_delete", "ON").map_err(fail)?;
    if conn.is_readonly("main").map_err(fail)? {
        return Err(SettingsError::ReadOnly { path: path.to_owned(), why: "read-only file".to_owned() });
    }
    upgrade(path, &mut conn)?;
    #[cfg(feature = "failpoints")]
    planted::plant(&conn).map_err(fail)?;
    // Proves now, in words for the host, what the first sign-up would prove too late.
    let mut conn = WriterConnection::new(conn);
    conn.in_transaction(probe::write).map_err(fail)?;
    Ok(conn)
}

/// Opens a copy that an upgrade or a restore made, to write in it as it is: its version stays what it was.
pub(crate) fn open_copy(path: &Path) -> rusqlite::Result<WriterConnection> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(COPY_BUSY_TIMEOUT)?;
    conn.pragma_update(None, "secure_delete", "ON")?;
    Ok(WriterConnection::new(conn))
}

/// Looks a database through from end to end: how many rows its lists have, and its version.
///
/// # Errors
/// In SQLite's words, what is wrong with the file.
pub(crate) fn check(conn: &Connection) -> Result<(u64, i64), String> {
    let ask = || -> rusqlite::Result<(String, u64, i64)> {
        Ok((
            conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?,
            conn.query_row("SELECT count(*) FROM signups", [], |row| row.get(0))?,
            conn.pragma_query_value(None, "user_version", |row| row.get(0))?,
        ))
    };
    match ask() {
        Ok((integrity, signups, version)) if integrity == "ok" => Ok((signups, version)),
        Ok((integrity, ..)) => Err(integrity),
        Err(error) => Err(error.to_string()),
    }
}

/// Opens a connection that only reads.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(conn)
}

fn upgrade(path: &Path, conn: &mut Connection) -> Result<(), SettingsError> {
    let versions = [V1, V2, V3, V4].map(|tables| tables.concat());
    migrate(path, conn, versions.iter().map(|sql| M::up(sql)).collect())
}

fn migrate(path: &Path, conn: &mut Connection, steps: Vec<M<'_>>) -> Result<(), SettingsError> {
    let fail = |e: &rusqlite_migration::Error| match e {
        rusqlite_migration::Error::RusqliteError { err, .. } => settings_error(path, err),
        other => SettingsError::Database { path: path.to_owned(), why: other.to_string() },
    };
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let found: i64 = conn
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|e| settings_error(path, &e))?;
    if found > known {
        return Err(SettingsError::Newer { path: path.to_owned(), found, known });
    }
    let migrations = Migrations::new(steps);
    if matches!(migrations.current_version(conn).map_err(|e| fail(&e))?, SchemaVersion::Inside(_))
        && found < known
    {
        let copy = copy_path(path, found);
        // VACUUM INTO copies what is committed, the WAL's part included, in one consistent file.
        conn.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).map_err(|e| settings_error(path, &e))?;
        tracing::info!(
            copy = %copy.display(), from = found, to = known,
            "the database is of an older version: copied, now upgraded"
        );
    }
    migrations.to_latest(conn).map_err(|e| fail(&e))
}

/// `rollcall.before-v1.1.db`: never a file that is there already, whose content may be somebody's only copy.
fn copy_path(path: &Path, version: i64) -> PathBuf {
    let candidate = |n: u32| path.with_extension(format!("before-v{}.{n}.db", version + 1));
    (1..).map(candidate).find(|p| !p.exists()).unwrap_or_else(|| candidate(0))
}

fn settings_error(path: &Path, error: &rusqlite::Error) -> SettingsError {
    let (path, why) = (path.to_owned(), error.to_string());
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ReadOnly | rusqlite::ErrorCode::PermissionDenied) => {
            SettingsError::ReadOnly { path, why }
        }
        _ => SettingsError::Database { path, why },
    }
}

#[cfg(test)]
mod tests;
