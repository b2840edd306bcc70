//! The database file: opened, checked, brought up to date. One table to a file: its SQL, its row, its reading and writing.

mod column;
pub(crate) mod desks;
pub(crate) mod duplicates;
pub(crate) mod erased;
pub(crate) mod erased_workshops;
pub(crate) mod events;
pub(crate) mod failure;
pub(crate) mod list;
pub(crate) mod open_error;
pub(crate) mod parked;
pub(crate) mod probe;
pub(crate) mod quarantine;
pub(crate) mod readers;
pub(crate) mod receipts_out;
pub(crate) mod signups;
pub(crate) mod stored;
pub(crate) mod takeovers_due;
pub(crate) mod tx;
pub(crate) mod whole_row;
pub(crate) mod workshops;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations, SchemaVersion};

use crate::failpoints;
use open_error::OpenError;
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

/// Opens the only connection that writes. An older file is copied beside itself, then upgraded in place.
pub(crate) fn open_writer(path: &Path) -> Result<WriterConnection, OpenError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(OpenError::OldSqlite { found: rusqlite::version() });
    }
    let fail = |e: rusqlite::Error| OpenError::of(path, e);
    let mut conn = Connection::open(path).map_err(fail)?;
    conn.busy_timeout(BUSY_TIMEOUT).map_err(fail)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // WAL with FULL: a commit is on the disk when it returns, power cut or not. fullfsync is what macOS needs for that.
    conn.pragma_update(None, "journal_mode", "WAL").map_err(fail)?;
    let synchronous = if failpoints::planted("planted_synchronous_normal") { "NORMAL" } else { "FULL" };
    conn.pragma_update(None, "synchronous", synchronous).map_err(fail)?;
    conn.pragma_update(None, "fullfsync", "ON").map_err(fail)?;
    conn.pragma_update(None, "foreign_keys", "ON").map_err(fail)?;
    // What is deleted is overwritten: who was erased must not be found in the file's free space.
    conn.pragma_update(None, "secure_delete", "ON").map_err(fail)?;
    if conn.is_readonly("main").map_err(fail)? {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY);
        return Err(fail(rusqlite::Error::SqliteFailure(code, Some("read-only file".to_owned()))));
    }
    upgrade(path, &mut conn)?;
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

fn upgrade(path: &Path, conn: &mut Connection) -> Result<(), OpenError> {
    let mut v1: String = V1.iter().copied().collect();
    if failpoints::planted("planted_no_unique") {
        for table in [signups::SQL, duplicates::SQL] {
            v1 = v1.replace(table, &table.replace("PRIMARY KEY (id, workshop_id)", "CHECK (id <> '')"));
        }
    }
    let v2: String = V2.iter().copied().collect();
    let v3: String = V3.iter().copied().collect();
    let v4: String = V4.iter().copied().collect();
    migrate(path, conn, vec![M::up(&v1), M::up(&v2), M::up(&v3), M::up(&v4)])
}

fn migrate(path: &Path, conn: &mut Connection, steps: Vec<M<'_>>) -> Result<(), OpenError> {
    let fail = |e: rusqlite_migration::Error| match e {
        rusqlite_migration::Error::RusqliteError { err, .. } => OpenError::of(path, err),
        other => OpenError::Database { path: path.to_owned(), source: other.into() },
    };
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    let found: i64 = conn
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|e| OpenError::of(path, e))?;
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    let migrations = Migrations::new(steps);
    if matches!(migrations.current_version(conn).map_err(fail)?, SchemaVersion::Inside(_)) && found < known {
        let copy = copy_path(path, found);
        // VACUUM INTO copies what is committed, the WAL's part included, in one consistent file.
        conn.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).map_err(|e| OpenError::of(path, e))?;
        tracing::info!(copy = %copy.display(), from = found, to = known, "the database is of an older version: copied, now upgraded");
    }
    migrations.to_latest(conn).map_err(fail)
}

