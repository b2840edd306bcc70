//! The leases that this laptop holds: acknowledged once their messages are committed, or given back.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rand_core::OsRng;
use rollcall_shared::mailbox::{Ack, AckResult, MAX_ENTRIES, Retry};
use rollcall_shared::retry;
use tokio::sync::{Notify, mpsc};

use crate::edge::client::{EdgeClient, EdgeError};
use crate::failpoints;
use crate::pipeline::context::PipelineContext;
use crate::pipeline::mailbox_count::Standing;

/// Most leases held at once. Twenty full pulls: more than the stream takes while one batch is committed.
const MAX_HELD: usize = 2_000;
/// Refused this often in a row, three seconds long, acknowledgements are dropped: somebody else collects, or
/// the key is wrong.
const REFUSALS: u32 = 5;
/// How long the last acknowledgements may take when the engine stops; what is not sent comes again and is
/// *repeated*.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// One workshop's leases.
pub(crate) struct Leases {
    held: Mutex<HashSet<String>>,
    freed: Notify,
    done: mpsc::UnboundedSender<LeaseEnd>,
}

/// A lease's end.
pub(crate) enum LeaseEnd {
    /// Its message is in the database.
    Committed(Vec<String>),
    /// It goes back, to be delivered again after a while.
    Returned { lease_ids: Vec<String>, delay: Duration },
}

impl Leases {
    /// Makes them, with none held. Those that end come out of the receiver, which [`Acknowledger`] reads.
    pub(crate) fn new() -> (Arc<Self>, Finished) {
        let (done, finished) = mpsc::unbounded_channel();
        (Arc::new(Self { held: Mutex::default(), freed: Notify::new(), done }), Finished(finished))
    }

    /// Takes note of pulled leases.
    pub(crate) fn hold<'a>(&self, lease_ids: impl Iterator<Item = &'a String>) {
        self.held.lock().extend(lease_ids.cloned());
    }

    /// Returns once there is room for more.
    pub(crate) async fn room(&self) {
        loop {
            let freed = self.freed.notified();
            if self.held.lock().len() < MAX_HELD {
                return;
            }
            freed.await;
        }
    }

    /// Returns how many messages are in hand.
    pub(crate) fn in_hand(&self) -> u64 {
        self.held.lock().len() as u64
    }

    /// Ends leases whose messages are committed.
    pub(crate) fn committed(&self, lease_ids: Vec<String>) {
        self.forget(&lease_ids);
        let _ = self.done.send(LeaseEnd::Committed(lease_ids));
    }

    /// Gives leases back, to be delivered again after `delay`.
    pub(crate) fn give_back(&self, lease_ids: Vec<String>, delay: Duration) {
        self.forget(&lease_ids);
        let _ = self.done.send(LeaseEnd::Returned { lease_ids, delay });
    }

    /// Gives all back that are held, because the stream lost its entries; returns how many.
    pub(crate) fn give_all_back(&self) -> usize {
        let lease_ids: Vec<String> = self.held.lock().drain().collect();
        let count = lease_ids.len();
        if count > 0 {
            self.give_back(lease_ids, Duration::ZERO);
        }
        count
    }

    fn forget(&self, lease_ids: &[String]) {
        let mut held = self.held.lock();
        for lease_id in lease_ids {
            held.remove(lease_id);
        }
        drop(held);
        self.freed.notify_one();
    }
}

/// Leases that are done with, on their way to the edge.
pub(crate) struct Finished(mpsc::UnboundedReceiver<LeaseEnd>);

impl Finished {
    /// Returns the next ones; `None` once nobody is left who could end any.
    pub(crate) async fn next(&mut self) -> Option<LeaseEnd> {
        self.0.recv().await
    }

    /// Returns how many the next message acknowledges; `None` once nobody is left to acknowledge.
    #[cfg(any(test, feature = "bench"))]
    pub(crate) async fn committed(&mut self) -> Option<usize> {
        match self.next().await? {
            LeaseEnd::Committed(lease_ids) => Some(lease_ids.len()),
            LeaseEnd::Returned { .. } => Some(0),
        }
    }
}

/// Tells the edge about every lease that is done with.
pub(crate) struct Acknowledger {
    pub(crate) pipeline: Arc<PipelineContext>,
    pub(crate) edge: Arc<EdgeClient>,
}

