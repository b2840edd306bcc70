//! From the mailbox into the stream: pulls while there is mail, then waits for the edge's call and polls
//! behind it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rand_core::OsRng;
use rollcall_shared::Timestamp;
use rollcall_shared::mailbox::{LEASE_MS, MAX_BATCH, PullResult};
use rollcall_shared::retry;

use crate::clock::now_ms;
use crate::db::takeovers_due;
use crate::edge::client::{EdgeClient, EdgeError};
use crate::failpoints;
use crate::pipeline::context::PipelineContext;
use crate::pipeline::health::Collection;
use crate::pipeline::leases::Leases;
use crate::pipeline::mailbox_count::Standing;
use crate::pipeline::stream::{Entry, Stream};
use crate::pipeline::takeover::{self, Takeover, TakeoverError};
use crate::pipeline::wake::{Cause, LOOK_AGAIN};

/// Behind the wake-up calls, while there is no mail: 2,880 requests a day of the free plan's 100,000.
const POLL: Duration = Duration::from_secs(30);
/// Where the edge does not call, after mail came: teachers come together, and the next one's *registered*
/// waits for this. A message costs twenty polls at most. And where mail waits that nobody has in hand: an
/// answer was lost on its way, or a lease has to run out.
const POLL_BUSY: Duration = Duration::from_secs(3);
/// How long after the last mail.
const BUSY_FOR: Duration = Duration::from_secs(60);
/// Most pulls at once.
const MAX_PULLS: u64 = 4;
/// A stream that is away is tried for half a lease; then the mail is left to come again.
const ADD_FOR: Duration = Duration::from_millis(LEASE_MS as u64 / 2);

/// One workshop's collector.
pub(crate) struct CollectorLoop<S> {
    pub(crate) pipeline: Arc<PipelineContext>,
    pub(crate) edge: Arc<EdgeClient>,
    pub(crate) stream: Arc<S>,
    pub(crate) leases: Arc<Leases>,
}

impl<S: Stream> CollectorLoop<S> {
    /// Runs until `stop`.
    pub(crate) async fn run(&self) {
        tokio::select! {
            () = self.collect() => {}
            // What is in hand is under a lease: left alone it comes again.
            () = self.pipeline.stop.cancelled() => {}
        }
    }

    async fn collect(&self) {
        let PipelineContext { workshop, health, mail, wake, .. } = &*self.pipeline;
        let mut attempt = 0;
        let mut pulls = 1;
        // What an earlier run had leased and not stored comes again at once, and so does what was leased by a
        // pull whose answer was lost. What is still in the stream comes twice, which changes nothing.
        let mut release = true;
        let mut last_mail: Option<Instant> = None;
        let mut cause = Cause::Begin;
        loop {
            // At every turn: the host may have asked for it, and what was asked for may have broken off.
            if self.claim().await == Claim::Erased {
                return;
            }
            if release {
                mail.begin_anew();
            }
            tracing::debug!(%workshop, ?cause, pulls, release, socket = wake.is_connected(), "pulling");
            match self.pull(pulls, release).await {
                Ok(PullRound { backlog, oldest_at, came, more, is_whole }) => {
                    release = !is_whole;
                    attempt = 0;
                    health.collection(Collection::Collecting);
                    health.oldest_mail(oldest_at);
                    // One that ends leases runs alone: others beside it would lose theirs.
                    let most = if release { 1 } else { MAX_PULLS };
                    pulls = backlog.div_ceil(u64::from(MAX_BATCH)).clamp(1, most);
                    if came {
                        last_mail = Some(Instant::now());
                    }
                    // What a lost answer leased comes with the next pull, which ends its leases.
                    cause = if more || release { Cause::More } else { self.wait_for_mail(last_mail).await };
                }
                Err(error) => {
                    // What this pull leased, should the edge have heard it, came to nobody.
                    release |= !error.is_permanent();
                    pulls = 1;
                    tracing::debug!(%workshop, %error, "not pulled");
                    self.back_off(&error, &mut attempt).await;
                    cause = Cause::Begin;
                }
            }
        }
    }

