//! Numbers to watch, in Prometheus's text. Labels hold words from the code, never anything a person typed.

mod hop;
mod recent;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use rollcall_shared::admission::Outcome;
use rollcall_shared::cache::Counters;
use rollcall_shared::mailbox::{Alarms, EdgeFigures};
use rollcall_shared::retry::Failure;

pub(crate) use hop::Hop;
pub(crate) use recent::{Recent, Spread, Waited};

type Label = [(&'static str, String); 1];

/// Every figure of one engine.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) commits: Counter,
    commit_seconds: Histogram,
    batch_size: Histogram,
    queue_seconds: Histogram,
    outcomes: Family<Label, Counter>,
    retries: Family<Label, Counter>,
    pub(crate) pulls: Counter,
    pub(crate) wake_calls: Counter,
    wake_sockets: Gauge,
    backlog: Family<Label, Gauge>,
    oldest_mail_seconds: Gauge,
    signups: Family<Label, Gauge>,
    parked: Gauge,
    edge_cache: Family<Label, Gauge>,
    edge_alarms: Family<Label, Gauge>,
    recent: Arc<Mutex<Recent>>,
    /// What the edge said last, and when.
    edge: Mutex<Option<(Instant, EdgeFigures)>>,
}

/// One workshop's part of a hop's figure, which is the sum of all. Cheap to clone.
#[derive(Clone)]
pub(crate) struct BacklogShare {
    hop: Hop,
    gauge: Gauge,
    last: Arc<AtomicI64>,
    recent: Arc<Mutex<Recent>>,
}

/// One open wake socket in the figure of all.
pub(crate) struct SocketShare(Gauge);

impl Drop for SocketShare {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl BacklogShare {
    /// Sets how many of this workshop wait there; returns whether that is new.
    pub(crate) fn set(&self, waiting: u64) -> bool {
        let waiting = i64::try_from(waiting).unwrap_or(i64::MAX);
        let last = self.last.swap(waiting, Ordering::Relaxed);
        if last != waiting {
            self.gauge.inc_by(waiting - last);
            let mut recent = self.recent.lock();
            // Read under the lock: another workshop's share moves it as well.
            recent.wait(self.hop, u64::try_from(self.gauge.get()).unwrap_or_default());
        }
        last != waiting
    }

    /// Returns how many of this workshop wait there.
    pub(crate) fn waiting(&self) -> u64 {
        u64::try_from(self.last.load(Ordering::Relaxed)).unwrap_or_default()
    }
}

impl Metrics {
    /// Makes all figures, at zero.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("rollcall");
        let commits = Counter::default();
        // The text format adds `_total` to a counter's name by itself.
        registry.register("commits", "Transactions committed", commits.clone());
        let commit_seconds = Histogram::new(exponential_buckets(0.000_5, 2.0, 14));
        registry.register("commit_seconds", "From BEGIN to the end of COMMIT", commit_seconds.clone());
        let batch_size = Histogram::new(exponential_buckets(1.0, 2.0, 10));
        registry.register("batch_size", "Messages in one transaction", batch_size.clone());
        let queue_seconds = Histogram::new(exponential_buckets(0.001, 2.0, 18));
        registry.register("queue_seconds", "From being received to being stored", queue_seconds.clone());
        let outcomes = Family::default();
        registry.register("outcomes", "Messages by what became of them", Family::clone(&outcomes));
        let retries = Family::default();
        registry.register("retries", "Failures that are tried again, by cause", Family::clone(&retries));
        let pulls = Counter::default();
        registry.register("pulls", "Questions for mail", pulls.clone());
        let wake_calls = Counter::default();
        registry.register("wake_calls", "Times that the edge said that there is mail", wake_calls.clone());
        let wake_sockets = Gauge::default();
        registry.register("wake_sockets", "Workshops for which the edge will say so", wake_sockets.clone());
        let backlog = Family::default();
        registry.register("backlog", "Waiting at each hop", Family::clone(&backlog));
        let oldest_mail_seconds = Gauge::default();
        let what = "Age of the oldest sign-up that waits at the edge; 0 where none does";
        registry.register("oldest_mail_seconds", what, oldest_mail_seconds.clone());
        let signups = Family::default();
        registry.register("signups", "Sign-ups on the lists by state", Family::clone(&signups));
        let parked = Gauge::default();
        registry.register("parked", "Messages that wait for a person's look", parked.clone());
        let edge_cache = Family::default();
        let what = "Look-ups of a workshop at the edge by how they went; one isolate's, since it began";
        registry.register("edge_cache", what, Family::clone(&edge_cache));
        let edge_alarms = Family::default();
        let what = "Messages at the edge that somebody should look into";
        registry.register("edge_alarms", what, Family::clone(&edge_alarms));
        Self {
            registry,
            commits,
            commit_seconds,
            batch_size,
            queue_seconds,
            outcomes,
            retries,
            pulls,
            wake_calls,
            wake_sockets,
            backlog,
            oldest_mail_seconds,
            signups,
            parked,
            edge_cache,
            edge_alarms,
            recent: Arc::default(),
            edge: Mutex::default(),
        }
    }

    /// Takes what was seen since it was taken last.
    pub(crate) fn take_recent(&self) -> Recent {
        self.recent.lock().take()
    }

    /// Returns what the edge said last, unless that is older than `age`.
    pub(crate) fn edge_within(&self, age: Duration) -> Option<EdgeFigures> {
        self.edge.lock().filter(|(said, _)| said.elapsed() <= age).map(|(_, figures)| figures)
    }

    /// Counts a transaction that was committed.
    pub(crate) fn committed(&self, messages: usize, took: Duration) {
        self.commits.inc();
        self.commit_seconds.observe(took.as_secs_f64());
        let mut recent = self.recent.lock();
        recent.commit_ms.note(took.as_secs_f64() * 1_000.0);
        if messages > 0 {
            self.batch_size.observe(messages as f64);
            recent.batch.note(messages as f64);
        }
    }

    /// Counts a message that was decided and committed.
    pub(crate) fn decided(&self, outcome: Outcome) {
        self.outcomes.get_or_create(&[("outcome", outcome.as_str().to_owned())]).inc();
    }

    /// Notes how long a message waited, from the edge's or the venue's hand to its COMMIT.
    pub(crate) fn queued(&self, milliseconds: i64) {
        let milliseconds = milliseconds.max(0) as f64;
        self.queue_seconds.observe(milliseconds / 1_000.0);
        self.recent.lock().queue_ms.note(milliseconds);
    }

    /// Counts a failure that is tried again.
    pub(crate) fn retried(&self, failure: Failure) {
        self.retries.get_or_create(&[("cause", failure.cause().to_owned())]).inc();
        *self.recent.lock().retries.entry(failure).or_default() += 1;
    }

    /// Sets how many wait there, over all workshops.
    pub(crate) fn set_backlog(&self, hop: Hop, waiting: u64) {
        self.backlog(hop).set(i64::try_from(waiting).unwrap_or(i64::MAX));
        self.recent.lock().wait(hop, waiting);
    }

    /// Sets how old the oldest mail is that waits at the edge, in milliseconds.
    pub(crate) fn set_oldest_mail(&self, milliseconds: i64) {
        self.oldest_mail_seconds.set(milliseconds.max(0) / 1_000);
    }

    /// Returns a part of that figure, for one workshop to keep.
    pub(crate) fn backlog_share(&self, hop: Hop) -> BacklogShare {
        let (gauge, recent) = (self.backlog(hop), Arc::clone(&self.recent));
        BacklogShare { hop, gauge, last: Arc::default(), recent }
    }

    /// Counts a socket as long as it lives.
    pub(crate) fn socket_share(&self) -> SocketShare {
        self.wake_sockets.inc();
        SocketShare(self.wake_sockets.clone())
    }

    fn backlog(&self, hop: Hop) -> Gauge {
        let hop = match hop {
            Hop::Edge => "edge",
            Hop::Stream => "stream",
            Hop::Writer => "writer",
            Hop::Receipts => "receipts",
        };
        self.backlog.get_or_create(&[("hop", hop.to_owned())]).clone()
    }

    /// Sets what the tables hold.
    pub(crate) fn set_tables(&self, signups: &[(String, u64)], parked: u64) {
        for (state, count) in signups {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            self.signups.get_or_create(&[("state", state.clone())]).set(count);
        }
        self.parked.set(i64::try_from(parked).unwrap_or(i64::MAX));
    }

    /// Sets what the edge counted: gauges, for each of its isolates begins at zero.
    pub(crate) fn set_edge(&self, figures: &EdgeFigures) {
        *self.edge.lock() = Some((Instant::now(), *figures));
        let EdgeFigures { cache, alarms } = *figures;
        let Counters { memory_hits, memory_stale, memory_misses, kv_hits, kv_misses, authoritative } = cache;
        let Alarms { dead_letters, unaddressed } = alarms;
        let set = |family: &Family<Label, Gauge>, label: &'static str, word: &str, count: u64| {
            family.get_or_create(&[(label, word.to_owned())]).set(i64::try_from(count).unwrap_or(i64::MAX));
        };
        set(&self.edge_cache, "look_up", "memory_hit", memory_hits);
        set(&self.edge_cache, "look_up", "memory_stale", memory_stale);
        set(&self.edge_cache, "look_up", "memory_miss", memory_misses);
        set(&self.edge_cache, "look_up", "kv_hit", kv_hits);
        set(&self.edge_cache, "look_up", "kv_miss", kv_misses);
        set(&self.edge_cache, "look_up", "authoritative", authoritative);
        set(&self.edge_alarms, "kind", "dead_letters", dead_letters);
        set(&self.edge_alarms, "kind", "unaddressed", unaddressed);
    }

    /// Writes everything as Prometheus reads it.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_the_contracts() {
        let metrics = Metrics::new();
        metrics.committed(3, Duration::from_millis(2));
        metrics.decided(Outcome::Stored);
        metrics.queued(5);
        metrics.retried(Failure::Busy);
        metrics.set_backlog(Hop::Edge, 4);
        metrics.set_oldest_mail(172_800_000);
        metrics.set_tables(&[("registered".to_owned(), 3)], 1);
        let cache = Counters { memory_hits: 499, kv_hits: 1, ..Counters::default() };
        metrics.set_edge(&EdgeFigures { cache, alarms: Alarms { dead_letters: 2, unaddressed: 0 } });
        let text = metrics.text();
        for line in [
            "rollcall_edge_cache{look_up=\"memory_hit\"} 499",
            "rollcall_edge_cache{look_up=\"kv_hit\"} 1",
            "rollcall_edge_alarms{kind=\"dead_letters\"} 2",
            "rollcall_commits_total 1",
            "rollcall_commit_seconds_count 1",
            "rollcall_batch_size_sum 3.0",
            "rollcall_queue_seconds_count 1",
            "rollcall_outcomes_total{outcome=\"stored\"} 1",
            "rollcall_retries_total{cause=\"busy\"} 1",
            "rollcall_backlog{hop=\"edge\"} 4",
            "rollcall_signups{state=\"registered\"} 3",
            "rollcall_parked 1",
            "rollcall_oldest_mail_seconds 172800",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
