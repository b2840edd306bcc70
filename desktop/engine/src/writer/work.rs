//! What waits for the writer's thread: one queue, of bounded length, whatever the source.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use rollcall_shared::retry::Failure;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::db::tx::WriterConnection;
use crate::message::{Message, Written};

/// Most pieces of work that wait: more than a whole hall sends at once. Beyond it the venue says 503 and the
/// stream waits.
const MAX_WAITING: usize = 2_048;

/// What a sender hears: one answer for each message, in the order in which they were sent.
pub(super) type Answers = Vec<Result<Written, Failure>>;

/// Does something with the connection and answers by itself; says why the database did not take it.
pub(super) type Edit = Box<dyn FnOnce(&mut WriterConnection) -> Option<Failure> + Send>;

/// A piece of work.
pub(super) enum Work {
    /// Messages, to be committed together with whatever else waits.
    Messages { messages: Vec<Message>, answer: oneshot::Sender<Answers> },
    /// A transaction of its own.
    Edit(Edit),
    /// The thread's end.
    Stop,
}

/// Work in the queue, with the room that it takes there.
pub(super) struct Queued {
    pub(super) work: Work,
    /// Given back once the work is taken up. None for what always finds room.
    room: Option<OwnedSemaphorePermit>,
}

/// Why work is not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotQueued {
    /// There is no room just now.
    Full,
    /// The thread has ended.
    Ended,
}

/// Where work is put in. Cheap to clone.
#[derive(Clone)]
pub(super) struct Outbox {
    work: mpsc::Sender<Queued>,
    room: Arc<Semaphore>,
}

/// Where the thread takes it out.
pub(super) struct Inbox {
    pub(super) work: Receiver<Queued>,
    pub(super) room: Arc<Semaphore>,
}

/// An empty queue.
pub(super) fn queue() -> (Outbox, Inbox) {
    let (sender, receiver) = mpsc::channel();
    let room = Arc::new(Semaphore::new(MAX_WAITING));
    (Outbox { work: sender, room: Arc::clone(&room) }, Inbox { work: receiver, room })
}

impl Outbox {
    /// Puts work in, as soon as there is room.
    pub(super) async fn send(&self, work: Work) -> Result<(), NotQueued> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| NotQueued::Ended)?;
        self.put(work, Some(room))
    }

    /// Puts work in where there is room now.
    pub(super) fn send_now(&self, work: Work) -> Result<(), NotQueued> {
        let room = Arc::clone(&self.room).try_acquire_owned().map_err(|_| NotQueued::Full)?;
        self.put(work, Some(room))
    }

    /// Has the thread end, after what waits before this.
    pub(super) fn send_stop(&self) {
        let _ = self.put(Work::Stop, None);
    }

    /// Pieces of work that wait.
    pub(super) fn waiting(&self) -> u64 {
        waiting(&self.room)
    }

    fn put(&self, work: Work, room: Option<OwnedSemaphorePermit>) -> Result<(), NotQueued> {
        self.work.send(Queued { work, room }).map_err(|_| NotQueued::Ended)
    }
}

impl Inbox {
    /// The next piece of work, however long that takes.
    pub(super) fn next(&self) -> Result<Work, RecvTimeoutError> {
        self.work.recv().map(Queued::taken).map_err(|_| RecvTimeoutError::Disconnected)
    }

    /// The next piece of work, where it comes in time.
    pub(super) fn next_within(&self, time: Duration) -> Result<Work, RecvTimeoutError> {
        self.work.recv_timeout(time).map(Queued::taken)
    }

    /// The next piece of work, where one waits.
    pub(super) fn next_waiting(&self) -> Option<Work> {
        self.work.try_recv().ok().map(Queued::taken)
    }

    /// Pieces of work that wait.
    pub(super) fn waiting(&self) -> u64 {
        waiting(&self.room)
    }
}

impl Queued {
    fn taken(self) -> Work {
        drop(self.room);
        self.work
    }
}

fn waiting(room: &Semaphore) -> u64 {
    MAX_WAITING.saturating_sub(room.available_permits()) as u64
}
