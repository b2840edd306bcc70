//! The writer: one thread, the only connection that writes, one bounded channel whatever the source.
//!
//! It commits whatever waits, up to [`MAX_BATCH`] messages at a time, and answers each message after its COMMIT. It never
//! tries again by itself: on a transient failure the whole batch is rolled back and every message of it is answered with
//! the cause; whoever sent it decides what to do (the stream waits and sends again, the venue says 503).

mod admit;
mod batch;
mod ending;
pub(crate) mod erase;
#[cfg(test)]
mod erase_tests;
#[cfg(test)]
mod ending_tests;
#[cfg(test)]
mod model;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod seats;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use rollcall_shared::Millis;
use rollcall_shared::admission::Outcome;
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::retry::Failure;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{oneshot, watch};

use crate::config::settings_error::SettingsError;
use crate::db::failure::classify;
use crate::failpoints;
use crate::message::{Message, Written};
use crate::metrics::{Hop, Metrics};

/// Most messages of one transaction.
pub(crate) const MAX_BATCH: usize = 512;
/// Most pieces of work that wait: more than a whole hall sends at once. Beyond it the venue says 503 and the stream waits.
const MAX_WAITING: usize = 2_048;
/// How often a database that could not be written is tried.
const PROBE_EVERY: Duration = Duration::from_millis(250);

/// What a sender hears: one answer a message, in the order in which they were sent.
type Answers = Vec<Result<Written, Failure>>;

/// A transaction that begins, commits and answers by itself, and says why the database did not take it.
type Edit = Box<dyn FnOnce(&mut Connection) -> Option<Failure> + Send>;

enum Work {
    Messages {
        messages: Vec<Message>,
        answer: oneshot::Sender<Answers>,
    },
    /// A transaction of its own.
    Edit(Edit),
    Stop,
}

