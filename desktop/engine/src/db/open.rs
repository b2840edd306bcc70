//! The database file, opened: to write, to read, or only to be looked through.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::open_error::OpenError;
#[cfg(feature = "failpoints")]
use super::planted;
use super::tx::WriterConnection;
use super::{probe, schema};
use crate::private;

/// SQLite before 3.51.3 can corrupt a WAL when it is reset.
const OLDEST_SQLITE: i32 = 3_051_003;
/// How long a connection waits for another program's lock before it says *busy*.
const BUSY_TIMEOUT: Duration = Duration::from_millis(1_000);
/// Prepared statements that a connection keeps; there are fewer.
const STATEMENTS: usize = 64;

/// Opens the only connection that writes. An older file is copied into the same folder, then upgraded in
/// place.
pub(crate) fn open_writer(path: &Path) -> Result<WriterConnection, OpenError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(OpenError::OldSqlite { found: rusqlite::version() });
    }
    let fail = |e: rusqlite::Error| OpenError::of(path, e);
    // Its log and its index take its permissions.
    private::prepare_file(path);
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
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY);
        return Err(fail(rusqlite::Error::SqliteFailure(code, Some("read-only file".to_owned()))));
    }
    schema::upgrade(path, &mut conn)?;
    #[cfg(feature = "failpoints")]
    planted::plant(&conn).map_err(fail)?;
    // Proves now, in words for the host, what the first sign-up would prove too late.
    let mut conn = WriterConnection::new(conn);
    conn.in_transaction(probe::write).map_err(fail)?;
    Ok(conn)
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
