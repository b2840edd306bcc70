//! From the stream into the database: read, open, commit, and only then acknowledge, backwards.
//!
//! Two steps run at once: while one batch is being committed the next one is read and opened.

use std::sync::Arc;
use std::time::Duration;

use rand_core::OsRng;
use rollcall_shared::digest::Digest;
use rollcall_shared::retry::{self, Failure};
use tokio::sync::{mpsc, oneshot};

use crate::db::quarantine;
use crate::failpoints;
use crate::folder::unsealer::{Opened, Unsealer};
use crate::message::Message;
use crate::pipeline::context::PipelineContext;
use crate::pipeline::leases::Leases;
use crate::pipeline::stream::{Delivered, Restarted, Stream, StreamError};
use crate::writer::MAX_BATCH;

/// After so many interrupted deliveries a message runs alone: one of those that were in flight together may
/// be the reason.
const INTERRUPTIONS: u32 = 3;
/// How long a message is given back for whose key is missing: the host has to find that key first.
const MISSING_KEY_DELAY: Duration = Duration::from_secs(300);

/// One workshop's way from its stream to the writer.
pub(crate) struct Drain<S> {
    pub(crate) pipeline: Arc<PipelineContext>,
    pub(crate) unsealer: Unsealer,
    pub(crate) stream: Arc<S>,
    pub(crate) leases: Arc<Leases>,
}

/// A message on its way and what acknowledges it.
struct InFlight {
    key: String,
    lease_id: String,
    message: Message,
}

/// What the step that reads hands to the step that commits, which does one after the other.
enum Work {
    /// Opened already.
    Together(Vec<InFlight>),
    /// A suspect, not yet touched. Nothing else is until the sender is gone.
    Alone(Delivered, oneshot::Sender<()>),
}

impl<S: Stream> Drain<S> {
    /// Runs until `stop`, whatever fails.
    pub(crate) async fn run(&self) {
        let mut attempt = 0;
        while !self.pipeline.stop.is_cancelled() {
            match self.session(&mut attempt).await {
                Ok(()) => continue,
                // The next session makes the group again, and gives back what it takes to be lost.
                Err(StreamError::Lost) => {}
                Err(StreamError::Away(why)) => {
                    self.pipeline.health.stream_away(&why);
                    self.pipeline.context.metrics.retried(Failure::Redis);
                }
            }
            let wait = retry::delay(attempt, Failure::Redis, &mut OsRng);
            attempt += 1;
            let _ = tokio::time::timeout(wait, self.pipeline.stop.cancelled()).await;
        }
    }

    /// Runs until the stream fails or it is time to stop. What was read is committed before this returns.
    async fn session(&self, attempt: &mut u32) -> Result<(), StreamError> {
        // Lost while this side was connected or while it was not: only here is it always seen.
        if self.stream.restart().await? == Restarted::MadeAnew {
            let leases = self.leases.give_all_back();
            if leases > 0 {
                tracing::warn!(leases, "the stream lost its entries: they are given back, and come again");
            }
        }
        *attempt = 0;
        self.pipeline.health.stream_there();
        let (opened, committing) = mpsc::channel(1);
        let reading = self.read_and_open(opened);
        let (read, committed) = tokio::join!(reading, self.commit_and_acknowledge(committing));
        read.and(committed)
    }

    async fn read_and_open(&self, work: mpsc::Sender<Work>) -> Result<(), StreamError> {
        loop {
            let delivered = tokio::select! {
                delivered = self.stream.read(MAX_BATCH) => delivered?,
                () = self.pipeline.stop.cancelled() => return Ok(()),
                () = work.closed() => return Ok(()),
            };
            if delivered.is_empty() {
                continue;
            }
            failpoints::reached("after_stream_read");
            let (alone, together): (Vec<_>, Vec<_>) =
                delivered.into_iter().partition(|d| self.is_poison_suspect(d));
            // Suspects first: a copy of one, delivered once more since, may be among the others, and would
            // end the process before it is known who did it.
            for delivered in alone {
                let (running, done) = oneshot::channel();
                let is_over = self.pipeline.stop.is_cancelled();
                if is_over || work.send(Work::Alone(delivered, running)).await.is_err() {
                    return Ok(());
                }
                let _ = done.await;
            }
            let batch = self.open(together).await?;
            if !batch.is_empty() && work.send(Work::Together(batch)).await.is_err() {
                return Ok(());
            }
        }
    }

    /// Returns whether a message has to run alone. One in quarantine is parked unopened, with whatever
    /// others.
    fn is_poison_suspect(&self, delivered: &Delivered) -> bool {
        delivered.interruptions >= INTERRUPTIONS && !self.unsealer.is_quarantined(&delivered.entry.body)
    }

