//! What becomes of the program when nobody reads what it says: `rollcall-host workshop list | head`.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "fixtures of tests; a failure is what they are for")]

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(20);

fn rollcall_host() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall-host"));
    command.stdin(Stdio::null()).env_remove("ROLLCALL_DATA_DIR").env("RUST_LOG", "info");
    command
}

/// A pipe that nobody reads any more.
fn unread() -> Stdio {
    std::io::pipe().unwrap().1.into()
}

/// Runs a command on a data folder with nobody at its standard output.
fn unheard(data_dir: &Path, words: &[&str]) -> Output {
    let mut command = rollcall_host();
    command.args(words).env("ROLLCALL_DATA_DIR", data_dir).stdout(unread());
    command.output().unwrap()
}

/// An engine that runs until it is dropped; neither of its outputs is read.
struct Engine(Child);

impl Engine {
    fn start(data_dir: &Path) -> Self {
        let mut command = rollcall_host();
        command.args(["run", "--no-redis", "--lan-port", "0", "--metrics-port", "0", "--data-dir"]);
        let engine = Self(command.arg(data_dir).stdout(unread()).stderr(unread()).spawn().unwrap());
        let deadline = Instant::now() + DEADLINE;
        while !data_dir.join("control.json").exists() {
            assert!(Instant::now() < deadline, "the engine does not start");
            std::thread::sleep(Duration::from_millis(5));
        }
        engine
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[track_caller]
fn check_quiet(output: &Output, code: i32) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    if code == 0 {
        assert_eq!(stderr, "", "quietly");
    }
}

#[test]
fn every_command_ends_quietly_where_nobody_reads_its_answer() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let place = |name: &str| elsewhere.path().join(name).to_string_lossy().into_owned();
    let (list, backup) = (place("list.csv"), place("backup"));
    let draft = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/workshop.example.json");

    // Neither the line that says it is ready nor its log is read; it runs all the same.
    let mut engine = Engine::start(dir.path());
    check_quiet(&unheard(dir.path(), &["workshop", "make", draft]), 0);
    let status = rollcall_host().args(["status", "--data-dir"]).arg(dir.path()).output().unwrap();
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    let id = status["workshops"][0]["id"].as_str().unwrap().to_owned();
    let commands: [&[&str]; 9] = [
        &["status"],
        &["workshop", "list"],
        &["workshop", "renew", &id],
        &["workshop", "retire", &id],
        &["workshop", "resume", &id],
        &["desk", "open", &id],
        &["desk", "show", &id],
        &["export", &id, &list],
        &["backup", &backup],
    ];
    for words in commands {
        check_quiet(&unheard(dir.path(), words), 0);
    }
    assert!(Path::new(&list).exists() && Path::new(&backup).exists(), "what was asked for is done");
    assert!(engine.0.try_wait().unwrap().is_none(), "the engine runs");
    drop(engine);

    // Without an engine, too.
    check_quiet(&unheard(dir.path(), &["export", &id, &list]), 0);
    // What is to be done next is told beside the answer.
    let restored = unheard(dir.path(), &["restore", &backup]);
    let said = String::from_utf8_lossy(&restored.stderr);
    assert_eq!(restored.status.code(), Some(0), "{said}");
    assert!(said.contains("takes over the mail") && said.lines().count() == 1, "{said}");
    let erased = unheard(dir.path(), &["erase", "workshop", &id, "--yes"]);
    check_quiet(&erased, 0);
    for words in [["--help"], ["--version"]] {
        check_quiet(&unheard(dir.path(), &words), 0);
    }
}

#[test]
fn an_error_that_nobody_reads_is_told_by_the_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    for (words, code) in
        [(&["status"] as &[&str], 1), (&["restore", "/nowhere"], 2), (&["no-such-command"], 2), (&[], 2)]
    {
        let mut command = rollcall_host();
        command.args(words).env("ROLLCALL_DATA_DIR", dir.path()).stdout(unread()).stderr(unread());
        assert_eq!(command.status().unwrap().code(), Some(code), "{words:?}");
    }
}

// Other systems have no `/dev/full`.
#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let _engine = Engine::start(dir.path());
    let mut command = rollcall_host();
    command.args(["workshop", "list"]).env("ROLLCALL_DATA_DIR", dir.path());
    command.stdout(full).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{stderr}");
    assert!(stderr.starts_with("error: the answer cannot be written"), "{stderr}");
}
