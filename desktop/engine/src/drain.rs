//! From the stream into the database: read, open, commit, and only then acknowledge, backwards.
//!
//! Two steps run at once: while one batch is being committed the next one is read and opened.

use std::sync::Arc;
use std::time::Duration;

use rand_core::OsRng;
use rollcall_shared::retry::{self, Failure, Next};
use rollcall_shared::signup::Digest;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::db::suspects;
use crate::failpoints;
use crate::health::LineHealth;
use crate::leases::Leases;
use crate::message::Message;
use crate::metrics::{BacklogShare, Metrics};
use crate::opener::{Opened, Opener};
use crate::stream::{Delivered, Restarted, Stream, StreamError};
use crate::writer::{MAX_BATCH, Writer};

/// After so many interrupted deliveries a message runs alone: one of those that were in flight together may be the reason.
const INTERRUPTIONS: u32 = 3;
/// How long a message stays away whose key is missing: the host has to find it first.
const MISSING_KEY_DELAY: Duration = Duration::from_secs(300);

/// One workshop's way from its stream to the writer.
pub(crate) struct Drain<S> {
    pub(crate) stream: Arc<S>,
    pub(crate) opener: Opener,
    pub(crate) writer: Writer,
    pub(crate) leases: Arc<Leases>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) backlog: BacklogShare,
    pub(crate) health: LineHealth,
    pub(crate) stop: CancellationToken,
}

/// A message on its way and what acknowledges it.
struct InFlight {
    key: String,
    lease_id: String,
    message: Message,
}

impl<S: Stream> Drain<S> {
    /// Runs until `stop`, whatever fails.
    pub(crate) async fn run(&self) {
        let mut attempt = 0;
        while !self.stop.is_cancelled() {
            match self.session(&mut attempt).await {
                Ok(()) => continue,
                // The next session makes the group anew, and gives back what it takes to be lost.
                Err(StreamError::Lost) => {}
                Err(StreamError::Away(why)) => {
                    self.health.stream_away(&why);
                    self.metrics.retried(Failure::Redis);
                }
            }
            let wait = retry::delay(attempt, Failure::Redis, &mut OsRng);
            attempt += 1;
            let _ = tokio::time::timeout(wait, self.stop.cancelled()).await;
        }
    }

    /// Until the stream fails or it is time to stop. What was read is committed before this returns.
    async fn session(&self, attempt: &mut u32) -> Result<(), StreamError> {
        // Lost while this side was connected or while it was not: only here is it always seen.
        if self.stream.restart().await? == Restarted::MadeAnew {
            let leases = self.leases.give_all_back();
            if leases > 0 {
                tracing::warn!(leases, "the stream lost its entries: they are given back, and come again");
            }
        }
        *attempt = 0;
        self.health.stream_there();
        let (opened, committing) = mpsc::channel(1);
        let (read, committed) =
            tokio::join!(self.read_and_open(opened), self.commit_and_acknowledge(committing));
        read.and(committed)
    }

    async fn read_and_open(&self, opened: mpsc::Sender<Vec<InFlight>>) -> Result<(), StreamError> {
        loop {
            let delivered = tokio::select! {
                delivered = self.stream.read(MAX_BATCH) => delivered?,
                () = self.stop.cancelled() => return Ok(()),
                () = opened.closed() => return Ok(()),
            };
            if delivered.is_empty() {
                continue;
            }
            failpoints::reached("after_stream_read");
            let (alone, together): (Vec<_>, Vec<_>) = delivered.into_iter().partition(|d| self.is_suspect(d));
            let batch = self.open(together).await?;
            if !batch.is_empty() && opened.send(batch).await.is_err() {
                return Ok(());
            }
            for delivered in alone {
                self.run_alone(delivered).await?;
            }
        }
    }

    /// A known killer is parked unopened, in whatever company.
    fn is_suspect(&self, delivered: &Delivered) -> bool {
        delivered.interruptions >= INTERRUPTIONS && !self.opener.is_killer(&delivered.entry.body)
    }

