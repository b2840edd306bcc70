//! The figures of the last minutes, kept in memory so that whoever looks sees what was before: a slot for
//! every few seconds, and as many of them as a quarter of an hour has. Nothing grows with time or with
//! sign-ups.

pub(crate) mod history;
mod judgement;

use std::sync::Arc;
use std::time::Duration;

use crate::clock::now_ms;
use crate::db::{parked, receipts_out};
use crate::engine::edge_figures;
use crate::engine::figures::history::{KEPT, SLOT, Tables, slot};
use crate::engine::host::Host;
use crate::metrics::Hop;
use crate::view::Figures;

/// What the edge said longer ago is not shown as the present.
const EDGE_SAID: Duration = edge_figures::LOOK_EVERY.saturating_mul(2);

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
        let now = (*commits.borrow(), host.pipelines.edge().is_some());
        if tables.read_at != Some(now) {
            let reader = Arc::clone(&host);
            if let Ok(Some(read)) = tokio::task::spawn_blocking(move || read_tables(&reader, now.1)).await {
                tables = Tables { read_at: Some(now), ..read };
            }
        }
        let metrics = &host.context.metrics;
        metrics.set_backlog(Hop::Receipts, tables.receipts);
        host.history.push(slot(now_ms(), &metrics.take_recent(), &tables, metrics.edge_within(EDGE_SAID)));
    }
}

/// Blocks. A table that cannot be read keeps its last figure: the health of the database says that.
fn read_tables(host: &Host, has_edge: bool) -> Option<Tables> {
    let read = host.context.readers.read(|conn| {
        let receipts = if has_edge { receipts_out::unsent_count(conn)? } else { 0 };
        Ok(Tables { read_at: None, parked: parked::count(conn)?, receipts })
    });
    read.inspect_err(|error| tracing::debug!(%error, "figures from the database are missing")).ok()
}
