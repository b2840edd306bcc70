//! The leases that this laptop holds: acknowledged once their messages are committed, or given back.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand_core::OsRng;
use rollcall_shared::mailbox::{Ack, MAX_ENTRIES, Retry};
use rollcall_shared::retry;
use rollcall_shared::workshop::WorkshopId;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use crate::edge::client::EdgeClient;
use crate::failpoints;
use crate::metrics::{BacklogShare, Metrics};
use crate::pipeline::health::PipelineHealth;
use crate::pipeline::progress::Progress;
use crate::pipeline::wake::Wake;

/// Most leases held at once. Twenty full pulls: more than the stream takes while one batch is committed.
const MAX_HELD: usize = 2_000;
/// Refused so often in a row, three seconds long, acknowledgements are dropped: somebody else collects, or the key is wrong.
const REFUSALS: u32 = 5;
/// How long the last acknowledgements may take when the engine stops; what is not sent comes again and is *repeated*.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// One workshop's leases.
pub(crate) struct Leases {
    held: Mutex<HashSet<String>>,
    freed: Notify,
    done: mpsc::UnboundedSender<Done>,
}

/// A lease's end.
pub(crate) enum Done {
    /// Its message stands in the database.
    Committed(Vec<String>),
    /// It goes back, to be delivered again after a while.
    Returned { lease_ids: Vec<String>, delay: Duration },
}

impl Leases {
    /// None held. What is done with comes out of the receiver, which [`Acknowledger`] reads.
    pub(crate) fn new() -> (Arc<Self>, Finished) {
        let (done, finished) = mpsc::unbounded_channel();
        (Arc::new(Self { held: Mutex::default(), freed: Notify::new(), done }), Finished(finished))
    }

    /// Takes note of pulled leases.
    pub(crate) fn hold<'a>(&self, lease_ids: impl Iterator<Item = &'a String>) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).extend(lease_ids.cloned());
    }

    /// Returns once there is room for more.
    pub(crate) async fn room(&self) {
        loop {
            let freed = self.freed.notified();
            if self.held.lock().unwrap_or_else(PoisonError::into_inner).len() < MAX_HELD {
                return;
            }
            freed.await;
        }
    }

    /// Their messages are committed.
    pub(crate) fn committed(&self, lease_ids: Vec<String>) {
        self.forget(&lease_ids);
        let _ = self.done.send(Done::Committed(lease_ids));
    }

    /// They are given back, to be delivered again after `delay`.
    pub(crate) fn give_back(&self, lease_ids: Vec<String>, delay: Duration) {
        self.forget(&lease_ids);
        let _ = self.done.send(Done::Returned { lease_ids, delay });
    }

    /// All that are held are given back at once: the stream lost its entries. How many those are.
    pub(crate) fn give_all_back(&self) -> usize {
        let lease_ids: Vec<String> =
            self.held.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        let count = lease_ids.len();
        if count > 0 {
            self.give_back(lease_ids, Duration::ZERO);
        }
        count
    }

    fn forget(&self, lease_ids: &[String]) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for lease_id in lease_ids {
            held.remove(lease_id);
        }
        drop(held);
        self.freed.notify_one();
    }
}

/// Leases that are done with, on their way to the edge.
pub(crate) struct Finished(mpsc::UnboundedReceiver<Done>);

impl Finished {
    /// The next ones; `None` once nobody is left who could be done with any.
    pub(crate) async fn next(&mut self) -> Option<Done> {
        self.0.recv().await
    }

    /// How many the next message acknowledges; `None` once nobody is left to acknowledge.
    #[cfg(any(test, feature = "bench"))]
    pub(crate) async fn committed(&mut self) -> Option<usize> {
        match self.next().await? {
            Done::Committed(lease_ids) => Some(lease_ids.len()),
            Done::Returned { .. } => Some(0),
        }
    }
}

/// Tells the edge about every lease that is done with.
pub(crate) struct Acknowledger {
    pub(crate) workshop: WorkshopId,
    pub(crate) edge: Arc<EdgeClient>,
    pub(crate) backlog: BacklogShare,
    pub(crate) progress: Arc<Progress>,
    pub(crate) wake: Arc<Wake>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) health: PipelineHealth,
    pub(crate) stop: CancellationToken,
}

impl Acknowledger {
    /// Runs until `stop`; then says its last words.
    pub(crate) async fn run(&self, mut finished: Finished) {
        let mut attempt = 0;
        let mut batch = Batch::default();
        loop {
            if batch.is_empty() {
                // The line closes the channel after its drain has ended.
                match finished.next().await {
                    Some(done) => batch.add(done),
                    None => return,
                }
            }
            while batch.len() < MAX_ENTRIES
                && let Ok(done) = finished.0.try_recv()
            {
                batch.add(done);
            }
            let (acks, retries) = batch.first(MAX_ENTRIES);
            let acknowledged = acks.len();
            let back_after = retries.iter().map(|retry| retry.delay_seconds).min();
            let sent = self.edge.acknowledge(&self.workshop, acks, retries);
            let sent = if self.stop.is_cancelled() {
                match tokio::time::timeout(LAST_WORDS, sent).await {
                    Ok(sent) => sent,
                    Err(_) => return,
                }
            } else {
                sent.await
            };
            match sent {
                Ok(()) => {
                    failpoints::reached("after_lease_ack");
                    batch.drop_first(MAX_ENTRIES);
                    attempt = 0;
                    self.acknowledged(acknowledged);
                    self.call_back(back_after);
                }
                Err(_) if self.stop.is_cancelled() => return,
                // Perhaps somebody on the way, for a moment: an acknowledgement that is dropped costs its lease's minute.
                Err(error) if error.is_permanent() && attempt < REFUSALS => {
                    let wait = retry::after_refusal(attempt);
                    attempt += 1;
                    let _ = tokio::time::timeout(wait, self.stop.cancelled()).await;
                }
                Err(error) if error.is_permanent() => {
                    attempt = 0;
                    // The edge knows neither lease nor key: what was committed stays committed, and comes again at worst.
                    tracing::warn!(workshop = %self.workshop, %error, "the edge refuses acknowledgements");
                    batch.drop_first(MAX_ENTRIES);
                }
                Err(error) => {
                    self.metrics.retried(error.failure());
                    let wait = retry::delay(attempt, error.failure(), &mut OsRng);
                    attempt += 1;
                    let _ = tokio::time::timeout(wait, self.stop.cancelled()).await;
                }
            }
        }
    }

    /// What the edge said waits is less by that; the next pull says it anew.
    fn acknowledged(&self, leases: usize) {
        if leases > 0 {
            self.progress.gone(leases as u64, Instant::now());
            self.backlog.less(leases as u64);
            self.health.moved();
        }
    }

    /// The edge calls for what is deposited, not for what is given back: that is this side's to remember.
    fn call_back(&self, delay_seconds: Option<u32>) {
        let Some(delay) = delay_seconds else { return };
        let (wake, stop) = (Arc::clone(&self.wake), self.stop.clone());
        tokio::spawn(async move {
            if tokio::time::timeout(Duration::from_secs(delay.into()), stop.cancelled()).await.is_err() {
                wake.mail();
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
    fn add(&mut self, done: Done) {
        match done {
            Done::Committed(ids) => self.acks.extend(ids.into_iter().map(|lease_id| Ack { lease_id })),
            Done::Returned { lease_ids, delay } => {
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

    /// The first so many, acknowledgements before returns.
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