    /// Opens boxes; those whose key is missing go back to the edge.
    async fn open(&self, delivered: Vec<Delivered>) -> Result<Vec<InFlight>, StreamError> {
        let (handles, bodies): (Vec<_>, Vec<_>) =
            delivered.into_iter().map(|d| ((d.key, d.entry.lease_id), d.entry.body)).unzip();
        let mut batch = Vec::with_capacity(handles.len());
        let (mut keys, mut lease_ids) = (Vec::new(), Vec::new());
        for ((key, lease_id), opened) in handles.into_iter().zip(self.opener.open_all(bodies).await) {
            match opened {
                Opened::Message(message) => batch.push(InFlight { key, lease_id, message }),
                Opened::MissingKey(key_id) => {
                    self.health.key_missing(&key_id);
                    keys.push(key);
                    lease_ids.push(lease_id);
                }
            }
        }
        if !keys.is_empty() {
            tracing::error!(
                messages = keys.len(),
                "mail is sealed to a key that is not here: it goes back, and no more is pulled"
            );
            // Back to the edge first: what leaves the stream must be somebody's.
            self.leases.give_back(lease_ids, MISSING_KEY_DELAY);
            self.stream.acknowledge(keys).await?;
        }
        Ok(batch)
    }

    async fn commit_and_acknowledge(
        &self,
        mut opened: mpsc::Receiver<Vec<InFlight>>,
    ) -> Result<(), StreamError> {
        while let Some(batch) = opened.recv().await {
            self.commit(batch).await?;
        }
        Ok(())
    }

    /// Commits a batch however long that takes, and acknowledges each part of it as soon as it is committed.
    async fn commit(&self, mut batch: Vec<InFlight>) -> Result<(), StreamError> {
        let mut attempt = 0;
        if failpoints::planted("planted_acknowledge_before_commit") {
            let early = batch.iter().map(|in_flight| (in_flight.key.clone(), in_flight.lease_id.clone()));
            let (keys, lease_ids) = early.unzip();
            self.acknowledge(keys, lease_ids).await?;
        }
        loop {
            let messages = batch.iter().map(|in_flight| in_flight.message.clone()).collect();
            let answers = self.writer.admit(messages).await;
            let (mut keys, mut lease_ids, mut failed, mut failure) =
                (Vec::new(), Vec::new(), Vec::new(), None);
            for (in_flight, answer) in batch.into_iter().zip(answers) {
                match answer {
                    Ok(_) => {
                        keys.push(in_flight.key);
                        lease_ids.push(in_flight.lease_id);
                    }
                    Err(why) => {
                        failure = Some(why);
                        let message = match failpoints::planted("planted_attempts_burnt") {
                            true => in_flight.message.unreadable("failed"),
                            false => in_flight.message,
                        };
                        failed.push(InFlight { message, ..in_flight });
                    }
                }
            }
            self.acknowledge(keys, lease_ids).await?;
            let Some(failure) = failure else { return Ok(()) };
            batch = failed;
            self.metrics.retried(failure);
            if !self.wait_until_writable(&mut attempt, failure).await {
                return Ok(());
            }
        }
    }

    /// The order is the promise: COMMIT is behind us, then the stream forgets, then the edge may.
    async fn acknowledge(&self, keys: Vec<String>, lease_ids: Vec<String>) -> Result<(), StreamError> {
        if keys.is_empty() {
            return Ok(());
        }
        let acknowledged = self.stream.acknowledge(keys).await;
        failpoints::reached("after_stream_ack");
        // Committed is committed, whatever became of the stream: an entry that is read again will be *repeated*.
        self.leases.committed(lease_ids);
        acknowledged
    }