/// The way to the writer's thread. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Writer {
    work: SyncSender<Work>,
    waiting: Arc<AtomicU64>,
    unwritable: watch::Receiver<Option<Failure>>,
    committed: watch::Receiver<u64>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(
        conn: Connection,
        metrics: Arc<Metrics>,
    ) -> Result<(Self, std::thread::JoinHandle<()>), SettingsError> {
        let (sender, receiver) = sync_channel(MAX_WAITING);
        let (unwritable_now, unwritable) = watch::channel(None);
        let (committed_now, committed) = watch::channel(0);
        let waiting = Arc::new(AtomicU64::new(0));
        let mut desk = Desk {
            conn,
            work: receiver,
            metrics,
            waiting: Arc::clone(&waiting),
            unwritable: unwritable_now,
            committed: committed_now,
        };
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || desk.run())
            .map_err(|e| SettingsError::Thread(e.to_string()))?;
        Ok((Self { work: sender, waiting, unwritable, committed }, thread))
    }

    /// Sends messages that belong to nobody's HTTP request: waits for room.
    pub(crate) async fn admit(&self, messages: Vec<Message>) -> Answers {
        let count = messages.len();
        let (answer, answered) = oneshot::channel();
        let mut work = Work::Messages { messages, answer };
        loop {
            match self.send(work) {
                Ok(()) => break,
                Err(TrySendError::Full(back)) => {
                    work = back;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Err(TrySendError::Disconnected(_)) => return vec![Err(Failure::Io); count],
            }
        }
        // The thread drops an answer only where it stops: nothing was committed then.
        answered.await.unwrap_or_else(|_| vec![Err(Failure::Io); count])
    }

    /// Sends one message for which somebody waits at the other end of a connection: full means *not now*.
    pub(crate) async fn admit_now(&self, message: Message) -> Result<Written, Failure> {
        if let Some(failure) = *self.unwritable.borrow() {
            return Err(failure);
        }
        let (answer, answered) = oneshot::channel();
        self.send(Work::Messages { messages: vec![message], answer }).map_err(|_| Failure::Busy)?;
        if failpoints::planted("planted_answer_before_commit") {
            return Ok(Written { outcome: Outcome::Stored, state: ReceiptState::Registered });
        }
        let answers = answered.await.map_err(|_| Failure::Io)?;
        answers.into_iter().next().unwrap_or(Err(Failure::Io))
    }

    /// Runs an edit in a transaction of its own, in its turn. A permanent failure is the edit's own fault.
    pub(crate) async fn edit<T: Send + 'static>(
        &self,
        edit: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        let run = move |conn: &mut Connection| {
            let result = in_transaction(conn, edit).map_err(|e| {
                tracing::warn!(error = %e, "an edit was rolled back");
                classify(&e)
            });
            let failure = result.as_ref().err().copied();
            let _ = answer.send(result);
            failure
        };
        self.send_edit(Box::new(run)).await?;
        answered.await.unwrap_or(Err(Failure::Io))
    }

    /// Waits for room.
    async fn send_edit(&self, edit: Edit) -> Result<(), Failure> {
        let mut work = Work::Edit(edit);
        loop {
            match self.send(work) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full(back)) => {
                    work = back;
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Err(TrySendError::Disconnected(_)) => return Err(Failure::Io),
            }
        }
    }

    /// Takes what was deleted out of the write-ahead log as well, which holds pages as they were before. Whether it is out: a
    /// reader that lasts keeps it there.
    pub(crate) async fn empty_log(&self) -> Result<bool, Failure> {
        let (answer, answered) = oneshot::channel();
        let run = move |conn: &mut Connection| {
            let emptied = empty_log(conn).map_err(|e| classify(&e));
            let failure = emptied.as_ref().err().copied();
            let _ = answer.send(emptied);
            failure
        };
        self.send_edit(Box::new(run)).await?;
        answered.await.unwrap_or(Err(Failure::Io))
    }

    /// Why the database cannot be written just now; `None` while it can.
    pub(crate) fn unwritable(&self) -> Option<Failure> {
        *self.unwritable.borrow()
    }

    /// Tells of every change of that.
    pub(crate) fn watch_unwritable(&self) -> watch::Receiver<Option<Failure>> {
        self.unwritable.clone()
    }

    /// Tells of every turn in which something may have been committed.
    pub(crate) fn watch_commits(&self) -> watch::Receiver<u64> {
        self.committed.clone()
    }

    /// Returns once the database can be written.
    pub(crate) async fn writable(&self) {
        let mut unwritable = self.unwritable.clone();
        // An error means that the thread has ended; whoever sends next hears of it.
        let _ = unwritable.wait_for(Option::is_none).await;
    }

    /// Pieces of work that wait.
    pub(crate) fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Ends the thread after what waits before this is committed.
    pub(crate) fn stop(&self) {
        let _ = self.work.send(Work::Stop);
    }

    fn send(&self, work: Work) -> Result<(), TrySendError<Work>> {
        // Counted before it is sent: the thread may take it at once.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.work.try_send(work).inspect_err(|_| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        })
    }
}

/// What the thread has.
struct Desk {
    conn: Connection,
    work: Receiver<Work>,
    metrics: Arc<Metrics>,
    waiting: Arc<AtomicU64>,
    unwritable: watch::Sender<Option<Failure>>,
    committed: watch::Sender<u64>,
}

/// What was taken from the channel at once: messages to be committed together, then at most one other piece of work.
struct Taken {
    messages: Vec<Message>,
    senders: Vec<(usize, oneshot::Sender<Answers>)>,
    then: Option<Work>,
}

impl Desk {
    fn run(&mut self) {
        loop {
            let turn = catch_unwind(AssertUnwindSafe(|| self.turn()));
            match turn {
                Ok(true) => {}
                Ok(false) => break,
                // A defect outside the messages, whose panics the batch catches. What was taken was not committed and
                // not answered, so its senders hear that it failed.
                Err(_) => {
                    tracing::error!("the writer's loop panicked and goes on");
                    let _ = self.conn.execute_batch("ROLLBACK");
                }
            }
        }
        // Folded into the file, so that who copies it copies everything. Not needed for safety: a WAL left behind is read.
        let _ = self.conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize");
    }

