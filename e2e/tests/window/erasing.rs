//! What has no way back is asked twice, and then gone; what keeps everything is one press away.

use std::fs;

use rollcall_e2e::edge::client;
use rollcall_e2e::host::{Folder, Options, Workshop, now};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rollcall_e2e::window::Window;
use rusqlite::Connection;
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
    Connection::open(folder.database())
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

/// What a workshop's page says on the local network.
fn page(venue: &str, workshop: &Workshop, language: &str) -> String {
    let url = format!("{venue}/j/{}?lang={language}", workshop.invite_code());
    client().get(url).send().unwrap().text().unwrap()
}

/// The day on which something is, by the venue's clock, as the window writes it.
fn day(window: &Window, at: i64) -> String {
    let script = "return new Date(arguments[0] + 480 * 60000).toISOString().slice(0, 10)";
    window.run(script, json!([at])).as_str().unwrap().to_owned()
}

#[test]
fn a_list_goes_on_the_day_that_its_pages_say_and_only_other_days_put_it_off() {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let ends = now() - 24 * DAY;
    // It still takes sign-ups, as one that was opened again does.
    let ended = json!({ "starts_at": ends - 1, "ends_at": ends, "closes_at": now() + DAY });
    let (folder, workshop) = with_workshop(ended);
    let (window, venue) = open(&folder, &workshop);
    Teacher::new().sign_up(&venue, workshop.invite_code(), 201);
    window.wait_for_text("#count", |count| count == "1");

    // Announced with the day and what goes, in both languages and wherever one looks.
    let announced = format!("[data-deletion=\"{}\"]", workshop.id());
    let promised = day(&window, ends + 30 * DAY);
    window.wait_for_text(&announced, |text| {
        text.contains(&format!("is deleted on {promised}")) && text.contains("Entries that go: 1,")
    });
    window.accessible("a list whose deletion is announced");
    window.pictures("deletion-week");
    window.press("g");
    window.wait_for_text(&announced, |text| {
        text.contains(&format!("的名单将在 {promised}")) && text.contains("将删除 1 条记录")
    });
    window.press("e");
    window.wait_for("#edit");
    window.wait_for(&announced);
    window.press("g");
    window.wait_for("html[lang=en]");
    window.click(&format!("{announced} [data-export]"));
    window.until("the list as a file", || window.files().join("rollcall.xlsx").exists().then_some(()));

    // Other days put it off: the form says who was told fewer, the pages say the new number.
    window.click(&format!("{announced} [data-days]"));
    window.fill("#retention", "60");
    window.wait_for_text("#retention-longer", |text| text.contains(&promised));
    window.accessible("a longer time than people were told");
    window.pictures("deletion-longer");
    window.click("#save");
    window.wait_until_gone(&announced);
    window.wait_for_text("#told-earlier", |text| text.contains(&format!("delete by {promised}")));
    window.pictures("deletion-told-earlier");
    assert!(page(&venue, &workshop, "en").contains("deleted 60 days after"));
    assert!(page(&venue, &workshop, "zh").contains("会后 60 天删除"));
    assert_eq!(folder.count("SELECT count(*) FROM announced_deletions"), 0);

    // A day that has passed already, and that nobody was told of here: a day is left.
    window.press("e");
    window.fill("#retention", "20");
    window.click("#save");
    window.wait_for(&format!("{announced}[data-stage=day]"));
    window.wait_for_text(&announced, |text| text.contains("Last day!"));
    window.accessible("the last day of a list");
    window.pictures("deletion-day");
    drop(window);

    // That day passes.
    Connection::open(folder.database())
        .unwrap()
        .execute("UPDATE announced_deletions SET made_at = made_at - ?1", [DAY + 1])
        .unwrap();
    let (window, _) = open(&folder, &workshop);
    window.wait_for(&format!("{announced}[data-stage=due]"));
    window.press("g");
    window.wait_for_text(&announced, |text| text.contains("马上就要删除"));
    assert_eq!(
        folder.count("SELECT count(*) FROM signups"),
        1,
        "not by a clock that has just been looked at"
    );
    // Half a minute of an even clock.
    let left = "SELECT (SELECT count(*) FROM workshops) + (SELECT count(*) FROM signups)";
    wait::until_equal(("it is gone", 90), &0, || folder.count(left));
    window.wait_for("#first-run");
    let gone = format!("[data-deleted=\"{}\"]", workshop.id());
    window.wait_for_text(&gone, |text| text.contains("已按登记页说好的删除，共 1 条记录"));
    window.click("#language");
    window.wait_for_text(&gone, |text| text.contains("deleted, as its sign-up page promised. Entries: 1."));
    window.accessible("a list that was deleted");
    window.pictures("deletion-done");
    window.click(&format!("{gone} [data-seen]"));
    window.wait_until_gone(&gone);
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
