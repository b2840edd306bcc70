//! One suite for both streams, on every server of `servers`; and what only a server can do to us.

#[cfg(unix)]
mod on_redis;
#[cfg(unix)]
pub(in crate::pipeline) mod servers;

use super::direct::DirectStream;
use super::{Delivered, Entry, Stream};
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

/// Every case of the suite, by name, handed to a macro with whatever else it takes.
macro_rules! cases {
    ($each:ident $($more:tt)*) => {
        $each! { $($more)*
            entries_come_in_order_with_their_leases
            a_read_waits_for_what_is_added_meanwhile
            what_is_not_acknowledged_comes_again
            acknowledging_twice_or_nothing_is_harmless
            a_backlog_larger_than_a_read_is_recovered_whole
        }
    };
}

macro_rules! on_direct {
    ($($case:ident)*) => {
        mod on_direct {
            $(#[tokio::test]
            async fn $case() {
                super::$case(super::DirectStream::default()).await;
            })*
        }
    };
}

#[cfg(unix)]
macro_rules! on_redis_cases {
    ($server:expr; $($case:ident)*) => {
        $(#[tokio::test]
        async fn $case() {
            let Some(program) = super::servers::program($server) else { return };
            super::on_redis::$case(&program).await;
        })*
    };
}
/// The same on a server, and what only a server can do to us.
#[cfg(unix)]
macro_rules! on_server {
    ($module:ident $server:expr; $($case:ident)*) => {
        mod $module {
            $(#[tokio::test]
            async fn $case() {
                let Some(program) = super::servers::program($server) else { return };
                let (stream, _kept) = super::on_redis::start(&program);
                super::$case(stream).await;
            })*

            on_redis_cases! { $server;
                interruptions_are_counted_across_processes_and_their_servers
                a_connection_that_breaks_interrupts_nobody
                a_server_that_is_killed_comes_back_with_everything
                a_server_whose_folder_was_deleted_says_that_all_is_lost
                a_flushed_server_says_that_all_is_lost
                a_stream_deleted_under_a_reader_that_waits_is_lost
                an_entry_that_somebody_deleted_holds_up_nobody
                what_is_no_message_of_ours_still_becomes_an_entry
                a_server_says_what_it_is
            }
        }
    };
}

cases!(on_direct);
#[cfg(unix)]
cases!(on_server on_redis_systems super::servers::SYSTEMS;);
#[cfg(unix)]
cases!(on_server on_redis_6_2 "redis-6.2";);
#[cfg(unix)]
cases!(on_server on_redis_8_2 "redis-8.2";);
#[cfg(unix)]
cases!(on_server on_valkey_8_1 "valkey-8.1";);
#[cfg(unix)]
cases!(on_server on_valkey_9_1 "valkey-9.1";);

#[tokio::test]
async fn without_redis_the_edge_remembers_interruptions() {
    let stream = DirectStream::default();
    stream.add(vec![Entry { attempts: 4, ..entry(0) }]).await.unwrap();
    assert_eq!(read(&stream, 1).await[0].interruptions, 3);
}
