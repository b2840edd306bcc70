//! The host killed with SIGKILL at every named step, Redis killed and its folder deleted: nothing lost,
//! nothing twice.

use std::collections::HashSet;
use std::fs;

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Options};
use rollcall_e2e::process::kill_child;
use rollcall_e2e::teacher::{Receipt, Teacher};
use serde_json::json;

const CROWD: usize = 20;

/// Starts a host that kills itself at `step`, lets a crowd sign up, starts an ordinary host on the same
/// folder.
fn killed_at(step: &str, direct: bool) {
    let edge = Edge::shared();
    let folder = Folder::new();
    let workshop = {
        let host = folder.start(&Options { direct, ..Options::on(edge) });
        let workshop = host.make_workshop(json!({}));
        assert!(host.stop().success());
        workshop
    };
    let failpoint = format!("{step}=return");
    let doomed = folder.start(&Options { direct, failpoints: Some(&failpoint), ..Options::on(edge) });
    let receipts = sign_up(edge, workshop.invite_code());
    doomed.killed_by_itself();

    let host = folder.start(&Options { direct, ..Options::on(edge) });
    all_stand_once(&folder, &receipts);
    host.wait_until_all_collected();
}

fn sign_up(edge: &Edge, invite_code: &str) -> Vec<Receipt> {
    (0..CROWD).map(|_| Teacher::new().sign_up(edge.url(), invite_code, 202)).collect()
}

fn all_stand_once(folder: &Folder, receipts: &[Receipt]) {
    receipts.iter().for_each(|receipt| receipt.wait_for_within("registered", 30));
    let stored: Vec<String> = folder.read("SELECT id FROM signups", |row| row.get(0));
    let sent: HashSet<&str> = receipts.iter().map(|r| r.issued["id"].as_str().unwrap()).collect();
    assert_eq!(stored.iter().map(String::as_str).collect::<HashSet<_>>(), sent);
    assert_eq!(stored.len(), sent.len(), "none twice");
    assert_eq!(folder.count("SELECT count(*) FROM duplicates"), 0);
    assert_eq!(folder.count("SELECT count(*) FROM parked"), 0);
}

macro_rules! killed {
    ($($name:ident: $step:literal, $direct:literal;)*) => {
        $(#[test]
        fn $name() {
            killed_at($step, $direct);
        })*
    };
}

killed! {
    nothing_is_lost_when_killed_after_pull: "after_pull", false;
    nothing_is_lost_when_killed_after_stream_add: "after_stream_add", false;
    nothing_is_lost_when_killed_after_stream_read: "after_stream_read", false;
    nothing_is_lost_when_killed_in_the_transaction: "in_transaction", false;
    nothing_is_lost_when_killed_after_commit: "after_commit", false;
    nothing_is_lost_when_killed_after_stream_ack: "after_stream_ack", false;
    nothing_is_lost_when_killed_after_lease_ack: "after_lease_ack", false;
    nothing_is_lost_when_killed_before_receipts: "before_receipts", false;
    nothing_is_lost_without_redis_when_killed_after_pull: "after_pull", true;
    nothing_is_lost_without_redis_when_killed_in_the_transaction: "in_transaction", true;
    nothing_is_lost_without_redis_when_killed_after_commit: "after_commit", true;
    nothing_is_lost_without_redis_when_killed_after_lease_ack: "after_lease_ack", true;
}

#[test]
fn nothing_is_lost_when_redis_is_killed_and_its_folder_deleted_in_mid_drain() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let (workshop, receipts) = {
        let host = folder.start(&Options::on(edge));
        let workshop = host.make_workshop(json!({}));
        assert!(host.stop().success());
        // All but the last: taken by the edge, put into Redis, and lost with it.
        let doomed =
            folder.start(&Options { failpoints: Some("after_stream_add=return"), ..Options::on(edge) });
        let receipts = sign_up(edge, workshop.invite_code());
        doomed.killed_by_itself();
        (workshop, receipts)
    };
    let redis = folder.path().join("redis");
    assert!(fs::read_dir(&redis).unwrap().next().is_some(), "Redis has written something");
    fs::remove_dir_all(&redis).unwrap();

    let host = folder.start(&Options::on(edge));
    let more = sign_up(edge, workshop.invite_code());
    // And once more while it runs.
    fs::remove_dir_all(&redis).unwrap();
    kill_child(host.id(), "redis-server");
    let last = sign_up(edge, workshop.invite_code());
    all_stand_once(&folder, &[receipts, more, last].concat());
}
