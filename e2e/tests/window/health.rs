//! A hop that is not well says so in a word and a shape, and opens into what to do.

use std::process::Command;

use rollcall_e2e::host::Folder;
use rollcall_e2e::process::Process;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rollcall_e2e::window::{Options, Window};
use rusqlite::Connection;
use serde_json::json;

use crate::{in_english, open, with_workshop};

/// A Redis of the host's own, which Rollcall does not start again.
fn redis(folder: &Folder) -> (Process, String) {
    let socket = folder.path().join("own-redis.sock");
    let mut command = Command::new("redis-server");
    command
        .args(["--port", "0", "--save", "", "--unixsocket"])
        .arg(&socket)
        .args(["--dir"])
        .arg(folder.path());
    let process = Process::start(&command);
    wait::until(("Redis listens", 30), || socket.exists().then_some(()));
    (process, format!("redis+unix://{}", socket.display()))
}

#[test]
fn a_redis_that_stays_away_is_told_with_what_to_do() {
    let (folder, workshop) = with_workshop(json!({}));
    let (mut own, url) = redis(&folder);
    let arguments = ["--redis-url", &url];
    // `redis` leaves the choice to the arguments.
    let options = Options { venue: true, redis: true, arguments: &arguments };
    let window = Window::open(&folder, &options);
    window.wait_for("#count");
    in_english(&window);
    window.wait_for("#hop-redis[data-code=redis_works]");
    own.kill();
    window.wait_for("#hop-redis[data-level=trouble][data-code=redis_away]");
    window.click("#hop-redis");
    let text = window.wait_for_text("#hop-open", |text| text.contains("What to do"));
    assert!(text.contains("cannot be reached") && text.contains("See whether it runs"), "{text}");
    window.picture("redis-stays-away");
    // The venue page does not need it.
    let venue = window.venue(workshop.invite_code());
    Teacher::new().sign_up(&venue, workshop.invite_code(), 201);
    window.wait_for_text("#count", |count| count == "1");
    window.wait_for("#hop-redis[data-code=redis_away]");
}

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
    // What lasts is an alarm, and goes by itself.
    let text = window.wait_for_text("[data-alarm=nothing_stored]", |text| !text.is_empty());
    assert!(text.contains("Nothing can be stored") && text.contains("Nothing is lost"), "{text}");
    window.picture("nothing-stored");
    other.execute_batch("ROLLBACK").unwrap();
    wait::until(("the same sign-up is taken", 60), || {
        Some(teacher.send(&venue, workshop.invite_code())).filter(|answer| answer.status() == 201)
    });
    window.wait_for("#hop-database[data-level=ok]");
    window.wait_for_text("#count", |count| count == "1");
    window.wait_until_gone("[data-alarm=nothing_stored]");
}