/// `rollcall.before-v1.1.db`: never a file that is there already, whose content may be somebody's only copy.
fn copy_path(path: &Path, version: i64) -> PathBuf {
    let candidate = |n: u32| path.with_extension(format!("before-v{}.{n}.db", version + 1));
    (1..).map(candidate).find(|p| !p.exists()).unwrap_or_else(|| candidate(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opened_as_safely_as_promised() {
        let dir = tempfile::tempdir().unwrap();
        let conn = open_writer(&dir.path().join("rollcall.db")).unwrap();
        let pragma = |name: &str| {
            conn.pragma_query_value(None, name, |r| r.get::<_, rusqlite::types::Value>(0)).unwrap()
        };
        assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
        assert_eq!(pragma("synchronous"), 2.into());
        assert_eq!(pragma("fullfsync"), 1.into());
        assert_eq!(pragma("secure_delete"), 1.into());
        assert_eq!(pragma("user_version"), VERSION.into());
    }

    #[test]
    fn every_table_is_strict() {
        let dir = tempfile::tempdir().unwrap();
        let conn = open_writer(&dir.path().join("rollcall.db")).unwrap();
        let loose: i64 = conn
            .query_row("SELECT count(*) FROM pragma_table_list WHERE type='table' AND schema='main' AND name NOT LIKE 'sqlite_%' AND NOT strict", [], |r| r.get(0))
            .unwrap();
        assert_eq!(loose, 0);
    }

    #[test]
    fn a_newer_file_is_refused_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rollcall.db");
        open_writer(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
        let error = open_writer(&path).err().unwrap();
        assert!(matches!(error, OpenError::Newer { found: 7, known: VERSION, .. }), "{error}");
    }

    #[test]
    fn an_older_file_is_copied_and_then_upgraded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rollcall.db");
        drop(open_writer(&path).unwrap());
        let mut conn = Connection::open(&path).unwrap();
        conn.execute("INSERT INTO erased(id) VALUES ('x')", []).unwrap();
        let mut steps = vec![M::up(""); usize::try_from(VERSION).unwrap()];
        steps.push(M::up("CREATE TABLE later(a INTEGER) STRICT"));
        migrate(&path, &mut conn, steps).unwrap();
        let copy = Connection::open(dir.path().join("rollcall.before-v5.1.db")).unwrap();
        let kept: String = copy.query_row("SELECT id FROM erased", [], |r| r.get(0)).unwrap();
        assert_eq!(kept, "x");
        assert!(copy.execute("INSERT INTO later VALUES (1)", []).is_err(), "the copy is the older version");
        conn.execute("INSERT INTO later VALUES (1)", []).unwrap();
    }

    /// A file as version 1 left it, with a row in every table that version 2 changes.
    fn version_1(path: &Path) {
        let mut conn = Connection::open(path).unwrap();
        conn.pragma_update(None, "journal_mode", "WAL").unwrap();
        let v1: String = V1.iter().copied().collect();
        migrate(path, &mut conn, vec![M::up(&v1)]).unwrap();
        conn.execute_batch(
            "INSERT INTO workshops VALUES ('w', 'ABCD-23456', 't', 0, 1, '{}', 'tok', NULL, 1, 0, 0);
             INSERT INTO signups VALUES ('a', 'w', '+8613800138000', '王芳', '{}', 'registered', 'edge', x'00', '{}', 1, 1, NULL, 5, 6);
             INSERT INTO signups VALUES ('b', 'w', '+8613900139000', '李伟', '{}', 'waitlisted', 'venue', x'01', '{\"late\":true}', 1, 1, 4, 5, 6);
             INSERT INTO duplicates VALUES ('c', 'w', '+8613800138000', '赵敏', '{}', 'a', 'other_name', 'registered', 'edge', x'02', '{}', 1, 1, NULL, 5, 6);
             INSERT INTO parked VALUES (1, 'w', 'edge', x'03', 'box', x'04', 7);
             INSERT INTO parked VALUES (2, 'w', 'edge', x'05', 'unknown_version', CAST('{\"v\":9,\"id\":\"i\"}' AS BLOB), 7);",
        )
        .unwrap();
    }

    #[test]
    fn a_file_of_version_1_is_upgraded_with_its_rows() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rollcall.db");
        version_1(&path);
        let conn = open_writer(&path).unwrap();
        let texts = |conn: &Connection, sql: &str| -> Vec<String> {
            let mut select = conn.prepare(sql).unwrap();
            select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let rows = "SELECT concat_ws('|', id, phone, name, state, received_at) FROM signups ORDER BY id";
        assert_eq!(
            texts(&conn, rows),
            ["a|+8613800138000|王芳|registered|5", "b|+8613900139000|李伟|waitlisted|5"]
        );
        assert_eq!(
            texts(&conn, "SELECT DISTINCT shared_phone || ifnull(waiting_since, '-') FROM signups"),
            ["0-"]
        );
        assert_eq!(texts(&conn, "SELECT id FROM duplicates WHERE kept_at IS NULL"), ["c"]);
        assert_eq!(
            texts(&conn, "SELECT concat_ws('|', reason, sent_as) FROM parked WHERE dismissed_at IS NULL"),
            ["box", "unknown_version|i"]
        );
        // One number, one row, but for those who are known to share it.
        let add = |id: &str, shared: bool| {
            conn.execute(
                "INSERT INTO signups SELECT ?1, workshop_id, phone, name, answers, state, path, digest, flags, form_version, notice_version, filled_at, received_at, stored_at, ?2, NULL, NULL, NULL, NULL FROM signups WHERE id = 'a'",
                (id, shared),
            )
        };
        assert!(add("d", false).is_err());
        add("d", true).unwrap();
        add("e", true).unwrap();
        // The copy is as it was.
        let copy = Connection::open(dir.path().join("rollcall.before-v2.1.db")).unwrap();
        assert_eq!(texts(&copy, rows).len(), 2);
        assert!(copy.prepare("SELECT shared_phone FROM signups").is_err());
        drop(conn);
        // Opened again, nothing is copied or upgraded again.
        drop(open_writer(&path).unwrap());
        assert!(!dir.path().join("rollcall.before-v5.1.db").exists());
    }

    #[test]
    fn what_is_no_database_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rollcall.db");
        std::fs::write(&path, "this is a shopping list, long enough to be looked at as a header".repeat(20))
            .unwrap();
        assert!(matches!(open_writer(&path), Err(OpenError::Database { .. })));
    }
}
