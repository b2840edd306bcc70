//! A person and a workshop erased everywhere: in the database's files, in the edge's mailbox, for whoever
//! sends again; by redelivery, replay, take-over and restored backup nobody comes back.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Host, Options, Workshop, ok};
use rollcall_e2e::leaks::Leaks;
use rollcall_e2e::process::descendant;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::{Value, json};

const NAME: &str = "Xiangyata Quvondiqov";
const PHONE: &str = "13987612345";

fn teacher() -> Teacher {
    Teacher { name: NAME.into(), phone: PHONE.into(), ..Teacher::new() }
}

fn erase(host: &Host, workshop: &Workshop, whom: &Value) -> Value {
    let path = format!("/control/workshops/{}/erase", workshop.id());
    ok(host.control("POST", &path).json(&json!({ "whom": whom, "yes": true })).send().unwrap())
}

/// Mail that the edge keeps of a workshop, acknowledged or not: everything is delivered again and counted.
fn replay(host: &Host, workshop: &Workshop) -> u64 {
    let path = format!("/control/workshops/{}/replay", workshop.id());
    ok(host.control("POST", &path).json(&json!({ "since": 0 })).send().unwrap())["replayed"].as_u64().unwrap()
}

/// Whether the host's own Redis has the workshop's stream.
fn has_stream(host: &Host, workshop: &Workshop) -> bool {
    let redis = descendant(host.id(), "redis-server").expect("its own Redis");
    let title = fs::read_to_string(format!("/proc/{redis}/cmdline")).unwrap();
    let socket = title.split("unixsocket:").nth(1).expect("Redis names its socket");
    let mut redis = UnixStream::connect(socket.trim_end_matches('\0').trim()).unwrap();
    redis.write_all(format!("EXISTS signups:{}\r\n", workshop.id()).as_bytes()).unwrap();
    let mut answer = [0; 4];
    redis.read_exact(&mut answer).unwrap();
    assert!([b":0\r\n", b":1\r\n"].contains(&&answer), "{answer:?}");
    answer[1] == b'1'
}

fn nothing_in(folder: &Path) {
    assert!(Leaks::of([NAME, PHONE]).none_below(folder) > 0, "nothing to search");
}

#[test]
fn a_person_is_erased_everywhere_and_stays_erased() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let (gone, stays) = (teacher(), Teacher::new());
    let receipt = gone.sign_up(edge.url(), workshop.invite_code(), 202);
    let mut correction = gone.again().body(workshop.invite_code());
    correction["replaces"] = receipt.token().into();
    let corrected = client().post(format!("{}/v1/signups", edge.url())).json(&correction).send().unwrap();
    assert_eq!(corrected.status(), 202);
    stays.sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    wait::until_equal(("rows", 10), &3, || folder.count("SELECT count(*) FROM signups"));
    host.wait_until_all_collected();
    assert_eq!(replay(&host, &workshop), 3);
    host.wait_until_all_collected();

    let id = receipt.issued["id"].as_str().unwrap();
    let path = format!("/control/workshops/{}/erase", workshop.id());
    let asked = json!({ "whom": { "person": id }, "yes": false });
    let would = ok(host.control("POST", &path).json(&asked).send().unwrap());
    assert_eq!((would["signups"].as_u64(), folder.count("SELECT count(*) FROM signups")), (Some(2), 3));
    let erased = erase(&host, &workshop, &json!({ "person": id }));
    assert_eq!(
        (erased["signups"].as_u64(), erased["log_emptied"].as_bool()),
        (Some(2), Some(true)),
        "{erased}"
    );
    nothing_in(folder.path());
    receipt.wait_for("cancelled");

    // The edge lets go of its mail, and takes in no more of it.
    wait::until_equal(("told", 10), &0, || folder.count("SELECT count(*) FROM erasures_out"));
    // Nothing is on its way from the replay before, which would not be counted.
    host.wait_until_all_collected();
    assert_eq!(replay(&host, &workshop), 1, "one is left");
    gone.sign_up(edge.url(), workshop.invite_code(), 202);
    let again = client().post(format!("{}/v1/signups", edge.url())).json(&correction).send().unwrap();
    assert_eq!(again.status(), 202);
    // The venue page tells the same.
    let status = host.status();
    let lan = status["workshops"].as_array().unwrap().iter().find(|w| w["id"] == workshop.id()).unwrap();
    let venue = lan["lan"].as_str().unwrap().split("/j/").next().unwrap();
    assert_eq!(gone.sign_up(venue, workshop.invite_code(), 201).issued["state"], "cancelled");
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 2);
    assert!(host.stop().success());
    nothing_in(folder.path());
}

#[test]
fn an_older_backup_brings_nobody_back() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let receipt = teacher().sign_up(edge.url(), workshop.invite_code(), 202);
    receipt.wait_for("registered");
    let backup = folder.path().with_extension("backup");
    let _remove = Remove(&backup);
    ok(host.control("POST", "/control/backup").json(&json!({ "to": backup })).send().unwrap());
    // After the backup: somebody more, and the erasure.
    let later = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    later.wait_for("registered");
    host.wait_until_all_collected();
    erase(&host, &workshop, &json!({ "person": receipt.issued["id"] }));
    wait::until_equal(("told", 10), &0, || folder.count("SELECT count(*) FROM erasures_out"));
    assert!(host.stop().success());

    // On another laptop, which knows of no erasure; only the edge does.
    let laptop = Folder::new();
    let restored = laptop.restore(&backup).unwrap();
    assert_eq!(restored["signups"], 1);
    let host = laptop.start(&Options::on(edge));
    let ids = || laptop.read("SELECT id FROM signups", |row| row.get::<_, String>(0));
    let only = vec![later.issued["id"].as_str().unwrap().to_owned()];
    wait::until_equal(("who came later, and nobody else", 40), &only, ids);
    wait::until_equal(("claimed", 40), &0, || laptop.count("SELECT count(*) FROM takeovers_due"));
    nothing_in(laptop.path());
    receipt.wait_for_within("cancelled", 30);
    // It collects from now on, without a word of the host's.
    let last = Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
    last.wait_for("registered");
    assert_eq!(laptop.count("SELECT count(*) FROM signups"), 2);
    assert!(host.stop().success());

    // On the old one, whose database says who was erased, before any edge does.
    let restored = folder.restore(&backup).unwrap();
    assert_eq!((&restored["signups"], &restored["erased_again"]), (&json!(0), &json!(1)));
    nothing_in(folder.path());
}

