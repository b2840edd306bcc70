//! The database file: opened as safely as promised, upgraded with its rows, refused where it is newer.

use std::path::Path;

use rusqlite::Connection;
use rusqlite_migration::M;

use super::open_error::OpenError;
use super::schema::{V1, migrate};
use super::{VERSION, open_writer};

#[test]
fn opened_as_safely_as_promised() {
    let dir = tempfile::tempdir().unwrap();
    let conn = open_writer(&dir.path().join("rollcall.db")).unwrap();
    let pragma =
        |name: &str| conn.pragma_query_value(None, name, |r| r.get::<_, rusqlite::types::Value>(0)).unwrap();
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
        .query_row(
            "SELECT count(*) FROM pragma_table_list
             WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite_%' AND NOT strict",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(loose, 0);
}

#[test]
fn a_newer_file_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rollcall.db");
    open_writer(&path).unwrap().pragma_update(None, "user_version", VERSION + 1).unwrap();
    let error = open_writer(&path).err().unwrap();
    let newer = |found, known| found == VERSION + 1 && known == VERSION;
    assert!(matches!(error, OpenError::Newer { found, known, .. } if newer(found, known)), "{error}");
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
    let copy = Connection::open(dir.path().join(format!("rollcall.before-v{}.1.db", VERSION + 1))).unwrap();
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
         INSERT INTO signups VALUES
           ('a', 'w', '+8613800138000', '王芳', '{}', 'registered', 'edge', x'00', '{}', 1, 1, NULL, 5, 6),
           ('b', 'w', '+8613900139000', '李伟', '{}', 'waitlisted', 'venue', x'01', '{\"late\":true}',
            1, 1, 4, 5, 6);
         INSERT INTO duplicates VALUES ('c', 'w', '+8613800138000', '赵敏', '{}', 'a', 'other_name',
           'registered', 'edge', x'02', '{}', 1, 1, NULL, 5, 6);
         INSERT INTO parked VALUES
           (1, 'w', 'edge', x'03', 'box', x'04', 7),
           (2, 'w', 'edge', x'05', 'unknown_version', CAST('{\"v\":9,\"id\":\"i\"}' AS BLOB), 7);",
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
            "INSERT INTO signups SELECT ?1, workshop_id, phone, name, answers, state, path, digest, flags,
               form_version, notice_version, filled_at, received_at, stored_at, ?2, NULL, NULL, NULL, NULL, NULL
             FROM signups WHERE id = 'a'",
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
    assert!(!dir.path().join(format!("rollcall.before-v{}.1.db", VERSION + 1)).exists());
}

#[test]
fn numbers_and_names_of_an_older_file_are_those_of_today() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rollcall.db");
    version_1(&path);
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "UPDATE duplicates SET name = '王　芳' WHERE id = 'c';
             INSERT INTO duplicates SELECT 'f', workshop_id, phone, '赵敏', answers, original_id, reason, state,
               path, digest, flags, form_version, notice_version, filled_at, received_at, stored_at
             FROM duplicates WHERE id = 'c';
             INSERT INTO signups SELECT 'g', workshop_id, '+4402079460123', name, answers, state, path, digest,
               flags, form_version, notice_version, filled_at, received_at, 7 FROM signups WHERE id = 'a';
             INSERT INTO signups SELECT 'h', workshop_id, '+442079460123', name, answers, state, path, digest,
               flags, form_version, notice_version, filled_at, received_at, 8 FROM signups WHERE id = 'a';
             INSERT INTO signups SELECT 'i', workshop_id, '+8860912345678', name, answers, state, path, digest,
               flags, form_version, notice_version, filled_at, received_at, 9 FROM signups WHERE id = 'a';",
        )
        .unwrap();
    let conn = open_writer(&path).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let mut select = conn.prepare(sql).unwrap();
        select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(texts("SELECT id || reason FROM duplicates ORDER BY id"), ["csame_name", "fother_name"]);
    assert_eq!(
        texts("SELECT concat_ws('|', id, phone, shared_phone) FROM signups WHERE id >= 'g' ORDER BY id"),
        ["g|+442079460123|1", "h|+442079460123|0", "i|+886912345678|0"]
    );
}

#[test]
fn what_is_no_database_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rollcall.db");
    std::fs::write(&path, "this is a shopping list, long enough to be looked at as a header".repeat(20))
        .unwrap();
    assert!(matches!(open_writer(&path), Err(OpenError::Database { .. })));
}
