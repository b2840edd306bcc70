//! A database that commit 8cb5b71 made, in which keys were used twice: the last question was removed and
//! another added under its key, an option as well; people had signed up before, and an old page came later.

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::db::{self, workshops};

/// Its tables, as `.dump` writes them.
const DUMP: &str = include_str!("database_of_8cb5b71.sql");

fn opened() -> (TempDir, Connection) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("rollcall.db");
    let conn = Connection::open(&path).unwrap();
    conn.pragma_update(None, "foreign_keys", false).unwrap();
    conn.execute_batch(DUMP).unwrap();
    conn.pragma_update(None, "user_version", 4).unwrap();
    drop(conn);
    drop(db::open_writer(&path).unwrap());
    let conn = Connection::open(&path).unwrap();
    (dir, conn)
}

#[test]
fn no_answer_stands_under_a_question_that_it_may_not_be_for() {
    let (_dir, conn) = opened();
    let workshop = workshops::all(&conn).unwrap().remove(0).workshop;
    assert_eq!(workshop.check(), Ok(()), "it can be published again");
    let signups = list::whole(&conn, &workshop.id).unwrap();
    let bytes = super::super::sheet(&workshop, &signups, ExportFormat::Csv, Language::Zh).unwrap().bytes;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[3..]);
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let answers = |row: &csv::StringRecord| {
        row.iter().skip(2).take(3).chain(row.iter().skip(12)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        answers(&rows[0]),
        [
            "学校",
            "学段",
            "住宿",
            "学校？（旧版表单，当时的问题没有保存）",
            "学段？（旧版表单，当时的问题没有保存）",
            "住宿？（旧版表单，当时的问题没有保存）",
        ]
    );
    assert_eq!(answers(&rows[1]), ["", "", "", "一中", "o1（现为：小学）", "面条"]);
    assert_eq!(answers(&rows[2]), ["", "", "", "二中", "o2（现为：幼儿园）", ""]);
    assert_eq!(answers(&rows[3]), ["三中", "幼儿园", "酒店", "", "", ""], "on the form of now");
    assert_eq!(answers(&rows[4]), ["", "", "", "四中", "o2（现为：幼儿园）", "米饭"]);
    assert_eq!(answers(&rows[5]), [""; 6], "fifty keys of a stranger are no column");
    assert_eq!(signups.iter().map(|signup| signup.aside.len()).collect::<Vec<_>>(), [3, 2, 0, 4, 50]);
}