    /// Returns once mail may be pulled: it would only lie here if it could be neither opened nor stored.
    async fn ready(&self) {
        let PipelineContext { workshop, context, health, .. } = &*self.pipeline;
        // The mailbox exists once the workshop is published; a retired one goes on delivering.
        self.pipeline.published().await;
        context.writer.writable().await;
        self.leases.room().await;
        while let Some(key_id) = health.now().missing_key {
            context.keys.reload();
            if context.keys.secret(workshop, &key_id).is_some() {
                health.key_found();
            } else {
                tokio::time::sleep(POLL).await;
            }
        }
    }

    /// Takes the mail over where that is due (a restored database, a key that came with its workshop, the
    /// host's wish), before anything is pulled; repeated whole where it is interrupted. Returns once mail may
    /// be pulled that is this installation's, as far as this installation knows.
    async fn claim(&self) -> Claim {
        let mut attempt = 0;
        loop {
            self.ready().await;
            match self.try_to_claim().await {
                Ok(()) => return Claim::Held,
                Err(TakeoverError::Erased) => return Claim::Erased,
                Err(TakeoverError::Unwritable(_)) => {
                    tokio::time::sleep(retry::delay(0, retry::Failure::Busy, &mut OsRng)).await;
                }
                Err(TakeoverError::Edge(error)) => self.back_off(&error, &mut attempt).await,
            }
        }
    }

    async fn try_to_claim(&self) -> Result<(), TakeoverError> {
        let PipelineContext { workshop, context, .. } = &*self.pipeline;
        let of = workshop.clone();
        let look = context.read(move |conn| takeovers_due::exists(conn, &of)).await;
        if !look.map_err(|_| TakeoverError::Unwritable(retry::Failure::Io))? {
            return Ok(());
        }
        let Takeover { replayed, .. } = takeover::take_over(&self.edge, context, workshop).await?;
        let of = workshop.clone();
        let noted = context.writer.edit(move |tx| takeovers_due::remove(tx, &of)).await;
        noted.map_err(TakeoverError::Unwritable)?;
        tracing::info!(%workshop, replayed, "this installation collects from here on");
        Ok(())
    }