impl Acknowledger {
    /// Runs until `stop`; then says its last words.
    pub(crate) async fn run(&self, mut finished: Finished) {
        let mut attempt = 0;
        let mut batch = Batch::default();
        while batch.fill(&mut finished).await {
            let (acks, retries) = batch.first(MAX_ENTRIES);
            let acknowledged = acks.len();
            let back_after = retries.iter().map(|retry| retry.delay_seconds).min();
            match self.send(acks, retries).await {
                Ok(result) => {
                    failpoints::reached("after_lease_ack");
                    batch.drop_first(MAX_ENTRIES);
                    attempt = 0;
                    self.acknowledged(acknowledged, &result);
                    self.call_back(back_after);
                }
                Err(_) if self.pipeline.stop.is_cancelled() => return,
                Err(error) if self.wait_to_try_again(&error, attempt).await => attempt += 1,
                Err(_) => {
                    batch.drop_first(MAX_ENTRIES);
                    attempt = 0;
                }
            }
        }
    }

    /// Tells the edge; not for long where it is time to stop.
    async fn send(&self, acks: Vec<Ack>, retries: Vec<Retry>) -> Result<AckResult, EdgeError> {
        let sent = self.edge.acknowledge(&self.pipeline.workshop, acks, retries);
        if !self.pipeline.stop.is_cancelled() {
            return sent.await;
        }
        tokio::time::timeout(LAST_WORDS, sent).await.unwrap_or(Err(EdgeError::Timeout))
    }

    /// Waits before the next try; returns whether there shall be one.
    async fn wait_to_try_again(&self, error: &EdgeError, attempt: u32) -> bool {
        let PipelineContext { workshop, context, stop, .. } = &*self.pipeline;
        let wait = if !error.is_permanent() {
            context.metrics.retried(error.failure());
            retry::delay(attempt, error.failure(), &mut OsRng)
        } else if attempt < REFUSALS {
            // Perhaps somebody on the way, for a moment: an acknowledgement that is dropped costs its lease's
            // minute.
            retry::after_refusal(attempt)
        } else {
            // The edge knows neither lease nor key: what was committed stays committed, and comes again at
            // worst.
            tracing::warn!(%workshop, %error, "the edge refuses acknowledgements");
            return false;
        };
        let _ = tokio::time::timeout(wait, stop.cancelled()).await;
        true
    }

    /// Notes what the edge says is left.
    fn acknowledged(&self, leases: usize, result: &AckResult) {
        let PipelineContext { workshop, mail, progress, health, .. } = &*self.pipeline;
        let AckResult { message_backlog_count, revision, .. } = *result;
        let moved = match message_backlog_count {
            Some(waiting) => mail.hear(Standing { waiting, revision }),
            None => mail.less(leases as u64),
        };
        tracing::debug!(%workshop, leases, ?message_backlog_count, revision, moved, "acknowledged");
        if leases > 0 {
            progress.gone(leases as u64, Instant::now());
        }
        if moved || leases > 0 {
            health.moved();
        }
    }

    /// Has mail looked at once it comes back: the edge calls for what is deposited, not for what is given
    /// back.
    fn call_back(&self, delay_seconds: Option<u32>) {
        let Some(delay) = delay_seconds else { return };
        let pipeline = Arc::clone(&self.pipeline);
        tokio::spawn(async move {
            let delay = Duration::from_secs(delay.into());
            if tokio::time::timeout(delay, pipeline.stop.cancelled()).await.is_err() {
                pipeline.wake.mail();
            }
        });
    }
}

#[derive(Default)]
struct Batch {
    acks: Vec<Ack>,
    retries: Vec<Retry>,
}

impl Batch {
    /// Waits for leases that have ended, and takes what else there is; `false` where nothing is left to send.
    /// The pipeline closes the channel after its drain has ended.
    async fn fill(&mut self, finished: &mut Finished) -> bool {
        if self.is_empty() {
            match finished.next().await {
                Some(end) => self.add(end),
                None => return false,
            }
        }
        while self.len() < MAX_ENTRIES
            && let Ok(end) = finished.0.try_recv()
        {
            self.add(end);
        }
        true
    }

    fn add(&mut self, done: LeaseEnd) {
        match done {
            LeaseEnd::Committed(ids) => self.acks.extend(ids.into_iter().map(|lease_id| Ack { lease_id })),
            LeaseEnd::Returned { lease_ids, delay } => {
                let delay_seconds = u32::try_from(delay.as_secs()).unwrap_or(u32::MAX);
                self.retries.extend(lease_ids.into_iter().map(|lease_id| Retry { lease_id, delay_seconds }));
            }
        }
    }

    fn len(&self) -> usize {
        self.acks.len() + self.retries.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the first `most`, acknowledgements before returns.
    fn first(&self, most: usize) -> (Vec<Ack>, Vec<Retry>) {
        let acks: Vec<Ack> = self.acks.iter().take(most).cloned().collect();
        let retries = self.retries.iter().take(most - acks.len()).cloned().collect();
        (acks, retries)
    }

    fn drop_first(&mut self, most: usize) {
        let acks = self.acks.len().min(most);
        self.acks.drain(..acks);
        let retries = self.retries.len().min(most - acks);
        self.retries.drain(..retries);
    }
}
