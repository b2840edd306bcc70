//! The drain with a real writer, on the direct channel and on a real Redis.

use std::collections::HashSet;

use rollcall_shared::Timestamp;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::seal::SecretKey;
use rollcall_shared::workshop::Workshop;
use rusqlite::Connection;

use super::*;
use crate::pipeline::health::Publication;
use crate::pipeline::leases::{Finished, LeaseEnd};
use crate::pipeline::stream::Entry;
use crate::pipeline::stream::direct::DirectStream;
#[cfg(unix)]
use crate::pipeline::stream::private_server::RedisServer;
#[cfg(unix)]
use crate::pipeline::stream::redis::RedisStream;
#[cfg(unix)]
use crate::pipeline::stream::suite::servers::ready;
use crate::testing::{Hall, until};

struct Pipeline<S> {
    context: Arc<PipelineContext>,
    stream: Arc<S>,
    leases: Arc<Leases>,
    finished: Finished,
}

fn start(hall: &Hall, quarantine: HashSet<Digest>) -> Pipeline<DirectStream> {
    start_on(hall, DirectStream::default(), quarantine)
}

fn start_on<S: Stream>(hall: &Hall, stream: S, quarantine: HashSet<Digest>) -> Pipeline<S> {
    let (leases, finished) = Leases::new();
    let workshop = &hall.workshop.id;
    let context = PipelineContext::new(Arc::clone(&hall.context), workshop.clone(), Publication::Published);
    let (stream, context) = (Arc::new(stream), Arc::new(context));
    let drain = Drain {
        pipeline: Arc::clone(&context),
        unsealer: Unsealer::new(workshop.clone(), Arc::clone(&hall.keys), Arc::new(quarantine)),
        stream: Arc::clone(&stream),
        leases: Arc::clone(&leases),
    };
    tokio::spawn(async move { drain.run().await });
    Pipeline { context, stream, leases, finished }
}

fn entry(lease: u32, attempts: u32, body: String) -> Entry {
    Entry { lease_id: format!("lease-{lease}"), body, attempts }
}

impl<S> Pipeline<S> {
    async fn committed(&mut self, mut count: usize) {
        let waiting = async {
            while count > 0 {
                count -= self.finished.committed().await.unwrap();
            }
        };
        tokio::time::timeout(crate::testing::DEADLINE, waiting).await.unwrap();
    }
}

#[tokio::test]
async fn mail_becomes_rows_and_then_its_leases_are_acknowledged() {
    let hall = Hall::open().await;
    let mut pipeline = start(&hall, HashSet::new());
    let mail = (0..50).map(|n| entry(n, 1, hall.sealed(&hall.signup("王芳", &format!("138{n:08}")))));
    pipeline.stream.add(mail.collect()).await.unwrap();
    pipeline.committed(50).await;
    assert_eq!(hall.count("SELECT count(*) FROM signups WHERE path = 'edge'"), 50);
    assert_eq!(pipeline.stream.waiting().await.unwrap(), 0);
}

#[tokio::test]
async fn poison_is_parked_with_its_reason_and_holds_up_nobody() {
    let hall = Hall::open().await;
    let mut pipeline = start(&hall, HashSet::new());
    let good = hall.sealed(&hall.signup("王芳", "13800138000"));
    let other = Workshop { id: crate::workshops::new_id(), ..hall.workshop.clone() };
    let elsewhere = Envelope::seal_signup(
        &other,
        &hall.signup("李伟", "13900139000"),
        None,
        Timestamp::from_millis(1),
        &mut OsRng,
    );
    let poison = ["garbage".to_owned(), good.replace("\"v\":1", "\"v\":9"), elsewhere.unwrap().to_text()];
    pipeline
        .stream
        .add(poison.into_iter().chain([good]).zip(0..).map(|(body, n)| entry(n, 1, body)).collect())
        .await
        .unwrap();
    pipeline.committed(4).await;
    assert_eq!(
        hall.texts("SELECT reason FROM parked ORDER BY reason"),
        ["malformed", "other_workshop", "unknown_version"]
    );
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 1);
}

#[tokio::test]
async fn mail_to_a_missing_key_goes_back_undecided() {
    let hall = Hall::open().await;
    let mut pipeline = start(&hall, HashSet::new());
    let key = SecretKey::generate(&mut OsRng).public();
    let workshop = Workshop { key: key.clone(), ..hall.workshop.clone() };
    let signup = hall.signup("王芳", "13800138000");
    let strange = Envelope::seal_signup(&workshop, &signup, None, Timestamp::from_millis(1), &mut OsRng);
    pipeline.stream.add(vec![entry(7, 1, strange.unwrap().to_text())]).await.unwrap();
    match pipeline.finished.next().await.unwrap() {
        LeaseEnd::Returned { lease_ids, delay } => {
            assert_eq!((lease_ids, delay), (vec!["lease-7".to_owned()], MISSING_KEY_DELAY))
        }
        LeaseEnd::Committed(lease_ids) => panic!("acknowledged: {lease_ids:?}"),
    }
    until("it left the stream", || pipeline.context.health.now().missing_key == Some(key.key_id.clone()))
        .await;
    assert_eq!(hall.count("SELECT (SELECT count(*) FROM parked) + (SELECT count(*) FROM signups)"), 0);
}