    async fn pull(&self, pulls: u64, release: bool) -> Result<PullRound, EdgeError> {
        let PipelineContext { workshop, context, health, mail, .. } = &*self.pipeline;
        context.metrics.pulls.inc_by(pulls);
        let results = join_all((0..pulls).map(|_| self.edge.pull(workshop, release))).await;
        let (mut backlog, mut oldest_at) = (u64::MAX, None);
        let (mut came, mut more, mut first_error) = (false, true, None);
        for result in results {
            match result {
                Ok(PullResult { message_backlog_count: waiting, revision, oldest_at: oldest, messages }) => {
                    // Before any of it can be acknowledged.
                    let moved = mail.hear(Standing { waiting, revision });
                    tracing::debug!(%workshop, waiting, revision, moved, messages = messages.len(), "pulled");
                    if moved {
                        health.moved();
                    }
                    // Of several the one with less is the newer word.
                    if waiting < backlog {
                        (backlog, oldest_at) = (waiting, oldest);
                    }
                    came |= !messages.is_empty();
                    more &= messages.len() >= MAX_BATCH as usize;
                    let entries = messages.into_iter().map(|m| Entry {
                        lease_id: m.lease_id,
                        body: m.body,
                        attempts: m.attempts,
                    });
                    self.put_into_stream(entries.collect()).await;
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match first_error {
            Some(error) if !came => Err(error),
            error => {
                let backlog = if backlog == u64::MAX { 0 } else { backlog };
                Ok(PullRound { backlog, oldest_at, came, more, is_whole: error.is_none() })
            }
        }
    }

    /// Puts pulled mail into the stream.
    async fn put_into_stream(&self, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        failpoints::reached("after_pull");
        // Held before they are in the stream: the drain may be done with them at once.
        self.leases.hold(entries.iter().map(|entry| &entry.lease_id));
        let deadline = Instant::now() + ADD_FOR;
        let mut attempt = 0;
        while let Err(error) = self.stream.add(entries.clone()).await {
            self.pipeline.health.stream_away(&error.to_string());
            self.pipeline.context.metrics.retried(retry::Failure::Redis);
            if Instant::now() > deadline {
                let lease_ids = entries.into_iter().map(|entry| entry.lease_id).collect();
                return self.leases.give_back(lease_ids, Duration::ZERO);
            }
            tokio::time::sleep(retry::delay(attempt, retry::Failure::Redis, &mut OsRng)).await;
            attempt += 1;
        }
        failpoints::reached("after_stream_add");
    }

    /// Waits for a call or the next poll. In steps, for the poll may be far off only because the clock was
    /// wrong a moment ago.
    async fn wait_for_mail(&self, last_mail: Option<Instant>) -> Cause {
        let began = Instant::now();
        loop {
            let left = self.poll_interval(last_mail).saturating_sub(began.elapsed());
            if left.is_zero() {
                return Cause::Poll;
            }
            if let Some(cause) = self.pipeline.wake.wait(left.min(LOOK_AGAIN)).await {
                return cause;
            }
        }
    }

    fn poll_interval(&self, last_mail: Option<Instant>) -> Duration {
        let PipelineContext { workshop, context, mail, wake, .. } = &*self.pipeline;
        let row = context.roster.get(workshop);
        Quiet {
            is_over: row.is_some_and(|row| now_ms() > row.workshop.keeps_mail_until()),
            is_called: wake.is_connected(),
            mail_came: last_mail.is_some_and(|at| at.elapsed() < BUSY_FOR),
            is_accounted_for: mail.waiting() <= self.leases.in_hand(),
        }
        .poll()
    }

    /// Shows why nothing is collected, and waits before the next try; the host may cut that short.
    async fn back_off(&self, error: &EdgeError, attempt: &mut u32) {
        let PipelineContext { workshop, context, health, wake, .. } = &*self.pipeline;
        let collection = match (error.owner(), error.is_unauthorized()) {
            (Some((owner, since)), _) => Collection::OwnedElsewhere { collector: owner.clone(), since },
            (None, true) => Collection::Unauthorized,
            (None, false) => Collection::Away { why: error.to_string() },
        };
        if health.now().collection != collection {
            tracing::warn!(%workshop, %error, "mail is not collected");
        }
        health.collection(collection);
        let wait = if error.is_permanent() {
            retry::after_refusal(*attempt)
        } else {
            context.metrics.retried(error.failure());
            retry::delay(*attempt, error.failure(), &mut OsRng)
        };
        *attempt += 1;
        wake.wait_for_host(wait).await;
    }
}

/// What is known while nothing comes.
#[derive(Debug, Clone, Copy)]
struct Quiet {
    /// The workshop is over for good.
    is_over: bool,
    /// The edge calls.
    is_called: bool,
    /// Mail came not long ago.
    mail_came: bool,
    /// All that waits at the edge is in hand here.
    is_accounted_for: bool,
}

impl Quiet {
    /// How long it is waited before mail is looked at without a call.
    fn poll(self) -> Duration {
        match self {
            Self { is_over: true, .. } => POLL * 20,
            Self { is_accounted_for: false, .. } | Self { is_called: false, mail_came: true, .. } => {
                POLL_BUSY
            }
            _ => POLL,
        }
    }
}

/// Whether the mail is this installation's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// It is, as far as this installation knows.
    Held,
    /// The workshop was erased; nothing is to be collected.
    Erased,
}

/// What a round of pulls brought.
struct PullRound {
    /// What remains at the edge, leased messages included.
    backlog: u64,
    /// When the oldest of that was deposited.
    oldest_at: Option<Timestamp>,
    /// Whether anything came.
    came: bool,
    /// Whether every pull came back full, so that there may be more. What comes after a short one is called
    /// out.
    more: bool,
    /// Whether every pull was answered.
    is_whole: bool,
}

#[cfg(test)]
mod tests;
