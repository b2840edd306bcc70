//! The copy of the keys: saved once, it is enough on another laptop, also for workshops of later. And who may
//! read what a host keeps.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Options};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::{place, wait};
use serde_json::{Value, json};

use crate::form::venue;

/// Runs the host's program on a folder, with the words between its command and the rest.
fn run(folder: &Folder, command: &[&str], rest: &[&str]) -> Output {
    let mut program = Command::new(place("ROLLCALL_HOST_BIN", "target/release/rollcall-host"));
    program.args(command).arg("--data-dir").arg(folder.path()).args(rest).output().unwrap()
}

fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A file with a passphrase in it, and where the copy goes.
fn stick() -> (tempfile::TempDir, String, String) {
    let stick = tempfile::tempdir().unwrap();
    let passphrase = stick.path().join("passphrase");
    fs::write(&passphrase, "王芳 caf\u{e9} 2026\n").unwrap();
    let copy = stick.path().join("rollcall-keys.age");
    let text = |path: PathBuf| path.into_os_string().into_string().unwrap();
    (stick, text(passphrase), text(copy))
}

#[test]
fn a_workshop_of_later_is_found_on_another_laptop_by_its_code() {
    let edge = Edge::shared();
    let (first, (_stick, passphrase, copy)) = (Folder::new(), stick());
    let host = first.start(&Options::on(edge));
    let early = host.make_workshop(json!({}));
    let saved = answer(&run(&first, &["keys"], &["save", &copy, "--passphrase-file", &passphrase]));
    assert_eq!(saved["file"], copy);
    let later = host.make_workshop(json!({}));
    host.kill();
    let receipts = [&early, &later].map(|w| Teacher::new().sign_up(edge.url(), w.invite_code(), 202));

    // It has nothing but the copy.
    let second = Folder::new();
    let host = second.start(&Options { direct: true, ..Options::default() });
    let find = |code: &str| run(&second, &["keys"], &["find", code]);
    let none = find(later.invite_code());
    assert!(!none.status.success(), "there is no edge yet");
    let loaded = answer(&run(&second, &["keys"], &["load", &copy, "--passphrase-file", &passphrase]));
    assert_eq!((&loaded["workshops"], &loaded["edge"]), (&json!(1), &json!(edge.url())));
    receipts[0].wait_for("registered");
    assert_eq!(second.count("SELECT count(*) FROM signups"), 1);
    assert!(String::from_utf8_lossy(&find("ABCD-23456").stderr).contains("no workshop has this code"));
    assert_eq!(answer(&find(&later.invite_code().to_lowercase()))["id"], later.id());
    receipts[1].wait_for("registered");
    wait::until_equal("both", &2, || second.count("SELECT count(*) FROM signups"));
    // Another host's workshop is nobody's to find.
    let (others, other_host) = (Folder::new(), Options::on(edge));
    let other_host = others.start(&other_host);
    let foreign = other_host.make_workshop(json!({}));
    let refused = find(foreign.invite_code());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("are not this workshop's"), "{refused:?}");
    assert!(host.stop().success());
}

/// Everything in a place that somebody else may look into.
fn open_to_others(place: &Path) -> Vec<String> {
    let Ok(found) = fs::symlink_metadata(place) else { return Vec::new() };
    let mode = found.permissions().mode() & 0o777;
    let mut open = Vec::new();
    if mode & 0o077 != 0 && !found.is_symlink() {
        open.push(format!("{mode:o} {}", place.display()));
    }
    if found.is_dir() {
        open.extend(fs::read_dir(place).unwrap().flat_map(|entry| open_to_others(&entry.unwrap().path())));
    }
    open
}

#[test]
fn what_a_host_keeps_is_for_its_account_alone() {
    let (folder, (stick, passphrase, copy)) = (Folder::new(), stick());
    let there = |name: &str| stick.path().join(name).into_os_string().into_string().unwrap();
    let closed = |after: &str| {
        let open = open_to_others(folder.path());
        assert!(open.is_empty(), "after {after}: {open:#?}");
    };
    let closed_there = |name: &str| assert_eq!(open_to_others(Path::new(&there(name))), [""; 0], "{name}");
    // As an older version left it.
    for name in ["rollcall.before-v5.db", "publish-key"] {
        fs::write(folder.path().join(name), "x").unwrap();
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    fs::remove_file(folder.path().join("rollcall.before-v5.db")).unwrap();
    fs::create_dir(folder.path().join("redis")).unwrap();
    for path in [folder.path(), &folder.path().join("redis")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let host = folder.start(&Options::default());
    closed("the start");
    let (workshop, gone) = (host.make_local_workshop(json!({})), host.make_local_workshop(json!({})));
    Teacher::new().sign_up(&venue(&host.status(), &workshop), workshop.invite_code(), 201);
    closed("a sign-up");
    let code = workshop.invite_code();
    for name in ["list.xlsx", "list.csv"] {
        answer(&run(&folder, &["export"], &[code, &there(name)]));
        closed_there(name);
    }
    answer(&run(&folder, &["backup"], &[&there("backup")]));
    closed_there("backup");
    answer(&run(&folder, &["keys"], &["save", &copy, "--passphrase-file", &passphrase]));
    closed_there("rollcall-keys.age");
    answer(&run(&folder, &["erase"], &["workshop", gone.invite_code(), "--yes"]));
    closed("an erasure");
    assert!(host.stop().success());
    closed("the end");

    // Without an engine.
    answer(&run(&folder, &["backup"], &[&there("another")]));
    closed_there("another");
    // As on a stick that knows no permissions.
    for name in ["rollcall.db", "keys.json"] {
        fs::set_permissions(stick.path().join("backup").join(name), fs::Permissions::from_mode(0o777))
            .unwrap();
    }
    folder.restore(&stick.path().join("backup")).unwrap();
    closed("a restore");
    answer(&run(&folder, &["export"], &[code, &there("offline.csv")]));
    closed_there("offline.csv");
    let host = folder.start(&Options::default());
    closed("a start after a restore");
    assert!(host.stop().success());
}
