//! The venue page: answered after COMMIT or not at all, with no edge anywhere.

use std::sync::Barrier;
use std::thread;

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Host, Options, Workshop};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::form::venue;

fn set_up() -> (Folder, Host, Workshop, String) {
    let folder = Folder::new();
    let host = folder.start(&Options::default());
    let workshop = host.make_workshop(json!({}));
    let address = venue(&host.status(), &workshop);
    (folder, host, workshop, address)
}

#[test]
fn a_workshop_runs_without_any_edge() {
    let (folder, host, workshop, venue) = set_up();
    let teacher = Teacher::new();
    let receipt = teacher.sign_up(&venue, workshop.invite_code(), 201);
    assert_eq!(receipt.issued["state"], "registered");
    // Answered means committed: no waiting here.
    assert_eq!(folder.count("SELECT count(*) FROM signups WHERE path = 'venue'"), 1);
    assert_eq!(receipt.now()["state"], "registered");
    assert_eq!(client().get(receipt.page()).send().unwrap().status(), 200);

    assert_eq!(teacher.sign_up(&venue, workshop.invite_code(), 201).issued, receipt.issued);
    teacher.again().sign_up(&venue, workshop.invite_code(), 201);
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 1);
    assert_eq!(folder.count("SELECT count(*) FROM duplicates"), 1);
    assert!(host.stop().success());
}

#[test]
fn five_hundred_at_one_instant_are_all_committed() {
    let (folder, _host, workshop, venue) = set_up();
    let everybody = Barrier::new(500);
    thread::scope(|scope| {
        for _ in 0..500 {
            scope.spawn(|| {
                let teacher = Teacher::new();
                everybody.wait();
                teacher.sign_up(&venue, workshop.invite_code(), 201);
            });
        }
    });
    assert_eq!(folder.count("SELECT count(*) FROM signups WHERE state = 'registered'"), 500);
}

#[test]
fn while_the_database_is_locked_nothing_is_called_kept() {
    let (folder, _host, workshop, venue) = set_up();
    let other = Connection::open(folder.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let teacher = Teacher::new();
    let refused = teacher.send(&venue, workshop.invite_code());
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(refused.json::<Value>().unwrap()["code"], "unavailable");
    other.execute_batch("ROLLBACK").unwrap();
    wait::until(("the same sign-up is taken", 60), || {
        Some(teacher.send(&venue, workshop.invite_code())).filter(|answer| answer.status() == 201)
    });
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 1);
}

#[test]
fn without_the_token_nothing_is_there() {
    let (_folder, _host, workshop, venue) = set_up();
    let origin = venue.rsplit_once('/').unwrap().0;
    for path in ["/", "/j/", "/metrics", "/control/status", "/222222/j/"] {
        let answer = client().get(format!("{origin}{path}{}", workshop.invite_code())).send().unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    for path in ["/metrics", "/control/status"] {
        assert_eq!(client().get(format!("{origin}{path}")).send().unwrap().status(), 404, "{path}");
    }
}

#[test]
fn the_record_names_the_venue_page() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let address = venue(&host.status(), &workshop);
    let url = format!("{}/v1/workshops/{}", edge.url(), workshop.invite_code());
    let named = || client().get(&url).send().unwrap().json::<Value>().unwrap()["venue"].clone();
    wait::until_equal(("the venue page's address", 30), &Value::from(address), named);
    // It is of this moment: what the laptop keeps does not hold it.
    let kept: Vec<String> = folder.read("SELECT record FROM workshops", |row| row.get(0));
    assert!(!kept[0].contains("\"venue\":\"http"), "{kept:?}");
    // Another laptop's address is another.
    assert!(host.stop().success());
    let host = folder.start(&Options::on(edge));
    let address = venue(&host.status(), &workshop);
    wait::until_equal(("its new address", 30), &Value::from(address), named);
}
