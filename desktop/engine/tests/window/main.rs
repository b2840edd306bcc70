//! The engine as the host's window uses it, over real HTTP and a real database.

#![allow(clippy::unwrap_used, clippy::panic, reason = "fixtures of tests; a failure is what they are for")]

mod edge;
mod laptop;

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::http::StatusCode;
use rollcall_engine::view::{
    Alarm, AlarmKind, Durability, ExportFormat, Hop, HopCode, Phase, Reach, Refusal, Resolution, SignupState,
};
use rollcall_engine::{Engine, EngineError};
use rollcall_shared::Timestamp;
use rollcall_shared::language::Language;
use rollcall_shared::workshop::WorkshopId;
use rusqlite::Connection;
use serde_json::json;

use crate::edge::Edge;
use crate::laptop::{DEADLINE, Laptop, config};

/// The word on the wire.
fn code(refusal: &Refusal) -> String {
    serde_json::to_value(refusal.code).unwrap().as_str().unwrap().to_owned()
}

fn refused<T: std::fmt::Debug>(result: Result<T, EngineError>) -> String {
    code(&Refusal::from(result.unwrap_err()))
}

#[test]
fn the_venue_page_is_opened_and_closed_by_the_host() {
    // An address of its own: while the page is closed, a connection of another test could be given its port
    // on the usual one.
    let laptop = Laptop::start_at(Ipv4Addr::new(127, 0, 5, 1));
    assert!(laptop.engine.ready().lan.is_none());
    let addresses = laptop.engine.addresses(&laptop.workshop).unwrap();
    assert!(addresses.lan.is_empty() && !addresses.venue_open && addresses.edge.is_none());
    assert_eq!(laptop.code(Hop::Venue), HopCode::VenueClosed);

    laptop.engine.open_venue().unwrap();
    laptop.engine.open_venue().unwrap();
    let url = laptop.url();
    assert_eq!(laptop.status(&url), Some(StatusCode::OK));
    assert_eq!(laptop.code(Hop::Venue), HopCode::VenueOpen);
    assert!(laptop.home().addresses.venue_open);

    laptop.engine.close_venue();
    assert_eq!(laptop.status(&url), None, "nobody answers");
    assert_eq!(laptop.url(), url, "a printed code stays right");
    let port = url.split(':').nth(2).unwrap().split('/').next().unwrap().parse::<u16>().unwrap();
    let taken = std::net::TcpListener::bind(("127.0.5.1", port)).unwrap();
    assert_eq!(refused(laptop.engine.open_venue()), "port");
    assert_eq!(laptop.code(Hop::Venue), HopCode::VenueRefused);
    drop(taken);

    laptop.engine.open_venue().unwrap();
    assert_eq!(laptop.status(&url), Some(StatusCode::OK));
}

#[test]
fn what_comes_in_is_seen_at_home() {
    let laptop = Laptop::start();
    laptop.engine.open_venue().unwrap();
    let mut changes = laptop.engine.subscribe();
    let before = *changes.borrow_and_update();
    laptop.sign_up("王芳", "13800138000");
    laptop.sign_up("李伟", "13800138000");
    laptop.until("the counter moves", || *changes.borrow() > before);

    let home = laptop.home();
    assert_eq!(home.workshop.phase, Phase::Open);
    let counts = home.workshop.counts;
    assert_eq!((counts.registered, counts.waitlisted, counts.cancelled, counts.needs_look), (1, 0, 0, 1));
    assert_eq!((home.arrivals.len(), home.arrivals.iter().sum::<u32>()), (300, 1));
    let [newest] = home.newest.as_slice() else { panic!("{:?}", home.newest) };
    assert_eq!((newest.name.as_str(), newest.phone_masked.as_str()), ("王芳", "138••••8000"));
    let codes: Vec<HopCode> = home.hops.iter().map(|health| health.code).collect();
    assert_eq!(
        codes,
        [HopCode::NoEdge, HopCode::NoEdge, HopCode::Direct, HopCode::VenueOpen, HopCode::Writable]
    );
    assert!(home.hops.iter().all(|health| health.since.is_some()));
    assert_eq!(laptop.engine.needs_look(&laptop.workshop).unwrap().len(), 1);
    assert_eq!(laptop.engine.workshops().unwrap()[0].counts, counts);
}