#[test]
fn a_workshop_is_erased_with_its_code_its_mail_and_its_keys() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    let other = host.make_workshop(json!({}));
    let receipt = teacher().sign_up(edge.url(), workshop.invite_code(), 202);
    receipt.wait_for("registered");
    let backup = folder.path().with_extension("backup");
    let _remove = Remove(&backup);
    ok(host.control("POST", "/control/backup").json(&json!({ "to": backup })).send().unwrap());
    let drain_key = |folder: &Folder| {
        let keys: Value =
            serde_json::from_slice(&fs::read(folder.path().join("keys.json")).unwrap()).unwrap();
        keys["workshops"][workshop.id()]["drain_key"].as_str().map(str::to_owned)
    };
    let key = drain_key(&folder).unwrap();
    assert!(has_stream(&host, &workshop) && has_stream(&host, &other));
    erase(&host, &workshop, &json!("workshop"));
    nothing_in(folder.path());
    wait::until_equal(("finished", 40), &1, || {
        folder.count("SELECT count(*) FROM erased_workshops WHERE done = 1")
    });
    assert_eq!(drain_key(&folder), None);
    assert!(!has_stream(&host, &workshop) && has_stream(&host, &other));
    let status = host.status();
    assert!(!status.to_string().contains(workshop.id()) && status.to_string().contains(other.id()));
    // Its address leads nowhere, its code is gone, and nothing of it can be fetched with its key.
    assert_eq!(client().get(receipt.page()).send().unwrap().status(), 404);
    assert_eq!(Teacher::new().send(edge.url(), workshop.invite_code()).status(), 410);
    let pull = format!("{}/v1/host/workshops/{}/messages/pull", edge.url(), workshop.id());
    let collector = json!({ "collector": { "id": "1", "name": "n" } });
    let take_over = pull.replace("messages/pull", "takeover");
    let taken = ok(client().post(take_over).bearer_auth(&key).json(&collector).send().unwrap());
    assert_eq!(taken["result"]["workshop_erased"], true);
    let pulled = ok(client().post(&pull).bearer_auth(&key).json(&collector).send().unwrap());
    assert_eq!(pulled["result"]["messages"], json!([]));
    Teacher::new().sign_up(edge.url(), other.invite_code(), 202).wait_for("registered");
    assert!(host.stop().success());

    // A backup of before, on another laptop: the edge says that the workshop is gone.
    let laptop = Folder::new();
    assert_eq!(laptop.restore(&backup).unwrap()["signups"], 1);
    let _host = laptop.start(&Options::on(edge));
    wait::until_equal(("erased", 40), &0, || {
        laptop.count("SELECT count(*) FROM signups WHERE phone LIKE '%13987612345'")
    });
    wait::until_equal(("finished", 40), &1, || {
        laptop.count("SELECT count(*) FROM erased_workshops WHERE done = 1")
    });
    assert_eq!(drain_key(&laptop), None);
}

/// One that is closed is published no more, so that its publication says nothing of the erasure.
#[test]
fn a_closed_workshop_that_was_erased_elsewhere_is_erased_by_the_restored_database_that_claims_it() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({}));
    teacher().sign_up(edge.url(), workshop.invite_code(), 202).wait_for("registered");
    host.retire(&workshop);
    wait::until_equal(("closed at the edge", 20), &410, || {
        Teacher::new().send(edge.url(), workshop.invite_code()).status().as_u16()
    });
    let backup = folder.path().with_extension("backup");
    let _remove = Remove(&backup);
    ok(host.control("POST", "/control/backup").json(&json!({ "to": backup })).send().unwrap());
    erase(&host, &workshop, &json!("workshop"));
    let finished = |folder: &Folder| folder.count("SELECT count(*) FROM erased_workshops WHERE done = 1");
    wait::until_equal(("finished", 40), &1, || finished(&folder));
    assert!(host.stop().success());

    let laptop = Folder::new();
    // One at least: whoever was taken in before the edge knew that it is closed is there as well.
    assert!(laptop.restore(&backup).unwrap()["signups"].as_u64() >= Some(1));
    let host = laptop.start(&Options::on(edge));
    wait::until_equal(("finished there", 40), &1, || finished(&laptop));
    assert_eq!(laptop.count("SELECT count(*) FROM signups"), 0);
    assert!(host.stop().success());
    nothing_in(laptop.path());
}

#[test]
fn a_restore_into_a_folder_that_is_in_use_is_refused_in_one_line() {
    let folder = Folder::new();
    let host = folder.start(&Options::default());
    let refused = folder.restore(Path::new("/nowhere")).unwrap_err();
    assert!(refused.contains("already uses") && refused.lines().count() == 1, "{refused}");
    assert!(host.stop().success());
    let refused = folder.restore(Path::new("/nowhere")).unwrap_err();
    assert!(refused.contains("/nowhere is no backup") && refused.lines().count() == 1, "{refused}");
}

/// A folder that the test's end takes away.
struct Remove<'a>(&'a Path);

impl Drop for Remove<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0);
    }
}
