//! The edge's wake-up call: a sign-up is fetched at once, and nothing depends on the socket.

use std::time::{Duration, Instant};

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Host, Options, Workshop};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::json;

use crate::passage::Passage;

fn set_up(edge: &Edge, passage: &Passage) -> (Folder, Host, Workshop) {
    let folder = Folder::new();
    let host = folder.start(&Options { through: Some(passage.url()), ..Options::on(edge) });
    let workshop = host.make_workshop(json!({}));
    (folder, host, workshop)
}

fn wait_for_socket(host: &Host, open: bool) {
    let sockets = if open { 1.0 } else { 0.0 };
    wait::until_equal(("wake sockets", 60), &Some(sockets), || host.metric("rollcall_wake_sockets"));
}

/// How long it takes until a new teacher's receipt says *registered*.
fn sign_up(edge: &Edge, workshop: &Workshop) -> Duration {
    let began = Instant::now();
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    began.elapsed()
}

/// The same where the edge cannot call.
fn sign_up_uncalled(edge: &Edge, workshop: &Workshop, seconds: u64) {
    let receipt = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    receipt.wait_for_within("registered", seconds);
}

#[test]
fn a_sign_up_is_registered_at_once_and_mail_is_fetched_when_the_edge_calls() {
    let edge = Edge::shared();
    let (_folder, host, workshop) = set_up(edge, &Passage::to(edge.url()));
    wait_for_socket(&host, true);
    let figures = || {
        let figure = |name| host.metric(name).unwrap();
        (figure("rollcall_pulls_total"), figure("rollcall_wake_calls_total"))
    };
    let (began, before) = (Instant::now(), figures());
    let mut took: Vec<Duration> = (0..9).map(|_| sign_up(edge, &workshop)).collect();
    took.sort();
    // The middle one: the machine that runs all tests may be busy with another one for a moment.
    assert!(took[4] < Duration::from_secs(1), "{took:?}");
    let after = figures();
    let (pulls, calls) = (after.0 - before.0, after.1 - before.1);
    assert!(calls >= 1.0, "the edge called");
    eprintln!("registered after {took:?}, {pulls} pulls for {calls} calls");
    // One for each call, those that run behind the calls, and the one that the socket's opening may still
    // have caused.
    let polls = began.elapsed().as_secs_f64() / 30.0 + 2.0;
    assert!(pulls <= calls + polls, "{pulls} pulls for {calls} calls");
    host.wait_until_all_collected();
}

#[test]
fn a_socket_that_is_cut_comes_back_and_what_came_meanwhile_is_fetched() {
    let edge = Edge::shared();
    let passage = Passage::to(edge.url());
    let (folder, host, workshop) = set_up(edge, &passage);
    for round in 1..=3 {
        wait_for_socket(&host, true);
        passage.cut();
        sign_up_uncalled(edge, &workshop, 10);
        assert_eq!(folder.count("SELECT count(*) FROM signups"), round);
    }
    wait_for_socket(&host, true);
}

#[test]
fn a_network_that_died_silently_is_noticed() {
    let edge = Edge::shared();
    let passage = Passage::to(edge.url());
    let (folder, host, workshop) = set_up(edge, &passage);
    wait_for_socket(&host, true);
    passage.freeze();
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    wait_for_socket(&host, false);
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 0);
    passage.thaw();
    wait_for_socket(&host, true);
    wait::until_equal(("the row", 30), &1, || folder.count("SELECT count(*) FROM signups"));
}

#[test]
fn an_edge_without_the_socket_still_works() {
    let edge = Edge::shared();
    let passage = Passage::to(edge.url());
    passage.let_no_socket_through();
    let (_folder, host, workshop) = set_up(edge, &passage);
    // The first by the poll of a quiet workshop, the second by that of a busy one.
    sign_up_uncalled(edge, &workshop, 40);
    sign_up_uncalled(edge, &workshop, 10);
    assert_eq!(host.metric("rollcall_wake_sockets"), Some(0.0));
    assert_eq!(host.metric("rollcall_wake_calls_total"), Some(0.0));
    assert!(host.log().contains("no wake-up calls"), "{}", host.log());
}
