//! A workshop at one glance, the list of all of them, and how each hop is doing.

use std::time::Instant;

use rollcall_shared::workshop::WorkshopId;

use crate::clock::now_ms;
use crate::db::{list, notices, receipts_out};
use crate::engine::EngineError;
use crate::engine::hop_status::{Facts, Waiting};
use crate::engine::host::Host;
use crate::pipeline::context::PipelineContext;
use crate::view::{Home, HopHealth, WorkshopSummary};
use crate::workshops::summary;

/// Seconds of arrivals that are shown.
const ARRIVAL_SECONDS: usize = 300;
/// How many of the newest sign-ups are shown at first.
const NEWEST: u32 = 20;

impl Host {
    /// Reads a workshop's first view. Blocks.
    pub(crate) fn home(&self, workshop: &WorkshopId) -> Result<Home, EngineError> {
        let (row, now) = (self.row(workshop)?, now_ms());
        let has_edge = self.pipelines.edge().is_some();
        let (counts, arrivals, newest, told_earlier, receipts) = self.context.readers.read(|conn| {
            Ok((
                list::counts(conn, workshop)?,
                list::arrivals(conn, workshop, now, ARRIVAL_SECONDS)?,
                list::newest(conn, workshop, NEWEST)?,
                notices::told_earlier(conn, &row.workshop)?,
                if has_edge { receipts_out::unsent_of(conn, workshop)? } else { 0 },
            ))
        })?;
        Ok(Home {
            workshop: summary::of(&row, counts, now),
            capacity: row.workshop.capacity,
            arrivals,
            newest,
            hops: self.hops(workshop, receipts),
            alarms: self.alarms.now(),
            told_earlier,
            addresses: self.addresses(&row),
        })
    }

    /// Reads all workshops, oldest first. Blocks.
    pub(crate) fn workshops(&self) -> Result<Vec<WorkshopSummary>, EngineError> {
        let (rows, now) = (self.context.roster.all(), now_ms());
        let summaries = self.context.readers.read(|conn| {
            rows.iter().map(|row| Ok(summary::of(row, list::counts(conn, &row.workshop.id)?, now))).collect()
        })?;
        Ok(summaries)
    }

    /// Notes how every workshop's hops are.
    pub(crate) fn note_hops(&self) {
        for workshop in self.pipelines.all().into_keys() {
            self.hops(&workshop, 0);
        }
    }

    fn hops(&self, workshop: &WorkshopId, receipts: u64) -> Vec<HopHealth> {
        let Some(pipeline) = self.pipelines.get(workshop) else { return Vec::new() };
        let PipelineContext { health, mail, progress, stream, .. } = &*pipeline;
        let facts = Facts {
            health: health.now(),
            has_edge: self.pipelines.edge().is_some(),
            redis: self.redis.describe(),
            unwritable: self.context.writer.unwritable(),
            listener: self.listener.now(),
            on_a_network: !self.listener.addresses().is_empty(),
        };
        let waiting = Waiting {
            receipts,
            mail: mail.waiting(),
            mail_seconds: progress.remaining_seconds(mail.waiting(), Instant::now()),
            stream: stream.waiting(),
            writer: self.context.writer.waiting(),
        };
        self.since.note(workshop, &facts, waiting, now_ms())
    }
}