    /// Waits out a failure; false where it is time to stop, with the entries left unacknowledged.
    async fn wait_until_writable(&self, attempt: &mut u32, failure: Failure) -> bool {
        let wait = match retry::decide(*attempt, failure, &mut OsRng) {
            Next::RetryAfter(wait) => wait,
            // The writer parks what is at fault itself; anything else that it says is the database's state.
            Next::Park => retry::BASE,
        };
        *attempt += 1;
        let waited = async {
            tokio::time::sleep(wait).await;
            self.writer.writable().await;
        };
        tokio::select! {
            () = waited => true,
            () = self.stop.cancelled() => false,
        }
    }

    /// A message in whose company the process was killed again and again. Its digest is committed before it is touched:
    /// if it is still there at the next start, this message did it.
    async fn run_alone(&self, delivered: Delivered) -> Result<(), StreamError> {
        let Delivered { key, entry, interruptions } = delivered;
        let digest = Digest::of(entry.body.as_bytes());
        let mut attempt = 0;
        loop {
            tracing::warn!(interruptions, %digest, "a message runs alone after interrupted deliveries");
            let noted = self.writer.edit(move |conn| suspects::add(conn, &digest)).await;
            let failure = match noted {
                Ok(()) => match self.opener.open_all(vec![entry.body.clone()]).await.pop() {
                    Some(Opened::Message(message)) => {
                        let answer =
                            self.writer.admit(vec![Message { suspect: true, ..message }]).await.pop();
                        match answer.unwrap_or(Err(Failure::Io)) {
                            Ok(_) => return self.acknowledge(vec![key], vec![entry.lease_id]).await,
                            Err(failure) => failure,
                        }
                    }
                    Some(Opened::MissingKey(key_id)) => {
                        self.health.key_missing(&key_id);
                        self.clear(digest).await;
                        self.leases.give_back(vec![entry.lease_id], MISSING_KEY_DELAY);
                        return self.stream.acknowledge(vec![key]).await;
                    }
                    None => Failure::Io,
                },
                Err(failure) => failure,
            };
            // The database was the reason, not the message.
            self.clear(digest).await;
            self.metrics.retried(failure);
            if !self.wait_until_writable(&mut attempt, failure).await {
                return Ok(());
            }
        }
    }

    async fn clear(&self, digest: Digest) {
        // Where even this cannot be written it is written with the message itself, once the database can be.
        let _ = self.writer.edit(move |conn| suspects::remove(conn, &digest)).await;
    }

