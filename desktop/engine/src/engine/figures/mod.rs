//! The figures of the last minutes, kept in memory so that whoever looks sees what was before: a slot for
//! every few seconds, and as many of them as a quarter of an hour has. Nothing grows with time or with
//! sign-ups.

mod judgement;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rollcall_shared::Timestamp;
use rollcall_shared::cache::Counters;
use rollcall_shared::mailbox::{Alarms, EdgeFigures};

use crate::clock::now_ms;
use crate::db::{parked, receipts_out};
use crate::engine::edge_figures;
use crate::engine::host::Host;
use crate::metrics::{Hop, Recent, Spread, Waited};
use crate::view::{Backlog, Cause, FigureSlot, Figures, LookUps, Lost, Retries, Span, Waiting};

/// How long a slot is: shorter than a rush, longer than what a plot of a few hundred pixels can show.
pub(crate) const SLOT: Duration = Duration::from_secs(5);
/// Slots that are kept: 15 min.
pub(crate) const KEPT: usize = 180;
/// What the edge said longer ago is not shown as the present.
const EDGE_SAID: Duration = edge_figures::LOOK_EVERY.saturating_mul(2);

/// The slots that are kept.
#[derive(Default)]
pub(crate) struct History(Mutex<VecDeque<FigureSlot>>);

impl History {
    /// Keeps one more; the oldest goes.
    fn push(&self, slot: FigureSlot) {
        let mut slots = self.0.lock();
        // A clock that was set back has made a future of them.
        slots.retain(|kept| kept.at < slot.at);
        slots.push_back(slot);
        while slots.len() > KEPT {
            slots.pop_front();
        }
    }

    /// Returns what is from the last minutes, however long the laptop slept since.
    fn since(&self, now: Timestamp) -> Vec<FigureSlot> {
        let from = now - (SLOT * KEPT as u32).as_millis() as i64;
        self.0.lock().iter().filter(|slot| from < slot.at && slot.at <= now).cloned().collect()
    }
}

impl Host {
    /// Returns the figures of the last minutes.
    pub(crate) fn figures(&self) -> Figures {
        let now = now_ms();
        let slots = self.history.since(now);
        Figures {
            now,
            slot_seconds: SLOT.as_secs() as u32,
            kept_seconds: SLOT.as_secs() as u32 * KEPT as u32,
            has_edge: self.pipelines.edge().is_some(),
            readings: judgement::of(&slots, now),
            slots,
        }
    }
}

/// Keeps a slot every few seconds, until the engine stops.
pub(crate) async fn keep(host: Arc<Host>) {
    let commits = host.context.writer.watch_commits();
    let mut tables = Tables::default();
    let mut tick = tokio::time::interval(SLOT);
    // After a sleep one slot is enough.
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tick.tick().await;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = host.context.stop.cancelled() => return,
        }
        // Nobody but the writer changes them: while it rests nothing is read.
        let number = *commits.borrow();
        if tables.read_at != Some(number) {
            let reader = Arc::clone(&host);
            if let Ok(Some(read)) = tokio::task::spawn_blocking(move || read_tables(&reader)).await {
                tables = Tables { read_at: Some(number), ..read };
            }
        }
        let metrics = &host.context.metrics;
        metrics.set_backlog(Hop::Receipts, tables.receipts);
        host.history.push(slot(now_ms(), &metrics.take_recent(), &tables, metrics.edge_within(EDGE_SAID)));
    }
}

/// What the tables hold, and after which commit that was read.
#[derive(Default)]
struct Tables {
    read_at: Option<u64>,
    parked: u64,
    receipts: u64,
}

/// Blocks. A table that cannot be read keeps its last figure: the health of the database says that.
fn read_tables(host: &Host) -> Option<Tables> {
    let has_edge = host.pipelines.edge().is_some();
    let read = host.context.readers.read(|conn| {
        let receipts = if has_edge { receipts_out::unsent_count(conn)? } else { 0 };
        Ok(Tables { read_at: None, parked: parked::count(conn)?, receipts })
    });
    read.inspect_err(|error| tracing::debug!(%error, "figures from the database are missing")).ok()
}

fn slot(at: Timestamp, recent: &Recent, tables: &Tables, edge: Option<EdgeFigures>) -> FigureSlot {
    let waiting = |hop| {
        let Waited { most, left } = recent.waited(hop);
        Waiting { most, left }
    };
    let mut retries = BTreeMap::<Cause, u64>::new();
    for (failure, count) in &recent.retries {
        *retries.entry(Cause::from(*failure)).or_default() += count;
    }
    FigureSlot {
        at,
        queue_ms: span(recent.queue_ms),
        commit_ms: span(recent.commit_ms),
        batch: span(recent.batch),
        backlog: Backlog {
            edge: waiting(Hop::Edge),
            stream: waiting(Hop::Stream),
            writer: waiting(Hop::Writer),
            receipts: waiting(Hop::Receipts),
        },
        retries: retries.into_iter().map(|(cause, count)| Retries { cause, count }).collect(),
        parked: tables.parked,
        lost: edge.map(|EdgeFigures { alarms: Alarms { dead_letters, unaddressed }, .. }| Lost {
            dead_letters,
            unaddressed,
        }),
        look_ups: edge.map(|EdgeFigures { cache, .. }| look_ups(cache)),
    }
}

fn span(Spread { count, sum, most }: Spread) -> Option<Span> {
    (count > 0).then(|| Span { count, mean: sum / count as f64, most })
}

/// What was missed in one place was found in the next.
fn look_ups(counters: Counters) -> LookUps {
    let Counters { memory_hits, memory_stale, kv_hits, authoritative, .. } = counters;
    LookUps { memory: memory_hits + memory_stale, kv: kv_hits, authority: authoritative }
}

#[cfg(test)]
mod tests;
