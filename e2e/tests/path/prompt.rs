//! Nothing waits for a poll: what comes while the mail before it is being acknowledged is fetched at once,
//! and the figure of what waits at the edge falls to nothing as soon as all of it is acknowledged.
//!
//! Before answers of the mailbox had a revision (ADR 39), five of sixty rounds waited half a minute for that
//! figure: a second pull was answered as of before the acknowledgement whose answer had overtaken it.

use std::thread;
use std::time::{Duration, Instant};

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Options, ok};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::json;

/// So often two phones send while the laptop is at work on what came before; every third time all of it is
/// delivered once more.
const ROUNDS: i64 = 500;
/// Longest time, in seconds, of each step of a round.
const STEP: u64 = 8;

#[test]
fn five_hundred_times_mail_comes_while_other_mail_is_acknowledged_and_none_waits_for_a_poll() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({ "proof": "off" }));
    let replay = format!("/control/workshops/{}/replay", workshop.id());
    let (mut stored, mut emptied) = (Duration::ZERO, Duration::ZERO);
    for round in 1..=ROUNDS {
        let began = Instant::now();
        for _ in 0..2 {
            Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
            wait::pause(round.unsigned_abs() * 7 % 23);
        }
        wait::until_equal((format!("rows of round {round}"), STEP), &(2 * round), || {
            folder.count("SELECT count(*) FROM signups")
        });
        stored = stored.max(began.elapsed());
        if round % 3 == 0 {
            let since = json!({ "since": rollcall_e2e::host::now() - 2_000 });
            ok(host.control("POST", &replay).json(&since).send().unwrap());
        }
        let began = Instant::now();
        wait::until_equal((format!("mail left in round {round}"), STEP), &Some(0.0), || {
            host.metric("rollcall_backlog{hop=\"edge\"}")
        });
        emptied = emptied.max(began.elapsed());
    }
    eprintln!("{ROUNDS} rounds: at worst stored after {stored:?}, nothing left after {emptied:?}");
    assert_eq!(folder.count("SELECT count(*) FROM duplicates"), 0);
}

/// The edge puts an object to sleep that has had nothing to do for ten seconds, and keeps its socket.
#[test]
fn an_edge_that_was_put_to_sleep_calls_when_mail_comes() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    wait::until_equal(("wake sockets", 10), &Some(1.0), || host.metric("rollcall_wake_sockets"));
    for _ in 0..2 {
        let calls = host.metric("rollcall_wake_calls_total").unwrap();
        wait::pause(13_000);
        Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
        assert!(host.metric("rollcall_wake_calls_total").unwrap() > calls, "{}", host.log());
    }
}

/// What is deposited at any moment of a start: before the socket is there, while it is being opened, and
/// after.
#[test]
fn mail_that_comes_while_a_laptop_starts_is_fetched_at_once() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({ "proof": "off" }));
    assert!(host.stop().success());
    let mut expected = 0;
    for _ in 0..3 {
        let receipts = thread::scope(|scope| {
            let phones = scope.spawn(|| {
                let one = |n: u64| {
                    wait::pause(n * 17 % 90);
                    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202)
                };
                (0..25).map(one).collect::<Vec<_>>()
            });
            let host = folder.start(&Options::on(edge));
            let receipts = phones.join().unwrap();
            receipts.iter().for_each(|receipt| receipt.wait_for_within("registered", STEP));
            assert!(host.stop().success());
            receipts
        });
        expected += i64::try_from(receipts.len()).unwrap();
        assert_eq!(folder.count("SELECT count(*) FROM signups"), expected);
    }
}