#[tokio::test]
async fn mail_waits_out_a_locked_database() {
    let hall = Hall::open().await;
    let mut pipeline = start(&hall, HashSet::new());
    let other = Connection::open(hall.dir.path().join("rollcall.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mail = (0..20).map(|n| entry(n, 1, hall.sealed(&hall.signup("王芳", &format!("138{n:08}")))));
    pipeline.stream.add(mail.collect()).await.unwrap();
    until("the writer gives up", || hall.writer.unwritable() == Some(Failure::Busy)).await;
    assert_eq!(pipeline.stream.waiting().await.unwrap(), 20);
    other.execute_batch("ROLLBACK").unwrap();
    pipeline.committed(20).await;
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 20);
    assert_eq!(hall.count("SELECT count(*) FROM parked"), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn what_went_with_redis_and_its_folder_is_given_back_at_once() {
    const MAIL: u32 = 2_000;
    let hall = Hall::open().await;
    let folder = hall.dir.path().join("redis");
    let server = ready(RedisServer::start(&folder).unwrap());
    let client = redis::Client::open(server.url()).unwrap();
    let mut pipeline = start_on(&hall, RedisStream::new(client, &hall.workshop.id), HashSet::new());
    // More than is read while the database cannot be written: what is in hand already is not lost with Redis.
    let other = Connection::open(hall.dir.path().join("rollcall.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mail: Vec<Entry> = (0..MAIL).map(|n| entry(n, 1, format!("garbage {n}"))).collect();
    pipeline.leases.hold(mail.iter().map(|entry| &entry.lease_id));
    pipeline.stream.add(mail).await.unwrap();
    until("the writer gives up", || hall.writer.unwritable() == Some(Failure::Busy)).await;
    std::fs::remove_dir_all(&folder).unwrap();
    let pid = rustix::process::Pid::from_raw(server.pid().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    other.execute_batch("ROLLBACK").unwrap();

    let (mut ended, mut returned) = (HashSet::new(), 0);
    let ending = async {
        while ended.len() < MAIL as usize {
            match pipeline.finished.next().await.unwrap() {
                LeaseEnd::Committed(lease_ids) => ended.extend(lease_ids),
                LeaseEnd::Returned { lease_ids, delay } => {
                    assert_eq!(delay, Duration::ZERO);
                    returned += lease_ids.len();
                    ended.extend(lease_ids);
                }
            }
        }
    };
    tokio::time::timeout(crate::testing::DEADLINE, ending).await.unwrap();
    assert!(returned > 0);
}

#[tokio::test]
async fn after_interruptions_a_message_runs_alone_and_is_cleared_of_suspicion() {
    let hall = Hall::open().await;
    let mut pipeline = start(&hall, HashSet::new());
    let mail = (0..3)
        .map(|n| entry(n, 1 + n * INTERRUPTIONS, hall.sealed(&hall.signup("王芳", &format!("138{n:08}")))));
    pipeline.stream.add(mail.collect()).await.unwrap();
    pipeline.committed(3).await;
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 3);
    assert_eq!(hall.count("SELECT count(*) FROM suspects"), 0);
}

#[tokio::test]
async fn whoever_is_suspected_runs_before_its_company_and_has_none() {
    let hall = Hall::open().await;
    let stream = DirectStream::default();
    let mail = |lease: u32, attempts: u32, name: &str| {
        entry(lease, attempts, hall.sealed(&hall.signup(name, &format!("138{lease:08}"))))
    };
    let suspect = 1 + INTERRUPTIONS;
    stream
        .add(vec![mail(0, 1, "王芳"), mail(1, suspect, "李伟"), mail(2, 1, "赵敏"), mail(3, suspect, "孙丽")])
        .await
        .unwrap();
    let mut line = start_on(&hall, stream, HashSet::new());
    line.committed(4).await;
    // In the order in which they were committed: each of the suspects by itself, then the others together.
    assert_eq!(hall.texts("SELECT name FROM signups ORDER BY rowid"), ["李伟", "孙丽", "王芳", "赵敏"]);
}

#[tokio::test]
async fn a_message_that_ended_the_process_alone_is_parked_unopened() {
    let hall = Hall::open().await;
    let body = hall.sealed(&hall.signup("王芳", "13800138000"));
    let digest = Digest::of(body.as_bytes());
    let mut pipeline = start(&hall, HashSet::from([digest]));
    pipeline.stream.add(vec![entry(0, 5, body.clone()), entry(1, 1, body)]).await.unwrap();
    pipeline.committed(2).await;
    assert_eq!(hall.texts("SELECT reason FROM parked"), ["interrupted"]);
    assert_eq!(hall.count("SELECT count(*) FROM receipts_out WHERE see_desk"), 1);
    assert_eq!(hall.count("SELECT count(*) FROM signups"), 0);
}

#[tokio::test]
async fn a_stop_leaves_what_is_not_committed_unacknowledged() {
    let hall = Hall::open().await;
    let mut pipeline = start(&hall, HashSet::new());
    let other = Connection::open(hall.dir.path().join("rollcall.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    pipeline.stream.add(vec![entry(0, 1, hall.sealed(&hall.signup("王芳", "13800138000")))]).await.unwrap();
    until("the writer gives up", || hall.writer.unwritable().is_some()).await;
    pipeline.context.stop.cancel();
    // The drain has ended once nobody can be done with a lease any more.
    drop(pipeline.leases);
    let ended = tokio::time::timeout(crate::testing::DEADLINE, pipeline.finished.next()).await.unwrap();
    assert!(ended.is_none());
    assert_eq!(pipeline.stream.waiting().await.unwrap(), 1);
}
