//! One suite for both streams; and what only Redis can do to us.

use std::time::Duration;

use super::direct::DirectStream;
use super::{Delivered, Entry, Stream, StreamError};
use crate::testing::DEADLINE;

fn entry(n: u32) -> Entry {
    Entry { lease_id: format!("lease-{n}"), body: format!("body {n} 正文\n"), attempts: 1 }
}

fn entries(range: std::ops::Range<u32>) -> Vec<Entry> {
    range.map(entry).collect()
}

/// Reads until `count` entries came; a read may yield fewer than it is asked for.
async fn read<S: Stream>(stream: &S, count: usize) -> Vec<Delivered> {
    let mut all = Vec::new();
    let reading = async {
        while all.len() < count {
            all.extend(stream.read(count - all.len()).await.unwrap());
        }
    };
    tokio::time::timeout(DEADLINE, reading).await.unwrap();
    all
}

fn bodies(delivered: &[Delivered]) -> Vec<Entry> {
    delivered.iter().map(|d| d.entry.clone()).collect()
}

fn keys(delivered: &[Delivered]) -> Vec<String> {
    delivered.iter().map(|d| d.key.clone()).collect()
}

async fn entries_come_in_order_with_their_leases<S: Stream>(stream: S) {
    stream.restart().await.unwrap();
    stream.add(entries(0..7)).await.unwrap();
    stream.add(entries(7..10)).await.unwrap();
    let got = read(&stream, 10).await;
    assert_eq!(bodies(&got), entries(0..10));
    assert!(got.iter().all(|d| d.interruptions == 0));
}

async fn a_read_waits_for_what_is_added_meanwhile<S: Stream>(stream: S) {
    stream.restart().await.unwrap();
    let (got, added) = tokio::join!(read(&stream, 1), stream.add(entries(0..1)));
    added.unwrap();
    assert_eq!(bodies(&got), entries(0..1));
    assert_eq!(tokio::time::timeout(DEADLINE, stream.read(5)).await.unwrap().unwrap(), []);
}

async fn what_is_not_acknowledged_comes_again<S: Stream>(stream: S) {
    stream.restart().await.unwrap();
    stream.add(entries(0..6)).await.unwrap();
    let got = read(&stream, 4).await;
    stream.acknowledge(keys(&got[1..3])).await.unwrap();
    assert_eq!(stream.waiting().await.unwrap(), 4);

    stream.restart().await.unwrap();
    let again = read(&stream, 4).await;
    assert_eq!(bodies(&again), [entry(0), entry(3), entry(4), entry(5)]);
    stream.acknowledge(keys(&again)).await.unwrap();
    assert_eq!(stream.waiting().await.unwrap(), 0);
    stream.restart().await.unwrap();
    assert_eq!(stream.read(5).await.unwrap(), []);
}

async fn acknowledging_twice_or_nothing_is_harmless<S: Stream>(stream: S) {
    stream.restart().await.unwrap();
    stream.add(entries(0..2)).await.unwrap();
    let got = read(&stream, 2).await;
    stream.acknowledge(Vec::new()).await.unwrap();
    stream.acknowledge(keys(&got[..1])).await.unwrap();
    stream.acknowledge(keys(&got)).await.unwrap();
    assert_eq!(stream.waiting().await.unwrap(), 0);
}

async fn a_backlog_larger_than_a_read_is_recovered_whole<S: Stream>(stream: S) {
    stream.restart().await.unwrap();
    stream.add(entries(0..1_000)).await.unwrap();
    read(&stream, 700).await;
    stream.restart().await.unwrap();
    let mut again = Vec::new();
    while again.len() < 1_000 {
        again.extend(stream.read(64).await.unwrap());
    }
    assert_eq!(bodies(&again), entries(0..1_000));
}

macro_rules! suite {
    ($stream:ident, $make:expr) => {
        suite! { @each $stream, $make;
            entries_come_in_order_with_their_leases
            a_read_waits_for_what_is_added_meanwhile
            what_is_not_acknowledged_comes_again
            acknowledging_twice_or_nothing_is_harmless
            a_backlog_larger_than_a_read_is_recovered_whole
        }
    };
    (@each $stream:ident, $make:expr; $($name:ident)*) => {
        mod $stream {
            $(#[tokio::test]
            async fn $name() {
                let (stream, _kept) = $make;
                super::$name(stream).await;
            })*
        }
    };
}

suite!(direct, (super::DirectStream::default(), ()));
#[cfg(unix)]
suite!(redis, super::with_redis::start());

#[tokio::test]
async fn without_redis_the_edge_remembers_interruptions() {
    let stream = DirectStream::default();
    stream.add(vec![Entry { attempts: 4, ..entry(0) }]).await.unwrap();
    assert_eq!(read(&stream, 1).await[0].interruptions, 3);
}

#[cfg(unix)]
mod with_redis {
    use rollcall_shared::workshop::WorkshopId;
    use rustix::process::{Pid, Signal, kill_process};
    use tempfile::TempDir;

    use super::*;
    use crate::pipeline::stream::private_server::RedisServer;
    use crate::pipeline::stream::redis::{RedisStream, connect};

    pub(super) fn start() -> (RedisStream, (RedisServer, TempDir)) {
        let dir = tempfile::tempdir().unwrap();
        let server = RedisServer::start(&dir.path().join("redis")).unwrap();
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

    #[tokio::test]
    async fn interruptions_are_counted_across_processes() {
        let (first, (server, _dir)) = start();
        first.add(entries(0..2)).await.unwrap();
        for interruptions in 0..4 {
            // A new process: the same group and consumer, nothing remembered.
            let got = read(&stream(&server), 2).await;
            assert!(got.iter().all(|d| d.interruptions == interruptions), "{interruptions}: {got:?}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_killed_comes_back_with_everything() {
        let (stream, (server, _dir)) = start();
        stream.add(entries(0..500)).await.unwrap();
        let got = read(&stream, 200).await;
        stream.acknowledge(keys(&got[..100])).await.unwrap();
        kill(&server);
        restarted(&stream).await;
        assert_eq!(bodies(&read(&stream, 400).await), entries(100..500));
    }

    #[tokio::test]
    async fn a_server_whose_folder_was_deleted_says_that_all_is_lost() {
        let (stream, (server, dir)) = start();
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

    #[tokio::test]
    async fn a_flushed_server_says_that_all_is_lost() {
        let (stream, (server, _dir)) = start();
        stream.add(entries(0..5)).await.unwrap();
        read(&stream, 5).await;
        command(&server, &["FLUSHALL"]).await;
        assert!(matches!(stream.read(5).await, Err(StreamError::Lost)));
    }

    #[tokio::test]
    async fn an_entry_that_somebody_deleted_holds_up_nobody() {
        let (stream, (server, _dir)) = start();
        stream.restart().await.unwrap();
        stream.add(entries(0..3)).await.unwrap();
        let got = read(&stream, 3).await;
        let key = format!("signups:{}", WorkshopId::from_random([3; 16]));
        command(&server, &["XDEL", &key, &got[0].key, &got[1].key]).await;
        stream.restart().await.unwrap();
        assert_eq!(bodies(&read(&stream, 1).await), [entry(2)]);
    }

    #[tokio::test]
    async fn what_is_no_message_of_ours_still_becomes_an_entry() {
        let (stream, (server, _dir)) = start();
        let key = format!("signups:{}", WorkshopId::from_random([3; 16]));
        command(&server, &["XADD", &key, "*", "what", "ever"]).await;
        let got = read(&stream, 1).await;
        assert_eq!(got[0].entry, Entry { lease_id: String::new(), body: String::new(), attempts: 1 });
    }
}