#[test]
fn an_act_is_done_and_taken_back() {
    let laptop = Laptop::start();
    laptop.engine.open_venue().unwrap();
    laptop.sign_up("王芳", "13800138000");
    laptop.sign_up("李伟", "13800138000");
    let (engine, workshop) = (&laptop.engine, &laptop.workshop);
    let first = laptop.rows("王芳")[0].clone();
    let undo = engine.cancel(workshop, first.id).unwrap();
    assert_eq!(laptop.rows("王芳")[0].state, SignupState::Cancelled);
    assert_eq!(refused(engine.cancel(workshop, first.id)), "wrong_state");
    engine.undo(&undo.token).unwrap();
    assert_eq!(laptop.rows("王芳"), std::slice::from_ref(&first));
    assert_eq!(refused(engine.undo(&undo.token)), "undo_gone");

    let cases = engine.needs_look(workshop).unwrap();
    let json = serde_json::to_value(&cases).unwrap();
    assert_eq!((&json[0]["kind"], &json[0]["reason"]), (&json!("duplicate"), &json!("other_name")));
    let resolution = json!({ "act": "another_person", "duplicate": json[0]["id"] });
    let resolution: Resolution = serde_json::from_value(resolution).unwrap();
    let done = engine.resolve(workshop, resolution).unwrap();
    assert_eq!(serde_json::to_value(&done).unwrap()["what"], "another_person");
    assert!(laptop.rows("李伟")[0].shared_phone);
    assert!(engine.needs_look(workshop).unwrap().is_empty());
    assert_eq!(refused(engine.resolve(workshop, Resolution::DismissParked { seq: 7 })), "unknown");
    let stranger = WorkshopId::from_random([9; 16]);
    assert_eq!(refused(engine.home(&stranger)), "unknown");
    assert_eq!(refused(engine.cancel(&stranger, first.id)), "unknown");
}

#[test]
fn closing_and_opening_move_a_time() {
    let laptop = Laptop::start();
    laptop.engine.open_venue().unwrap();
    let (engine, workshop) = (&laptop.engine, &laptop.workshop);
    let url = laptop.url();
    let phase = || laptop.home().workshop.phase;
    engine.close(workshop).unwrap();
    assert_eq!((phase(), laptop.status(&url)), (Phase::Closed, Some(StatusCode::GONE)));
    let closed = engine.workshop(workshop).unwrap();
    assert!(closed.closes_at.is_some());
    engine.open(workshop).unwrap();
    assert_eq!((phase(), laptop.status(&url)), (Phase::Open, Some(StatusCode::OK)));
    assert_eq!(engine.workshop(workshop).unwrap().closes_at, None);

    // Not yet open; over already.
    let mut draft = engine.workshop(workshop).unwrap();
    let now = draft.starts_at;
    draft.opens_at = Some(now);
    engine.put_workshop(draft.clone()).unwrap();
    assert_eq!(phase(), Phase::NotYet);
    engine.close(workshop).unwrap();
    assert_eq!(phase(), Phase::Closed);
    engine.open(workshop).unwrap();
    assert_eq!(phase(), Phase::Open);
    (draft.starts_at, draft.ends_at, draft.opens_at, draft.closes_at) =
        (Timestamp::default(), Timestamp::from_millis(1), None, None);
    engine.put_workshop(draft).unwrap();
    assert_eq!(phase(), Phase::Closed);
    engine.open(workshop).unwrap();
    assert_eq!(phase(), Phase::Open);

    engine.retire(workshop).unwrap();
    assert_eq!(phase(), Phase::Retired);
    assert_eq!(refused(engine.open(workshop)), "retired");
}