    /// Takes what waits and commits it; false where it is time to stop.
    fn turn(&mut self) -> bool {
        let first = match self.next() {
            Ok(work) => work,
            Err(RecvTimeoutError::Timeout) => {
                self.probe();
                return true;
            }
            Err(RecvTimeoutError::Disconnected) => return false,
        };
        let taken = self.take(first);
        self.metrics.set_backlog(Hop::Writer, self.waiting.load(Ordering::Relaxed));
        if !taken.messages.is_empty() {
            self.commit(taken.messages, taken.senders);
        }
        let goes_on = match taken.then {
            Some(Work::Edit(edit)) => {
                let failure = edit(&mut self.conn);
                self.note(failure);
                true
            }
            Some(Work::Stop) => false,
            Some(Work::Messages { .. }) | None => true,
        };
        self.committed.send_modify(|turns| *turns = turns.wrapping_add(1));
        goes_on
    }

    fn next(&self) -> Result<Work, RecvTimeoutError> {
        if self.unwritable.borrow().is_some() {
            self.work.recv_timeout(PROBE_EVERY)
        } else {
            self.work.recv().map_err(|_| RecvTimeoutError::Disconnected)
        }
    }

    /// Whatever waits, in its order, up to [`MAX_BATCH`] messages. It does not wait for more to come: while one batch is
    /// being synced to the disk the next one gathers by itself.
    fn take(&self, first: Work) -> Taken {
        let mut taken = Taken { messages: Vec::new(), senders: Vec::new(), then: None };
        let mut next = Some(first);
        while let Some(work) = next {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            match work {
                Work::Messages { messages, answer } => {
                    taken.senders.push((messages.len(), answer));
                    taken.messages.extend(messages);
                }
                other => {
                    taken.then = Some(other);
                    break;
                }
            }
            if taken.messages.len() >= MAX_BATCH {
                break;
            }
            next = self.work.try_recv().ok();
        }
        taken
    }

    fn commit(&mut self, messages: Vec<Message>, senders: Vec<(usize, oneshot::Sender<Answers>)>) {
        let mut answers = batch::commit(&mut self.conn, &messages, &self.metrics).into_iter();
        let failure = answers.as_slice().iter().find_map(|a| a.as_ref().err()).copied();
        self.note(failure);
        for (count, sender) in senders {
            // A phone that hung up has its sign-up committed all the same, and asks again with the same id.
            let _ = sender.send(answers.by_ref().take(count).collect());
        }
    }

    fn note(&self, failure: Option<Failure>) {
        let failure = failure.filter(|f| f.is_transient());
        self.unwritable.send_if_modified(|now| {
            let changed = *now != failure;
            match failure {
                Some(why) if changed => tracing::error!(
                    cause = why.cause(),
                    "the database cannot be written: nothing is taken until it can"
                ),
                None if changed => tracing::info!("the database can be written again"),
                _ => {}
            }
            *now = failure;
            changed
        });
    }

    fn probe(&mut self) {
        let probed = in_transaction(&mut self.conn, |conn| conn.execute("UPDATE probe SET at = at + 1", []));
        self.note(probed.err().map(|e| classify(&e)));
    }
}

/// Admits one message inside a transaction that its caller began.
pub(crate) fn admit_in(conn: &Connection, message: &Message, now: Millis) -> rusqlite::Result<Written> {
    admit::admit(conn, &mut list::Lists::default(), message, now)
}

/// Folds the write-ahead log into the file and cuts it to nothing; whether nobody stood in the way.
pub(crate) fn empty_log(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)).map(|busy| busy == 0)
}

/// Runs an edit in a transaction of its own.
pub(crate) fn in_transaction<T>(
    conn: &mut Connection,
    edit: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    // IMMEDIATE: a transaction that reads first and writes later fails with a busy that no time-out waits for.
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = edit(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

/// How long a piece of work took.
fn since(start: Instant) -> Duration {
    start.elapsed()
}