    /// Notes how much waits in the stream.
    pub(crate) async fn watch_backlog(&self) {
        while !self.stop.is_cancelled() {
            if let Ok(waiting) = self.stream.waiting().await
                && self.backlog.set(waiting)
            {
                self.health.moved();
            }
            let _ = tokio::time::timeout(Duration::from_secs(1), self.stop.cancelled()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rollcall_shared::seal::SecretKey;
    use rollcall_shared::workshop::Workshop;
    use rusqlite::Connection;

    use super::*;
    use crate::health::Publication;
    use crate::leases::{Done, Finished};
    use crate::metrics::Hop;
    #[cfg(unix)]
    use crate::redis_server::RedisServer;
    use crate::stream::Entry;
    use crate::stream::direct::DirectStream;
    #[cfg(unix)]
    use crate::stream::redis::RedisStream;
    use crate::testing::{Hall, until};

    struct Line<S> {
        stream: Arc<S>,
        leases: Arc<Leases>,
        finished: Finished,
        health: LineHealth,
        stop: CancellationToken,
    }

    fn start(hall: &Hall, killers: HashSet<Digest>) -> Line<DirectStream> {
        start_on(hall, DirectStream::default(), killers)
    }

    fn start_on<S: Stream>(hall: &Hall, stream: S, killers: HashSet<Digest>) -> Line<S> {
        let (leases, finished) = Leases::new();
        let (stream, health) = (Arc::new(stream), LineHealth::new(Publication::Published));
        let stop = CancellationToken::new();
        let drain = Drain {
            stream: Arc::clone(&stream),
            opener: Opener::new(hall.workshop.id.clone(), Arc::clone(&hall.keys), Arc::new(killers)),
            writer: hall.writer.clone(),
            leases: Arc::clone(&leases),
            metrics: Arc::clone(&hall.metrics),
            backlog: hall.metrics.backlog_share(Hop::Stream),
            health: health.clone(),
            stop: stop.clone(),
        };
        tokio::spawn(async move { drain.run().await });
        Line { stream, leases, finished, health, stop }
    }

    fn entry(lease: u32, attempts: u32, body: String) -> Entry {
        Entry { lease_id: format!("lease-{lease}"), body, attempts }
    }

    impl<S> Line<S> {
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
        let mut line = start(&hall, HashSet::new());
        let mail = (0..50).map(|n| entry(n, 1, hall.sealed(&hall.signup("王芳", &format!("138{n:08}")))));
        line.stream.add(mail.collect()).await.unwrap();
        line.committed(50).await;
        assert_eq!(hall.count("SELECT count(*) FROM signups WHERE path = 'edge'"), 50);
        assert_eq!(line.stream.waiting().await.unwrap(), 0);
    }

    #[tokio::test]
    async fn poison_is_parked_with_its_reason_and_holds_up_nobody() {
        let hall = Hall::open().await;
        let mut line = start(&hall, HashSet::new());
        let good = hall.sealed(&hall.signup("王芳", "13800138000"));
        let other = Workshop { id: crate::workshops::new_id(), ..hall.workshop.clone() };
        let elsewhere = rollcall_shared::envelope::Envelope::seal(
            &other,
            &hall.signup("李伟", "13900139000"),
            1,
            &mut OsRng,
        );
        let poison = ["garbage".to_owned(), good.replace("\"v\":1", "\"v\":9"), elsewhere.unwrap().to_text()];
        line.stream
            .add(poison.into_iter().chain([good]).zip(0..).map(|(body, n)| entry(n, 1, body)).collect())
            .await
            .unwrap();
        line.committed(4).await;
        assert_eq!(
            hall.texts("SELECT reason FROM parked ORDER BY reason"),
            ["malformed", "other_workshop", "unknown_version"]
        );
        assert_eq!(hall.count("SELECT count(*) FROM signups"), 1);
    }

    #[tokio::test]
    async fn mail_to_a_missing_key_goes_back_undecided() {
        let hall = Hall::open().await;
        let mut line = start(&hall, HashSet::new());
        let key = SecretKey::generate(&mut OsRng).public();
        let workshop = Workshop { key: key.clone(), ..hall.workshop.clone() };
        let strange = rollcall_shared::envelope::Envelope::seal(
            &workshop,
            &hall.signup("王芳", "13800138000"),
            1,
            &mut OsRng,
        );
        line.stream.add(vec![entry(7, 1, strange.unwrap().to_text())]).await.unwrap();
        match line.finished.next().await.unwrap() {
            Done::Returned { lease_ids, delay } => {
                assert_eq!((lease_ids, delay), (vec!["lease-7".to_owned()], MISSING_KEY_DELAY))
            }
            Done::Committed(lease_ids) => panic!("acknowledged: {lease_ids:?}"),
        }
        until("it left the stream", || line.health.now().missing_key == Some(key.key_id.clone())).await;
        assert_eq!(hall.count("SELECT (SELECT count(*) FROM parked) + (SELECT count(*) FROM signups)"), 0);
    }

    #[tokio::test]
    async fn mail_waits_out_a_locked_database() {
        let hall = Hall::open().await;
        let mut line = start(&hall, HashSet::new());
        let other = Connection::open(hall.dir.path().join("rollcall.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mail = (0..20).map(|n| entry(n, 1, hall.sealed(&hall.signup("王芳", &format!("138{n:08}")))));
        line.stream.add(mail.collect()).await.unwrap();
        until("the writer gives up", || hall.writer.unwritable() == Some(Failure::Busy)).await;
        assert_eq!(line.stream.waiting().await.unwrap(), 20);
        other.execute_batch("ROLLBACK").unwrap();
        line.committed(20).await;
        assert_eq!(hall.count("SELECT count(*) FROM signups"), 20);
        assert_eq!(hall.count("SELECT count(*) FROM parked"), 0);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_went_with_redis_and_its_folder_is_given_back_at_once() {
        const MAIL: u32 = 2_000;
        let hall = Hall::open().await;
        let folder = hall.dir.path().join("redis");
        let server = RedisServer::start(&folder).unwrap();
        let client = redis::Client::open(server.url()).unwrap();
        let mut line = start_on(&hall, RedisStream::new(client, &hall.workshop.id), HashSet::new());
        // More than is read while the database cannot be written: what is in hand already is not lost with Redis.
        let other = Connection::open(hall.dir.path().join("rollcall.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mail: Vec<Entry> = (0..MAIL).map(|n| entry(n, 1, format!("garbage {n}"))).collect();
        line.leases.hold(mail.iter().map(|entry| &entry.lease_id));
        line.stream.add(mail).await.unwrap();
        until("the writer gives up", || hall.writer.unwritable() == Some(Failure::Busy)).await;
        std::fs::remove_dir_all(&folder).unwrap();
        let pid = rustix::process::Pid::from_raw(server.pid().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        other.execute_batch("ROLLBACK").unwrap();

        let (mut ended, mut returned) = (HashSet::new(), 0);
        let ending = async {
            while ended.len() < MAIL as usize {
                match line.finished.next().await.unwrap() {
                    Done::Committed(lease_ids) => ended.extend(lease_ids),
                    Done::Returned { lease_ids, delay } => {
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
        let mut line = start(&hall, HashSet::new());
        let mail = (0..3).map(|n| {
            entry(n, 1 + n * INTERRUPTIONS, hall.sealed(&hall.signup("王芳", &format!("138{n:08}"))))
        });
        line.stream.add(mail.collect()).await.unwrap();
        line.committed(3).await;
        assert_eq!(hall.count("SELECT count(*) FROM signups"), 3);
        assert_eq!(hall.count("SELECT count(*) FROM suspects"), 0);
    }

    #[tokio::test]
    async fn a_message_that_ended_the_process_alone_is_parked_unopened() {
        let hall = Hall::open().await;
        let body = hall.sealed(&hall.signup("王芳", "13800138000"));
        let digest = Digest::of(body.as_bytes());
        let mut line = start(&hall, HashSet::from([digest]));
        line.stream.add(vec![entry(0, 5, body.clone()), entry(1, 1, body)]).await.unwrap();
        line.committed(2).await;
        assert_eq!(hall.texts("SELECT reason FROM parked"), ["interrupted"]);
        assert_eq!(hall.count("SELECT count(*) FROM receipts_out WHERE see_desk"), 1);
        assert_eq!(hall.count("SELECT count(*) FROM signups"), 0);
    }

    #[tokio::test]
    async fn a_stop_leaves_what_is_not_committed_unacknowledged() {
        let hall = Hall::open().await;
        let mut line = start(&hall, HashSet::new());
        let other = Connection::open(hall.dir.path().join("rollcall.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        line.stream.add(vec![entry(0, 1, hall.sealed(&hall.signup("王芳", "13800138000")))]).await.unwrap();
        until("the writer gives up", || hall.writer.unwritable().is_some()).await;
        line.stop.cancel();
        // The drain has ended once nobody can be done with a lease any more.
        drop(line.leases);
        let ended = tokio::time::timeout(crate::testing::DEADLINE, line.finished.next()).await.unwrap();
        assert!(ended.is_none());
        assert_eq!(line.stream.waiting().await.unwrap(), 1);
    }
}
