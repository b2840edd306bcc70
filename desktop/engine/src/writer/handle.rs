//! The way to the writer's thread.

use std::sync::Arc;
use std::thread::JoinHandle;

use rollcall_shared::retry::Failure;
use tokio::sync::{oneshot, watch};

use super::gather::{Database, Gather};
use super::thread::WriterThread;
use super::work::{Answers, Edit, NotQueued, Outbox, Work, queue};
use crate::db::failure::classify;
use crate::db::tx::{Tx, WriterConnection};
use crate::message::{Message, Written};
use crate::metrics::Metrics;

/// The way to the writer's thread. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Writer {
    work: Outbox,
    unwritable: watch::Receiver<Option<Failure>>,
    committed: watch::Receiver<u64>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(
        conn: WriterConnection,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let gather: Box<dyn Gather> = Box::new(Database);
        #[cfg(feature = "failpoints")]
        let gather: Box<dyn Gather> = Box::new(super::planted::Liar(gather));
        Self::start_with(conn, metrics, gather)
    }

    /// Starts the thread, whose decisions are made from what `gather` says the database holds.
    pub(super) fn start_with(
        conn: WriterConnection,
        metrics: Arc<Metrics>,
        gather: Box<dyn Gather>,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (outbox, inbox) = queue();
        #[cfg(feature = "failpoints")]
        let inbox = super::planted::tamper(inbox);
        let (unwritable_now, unwritable) = watch::channel(None);
        let (committed_now, committed) = watch::channel(0);
        let mut thread = WriterThread {
            conn,
            work: inbox,
            gather,
            metrics,
            unwritable: unwritable_now,
            committed: committed_now,
        };
        let thread = std::thread::Builder::new().name("writer".to_owned()).spawn(move || thread.run())?;
        Ok((Self { work: outbox, unwritable, committed }, thread))
    }

    /// Sends messages that belong to nobody's HTTP request: waits for room.
    pub(crate) async fn admit(&self, messages: Vec<Message>) -> Answers {
        let count = messages.len();
        let (answer, answered) = oneshot::channel();
        if self.work.send(Work::Messages { messages, answer }).await.is_err() {
            return vec![Err(Failure::Io); count];
        }
        // The thread drops an answer only where it stops: nothing was committed then.
        answered.await.unwrap_or_else(|_| vec![Err(Failure::Io); count])
    }

    /// Sends one message for which somebody waits at the other end of a connection: full means *not now*.
    pub(crate) async fn admit_now(&self, message: Message) -> Result<Written, Failure> {
        if let Some(failure) = self.unwritable() {
            return Err(failure);
        }
        let (answer, answered) = oneshot::channel();
        let queued = self.work.send_now(Work::Messages { messages: vec![message], answer });
        queued.map_err(|_| Failure::Busy)?;
        let answers = answered.await.map_err(|_| Failure::Io)?;
        answers.into_iter().next().unwrap_or(Err(Failure::Io))
    }

    /// Runs an edit in a transaction of its own, in its turn. A permanent failure is the edit's own fault.
    pub(crate) async fn edit<T: Send + 'static>(
        &self,
        edit: impl FnOnce(&Tx<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        self.with_connection(move |conn| {
            conn.in_transaction(edit).inspect_err(|error| tracing::warn!(%error, "an edit was rolled back"))
        })
        .await
    }

    /// Takes what was deleted out of the write-ahead log as well, which holds pages as they were before.
    /// Whether it is out: a reader that lasts keeps it there.
    pub(crate) async fn empty_log(&self) -> Result<bool, Failure> {
        self.with_connection(|conn| conn.empty_log()).await
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
        // An error means that the thread has ended; the next sender hears of it.
        let _ = unwritable.wait_for(Option::is_none).await;
    }

    /// Pieces of work that wait.
    pub(crate) fn waiting(&self) -> u64 {
        self.work.waiting()
    }

    /// Ends the thread after what waits before this is committed.
    pub(crate) fn stop(&self) {
        self.work.send_stop();
    }

    /// Has the thread do something with its connection, in its turn. Waits for room.
    async fn with_connection<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut WriterConnection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, answered) = oneshot::channel();
        let edit: Edit = Box::new(move |conn| {
            let result = act(conn).map_err(|error| classify(&error));
            let failure = result.as_ref().err().copied();
            let _ = answer.send(result);
            failure
        });
        self.work.send(Work::Edit(edit)).await.map_err(|_: NotQueued| Failure::Io)?;
        answered.await.unwrap_or(Err(Failure::Io))
    }
}
