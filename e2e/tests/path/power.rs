//! The power fails: whatever was answered stands after it. A kill does not show this, for a kill loses
//! nothing that was written.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use rand_core::{OsRng, RngCore};
use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Options};
use rollcall_e2e::power::{Event, after_a_cut, events, traced};
use rollcall_e2e::process::{child_of, end, kill};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rusqlite::Connection;
use serde_json::json;

use crate::form::venue;

const TEACHERS: usize = 48;
/// So many at once: some commits are of one sign-up, some of several.
const AT_ONCE: usize = 6;
/// What a cut may leave of what was not synced, for each moment: nothing, and something else each time.
const CUTS: usize = 3;

/// Runs a host under strace while teachers sign up at the venue; what it did, and where.
fn recorded(options: &Options<'_>) -> (Folder, Vec<Event>) {
    let folder = Folder::new();
    let trace = folder.path().join("trace");
    let host = folder.start_as(&traced(&folder.command(options), &trace));
    let workshop = host.make_local_workshop(json!({}));
    let venue = venue(&host.status(), &workshop);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                for _ in 0..TEACHERS / AT_ONCE {
                    Teacher::new().sign_up(&venue, workshop.invite_code(), 201);
                }
            });
        }
    });
    end(child_of(host.id(), "rollcall-host"));
    drop(host);
    let events = events(&trace);
    (folder, events)
}

/// The ids that had been answered before an event.
fn answered(events: &[Event]) -> BTreeSet<String> {
    let receipts = events.iter().filter_map(|event| match event {
        Event::Sent { bytes } => {
            let text = String::from_utf8_lossy(bytes);
            let (_, body) =
                text.split_once("{\"receipt\":{\"id\":\"").filter(|_| text.contains("201 Created"))?;
            Some(body[..36].to_owned())
        }
        _ => None,
    });
    receipts.collect()
}

/// Answered ids that a database has lost, after one cut.
fn lost(database: &Path, promised: &BTreeSet<String>) -> usize {
    let database = Connection::open(database).unwrap();
    let integrity: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    let Ok(mut select) = database.prepare("SELECT id FROM signups") else { return promised.len() };
    let stored: BTreeSet<String> =
        select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    promised.difference(&stored).count()
}

/// Cuts the power at every sync and every answer; how many cuts there were, and how many answered ids were
/// lost in all.
fn cut_everywhere(folder: &Folder, events: &[Event]) -> (usize, usize) {
    let (mut cuts, mut all_lost) = (0, 0);
    let first =
        events.iter().position(|event| matches!(event, Event::Sent { bytes } if bytes.starts_with(b"HTTP")));
    for (at, event) in events.iter().enumerate().skip(first.unwrap()) {
        if !matches!(event, Event::Synced { .. } | Event::Sent { .. }) {
            continue;
        }
        // At the moment at which it begins to be said, it must be true.
        let promised = answered(&events[..=at]);
        for cut in 0..CUTS {
            let found = tempfile::tempdir().unwrap();
            let keeps = || cut > 0 && OsRng.next_u32().is_multiple_of(2);
            after_a_cut(events, at, folder.path(), found.path(), keeps);
            all_lost += lost(&found.path().join("rollcall.db"), &promised);
            cuts += 1;
        }
    }
    (cuts, all_lost)
}

#[test]
fn whatever_was_answered_stands_after_a_power_cut() {
    let (folder, events) = recorded(&Options { direct: true, ..Options::default() });
    assert_eq!(answered(&events).len(), TEACHERS);
    let (cuts, lost) = cut_everywhere(&folder, &events);
    println!("{cuts} power cuts, {lost} lost");
    assert!(cuts > TEACHERS * CUTS && lost == 0, "{cuts} cuts, {lost} lost");
}

/// The harness sees what it is for: a database that is not synced before it answers.
#[test]
fn a_database_that_is_not_synced_is_caught() {
    let options =
        Options { direct: true, failpoints: Some("planted_synchronous_normal=return"), ..Options::default() };
    let (folder, events) = recorded(&options);
    let (cuts, lost) = cut_everywhere(&folder, &events);
    println!("{cuts} power cuts, {lost} lost");
    assert!(lost > 0, "{cuts} cuts lost nothing");
}

/// How many stand when the power fails, of those that came over the internet.
const STORED: [i64; 2] = [6, 24];

/// Mail comes over the internet, through Redis; the power fails in mid-drain, and the laptop is started again
/// on what its disk has kept of the database, its log and Redis's file. How many rows there are in the end.
fn power_fails_in_mid_drain(stored: i64, keeps: impl Fn() -> bool, failpoints: Option<&str>) -> usize {
    let (edge, folder) = (Edge::shared(), Folder::new());
    let options = Options { failpoints, ..Options::on(edge) };
    let trace = folder.path().join("trace");
    let host = folder.start_as(&traced(&folder.command(&options), &trace));
    let workshop = host.make_workshop(json!({}));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                for _ in 0..TEACHERS / AT_ONCE {
                    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
                }
            });
        }
        wait::until("some are stored", || (folder.count(ROWS) >= stored).then_some(()));
        let program = child_of(host.id(), "rollcall-host");
        let redis = child_of(program, "redis-server");
        assert!(kill(redis) && kill(program), "both run until the power fails");
    });
    // Ends with what it traces.
    host.killed_by_itself();
    let events = events(&trace);
    let appended = events.iter().any(|event| matches!(event, Event::Append { .. }));
    assert!(appended, "nothing of Redis's was seen");
    after_a_cut(&events, events.len(), folder.path(), folder.path(), &keeps);
    let _ = std::fs::remove_file(folder.path().join("rollcall.db-shm"));

    let host = folder.start(&Options::on(edge));
    let status = host.status();
    let knows = status["workshops"].as_array().unwrap().iter().any(|known| known["id"] == workshop.id());
    if knows {
        // The edge hands out again first what it had handed out before: whatever came before this one has come.
        Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
        host.wait_until_all_collected();
    }
    let stand = usize::try_from(folder.count(ROWS)).unwrap();
    assert!(host.stop().success());
    stand.saturating_sub(usize::from(knows))
}

const ROWS: &str = "SELECT count(*) FROM signups";

#[test]
fn whatever_the_edge_received_stands_after_a_power_cut_of_laptop_and_redis() {
    for stored in STORED {
        assert_eq!(power_fails_in_mid_drain(stored, || false, None), TEACHERS, "nothing unsynced is left");
        let torn = || OsRng.next_u32().is_multiple_of(2);
        assert_eq!(power_fails_in_mid_drain(stored, torn, None), TEACHERS, "torn");
    }
}

#[test]
fn mail_that_is_acknowledged_before_it_is_synced_is_caught() {
    let planted = Some("planted_synchronous_normal=return");
    let stand = power_fails_in_mid_drain(STORED[1], || false, planted);
    assert!(stand < TEACHERS, "nothing is lost");
}
