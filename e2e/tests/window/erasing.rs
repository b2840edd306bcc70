//! What has no way back is asked twice, and then gone; what keeps everything is one press away.

use std::fs;

use rollcall_e2e::host::{Folder, Options, now};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::window::Window;
use serde_json::json;

use crate::{open, with_workshop};

/// Leaves it first, looks that nothing has changed, then means it.
fn erase(window: &Window, place: &str, still: impl Fn() -> i64) {
    let (ask, before) = (format!("{place} [data-erase]"), still());
    window.click(&ask);
    window.wait_for_text(&format!("{place} .sure"), |text| text.contains("cannot be taken back"));
    window.click(&format!("{place} [data-leave]"));
    window.wait_until_gone(&format!("{place} .sure"));
    assert_eq!(still(), before, "asked about only");
    window.click(&ask);
    window.wait_for(&format!("{place} [data-sure]"));
}

fn sure(window: &Window, place: &str) {
    window.click(&format!("{place} [data-sure]"));
    window.wait_for_text("[role=status]", |text| text.contains("erased: "));
}

#[test]
fn a_person_is_erased_for_good() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &workshop);
    let (gone, stays) = (Teacher::new(), Teacher::new());
    for teacher in [&gone, &stays] {
        teacher.sign_up(&venue, workshop.invite_code(), 201);
    }
    window.wait_for_text("#count", |count| count == "2");
    window.click(&format!("[data-id=\"{}\"]", gone.id));

    erase(&window, "#person", || folder.count("SELECT count(*) FROM signups"));
    window.pictures("erase-person");
    sure(&window, "#person");
    window.wait_until_gone("#person");
    window.wait_for_text("#count", |count| count == "1");
    let names = folder.read("SELECT name FROM signups", |row| row.get::<_, String>(0));
    assert_eq!(names, [stays.name.as_str()]);
    assert_eq!(folder.count("SELECT count(*) FROM erased"), 1);
    // It cannot come back by being sent again.
    gone.send(&venue, workshop.invite_code());
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 1);
}

#[test]
fn a_message_that_nobody_can_read_is_erased_for_good() {
    let (folder, workshop) = with_workshop(json!({}));
    rusqlite::Connection::open(folder.database())
        .unwrap()
        .execute(
            "INSERT INTO parked(workshop_id, source, digest, reason, bytes, parked_at)
             SELECT id, 'edge', randomblob(32), 'malformed', CAST('Wang Fang, 13800138000' AS BLOB), 1 FROM workshops",
            (),
        )
        .unwrap();
    let (window, _venue) = open(&folder, &workshop);
    window.wait_for_text("#needs-look", |text| text == "1");
    window.press("n");

    let parked = || folder.count("SELECT count(*) FROM parked");
    erase(&window, "#look", parked);
    window.accessible("what cannot be read, about to be erased");
    window.pictures("erase-parked");
    sure(&window, "#look");
    window.wait_until_gone("#needs-look");
    assert_eq!(parked(), 0);
}

#[test]
fn a_workshop_is_erased_once_it_has_ended() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &workshop);
    Teacher::new().sign_up(&venue, workshop.invite_code(), 201);
    window.wait_for_text("#count", |count| count == "1");
    window.press("e");
    window.wait_for("#retire");
    assert!(window.find("#edit [data-erase]").is_none(), "offered for what still takes sign-ups");
    window.click("#retire");
    window.wait_for_text("#phase", |text| text.contains("Ended"));
    window.press("e");

    erase(&window, "#edit", || folder.count("SELECT count(*) FROM workshops"));
    window.accessible("a workshop about to be erased");
    window.pictures("erase-workshop");
    sure(&window, "#edit");
    window.wait_for("#first-run");
    let left = "SELECT (SELECT count(*) FROM workshops) + (SELECT count(*) FROM signups)";
    assert_eq!(folder.count(left), 0);
}

#[test]
fn a_list_that_is_kept_too_long_says_so() {
    let (day, now) = (24 * 60 * 60 * 1000, now());
    let past = |days: i64| json!({ "starts_at": now - days * day - 1, "ends_at": now - days * day, "retention_days": 30 });
    let (folder, workshop) = with_workshop(past(29));
    let (window, _venue) = open(&folder, &workshop);
    assert!(window.find("#overdue").is_none(), "a day is left");
    drop(window);

    let (folder, workshop) = with_workshop(past(31));
    let (window, _venue) = open(&folder, &workshop);
    window.wait_for_text("#overdue", |text| text.contains("are deleted by"));
    window.accessible("a workshop whose list is overdue");
    window.pictures("overdue");
    window.click("#overdue button");
    erase(&window, "#edit", || folder.count("SELECT count(*) FROM workshops"));
    sure(&window, "#edit");
    window.wait_for("#first-run");
}

#[test]
fn a_backup_is_made_and_can_be_restored() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &workshop);
    let teacher = Teacher::new();
    teacher.sign_up(&venue, workshop.invite_code(), 201);
    window.wait_for_text("#count", |count| count == "1");
    window.press("x");
    window.wait_for("#back-up");
    window.pictures("export-menu");
    window.click("#back-up");
    window.wait_for_text("[role=status]", |text| text.contains("Backed up 1 sign-ups"));

    let backup = fs::read_dir(window.files()).unwrap().next().unwrap().unwrap().path();
    let other = Folder::new();
    other.restore(&backup).unwrap();
    assert_eq!(
        other.read("SELECT name FROM signups", |row| row.get::<_, String>(0)),
        [teacher.name.as_str()]
    );
    let host = other.start(&Options { direct: true, ..Default::default() });
    assert!(host.stop().success());
}
