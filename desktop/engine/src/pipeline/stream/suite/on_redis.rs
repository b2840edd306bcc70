//! What only a server can do to us, and to what it keeps.

use std::path::Path;
use std::time::Duration;

use rollcall_shared::workshop::WorkshopId;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::servers::start_in;
use super::*;
use crate::pipeline::stream::StreamError;
use crate::pipeline::stream::private_server::RedisServer;
use crate::pipeline::stream::redis::{RedisStream, connect};
use crate::pipeline::stream::server_version::ask;

/// A stream on a server of its own.
pub(super) fn start(program: &Path) -> (RedisStream, (RedisServer, TempDir)) {
    let dir = tempfile::tempdir().unwrap();
    let server = start_in(program, &dir);
    (stream(&server), (server, dir))
}

fn stream(server: &RedisServer) -> RedisStream {
    let client = ::redis::Client::open(server.url()).unwrap();
    RedisStream::new(client, &WorkshopId::from_random([3; 16]))
}

async fn command(server: &RedisServer, command: &[&str]) {
    let client = ::redis::Client::open(server.url()).unwrap();
    let mut conn = connect(&client).await.unwrap();
    let mut cmd = ::redis::cmd(command[0]);
    cmd.arg(&command[1..]);
    cmd.exec_async(&mut conn).await.unwrap();
}

fn kill(server: &RedisServer) {
    let pid = Pid::from_raw(server.pid().unwrap()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
}

/// Tries until the supervised server is back.
async fn restarted(stream: &RedisStream) {
    let trying = async {
        while stream.restart().await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, trying).await.unwrap();
}

pub(super) async fn interruptions_are_counted_across_processes_and_their_servers(program: &Path) {
    let (first, (mut server, dir)) = start(program);
    first.add(entries(0..2)).await.unwrap();
    for interruptions in 0..5 {
        // A new process: the same group and consumer, nothing remembered.
        let got = read(&stream(&server), 2).await;
        assert!(got.iter().all(|d| d.interruptions == interruptions), "{interruptions}: {got:?}");
        // Its own server ends with a process, and knows what it wrote down.
        kill(&server);
        drop(server);
        server = start_in(program, &dir);
    }
}

pub(super) async fn a_connection_that_breaks_interrupts_nobody(program: &Path) {
    let (first, (server, _dir)) = start(program);
    first.add(entries(0..3)).await.unwrap();
    read(&first, 2).await;
    let second = stream(&server);
    for _ in 0..5 {
        second.restart().await.unwrap();
        let again = read(&second, 3).await;
        let counts: Vec<u32> = again.iter().map(|d| d.interruptions).collect();
        assert_eq!((bodies(&again), counts), (entries(0..3), vec![1, 1, 0]));
    }
    let third = read(&stream(&server), 3).await;
    assert_eq!(third.iter().map(|d| d.interruptions).collect::<Vec<_>>(), [2, 2, 1]);
}

pub(super) async fn a_server_that_is_killed_comes_back_with_everything(program: &Path) {
    let (stream, (server, _dir)) = start(program);
    stream.add(entries(0..500)).await.unwrap();
    let got = read(&stream, 200).await;
    stream.acknowledge(keys(&got[..100])).await.unwrap();
    kill(&server);
    restarted(&stream).await;
    assert_eq!(bodies(&read(&stream, 400).await), entries(100..500));
}

pub(super) async fn a_server_whose_folder_was_deleted_says_that_all_is_lost(program: &Path) {
    let (stream, (server, dir)) = start(program);
    stream.add(entries(0..5)).await.unwrap();
    read(&stream, 5).await;
    std::fs::remove_dir_all(dir.path().join("redis")).unwrap();
    kill(&server);
    let reading = async {
        loop {
            match stream.read(5).await {
                Err(StreamError::Lost) => return,
                Err(StreamError::Away(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
                Ok(got) => assert_eq!(got, []),
            }
        }
    };
    tokio::time::timeout(DEADLINE, reading).await.unwrap();
    // Made anew it works again.
    restarted(&stream).await;
    stream.add(entries(5..6)).await.unwrap();
    assert_eq!(bodies(&read(&stream, 1).await), entries(5..6));
}

pub(super) async fn a_flushed_server_says_that_all_is_lost(program: &Path) {
    let (stream, (server, _dir)) = start(program);
    stream.add(entries(0..5)).await.unwrap();
    read(&stream, 5).await;
    command(&server, &["FLUSHALL"]).await;
    assert!(matches!(stream.read(5).await, Err(StreamError::Lost)));
}

pub(super) async fn a_stream_deleted_under_a_reader_that_waits_is_lost(program: &Path) {
    let (stream, (server, _dir)) = start(program);
    stream.restart().await.unwrap();
    let key = format!("signups:{}", WorkshopId::from_random([3; 16]));
    let reading = async {
        loop {
            // Redis 6.2 says nothing to who waits; asked again it says that the group is gone.
            match stream.read(5).await {
                Err(StreamError::Lost) => return,
                got => assert_eq!(got.unwrap(), []),
            }
        }
    };
    let deleting = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        command(&server, &["DEL", &key]).await;
    };
    let both = async { tokio::join!(reading, deleting) };
    tokio::time::timeout(DEADLINE, both).await.unwrap();
}

pub(super) async fn a_server_says_what_it_is(program: &Path) {
    let dir = tempfile::tempdir().unwrap();
    let server = start_in(program, &dir);
    let version = ask(&::redis::Client::open(server.url()).unwrap()).await.unwrap().unwrap();
    assert!(version.is_enough(), "{version}");
    let named = version.to_string().to_lowercase().replace(' ', "-");
    let of_the_system = program == Path::new(servers::SYSTEMS);
    assert!(of_the_system || program.ends_with(&named[..program.file_name().unwrap().len()]), "{version}");
}

pub(super) async fn an_entry_that_somebody_deleted_holds_up_nobody(program: &Path) {
    let (stream, (server, _dir)) = start(program);
    stream.restart().await.unwrap();
    stream.add(entries(0..3)).await.unwrap();
    let got = read(&stream, 3).await;
    let key = format!("signups:{}", WorkshopId::from_random([3; 16]));
    command(&server, &["XDEL", &key, &got[0].key, &got[1].key]).await;
    stream.restart().await.unwrap();
    assert_eq!(bodies(&read(&stream, 1).await), [entry(2)]);
}

pub(super) async fn what_is_no_message_of_ours_still_becomes_an_entry(program: &Path) {
    let (stream, (server, _dir)) = start(program);
    let key = format!("signups:{}", WorkshopId::from_random([3; 16]));
    command(&server, &["XADD", &key, "*", "what", "ever"]).await;
    let got = read(&stream, 1).await;
    assert_eq!(got[0].entry, Entry { lease_id: String::new(), body: String::new(), attempts: 1 });
}
