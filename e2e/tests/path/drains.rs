//! Two installations with one key: the second is told, takes over on purpose, and replays.

use std::fs;

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Options, ok};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::json;

#[test]
fn a_second_installation_waits_until_it_takes_over_and_then_has_everything() {
    let edge = Edge::shared();
    let first_folder = Folder::new();
    let first = first_folder.start(&Options::on(edge));
    let workshop = first.make_workshop(json!({}));

    // The second laptop: same database and keys, an installation of its own.
    let second_folder = Folder::new();
    assert!(first.stop().success());
    for file in ["rollcall.db", "keys.json"] {
        fs::copy(first_folder.path().join(file), second_folder.path().join(file)).unwrap();
    }
    let first = first_folder.start(&Options::on(edge));
    let early = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    early.wait_for("registered");
    first.wait_until_all_collected();

    let second = second_folder.start(&Options::on(edge));
    wait::until(("the second is told who collects", 20), || {
        second.status().to_string().contains("owned_elsewhere").then_some(())
    });
    let middle = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    middle.wait_for("registered");
    assert_eq!(first_folder.count("SELECT count(*) FROM signups"), 2);
    assert_eq!(second_folder.count("SELECT count(*) FROM signups"), 0);

    ok(second.control("POST", &format!("/control/workshops/{}/takeover", workshop.id())).send().unwrap());
    let replay = format!("/control/workshops/{}/replay", workshop.id());
    ok(second.control("POST", &replay).json(&json!({ "since": 0 })).send().unwrap());
    wait::until_equal(("the second's rows", 20), &2, || second_folder.count("SELECT count(*) FROM signups"));
    wait::until(("the first is told", 45), || {
        first.status().to_string().contains("owned_elsewhere").then_some(())
    });
    let late = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    late.wait_for("registered");
    wait::until_equal(("the second's rows", 20), &3, || second_folder.count("SELECT count(*) FROM signups"));
    assert_eq!(first_folder.count("SELECT count(*) FROM signups"), 2);
    assert_eq!(second_folder.count("SELECT count(DISTINCT phone) FROM signups"), 3);
}