    /// Opens boxes; those whose key is missing go back to the edge.
    async fn open(&self, delivered: Vec<Delivered>) -> Result<Vec<InFlight>, StreamError> {
        let (handles, bodies): (Vec<_>, Vec<_>) =
            delivered.into_iter().map(|d| ((d.key, d.entry.lease_id), d.entry.body)).unzip();
        let mut batch = Vec::with_capacity(handles.len());
        let (mut keys, mut lease_ids) = (Vec::new(), Vec::new());
        for ((key, lease_id), opened) in handles.into_iter().zip(self.unsealer.open_all(bodies).await) {
            match opened {
                Opened::Message(message) => batch.push(InFlight { key, lease_id, message }),
                Opened::MissingKey(key_id) => {
                    self.pipeline.health.key_missing(&key_id);
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

    async fn commit_and_acknowledge(&self, mut work: mpsc::Receiver<Work>) -> Result<(), StreamError> {
        while let Some(next) = work.recv().await {
            match next {
                Work::Together(batch) => self.commit(batch).await?,
                Work::Alone(delivered, _running) => self.run_alone(delivered).await?,
            }
        }
        Ok(())
    }

    /// Commits a batch however long that takes, and acknowledges each part of it as soon as it is committed.
    async fn commit(&self, mut batch: Vec<InFlight>) -> Result<(), StreamError> {
        let mut attempt = 0;
        loop {
            let messages = batch.iter().map(|in_flight| in_flight.message.clone()).collect();
            let answers = self.pipeline.context.writer.admit(messages).await;
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
                        failed.push(in_flight);
                    }
                }
            }
            self.acknowledge(keys, lease_ids).await?;
            let Some(failure) = failure else { return Ok(()) };
            batch = failed;
            self.pipeline.context.metrics.retried(failure);
            if !self.wait_until_writable(&mut attempt, failure).await {
                return Ok(());
            }
        }
    }

    /// Acknowledges, in the order of the promise: COMMIT is behind us, then the stream forgets, then the edge
    /// may.
    async fn acknowledge(&self, keys: Vec<String>, lease_ids: Vec<String>) -> Result<(), StreamError> {
        if keys.is_empty() {
            return Ok(());
        }
        let acknowledged = self.stream.acknowledge(keys).await;
        failpoints::reached("after_stream_ack");
        // Committed is committed, whatever became of the stream: an entry that is read again will be
        // *repeated*.
        self.leases.committed(lease_ids);
        acknowledged
    }

    /// Waits out a failure; false where it is time to stop, with the entries left unacknowledged.
    async fn wait_until_writable(&self, attempt: &mut u32, failure: Failure) -> bool {
        // The writer parks what is at fault itself; anything else that it says is the database's state.
        let wait = retry::decide(*attempt, failure, &mut OsRng).unwrap_or(retry::BASE);
        *attempt += 1;
        let waited = async {
            tokio::time::sleep(wait).await;
            self.pipeline.context.writer.writable().await;
        };
        tokio::select! {
            () = waited => true,
            () = self.pipeline.stop.cancelled() => false,
        }
    }

    /// Runs a message by itself, for the process was killed again and again with it in hand. Its digest is
    /// committed before it is touched: if it is still there at the next start, this message did it.
    async fn run_alone(&self, delivered: Delivered) -> Result<(), StreamError> {
        let Delivered { key, entry, interruptions } = delivered;
        let digest = Digest::of(entry.body.as_bytes());
        let mut attempt = 0;
        loop {
            tracing::warn!(interruptions, %digest, "a message runs alone after interrupted deliveries");
            let noted = self.pipeline.context.writer.edit(move |tx| quarantine::add(tx, &digest)).await;
            let failure = match noted {
                Ok(()) => match self.unsealer.open_all(vec![entry.body.clone()]).await.pop() {
                    Some(Opened::Message(message)) => {
                        let answer = self
                            .pipeline
                            .context
                            .writer
                            .admit(vec![Message { delivered_alone: true, ..message }])
                            .await
                            .pop();
                        match answer.unwrap_or(Err(Failure::Io)) {
                            Ok(_) => return self.acknowledge(vec![key], vec![entry.lease_id]).await,
                            Err(failure) => failure,
                        }
                    }
                    Some(Opened::MissingKey(key_id)) => {
                        self.pipeline.health.key_missing(&key_id);
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
            self.pipeline.context.metrics.retried(failure);
            if !self.wait_until_writable(&mut attempt, failure).await {
                return Ok(());
            }
        }
    }

    async fn clear(&self, digest: Digest) {
        // Where even this cannot be written it is written with the message itself, once the database can be.
        let _ = self.pipeline.context.writer.edit(move |tx| quarantine::remove(tx, &digest)).await;
    }

    /// Notes how much waits in the stream.
    pub(crate) async fn watch_backlog(&self) {
        while !self.pipeline.stop.is_cancelled() {
            if let Ok(waiting) = self.stream.waiting().await
                && self.pipeline.stream.set(waiting)
            {
                self.pipeline.health.moved();
            }
            let _ = tokio::time::timeout(Duration::from_secs(1), self.pipeline.stop.cancelled()).await;
        }
    }
}

#[cfg(test)]
mod tests;
