//! From the mailbox into the stream: pulls while there is mail, then waits for the edge's call and polls behind it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rand_core::OsRng;
use rollcall_shared::mailbox::{LEASE_MS, MAX_BATCH, PullResult};
use rollcall_shared::retry;
use rollcall_shared::workshop::WorkshopId;
use tokio_util::sync::CancellationToken;

use crate::clock::now_ms;
use crate::db::readers::Readers;
use crate::db::takeovers_due;
use crate::edge::client::{EdgeClient, EdgeError};
use crate::failpoints;
use crate::folder::keys::Keys;
use crate::metrics::{BacklogShare, Metrics};
use crate::pipeline::health::{Collection, PipelineHealth, Publication};
use crate::pipeline::leases::Leases;
use crate::pipeline::planted::planted_too_soon;
use crate::pipeline::stream::{Entry, Stream};
use crate::pipeline::takeover;
use crate::pipeline::wake::{LOOK_AGAIN, Wake};
use crate::workshops::Roster;
use crate::writer::Writer;

/// Behind the wake-up calls, while there is no mail: 2,880 requests a day of the free plan's 100,000.
const POLL: Duration = Duration::from_secs(30);
/// Where the edge does not call, after mail came: teachers come together, and the next one's *registered* waits for this. A
/// message costs twenty polls at most.
const POLL_BUSY: Duration = Duration::from_secs(3);
/// How long after the last mail.
const BUSY_FOR: Duration = Duration::from_secs(60);
/// Most pulls at once.
const MAX_PULLS: u64 = 4;
/// A stream that is away is tried for half a lease; then the mail is left to come again.
const ADD_FOR: Duration = Duration::from_millis(LEASE_MS as u64 / 2);

/// One workshop's collector.
pub(crate) struct CollectorLoop<S> {
    pub(crate) workshop: WorkshopId,
    pub(crate) edge: Arc<EdgeClient>,
    pub(crate) stream: Arc<S>,
    pub(crate) leases: Arc<Leases>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) writer: Writer,
    pub(crate) keys: Arc<Keys>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) backlog: BacklogShare,
    pub(crate) wake: Arc<Wake>,
    pub(crate) health: PipelineHealth,
    pub(crate) stop: CancellationToken,
}

impl<S: Stream> CollectorLoop<S> {
    /// Runs until `stop`.
    pub(crate) async fn run(&self) {
        tokio::select! {
            () = self.collect() => {}
            // What is in hand is under a lease: left alone it comes again.
            () = self.stop.cancelled() => {}
        }
    }

    async fn collect(&self) {
        let mut attempt = 0;
        let mut pulls = 1;
        // What an earlier run had leased and not stored comes again at once, and so does what was leased by a pull whose answer
        // was lost. What still stands in the stream comes twice, which changes nothing.
        let mut release = true;
        let mut last_mail: Option<Instant> = None;
        let mut claimed = false;
        loop {
            self.ready().await;
            if !claimed {
                match self.claim().await {
                    Ok(Claim::Done) => claimed = true,
                    Ok(Claim::Later) => {
                        tokio::time::sleep(retry::delay(0, retry::Failure::Busy, &mut OsRng)).await;
                    }
                    Ok(Claim::Erased) => return,
                    Err(error) => {
                        let wait = self.explain(&error, attempt);
                        attempt += 1;
                        self.wake.wait_for_host(wait).await;
                    }
                }
                continue;
            }
            // Asked before the pull: what is deposited while it runs is called out for the next one.
            let grown = self.wake.may_have_grown();
            match self.pull(pulls, release).await {
                Ok(Mail { backlog, came, more, is_whole }) => {
                    release = !is_whole;
                    attempt = 0;
                    self.health.collection(Collection::Collecting);
                    // Some of it may have been acknowledged while the answer was on its way: unless the mailbox grew, the lower
                    // figure is the newer one, and what a host watches falls steadily.
                    let counted = self.backlog.waiting();
                    let anew = grown || !more || counted == 0;
                    if self.backlog.set(if anew { backlog } else { backlog.min(counted) }) {
                        self.health.moved();
                    }
                    // One that ends leases runs alone: others beside it would lose theirs.
                    let most = if release { 1 } else { MAX_PULLS };
                    pulls = backlog.div_ceil(u64::from(MAX_BATCH)).clamp(1, most);
                    if came {
                        last_mail = Some(Instant::now());
                    }
                    if !more {
                        self.wait_for_mail(last_mail).await;
                    }
                }
                Err(error) => {
                    // What this pull leased, should the edge have heard it, came to nobody.
                    release |= !error.is_permanent();
                    pulls = 1;
                    let wait = self.explain(&error, attempt);
                    attempt += 1;
                    self.wake.wait_for_host(wait).await;
                }
            }
        }
    }

    /// Returns once mail may be pulled: it would only lie here if it could be neither opened nor stored.
    async fn ready(&self) {
        // The mailbox exists once the workshop is published; a retired one goes on delivering.
        self.health
            .wait_for(|h| matches!(h.publication, Publication::Published | Publication::Retired))
            .await;
        self.writer.writable().await;
        self.leases.room().await;
        while let Some(key_id) = self.health.now().missing_key {
            self.keys.reload();
            if self.keys.secret(&self.workshop, &key_id).is_some() {
                self.health.key_found();
            } else {
                tokio::time::sleep(POLL).await;
            }
        }
    }

