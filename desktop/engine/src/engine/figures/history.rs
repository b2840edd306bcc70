//! The slots that are kept, and what one is made of.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use parking_lot::Mutex;
use rollcall_shared::Timestamp;
use rollcall_shared::cache::Counters;
use rollcall_shared::mailbox::{Alarms, EdgeFigures};

use crate::metrics::{Hop, Recent, Spread, Waited};
use crate::view::{Backlog, Cause, FigureSlot, LookUps, Lost, Retries, Span, Waiting};

/// How long a slot is: shorter than a rush, longer than what a plot of a few hundred pixels can show.
pub(crate) const SLOT: Duration = Duration::from_secs(5);
/// Slots that are kept: 15 min.
pub(crate) const KEPT: usize = 180;

/// The slots that are kept.
#[derive(Default)]
pub(crate) struct History(Mutex<VecDeque<FigureSlot>>);

impl History {
    /// Keeps one more; the oldest goes.
    pub(super) fn push(&self, slot: FigureSlot) {
        let mut slots = self.0.lock();
        // A clock that was set back has made a future of them.
        slots.retain(|kept| kept.at < slot.at);
        slots.push_back(slot);
        while slots.len() > KEPT {
            slots.pop_front();
        }
    }

    /// Returns what is from the last minutes, however long the laptop slept since.
    pub(super) fn since(&self, now: Timestamp) -> Vec<FigureSlot> {
        let from = now - (SLOT * KEPT as u32).as_millis() as i64;
        self.0.lock().iter().filter(|slot| from < slot.at && slot.at <= now).cloned().collect()
    }
}

/// What the tables hold, after which commit that was read, and whether there was an edge then.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) read_at: Option<(u64, bool)>,
    pub(super) parked: u64,
    pub(super) receipts: u64,
}

/// Makes a slot of what was seen.
pub(super) fn slot(at: Timestamp, recent: &Recent, tables: &Tables, edge: Option<EdgeFigures>) -> FigureSlot {
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
