//! What another laptop had: its keys, and its mail.

use std::fs;

use rollcall_engine::Engine;
use rollcall_engine::view::{Hop, HopCode, KeysLoaded, TakenOver};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::edge::Edge;
use crate::laptop::{Laptop, config};
use crate::refused;

/// Has the edge show a laptop's workshop as it is there.
fn show(edge: &Edge, laptop: &Laptop) {
    let conn = Connection::open(laptop.dir.path().join("rollcall.db")).unwrap();
    let record: String = conn.query_row("SELECT record FROM workshops", [], |row| row.get(0)).unwrap();
    let record: Value = serde_json::from_str(&record).unwrap();
    *edge.shown.lock().unwrap() = Some(json!({ "workshop": record, "retired": false }));
}

/// A laptop's keys, saved for the edge.
fn saved(laptop: &Laptop, line: &str) -> Vec<u8> {
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("keys.json");
    let _ = laptop.engine.save_keys(&file, Some(line)).unwrap();
    fs::read(file).unwrap()
}

fn empty() -> (tempfile::TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::start(rollcall_engine::Config { demo: false, ..config(dir.path()) }).unwrap();
    (dir, engine)
}

#[test]
fn a_key_file_alone_brings_its_workshop() {
    let (edge, first) = (Edge::start(), Laptop::start());
    show(&edge, &first);
    let file = saved(&first, &edge.line());
    let (dir, second) = empty();
    assert_eq!(refused(second.load_keys(b"{}", None)), "no_key_file");
    assert_eq!(refused(second.load_keys(&vec![b' '; 2_000_000], None)), "no_key_file");
    assert_eq!(refused(second.load_keys(b"age-encryption.org/v1\n", None)), "key_file_protected");
    assert!(second.connection().is_none() && second.workshops().unwrap().is_empty());

    let url = Some(edge.url.clone());
    let brought = KeysLoaded { edge: url.clone(), workshops: 1, ..KeysLoaded::default() };
    assert_eq!(second.load_keys(&file, None).unwrap(), brought);
    assert_eq!(second.connection(), url);
    assert_eq!(second.workshops().unwrap()[0].id, first.workshop);
    assert!(second.keys_saved().complete, "the host has the file");
    // Nothing that is here is brought again; and the next start has it all.
    assert_eq!(second.load_keys(&file, None).unwrap(), KeysLoaded { edge: url, ..KeysLoaded::default() });
    drop(second);
    let second = Engine::start(config(dir.path())).unwrap();
    assert_eq!(second.workshops().unwrap().len(), 1);
    let code = || {
        let home = second.home(&first.workshop).unwrap();
        home.hops.into_iter().find(|health| health.hop == Hop::Collection).unwrap().code
    };
    first.until("it collects", || code() == HopCode::Collecting);
}

#[test]
fn a_key_file_without_an_edge_waits_for_a_connection() {
    let (edge, first) = (Edge::start(), Laptop::start());
    show(&edge, &first);
    let mut file: Value = serde_json::from_slice(&saved(&first, &edge.line())).unwrap();
    // As they were saved before.
    file.as_object_mut().unwrap().remove("edge");
    let (_dir, second) = empty();
    let loaded = second.load_keys(&serde_json::to_vec(&file).unwrap(), None).unwrap();
    assert_eq!(loaded, KeysLoaded { pending: 1, ..KeysLoaded::default() });
    second.connect(&edge.line()).unwrap();
    first.until("it comes by itself", || second.workshops().unwrap().len() == 1);
    // One of another edge is said to be that.
    file["edge"] = json!({ "url": "https://signup.example.org" });
    let loaded = second.load_keys(&serde_json::to_vec(&file).unwrap(), None).unwrap();
    assert_eq!(loaded.other_edge.as_deref(), Some("https://signup.example.org"));
    assert_eq!(second.connection().as_ref(), Some(&edge.url));
}

#[test]
fn a_take_over_that_breaks_off_is_finished_by_itself() {
    let (edge, laptop) = (Edge::start(), Laptop::start());
    assert_eq!(refused(laptop.engine.take_over(&laptop.workshop)), "no_edge");
    laptop.engine.connect(&edge.line()).unwrap();
    laptop.until("it collects", || laptop.code(Hop::Collection) == HopCode::Collecting);
    let taken = laptop.engine.take_over(&laptop.workshop).unwrap();
    assert_eq!(taken, TakenOver { previous: Some("The other one".to_owned()), replayed: 3 });

    edge.unwilling.store(1, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(refused(laptop.engine.take_over(&laptop.workshop)), "takeover_later");
    let conn = Connection::open(laptop.dir.path().join("rollcall.db")).unwrap();
    laptop.until("it is finished", || {
        conn.query_row("SELECT count(*) = 0 FROM takeovers_due", [], |row| row.get(0)).unwrap()
    });
}
