//! The writer's thread: commits whatever waits, turn by turn, and notices when the database cannot be
//! written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use rollcall_shared::retry::Failure;
use tokio::sync::{oneshot, watch};

use super::batch::Committer;
use super::gather::Gather;
use super::work::{Answers, Inbox, Work};
use crate::db::failure::classify;
use crate::db::probe;
use crate::db::tx::WriterConnection;
use crate::message::Message;
use crate::metrics::{Hop, Metrics};

/// Most messages of one transaction.
pub(crate) const MAX_BATCH: usize = 512;
/// How often a database that could not be written is tried.
const PROBE_EVERY: Duration = Duration::from_millis(250);

/// What the thread has.
pub(super) struct WriterThread {
    pub(super) conn: WriterConnection,
    pub(super) work: Inbox,
    pub(super) gather: Box<dyn Gather>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) unwritable: watch::Sender<Option<Failure>>,
    pub(super) committed: watch::Sender<u64>,
}

/// What was taken from the queue at once: messages to be committed together, then at most one other piece of
/// work.
#[derive(Default)]
struct Taken {
    messages: Vec<Message>,
    senders: Vec<(usize, oneshot::Sender<Answers>)>,
    then: Option<Work>,
}

impl WriterThread {
    /// Runs until it is told to stop, or until nobody is left who could send anything.
    pub(super) fn run(&mut self) {
        loop {
            let turn = catch_unwind(AssertUnwindSafe(|| self.turn()));
            match turn {
                Ok(true) => {}
                Ok(false) => break,
                // A defect outside the messages, whose panics the batch catches. What was taken was not
                // committed and not answered, so its senders hear that it failed.
                Err(_) => {
                    tracing::error!("the writer's loop panicked and goes on");
                    self.conn.roll_back();
                }
            }
        }
        self.conn.fold_log();
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
        // Most of it is taken at once: what waited is known before that alone.
        self.metrics.set_backlog(Hop::Writer, self.work.waiting());
        let taken = self.take(first);
        self.metrics.set_backlog(Hop::Writer, self.work.waiting());
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
        if self.unwritable.borrow().is_some() { self.work.next_within(PROBE_EVERY) } else { self.work.next() }
    }

    /// Takes whatever waits, in its order, up to [`MAX_BATCH`] messages. It does not wait for more to come:
    /// while one batch is being synced to the disk the next one gathers by itself.
    fn take(&self, first: Work) -> Taken {
        let mut taken = Taken::default();
        let mut next = Some(first);
        while let Some(work) = next {
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
            next = self.work.next_waiting();
        }
        taken
    }

    fn commit(&mut self, messages: Vec<Message>, senders: Vec<(usize, oneshot::Sender<Answers>)>) {
        let committer = Committer { gather: &*self.gather, metrics: &self.metrics };
        let mut answers = committer.commit(&mut self.conn, &messages).into_iter();
        let failure = answers.as_slice().iter().find_map(|answer| answer.as_ref().err()).copied();
        self.note(failure);
        for (count, sender) in senders {
            // A phone that hung up has its sign-up committed all the same, and asks again with the same id.
            let _ = sender.send(answers.by_ref().take(count).collect());
        }
    }

    fn note(&self, failure: Option<Failure>) {
        let failure = failure.filter(|failure| failure.is_transient());
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
        let probed = self.conn.in_transaction(probe::write);
        self.note(probed.err().map(|error| classify(&error)));
    }
}