#[test]
fn the_counter_moves_when_a_workshops_hour_comes() {
    let laptop = Laptop::start();
    let mut draft = laptop.engine.workshop(&laptop.workshop).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    draft.opens_at = Some(Timestamp::from_millis(i64::try_from(now.as_millis()).unwrap() + 700));
    laptop.engine.put_workshop(draft).unwrap();
    let mut changes = laptop.engine.subscribe();
    let opened = laptop.runtime.block_on(async {
        let opened = async {
            while laptop.home().workshop.phase != Phase::Open {
                // Nothing else wakes: nobody signs up.
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(DEADLINE, opened).await
    });
    assert!(opened.is_ok(), "the window is told");
}

#[test]
fn a_form_that_is_saved_unchanged_changes_nothing() {
    let laptop = Laptop::start();
    let draft = laptop.engine.workshop(&laptop.workshop).unwrap();
    let before = laptop.engine.status().unwrap().workshops[0].workshop.clone();
    let row = laptop.engine.put_workshop(draft.clone()).unwrap();
    assert_eq!(row.workshop, before);
    let mut wrong = draft;
    wrong.capacity = Some(0);
    let refusal = Refusal::from(laptop.engine.put_workshop(wrong).unwrap_err());
    assert_eq!((code(&refusal).as_str(), refusal.field.as_deref()), ("invalid", Some("capacity")));
}

#[test]
fn more_seats_go_to_those_who_wait() {
    let laptop = Laptop::start();
    laptop.engine.open_venue().unwrap();
    let mut draft = laptop.engine.workshop(&laptop.workshop).unwrap();
    (draft.capacity, draft.waiting_list) = (Some(1), true);
    laptop.engine.put_workshop(draft.clone()).unwrap();
    for (name, phone) in [("王芳", "13800138000"), ("李伟", "13900139000"), ("赵敏", "13700137000")] {
        laptop.sign_up(name, phone);
    }
    draft.capacity = Some(2);
    laptop.engine.put_workshop(draft.clone()).unwrap();
    assert_eq!(laptop.rows("李伟")[0].state, SignupState::Registered);
    assert_eq!(laptop.rows("赵敏")[0].state, SignupState::Waitlisted);
    assert_eq!(refused(laptop.engine.promote(&laptop.workshop, laptop.rows("赵敏")[0].id)), "full");
    draft.capacity = None;
    laptop.engine.put_workshop(draft).unwrap();
    assert_eq!(laptop.rows("赵敏")[0].state, SignupState::Registered);
}

#[test]
fn a_list_is_exported_by_a_running_engine_and_without_one() {
    let laptop = Laptop::start();
    laptop.engine.open_venue().unwrap();
    laptop.sign_up("王芳", "13800138000");
    let code = laptop.home().workshop.invite_code;
    let file = laptop.dir.path().join("list.csv");
    let written = laptop.engine.export(&laptop.workshop, ExportFormat::Csv, &file, Language::Zh).unwrap();
    assert_eq!((written.rows, written.durability), (1, Durability::Confirmed));
    let by_window = std::fs::read(&file).unwrap();
    let nowhere = laptop.dir.path().join("nowhere/list.csv");
    assert_eq!(
        refused(laptop.engine.export(&laptop.workshop, ExportFormat::Csv, &nowhere, Language::Zh)),
        "file"
    );

    let Laptop { engine, dir, workshop, .. } = laptop;
    let export = |name: &str, file: &Path, language: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_rollcall-host"))
            .args(["export", "--data-dir"])
            .arg(dir.path())
            .arg(name)
            .arg(file)
            .args(["--language", language])
            .output()
            .unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let (by_code, by_id) = (dir.path().join("by-code.csv"), dir.path().join("by-id.xlsx"));
    let (done, said) = export(&code.to_lowercase(), &by_code, "zh");
    assert!(done && said.contains("\"rows\":1"), "{said}");
    assert_eq!(std::fs::read(&by_code).unwrap(), by_window);
    assert!(!export("ABCD-23456", &by_id, "zh").0);
    engine.stop();
    let (done, said) = export(workshop.as_str(), &by_id, "en");
    assert!(done && said.contains("\"rows\":1"), "{said}");
    assert!(std::fs::read(&by_id).unwrap().starts_with(b"PK"));
    assert!(!export(workshop.as_str(), &dir.path().join("list.doc"), "zh").0);
    let database = Connection::open(dir.path().join("rollcall.db")).unwrap();
    let noted: i64 = database
        .query_row(
            "SELECT count(*) FROM events WHERE what LIKE 'exported %' AND subject = ?1",
            [workshop.as_str()],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(noted, 3);
}

#[test]
fn keys_are_saved_and_the_window_knows() {
    let laptop = Laptop::start();
    assert_eq!(laptop.engine.keys_saved().keys_saved_at, None);
    let elsewhere = tempfile::tempdir().unwrap();
    let saved = laptop.engine.save_keys(&elsewhere.path().join("keys.json")).unwrap();
    assert_eq!(saved, Durability::Confirmed);
    let saved = laptop.engine.keys_saved();
    assert!(saved.complete && saved.keys_saved_at.is_some());
    let draft =
        rollcall_engine::WorkshopDraft { id: None, ..laptop.engine.workshop(&laptop.workshop).unwrap() };
    laptop.engine.put_workshop(draft).unwrap();
    assert!(!laptop.engine.keys_saved().complete, "the new workshop has keys of its own");
}

#[test]
fn a_connection_line_connects_without_a_restart_and_is_kept() {
    let edge = Edge::start();
    let laptop = Laptop::start();
    laptop.engine.open_venue().unwrap();
    laptop.sign_up("王芳", "13800138000");
    assert_eq!(laptop.code(Hop::Internet), HopCode::NoEdge);
    assert_eq!(refused(laptop.engine.connect("https://example.org")), "connection");
    assert_eq!(laptop.engine.connection(), None);

    assert_eq!(laptop.engine.connect(&format!("rollcall:{}#k3y", edge.url)).unwrap(), edge.url);
    laptop.until("the workshop is published", || laptop.code(Hop::Internet) == HopCode::Published);
    laptop.until("mail is collected", || {
        let hops = laptop.home().hops;
        hops.iter().any(|h| h.hop == Hop::Collection && h.code == HopCode::Collecting && h.waiting == 7)
    });
    assert_eq!(edge.published.load(Ordering::Relaxed), 1);
    let code = laptop.home().workshop.invite_code;
    assert_eq!(laptop.home().addresses.edge, Some(format!("{}/j/{code}", edge.url)));
    assert_eq!(laptop.engine.connection(), Some(edge.url.clone()));
    // It has waited there for four days, and does not come: the host is warned.
    laptop.until("mail that waits is warned of", || {
        let is_it = |alarm: &Alarm| alarm.kind == AlarmKind::MailWaits && alarm.amount == Some(4);
        laptop.home().alarms.iter().any(is_it)
    });
    let status = serde_json::to_value(laptop.engine.status().unwrap()).unwrap();
    assert!(status["workshops"][0]["health"]["oldest_mail_at"].is_number(), "{status}");
    assert_eq!(laptop.home().addresses.edge_reach, Reach::ThisComputer);
    // The venue page went on, and what is stored stands.
    laptop.sign_up("李伟", "13900139000");
    assert_eq!(laptop.home().workshop.counts.registered, 2);

    let Laptop { engine, dir, workshop, .. } = laptop;
    engine.stop();
    let started = Instant::now();
    let again = Engine::start(config(dir.path())).unwrap();
    assert!(started.elapsed() < DEADLINE);
    assert_eq!(again.connection(), Some(edge.url.clone()));
    assert_eq!(again.home(&workshop).unwrap().workshop.counts.registered, 2);
}

#[test]
fn a_key_that_is_refused_is_shown_and_keeps_nobody_from_starting() {
    let edge = Edge::start();
    let laptop = Laptop::start();
    laptop.engine.connect(&format!("rollcall:{}#wrong", edge.url)).unwrap();
    laptop.until("the refusal is shown", || laptop.code(Hop::Internet) == HopCode::PublishKeyRefused);
    let Laptop { engine, dir, workshop, .. } = laptop;
    engine.stop();
    let again = Engine::start(config(dir.path())).unwrap();
    assert_eq!(again.workshops().unwrap()[0].id, workshop);
    // And the right one mends it.
    again.connect(&format!("rollcall:{}#k3y", edge.url)).unwrap();
    let deadline = Instant::now() + DEADLINE;
    while again.addresses(&workshop).unwrap().edge.is_none() {
        assert!(Instant::now() < deadline, "it is not published");
        std::thread::yield_now();
    }
}