    /// A restored database takes the workshop's mail over, on purpose, and has all of it delivered again; before anything is
    /// pulled, so that whoever was erased since is known. Repeated whole where it is interrupted.
    async fn claim(&self) -> Result<Claim, EdgeError> {
        let look = self.readers.read(|conn| takeovers_due::exists(conn, &self.workshop));
        match look {
            Ok(false) => return Ok(Claim::Done),
            Ok(true) => {}
            Err(_) => return Ok(Claim::Later),
        }
        let taken = self.edge.take_over(&self.workshop).await?;
        match takeover::follow(taken, &self.workshop, &self.writer, &self.roster).await {
            Ok(true) => {}
            Ok(false) => return Ok(Claim::Erased),
            Err(_) => return Ok(Claim::Later),
        }
        let replayed = self.edge.replay(&self.workshop, 0).await?;
        let workshop = self.workshop.clone();
        if self.writer.edit(move |tx| takeovers_due::remove(tx, &workshop)).await.is_err() {
            return Ok(Claim::Later);
        }
        tracing::info!(workshop = %self.workshop, replayed, "the restored database collects from here on");
        Ok(Claim::Done)
    }

    async fn pull(&self, pulls: u64, release: bool) -> Result<Mail, EdgeError> {
        self.metrics.pulls.inc_by(pulls);
        let results = join_all((0..pulls).map(|_| self.edge.pull(&self.workshop, release))).await;
        let (mut backlog, mut came, mut more, mut first_error) = (u64::MAX, false, true, None);
        for result in results {
            match result {
                Ok(PullResult { message_backlog_count, messages }) => {
                    backlog = backlog.min(message_backlog_count);
                    came |= !messages.is_empty();
                    more &= messages.len() >= MAX_BATCH as usize;
                    let entries = messages.into_iter().map(|m| Entry {
                        lease_id: m.lease_id,
                        body: m.body,
                        attempts: m.attempts,
                    });
                    self.keep(entries.collect()).await;
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match first_error {
            Some(error) if !came => Err(error),
            error => {
                let backlog = if backlog == u64::MAX { 0 } else { backlog };
                Ok(Mail { backlog, came, more, is_whole: error.is_none() })
            }
        }
    }

    /// Puts pulled mail into the stream.
    async fn keep(&self, entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        failpoints::reached("after_pull");
        planted_too_soon(&self.edge, &self.workshop, &entries).await;
        // FreedPlace before they are in the stream: the drain may be done with them at once.
        self.leases.hold(entries.iter().map(|entry| &entry.lease_id));
        let deadline = Instant::now() + ADD_FOR;
        let mut attempt = 0;
        while let Err(error) = self.stream.add(entries.clone()).await {
            self.health.stream_away(&error.to_string());
            self.metrics.retried(retry::Failure::Redis);
            if Instant::now() > deadline {
                let lease_ids = entries.into_iter().map(|entry| entry.lease_id).collect();
                return self.leases.give_back(lease_ids, Duration::ZERO);
            }
            tokio::time::sleep(retry::delay(attempt, retry::Failure::Redis, &mut OsRng)).await;
            attempt += 1;
        }
        failpoints::reached("after_stream_add");
    }

    /// Waits for a call or the next poll. In steps, for the poll may be far off only because the clock was wrong a moment ago.
    async fn wait_for_mail(&self, last_mail: Option<Instant>) {
        let began = Instant::now();
        loop {
            let left = self.poll_interval(last_mail).saturating_sub(began.elapsed());
            if left.is_zero() || self.wake.wait(left.min(LOOK_AGAIN)).await {
                return;
            }
        }
    }

    fn poll_interval(&self, last_mail: Option<Instant>) -> Duration {
        let over =
            self.roster.get(&self.workshop).is_some_and(|row| now_ms() > row.workshop.keeps_mail_until());
        if over {
            return POLL * 20;
        }
        let busy = last_mail.is_some_and(|at| at.elapsed() < BUSY_FOR);
        if busy && !self.wake.is_connected() { POLL_BUSY } else { POLL }
    }

    fn explain(&self, error: &EdgeError, attempt: u32) -> Duration {
        let collection = match (error.owner(), error.is_unauthorized()) {
            (Some(owner), _) => Collection::OwnedElsewhere { collector: owner.clone() },
            (None, true) => Collection::Unauthorized,
            (None, false) => Collection::Away { why: error.to_string() },
        };
        if self.health.now().collection != collection {
            tracing::warn!(workshop = %self.workshop, %error, "mail is not collected");
        }
        self.health.collection(collection);
        if error.is_permanent() {
            return retry::after_refusal(attempt);
        }
        self.metrics.retried(error.failure());
        retry::delay(attempt, error.failure(), &mut OsRng)
    }
}

/// Whether the mail is this installation's.
enum Claim {
    /// It is, as far as this installation knows.
    Done,
    /// The database cannot be used just now.
    Later,
    /// The workshop was erased; nothing is to be collected.
    Erased,
}

/// What a round of pulls brought.
struct Mail {
    /// What remains at the edge, leased messages included.
    backlog: u64,
    /// Whether anything came.
    came: bool,
    /// Whether every pull came back full, so that there may be more. What comes after a short one is called out.
    more: bool,
    /// Whether every pull was answered.
    is_whole: bool,
}
