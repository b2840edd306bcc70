//! A drive that cannot be asked whether a folder is on the disk: everything that is written there is written,
//! and the host is told. The drive is played by a library that is put before the C library's `fsync`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "fixtures of tests; a failure is what they are for")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(20);

/// Answers `fsync` of a folder with the error that the environment names.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

int fsync(int fd) {
    struct stat status;
    const char *error = getenv("FOLDER_FSYNC_ERRNO");
    if (error && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = atoi(error);
        return -1;
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}
"#;
const EPERM: i32 = 1;
const EIO: i32 = 5;
const EINVAL: i32 = 22;
const ENOTSUP: i32 = 95;

struct Drive {
    shim: PathBuf,
    errno: i32,
    data: TempDir,
    elsewhere: TempDir,
}

impl Drive {
    /// Compiled with the C compiler that the workspace needs anyway.
    fn that_says(errno: i32) -> Self {
        let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (source, shim) = (elsewhere.path().join("shim.c"), elsewhere.path().join("shim.so"));
        std::fs::write(&source, SHIM).unwrap();
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-o"]).arg(&shim).arg(&source).arg("-ldl");
        assert!(compiler.status().unwrap().success());
        Self { shim, errno, data, elsewhere }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall-host"));
        command.args(words).stdin(Stdio::null()).env("ROLLCALL_DATA_DIR", self.data.path());
        command.env("LD_PRELOAD", &self.shim).env("FOLDER_FSYNC_ERRNO", self.errno.to_string());
        command
    }

    #[track_caller]
    fn says(&self, words: &[&str]) -> Output {
        let output = self.command(words).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {stderr}");
        output
    }

    /// What a command that writes says: that it is written, and what one has to know of the drive.
    #[track_caller]
    fn writes(&self, words: &[&str]) -> serde_json::Value {
        let output = self.says(words);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("eject the drive before you unplug it"), "{words:?}: {stderr}");
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(answer["durability"], "unconfirmed", "{answer}");
        answer
    }

    fn place(&self, name: &str) -> String {
        self.elsewhere.path().join(name).to_string_lossy().into_owned()
    }

    /// Does something while an engine runs in the data folder; its log.
    fn with_engine<T>(&self, work: impl FnOnce() -> T) -> (T, String) {
        let log = self.elsewhere.path().join("engine.log");
        let mut run = self.command(&["run", "--no-redis", "--lan-port", "0", "--metrics-port", "0"]);
        run.stdout(Stdio::null()).stderr(std::fs::File::create(&log).unwrap());
        let mut engine = run.spawn().unwrap();
        let (note, deadline) = (self.data.path().join("control.json"), Instant::now() + DEADLINE);
        while !note.exists() && Instant::now() < deadline && engine.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let log = || std::fs::read_to_string(&log).unwrap();
        assert!(note.exists(), "{}", log());
        let done = work();
        engine.kill().unwrap();
        engine.wait().unwrap();
        (done, log())
    }
}

#[track_caller]
fn check_everything_is_written(errno: i32) {
    let drive = Drive::that_says(errno);
    let draft = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/workshop.example.json");
    let (list, backup) = (drive.place("list.xlsx"), drive.place("backup"));
    let (id, log) = drive.with_engine(|| {
        let made = drive.says(&["workshop", "make", draft]);
        let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
        let id = made["id"].as_str().unwrap().to_owned();
        drive.writes(&["export", &id, &list]);
        drive.writes(&["backup", &backup]);
        id
    });
    assert!(log.contains("does not sync folders"), "the data folder itself: {log}");
    assert!(Path::new(&list).exists());

    // Without an engine, and a whole backup that can be restored.
    drive.writes(&["export", &id, &drive.place("list.csv")]);
    drive.writes(&["backup", &drive.place("second")]);
    let restored = drive.writes(&["restore", &backup]);
    assert!(restored["set_aside"].is_string());
}

#[test]
fn a_drive_that_does_not_know_what_syncing_a_folder_is() {
    check_everything_is_written(EINVAL);
}

#[test]
fn a_drive_that_does_not_support_it() {
    check_everything_is_written(ENOTSUP);
}

#[test]
fn a_drive_that_does_not_permit_it() {
    check_everything_is_written(EPERM);
}

#[test]
fn a_disk_that_fails_is_still_an_error() {
    let drive = Drive::that_says(EIO);
    let status = drive.command(&["run", "--no-redis", "--lan-port", "0", "--metrics-port", "0"]).output();
    let output = status.unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("cannot be used"), "{stderr}");
}
