//! No edge, a late edge, and an edge with a great deal of mail: the venue page does not wait for any of them.

use std::fs;
use std::process::Command;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Options, ok, text};
use rollcall_e2e::leaks::Leaks;
use rollcall_e2e::ports::free_port;
use rollcall_e2e::teacher::{Receipt, Teacher};
use rollcall_e2e::{place, wait};
use serde_json::{Value, json};

use crate::form::venue;

/// What a host types: `rollcall-host …` on this folder.
fn type_command(folder: &Folder, arguments: &[&str]) -> Value {
    let mut command = Command::new(place("ROLLCALL_HOST_BIN", "target/release/rollcall-host"));
    let (first, rest) = arguments.split_first().unwrap();
    let output = command.arg(first).arg("--data-dir").arg(folder.path()).args(rest).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

#[test]
fn a_whole_workshop_without_the_edge_ever_answering() {
    let folder = Folder::new();
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let host = folder.start(&Options { through: Some(&nowhere), ..Options::on(Edge::shared()) });
    let workshop = host.make_local_workshop(json!({ "capacity": 3, "waiting_list": true }));
    let at = venue(&host.status(), &workshop);
    let sign_up = |teacher: &Teacher| teacher.sign_up(&at, workshop.invite_code(), 201);
    let people: Vec<Teacher> = (0..4).map(|_| Teacher::new()).collect();
    let receipts: Vec<Receipt> = people.iter().map(sign_up).collect();
    let states = || receipts.iter().map(|receipt| receipt.now()["state"].clone()).collect::<Vec<_>>();
    assert_eq!(states(), ["registered", "registered", "registered", "waitlisted"]);
    receipts[0].cancel();
    assert_eq!(states(), ["cancelled", "registered", "registered", "registered"]);

    let listed =
        host.control("GET", &format!("/control/workshops/{}/signups", workshop.id())).send().unwrap();
    assert_eq!(ok(listed).to_string().matches("\"registered\"").count(), 3);
    let renewed = type_command(&folder, &["workshop", "renew", workshop.id()]);
    assert_ne!(text(&renewed, "invite_code"), workshop.invite_code());
    let code = text(&renewed, "invite_code").to_owned();
    type_command(&folder, &["workshop", "retire", workshop.id()]);
    assert_eq!(Teacher::new().send(&at, &code).status(), 410, "closed");

    let export = |name: &str| {
        let file = folder.path().join(name);
        type_command(&folder, &["export", workshop.id(), file.to_str().unwrap()]);
        let csv = fs::read_to_string(file).unwrap();
        assert!(people.iter().all(|teacher| csv.contains(&teacher.phone)), "{csv}");
    };
    export("running.csv");
    assert!(host.stop().success());
    export("stopped.csv");
}

#[test]
fn an_edge_that_comes_late_gets_the_workshop_and_nothing_of_who_came_before() {
    let edge = Edge::start();
    edge.stop();
    let folder = Folder::new();
    let host = folder.start(&Options::on(&edge));
    let workshop = host.make_local_workshop(json!({}));
    let at = venue(&host.status(), &workshop);
    let name = "Xiangyata Quvondiqov";
    let people: Vec<Teacher> = (0..20).map(|_| Teacher { name: name.into(), ..Teacher::new() }).collect();
    let receipts: Vec<Receipt> =
        people.iter().map(|teacher| teacher.sign_up(&at, workshop.invite_code(), 201)).collect();
    assert_eq!(folder.count("SELECT count(*) FROM signups WHERE path = 'venue'"), 20);
    assert_eq!(host.metric("rollcall_backlog{hop=\"receipts\"}"), Some(20.0));

    edge.start_again();
    let url = format!("{}/v1/workshops/{}", edge.url(), workshop.invite_code());
    wait::until(("the workshop is published", 30), || {
        client().get(&url).send().ok().filter(|answer| answer.status() == 200)
    });
    wait::until_equal(("receipts on their way", 30), &Some(0.0), || {
        host.metric("rollcall_backlog{hop=\"receipts\"}")
    });
    // The edge knows ids and states: no name, no number, and no address under which one of them could be
    // looked up.
    let mut secrets = vec![name];
    secrets.extend(people.iter().map(|teacher| teacher.phone.as_str()));
    assert!(Leaks::of(secrets).none_below(&edge.state()) > 0);
    for receipt in &receipts {
        let address = format!("{}/v1/receipts/{}/{}", edge.url(), workshop.id(), receipt.token());
        assert_eq!(client().get(address).send().unwrap().status(), 404);
        assert_eq!(receipt.now()["state"], "registered");
    }
    // From here on both ways.
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    people[7].sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 21);
    assert_eq!(folder.count("SELECT count(*) FROM duplicates"), 0);
}

#[test]
fn ten_thousand_waiting_messages_come_in_steadily_and_the_venue_page_does_not_wait() {
    const MAIL: i64 = 10_000;
    const HALL: i64 = 500;
    let edge = Edge::start();
    let folder = Folder::new();
    let host = folder.start(&Options::on(&edge));
    let workshop = host.make_workshop(json!({ "proof": "off" }));
    assert!(host.stop().success());
    let left = AtomicU32::new(u32::try_from(MAIL).unwrap());
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok() {
                    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
                }
            });
        }
    });

    let host = folder.start(&Options::on(&edge));
    let at = venue(&host.status(), &workshop);
    let waiting = || host.metric("rollcall_backlog{hop=\"edge\"}").unwrap();
    let everybody = Barrier::new(usize::try_from(HALL).unwrap() + 1);
    wait::until(("mail comes in", 30), || (waiting() > 0.0).then_some(()));
    let (before, after) = thread::scope(|scope| {
        let hall: Vec<_> = (0..HALL)
            .map(|_| {
                scope.spawn(|| {
                    let teacher = Teacher::new();
                    everybody.wait();
                    teacher.sign_up(&at, workshop.invite_code(), 201);
                })
            })
            .collect();
        let before = waiting();
        everybody.wait();
        hall.into_iter().for_each(|teacher| teacher.join().unwrap());
        (before, waiting())
    });
    assert!(before > 0.0, "there was mail when the hall came");
    assert_eq!(folder.count("SELECT count(*) FROM signups WHERE path = 'venue'"), HALL);
    eprintln!("{before} waited when the hall came, {after} when all of it was answered");

    // The figure falls: it may be counted anew once, when the socket opens.
    let mut seen = vec![waiting()];
    wait::until(("all mail is in", 120), || {
        let now = waiting();
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        (now == 0.0 && folder.count("SELECT count(*) FROM signups") == MAIL + HALL).then_some(())
    });
    let rises = seen.windows(2).filter(|pair| pair[1] > pair[0]).count();
    assert!(seen.len() > 10 && rises <= 2, "{seen:?}");
    assert_eq!(folder.count("SELECT count(DISTINCT id) FROM signups"), MAIL + HALL);
    assert_eq!(
        folder.count("SELECT count(*) FROM duplicates") + folder.count("SELECT count(*) FROM parked"),
        0
    );
}
