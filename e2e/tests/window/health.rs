//! A hop that is not well says so in a word and a shape, and opens into what to do.

use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rusqlite::Connection;
use serde_json::json;

use crate::{open, with_workshop};

#[test]
fn a_locked_database_is_told_and_mends_itself() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &workshop);
    window.wait_for("#hop-database[data-level=ok]");
    let other = Connection::open(folder.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let teacher = Teacher::new();
    assert_eq!(teacher.send(&venue, workshop.invite_code()).status(), 503);
    window.wait_for("#hop-database[data-level=waiting][data-code=database_busy]");
    window.click("#hop-database");
    let text = window.wait_for_text("#hop-open", |text| text.contains("Another program"));
    assert!(
        text.contains("Nothing is lost") && text.contains("What to do") && text.contains("since"),
        "{text}"
    );
    window.picture("database-locked");
    other.execute_batch("ROLLBACK").unwrap();
    wait::until("the same sign-up is taken", || {
        Some(teacher.send(&venue, workshop.invite_code())).filter(|answer| answer.status() == 201)
    });
    window.wait_for("#hop-database[data-level=ok]");
    window.wait_for_text("#count", |count| count == "1");
}
