//! A wrong or missing setting: one clear line with what to do, exit code 2, never a stack trace.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Options};
use rollcall_e2e::process::output;
use rusqlite::Connection;

#[track_caller]
pub(crate) fn refused(command: &mut Command, words: &[&str]) {
    command.env("RUST_LOG", "off").env("RUST_BACKTRACE", "1");
    // By the system's language, without a flag; the words are those of the English line.
    command.env("LC_ALL", "zh_CN.UTF-8").env("LANG", "zh_CN.UTF-8");
    refused_in(command, &[], ("错误：", "——"));
    command.env("LC_ALL", "C.UTF-8").env("LANG", "C.UTF-8");
    refused_in(command, words, ("error: ", " — "));
}

#[track_caller]
fn refused_in(command: &mut Command, words: &[&str], (begins, what_to_do): (&str, &str)) {
    let output = output(command);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty());
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 1, "one line:\n{stderr}");
    assert!(
        lines[0].starts_with(begins) && lines[0].contains(what_to_do),
        "what is wrong — what to do: {stderr}"
    );
    for word in words {
        assert!(stderr.contains(word), "{word:?} is not named: {stderr}");
    }
}

#[test]
fn an_edge_address_that_is_none() {
    let folder = Folder::new();
    for url in ["not an address", "http://signup.example.org", "https://a:b@example.org"] {
        refused(folder.command(&Options::default()).args(["--edge-url", url]), &[url]);
    }
}

#[test]
fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for flag in ["--lan-port", "--metrics-port"] {
        let folder = Folder::new();
        let mut command =
            Command::new(rollcall_e2e::place("ROLLCALL_HOST_BIN", "target/release/rollcall-host"));
        command.arg("run").arg("--data-dir").arg(folder.path()).args([
            "--lan-host",
            "127.0.0.1",
            flag,
            &port,
        ]);
        refused(&mut command, &[&port]);
    }
}

#[test]
fn a_database_from_a_newer_version() {
    let folder = Folder::new();
    Connection::open(folder.database()).unwrap().pragma_update(None, "user_version", 999).unwrap();
    refused(&mut folder.command(&Options::default()), &["newer"]);
}

#[test]
fn a_database_that_is_none() {
    let folder = Folder::new();
    fs::write(folder.database(), "Dear diary, this is no database at all. ".repeat(100)).unwrap();
    refused(&mut folder.command(&Options::default()), &["rollcall.db"]);
}

#[test]
fn a_database_that_cannot_be_written() {
    let folder = Folder::new();
    folder.start(&Options::default()).stop();
    for file in fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let mode = if path == folder.database() { 0o444 } else { 0o666 };
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        }
    }
    // Root may write anything: the program runs as somebody else, from a place that everybody can read.
    let tools = tempfile::tempdir_in("/tmp").unwrap();
    let program = tools.path().join("rollcall-host");
    let wanted = folder.command(&Options::default());
    fs::copy(wanted.get_program(), &program).unwrap();
    for path in [tools.path(), folder.path()] {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    }
    let mut command = Command::new("setpriv");
    if rustix::process::geteuid().is_root() {
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    }
    command.arg("--").arg(program).args(wanted.get_args());
    refused(&mut command, &["rollcall.db"]);
}

#[test]
fn a_folder_that_another_engine_has() {
    let folder = Folder::new();
    let first = folder.start(&Options::default());
    refused(&mut folder.command(&Options::default()), &[&first.id().to_string()]);
    assert!(first.stop().success());
}

#[test]
fn a_key_that_does_not_publish() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let mut command = folder.command(&Options::on(edge));
    fs::write(folder.path().join("publish-key"), "wrong").unwrap();
    refused(command.arg("--demo"), &["key"]);
}

#[test]
fn a_key_file_that_is_missing() {
    let folder = Folder::new();
    let mut command = folder.command(&Options::default());
    refused(
        command.args(["--edge-url", "http://127.0.0.1:9", "--publish-key-file", "/nowhere/key"]),
        &["/nowhere/key"],
    );
}

#[test]
fn a_redis_that_is_none() {
    let folder = Folder::new();
    refused(folder.command(&Options::default()).args(["--redis-url", "nonsense"]), &["nonsense"]);
}
