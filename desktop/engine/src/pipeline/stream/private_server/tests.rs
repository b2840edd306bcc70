use std::os::unix::fs::{MetadataExt, PermissionsExt};

use rustix::process::test_kill_process;

use super::orphan::orphan;
use super::*;
use crate::pipeline::stream::suite::servers::{self, ping, ready};

fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !reached() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn places(data: &Path) -> Places {
    let places = Places::of(data, PROGRAMS.map(PathBuf::from).to_vec()).unwrap();
    places.make().unwrap();
    places
}

#[test]
fn ends_with_the_value_and_leaves_no_socket() {
    let dir = tempfile::tempdir().unwrap();
    let server = ready(RedisServer::start(&dir.path().join("redis")).unwrap());
    let (pid, socket) = (Pid::from_raw(server.pid().unwrap()).unwrap(), server.socket.clone());
    assert_eq!(std::fs::metadata(&socket).unwrap().mode() & 0o077, 0);
    drop(server);
    assert!(test_kill_process(pid).is_err());
    assert!(!socket.exists());
}

#[test]
fn is_started_again_when_it_dies() {
    let dir = tempfile::tempdir().unwrap();
    let server = ready(RedisServer::start(&dir.path().join("redis")).unwrap());
    let first = server.pid().unwrap();
    kill_process(Pid::from_raw(first).unwrap(), Signal::KILL).unwrap();
    until("another process", || server.pid().is_some_and(|pid| pid != first));
    until("it answers", || ping(&server));
}

#[test]
fn one_that_was_left_behind_is_ended_first() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("redis");
    let places = places(&data);
    let mut left_behind = spawn(&places).unwrap();
    until("its note", || orphan(&places.pid_file).is_some());
    let server = ready(RedisServer::start(&data).unwrap());
    assert!(left_behind.try_wait().unwrap().is_some(), "it has ended");
    assert_ne!(server.pid(), Some(left_behind.id().cast_signed()));
}

#[test]
fn nobody_waits_for_one_that_was_left_behind_and_stands_still() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("redis");
    let places = places(&data);
    let mut left_behind = spawn(&places).unwrap();
    until("its note", || orphan(&places.pid_file).is_some());
    let pid = Pid::from_raw(left_behind.id().cast_signed()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    let began = Instant::now();
    let server = RedisServer::start(&data).unwrap();
    drop(server);
    assert!(began.elapsed() < Duration::from_secs(3));
    kill_process(pid, Signal::KILL).unwrap();
    left_behind.wait().unwrap();
}

#[test]
fn where_none_is_installed_none_is_started() {
    let dir = tempfile::tempdir().unwrap();
    let missing = ["no-such-server", "no-such-kin"].map(PathBuf::from).to_vec();
    let server = RedisServer::start_one_of(missing, &dir.path().join("redis")).unwrap();
    until("it is known", || server.life() == Life::NotInstalled);
    let kin = vec![PathBuf::from("no-such-server"), PathBuf::from("redis-server")];
    ready(RedisServer::start_one_of(kin, &dir.path().join("other")).unwrap());
}

#[test]
fn one_that_cannot_start_says_why_and_is_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("redis");
    let server = RedisServer::start_one_of(vec![PathBuf::from("false")], &data).unwrap();
    until("it has ended", || matches!(server.life(), Life::Ended(_)));
    let Life::Ended(why) = server.life() else { unreachable!() };
    assert!(why.contains("exit status: 1") && why.contains("redis.log"), "{why}");
}

/// A program that is `redis-server` but where its script says otherwise.
fn server_that(dir: &Path, script: &str) -> Vec<PathBuf> {
    let path = dir.join("redis-server");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\nexec redis-server \"$@\"\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    vec![path]
}

#[test]
fn one_that_has_no_place_yet_is_started_once_there_is_one() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("redis");
    std::fs::write(&data, "somebody's file").unwrap();
    let server = RedisServer::start(&data).unwrap();
    until("it says why", || matches!(server.life(), Life::Ended(_)));
    std::fs::remove_file(&data).unwrap();
    ready(server);
}

#[test]
fn one_that_crashes_over_its_files_starts_without_them() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("redis");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("appendonly.aof"), "what no server can read").unwrap();
    let script = format!(
        "if [ -e {0}/appendonly.aof ]; then echo 'Redis is starting' >>{0}/redis.log; kill -SEGV $$; fi",
        data.display()
    );
    ready(RedisServer::start_one_of(server_that(dir.path(), &script), &data).unwrap());
    assert!(data.join("appendonly.aof.damaged").exists(), "it is kept");
}

#[test]
fn one_that_crashes_after_it_was_ready_keeps_its_files() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("redis");
    let server = ready(RedisServer::start(&data).unwrap());
    let first = server.pid().unwrap();
    kill_process(Pid::from_raw(first).unwrap(), Signal::ABORT).unwrap();
    until("another process", || server.pid().is_some_and(|pid| pid != first));
    ready(server);
    assert!(data.join("appendonlydir").exists() && !data.join("appendonlydir.damaged").exists());
}

#[test]
fn one_that_heeds_nobody_is_ended_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let server = ready(RedisServer::start(&dir.path().join("redis")).unwrap());
    let pid = Pid::from_raw(server.pid().unwrap()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    drop(server);
    assert!(test_kill_process(pid).is_err());
}

#[test]
fn one_whose_file_is_damaged_starts_without_it() {
    servers::each(|server, program| {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("redis");
        let start = || RedisServer::start_one_of(vec![program.to_owned()], &data).unwrap();
        let first = ready(start());
        let mut conn = redis::Client::open(first.url()).unwrap().get_connection().unwrap();
        for n in 0..100 {
            redis::cmd("XADD").arg("s").arg("*").arg("n").arg(n).exec(&mut conn).unwrap();
        }
        drop((conn, first));
        damage(&data);
        let again = ready(start());
        assert!(ping(&again), "{server}");
        let aside = ["appendonlydir.damaged", "appendonly.aof.damaged"].map(|name| data.join(name));
        assert!(aside.iter().any(|path| path.exists()), "{server}: it is kept");
        // And once more, with the first still there.
        let mut conn = redis::Client::open(again.url()).unwrap().get_connection().unwrap();
        for n in 0..100 {
            redis::cmd("XADD").arg("s").arg("*").arg("n").arg(n).exec(&mut conn).unwrap();
        }
        drop((conn, again));
        damage(&data);
        ready(start());
        let log = std::fs::read_to_string(data.join("redis.log")).unwrap();
        let starts = log.matches(" is starting").count();
        assert!(starts <= 5, "{server} was started {starts} times: set aside at the first refusal");
    });
}

/// Writes over the middle of every append-only file.
fn damage(data: &Path) {
    let folders = [data.to_owned(), data.join("appendonlydir")];
    let files = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    for file in files.map(|file| file.unwrap().path()) {
        if file.is_file() && file.extension().is_some_and(|end| end == "aof") {
            let mut bytes = std::fs::read(&file).unwrap();
            let middle = bytes.len() / 2;
            bytes.splice(middle..middle + 16, *b"sixteen of chaos");
            std::fs::write(&file, bytes).unwrap();
        }
    }
}

#[test]
fn a_note_of_another_process_ends_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(&dir.path().join("redis"));
    std::fs::write(&places.pid_file, std::process::id().to_string()).unwrap();
    assert!(orphan(&places.pid_file).is_none());
}
