//! What another laptop makes of a key or of a backup, without a window: the workshop as it is today, and no
//! other.

use std::fs;

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Host, Options, Workshop, ok};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::{Value, json};
use tempfile::TempDir;

fn answers(edge: &Edge, workshop: &Workshop) -> u16 {
    Teacher::new().send(edge.url(), workshop.invite_code()).status().as_u16()
}

/// Loads a laptop's keys on another one that runs.
fn load(host: &Host, from: &Folder) -> Value {
    let keys = from.path().join("keys.json");
    ok(host.control("POST", "/control/keys").json(&json!({ "from": keys })).send().unwrap())
}

#[test]
fn a_backup_of_before_a_new_code_does_not_bring_the_old_code_back() {
    let (edge, elsewhere) = (Edge::shared(), TempDir::new().unwrap());
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let old = host.make_workshop(json!({}));
    let backup = elsewhere.path().join("backup");
    ok(host.control("POST", "/control/backup").json(&json!({ "to": backup })).send().unwrap());
    let new = host.renew_code(&old);
    wait::until_equal("the new code", &202, || answers(edge, &new));
    wait::until_equal("the old code", &410, || answers(edge, &old));
    assert!(host.stop().success());

    let laptop = Folder::new();
    laptop.restore(&backup).unwrap();
    // The backup names the edge.
    let host = laptop.start(&Options::default());
    wait::until_equal("claimed", &0, || laptop.count("SELECT count(*) FROM takeovers_due"));
    let codes = || laptop.read("SELECT invite_code FROM workshops", |row| row.get::<_, String>(0));
    assert_eq!(codes(), [new.invite_code()]);
    wait::until_equal("published again", &1, || {
        laptop.count("SELECT count(*) FROM workshops WHERE rev = published_rev")
    });
    assert_eq!((answers(edge, &new), answers(edge, &old)), (202, 410));
    wait::until("everybody is there", || (laptop.count("SELECT count(*) FROM signups") >= 2).then_some(()));
    assert!(host.stop().success());

    // The first one, started again, leaves the record to the one that collects.
    let second = laptop.start(&Options::default());
    let renewed = second.renew_code(&new);
    wait::until_equal("the newest code", &202, || answers(edge, &renewed));
    let host = folder.start(&Options::on(edge));
    wait::until("the first is told", || host.status().to_string().contains("owned_elsewhere").then_some(()));
    assert_eq!((answers(edge, &renewed), answers(edge, &new)), (202, 410));
}

#[test]
fn a_key_brings_its_workshop_as_it_is_also_where_it_has_ended() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let (open, ended) = (host.make_workshop(json!({})), host.make_workshop(json!({})));
    let people = [&open, &ended].map(|one| Teacher::new().sign_up(edge.url(), one.invite_code(), 202));
    people.iter().for_each(|receipt| receipt.wait_for("registered"));
    host.retire(&ended);
    wait::until_equal("ended at the edge", &410, || answers(edge, &ended));
    assert!(host.stop().success());

    let laptop = Folder::new();
    let host = laptop.start(&Options { direct: true, ..Options::default() });
    let loaded = load(&host, &folder);
    assert_eq!((&loaded["workshops"], loaded["edge"].as_str()), (&json!(2), Some(edge.url())), "{loaded}");
    let rows = || laptop.count("SELECT count(*) FROM signups");
    wait::until("everybody is there", || (rows() >= 2).then_some(()));
    let retired = "SELECT count(*) FROM workshops WHERE retired_at IS NOT NULL";
    assert_eq!(laptop.count(retired), 1);
    wait::until_equal("claimed", &0, || laptop.count("SELECT count(*) FROM takeovers_due"));
    assert_eq!((answers(edge, &open), answers(edge, &ended)), (202, 410));
    // Once more it brings nothing, and changes nothing.
    let again = load(&host, &folder);
    assert_eq!(
        [&again["workshops"], &again["pending"], &again["unknown"]],
        [0, 0, 0].map(Value::from).each_ref()
    );
    assert_eq!(laptop.count("SELECT count(*) FROM workshops"), 2);
}

#[test]
fn a_key_does_not_bring_back_what_was_erased() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    let stick = Folder::new();
    fs::copy(folder.path().join("keys.json"), stick.path().join("keys.json")).unwrap();
    let erase = format!("/control/workshops/{}/erase", workshop.id());
    ok(host.control("POST", &erase).json(&json!({ "whom": "workshop", "yes": true })).send().unwrap());
    let done = "SELECT count(*) FROM erased_workshops WHERE done = 1";
    wait::until_equal("finished", &1, || folder.count(done));
    // Neither here nor on another laptop.
    let loaded = load(&host, &stick);
    assert_eq!([&loaded["workshops"], &loaded["pending"]], [0, 0].map(Value::from).each_ref(), "{loaded}");
    let laptop = Folder::new();
    let other = laptop.start(&Options { direct: true, ..Options::default() });
    let loaded = load(&other, &stick);
    assert_eq!([&loaded["workshops"], &loaded["unknown"]], [0, 1].map(Value::from).each_ref(), "{loaded}");
    for folder in [&folder, &laptop] {
        assert_eq!(
            folder.count("SELECT (SELECT count(*) FROM workshops) + (SELECT count(*) FROM signups)"),
            0
        );
        let keys = fs::read_to_string(folder.path().join("keys.json")).unwrap();
        assert!(!keys.contains(workshop.id()), "a key that opens nothing is not kept");
    }
}
