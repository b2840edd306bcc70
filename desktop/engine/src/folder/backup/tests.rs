//! Backups of a real folder, damaged and restored.

use super::*;
use crate::db;
use crate::engine::offline;
use crate::testing::Hall;
use crate::view::Whom;

impl Hall {
    /// A backup, made while the writer runs.
    fn back_up(&self, to: &Path) -> Result<Backup, BackupError> {
        self.readers.read(|conn| Ok(make(conn, &self.keys, to))).unwrap()
    }
}

fn names(data_dir: &Path) -> Vec<String> {
    let conn = Connection::open(data_dir.join(DATABASE)).unwrap();
    let mut select = conn.prepare("SELECT name FROM signups ORDER BY name").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn a_backup_is_restored_where_nothing_was() {
    let (hall, place) = (Hall::open().await, tempfile::tempdir().unwrap());
    hall.sign_up("王芳", "13800138000").await;
    // The edge has heard of it, and is told again: it may be another one's word that it has.
    let sent = hall.writer.edit(|conn| conn.execute("UPDATE receipts_out SET sent_rev = rev", [])).await;
    assert_eq!(sent.unwrap(), 1);
    let to = place.path().join("backup");
    let backup = hall.back_up(&to).unwrap();
    assert_eq!((backup.signups, &backup.folder), (1, &to));
    hall.sign_up("李伟", "13900139000").await;

    let laptop = tempfile::tempdir().unwrap();
    let restored = restore(laptop.path(), &to).unwrap();
    assert_eq!((restored.signups, restored.set_aside, restored.erasures_unknown), (1, None, None));
    assert_eq!(names(laptop.path()), ["王芳"]);
    let keys = Keys::open(laptop.path().join(KEYS)).unwrap();
    assert_eq!(keys.drain_key(&hall.workshop.id), hall.keys.drain_key(&hall.workshop.id));
    let conn = db::open::open_reader(&laptop.path().join(DATABASE)).unwrap();
    let texts = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(texts("SELECT workshop_id FROM takeovers_due"), hall.workshop.id.as_str());
    assert_eq!(texts("SELECT concat(sent_rev) FROM receipts_out"), "0");
}

#[tokio::test]
async fn who_was_erased_since_is_erased_again_and_what_was_there_is_kept() {
    let (hall, place) = (Hall::open().await, tempfile::tempdir().unwrap());
    let (gone, _) = hall.sign_up("王芳", "13800138000").await;
    hall.sign_up("李伟", "13900139000").await;
    let to = place.path().join("backup");
    hall.back_up(&to).unwrap();
    let workshop = hall.workshop.id.clone();
    let dir = hall.end();
    let data_dir = dir.path().to_owned();
    let erased = offline::erase(&data_dir, workshop.as_str(), &Whom::Person(gone.id), true).unwrap();
    assert_eq!((erased.rows.signups, erased.log_emptied), (1, true));
    fs::write(data_dir.join("installation.json"), r#"{"id":"1","name":"old"}"#).unwrap();

    let restored = restore(&data_dir, &to).unwrap();
    assert_eq!((restored.signups, restored.erased_again), (1, 1));
    assert_eq!(names(&data_dir), ["李伟"]);
    let aside = restored.set_aside.unwrap();
    assert_eq!(names(&aside), ["李伟"]);
    assert!(!data_dir.join("installation.json").exists(), "a new installation is to be drawn");
    assert!(!data_dir.join("restoring").exists());
    // The copies beside the database are searched as well from now on.
    let conn = Connection::open(data_dir.join(DATABASE)).unwrap();
    let id: String = conn.query_row("SELECT id FROM signups", [], |row| row.get(0)).unwrap();
    drop(conn);
    let whom = Whom::Person(id.parse().unwrap());
    let erased = offline::erase(&data_dir, workshop.as_str(), &whom, true).unwrap();
    assert_eq!((erased.copies, erased.copies_left), (vec![aside.join(DATABASE)], Vec::new()));
    assert_eq!(names(&aside), Vec::<String>::new());
    let bytes = fs::read(aside.join(DATABASE)).unwrap();
    assert!(
        !bytes.windows("李伟".len()).any(|part| part == "李伟".as_bytes()),
        "overwritten, not only let go"
    );
}

#[tokio::test]
async fn a_workshop_that_was_erased_since_stays_erased() {
    let (hall, place) = (Hall::open().await, tempfile::tempdir().unwrap());
    hall.sign_up("王芳", "13800138000").await;
    let to = place.path().join("backup");
    hall.back_up(&to).unwrap();
    let (workshop, whom) = (hall.workshop.id.clone(), Whom::Workshop);
    let dir = hall.end();
    let data_dir = dir.path();
    // First only what would be.
    let would = offline::erase(data_dir, workshop.as_str(), &whom, false).unwrap();
    assert_eq!((would.rows.signups, names(data_dir).len()), (1, 1));
    offline::erase(data_dir, workshop.as_str(), &whom, true).unwrap();
    let restored = restore(data_dir, &to).unwrap();
    assert_eq!((restored.signups, restored.erased_again), (0, 1));
    let conn = Connection::open(data_dir.join(DATABASE)).unwrap();
    let rows = "SELECT (SELECT count(*) FROM workshops) + (SELECT count(*) FROM takeovers_due)";
    assert_eq!(conn.query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

#[tokio::test]
async fn who_was_erased_and_came_after_the_backup_is_told_to_the_edge() {
    let (hall, place) = (Hall::open().await, tempfile::tempdir().unwrap());
    let to = place.path().join("backup");
    hall.back_up(&to).unwrap();
    let (gone, _) = hall.sign_up("王芳", "13800138000").await;
    let workshop = hall.workshop.id.clone();
    let dir = hall.end();
    // Nobody has told the edge when the database is replaced.
    offline::erase(dir.path(), workshop.as_str(), &Whom::Person(gone.id), true).unwrap();
    restore(dir.path(), &to).unwrap();
    let conn = Connection::open(dir.path().join(DATABASE)).unwrap();
    let one = |sql: &str| conn.query_row(sql, [gone.id.to_string()], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(one("SELECT workshop_id FROM erasures_out WHERE id = ?1"), workshop.as_str());
    assert_eq!(one("SELECT state FROM receipts_out WHERE id = ?1 AND sent_rev < rev"), "cancelled");
}

#[tokio::test]
async fn what_is_no_whole_backup_is_said_and_changes_nothing() {
    let (hall, place) = (Hall::open().await, tempfile::tempdir().unwrap());
    hall.sign_up("王芳", "13800138000").await;
    let to = place.path().join("backup");
    hall.back_up(&to).unwrap();
    assert!(matches!(hall.back_up(&to), Err(BackupError::NotNew(_))));
    assert!(matches!(
        hall.back_up(&to.join(NOTE).join("backup")),
        Err(BackupError::NotNew(_) | BackupError::Folder { .. })
    ));

    let laptop = tempfile::tempdir().unwrap();
    let refused = |what: &str| {
        let error = restore(laptop.path(), &to).unwrap_err().to_string();
        assert!(error.contains(what) && error.contains('—'), "{error}");
        assert!(!laptop.path().join(DATABASE).exists() && !laptop.path().join(KEYS).exists());
    };
    let note = fs::read_to_string(to.join(NOTE)).unwrap();
    fs::write(to.join(NOTE), note.replace("\"layout\": 1", "\"layout\": 2")).unwrap();
    refused("newer Rollcall");
    fs::write(to.join(NOTE), "{").unwrap();
    refused("is no backup");
    fs::write(to.join(NOTE), &note).unwrap();
    let database = fs::read(to.join(DATABASE)).unwrap();
    fs::write(to.join(DATABASE), &database[..database.len() / 2]).unwrap();
    refused("not as it was when the backup was made");
    fs::write(to.join(DATABASE), &database).unwrap();
    let keys = fs::read(to.join(KEYS)).unwrap();
    fs::write(to.join(KEYS), b"{}").unwrap();
    refused("not as it was when the backup was made");
    fs::write(to.join(KEYS), &keys).unwrap();
    fs::remove_file(to.join(DATABASE)).unwrap();
    refused("is no backup");
    fs::write(to.join(DATABASE), &database).unwrap();
    assert_eq!(restore(laptop.path(), &to).unwrap().signups, 1);
}

#[tokio::test]
async fn a_database_that_cannot_be_read_does_not_stand_in_the_way() {
    let (hall, place, laptop) =
        (Hall::open().await, tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    hall.sign_up("王芳", "13800138000").await;
    let to = place.path().join("backup");
    hall.back_up(&to).unwrap();
    let wreck = "a wreck, long enough to be looked at as a header. ".repeat(20);
    fs::write(laptop.path().join(DATABASE), &wreck).unwrap();
    fs::write(laptop.path().join(KEYS), "{").unwrap();
    let restored = restore(laptop.path(), &to).unwrap();
    assert!(restored.erasures_unknown.is_some());
    assert_eq!(names(laptop.path()), ["王芳"]);
    assert_eq!(fs::read_to_string(restored.set_aside.unwrap().join(DATABASE)).unwrap(), wreck);
}
