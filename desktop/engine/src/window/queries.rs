//! What the window reads. Every method is short: one look at memory, or one reading connection for some queries with an index.

use rollcall_shared::workshop::WorkshopId;

use crate::Engine;
use crate::clock::now_ms;
use crate::db::workshops::WorkshopRow;
use crate::db::{list, receipts_out};
use crate::engine::EngineError;
use crate::engine::hop_status::{Facts, Waiting};
use crate::engine::host::Host;
use crate::folder::keys_copy;
use crate::pipeline::Pipeline;
use crate::pipeline::health::Publication;
use crate::venue::address::venue_url;
use crate::view::{
    Addresses, Case, Home, HopHealth, KeysSaved, LanAddress, ListPage, ListQuery, WifiCode, WorkshopSummary,
};
use crate::workshops::RosterError;
use crate::workshops::draft::WorkshopDraft;
use std::sync::Arc;
use std::time::Instant;

/// Seconds of arrivals that are shown.
const ARRIVAL_SECONDS: usize = 300;
/// How many of the newest sign-ups are shown at first.
const NEWEST: u32 = 20;

impl Engine {
    /// A workshop at one glance.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop, [`EngineError::Database`] where it cannot be read.
    pub fn home(&self, workshop: &WorkshopId) -> Result<Home, EngineError> {
        self.host.home(workshop)
    }

    /// All workshops, oldest first.
    ///
    /// # Errors
    /// [`EngineError::Database`].
    pub fn workshops(&self) -> Result<Vec<WorkshopSummary>, EngineError> {
        self.host.workshops()
    }

    /// What the form for changing a workshop is filled with.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop.
    pub fn workshop(&self, workshop: &WorkshopId) -> Result<WorkshopDraft, EngineError> {
        Ok(WorkshopDraft::of(&self.host.row(workshop)?.workshop))
    }

    /// A page of a workshop's list, newest first.
    ///
    /// # Errors
    /// As [`Engine::home`].
    pub fn list(&self, query: &ListQuery) -> Result<ListPage, EngineError> {
        self.host.row(&query.workshop)?;
        Ok(self.host.context.readers.read(|conn| list::page(conn, query))?)
    }

    /// What a person has to look at.
    ///
    /// # Errors
    /// As [`Engine::home`].
    pub fn needs_look(&self, workshop: &WorkshopId) -> Result<Vec<Case>, EngineError> {
        self.host.row(workshop)?;
        Ok(self.host.context.readers.read(|conn| list::cases(conn, workshop))?)
    }

    /// Where phones reach a workshop's form.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop.
    pub fn addresses(&self, workshop: &WorkshopId) -> Result<Addresses, EngineError> {
        Ok(self.host.addresses(&*self.host.row(workshop)?))
    }

    /// Whether and when the host saved a copy of the keys.
    pub fn keys_saved(&self) -> KeysSaved {
        keys_copy::saved(&self.host.context.keys, &self.host.data_dir)
    }

    /// The address of the edge that is used, where there is one.
    pub fn connection(&self) -> Option<String> {
        self.host.context.edge().map(|edge| edge.url().to_owned())
    }

    /// A counter that moves when anything changes that the window may show.
    pub fn subscribe(&self) -> tokio::sync::watch::Receiver<u64> {
        self.host.context.changes.subscribe()
    }
}

impl Host {
    fn home(&self, workshop: &WorkshopId) -> Result<Home, EngineError> {
        let (row, now) = (self.row(workshop)?, now_ms());
        let has_edge = self.context.edge().is_some();
        let (counts, arrivals, newest, receipts) = self.context.readers.read(|conn| {
            Ok((
                list::counts(conn, workshop)?,
                list::arrivals(conn, workshop, now, ARRIVAL_SECONDS)?,
                list::newest(conn, workshop, NEWEST)?,
                if has_edge { receipts_out::unsent_of(conn, workshop)? } else { 0 },
            ))
        })?;
        Ok(Home {
            workshop: WorkshopSummary::of(&row, counts, now),
            capacity: row.workshop.capacity,
            arrivals,
            newest,
            hops: self.hops(workshop, receipts),
            alarms: self.alarms.now(),
            addresses: self.addresses(&row),
        })
    }

    fn workshops(&self) -> Result<Vec<WorkshopSummary>, EngineError> {
        let (rows, now) = (self.roster.all(), now_ms());
        let summaries = self.context.readers.read(|conn| {
            rows.iter()
                .map(|row| Ok(WorkshopSummary::of(row, list::counts(conn, &row.workshop.id)?, now)))
                .collect()
        })?;
        Ok(summaries)
    }

    pub(crate) fn row(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        let row = self.roster.get(workshop);
        row.ok_or_else(|| EngineError::Workshop(RosterError::Unknown(workshop.clone())))
    }

    fn addresses(&self, row: &WorkshopRow) -> Addresses {
        let line = self.pipelines().remove(&row.workshop.id);
        let is_shown = line.is_some_and(|line| line.health.now().publication == Publication::Published);
        let edge = self.context.edge().filter(|_| is_shown);
        let lan = self.listener.addresses().into_iter().map(|(interface, address)| LanAddress {
            kind: interface.kind(),
            interface: interface.name,
            ip: interface.ip.to_string(),
            url: venue_url(address, row),
        });
        let lan: Vec<LanAddress> = lan.collect();
        let kept = self.venue.settings.now();
        let own = |ip: std::net::IpAddr| lan.iter().any(|own| own.ip == ip.to_string());
        Addresses {
            edge: edge.map(|edge| format!("{}/j/{}", edge.url(), row.workshop.invite_code)),
            venue_open: self.listener.address().is_some(),
            network: kept.network,
            wifi: kept.wifi.map(|wifi| WifiCode { code: wifi.code(), wifi }),
            phones: self.venue.visitors.connected(now_ms(), own),
            lan,
        }
    }

    /// Notes how every workshop's hops are.
    pub(crate) fn note_hops(&self) {
        for workshop in self.pipelines().into_keys() {
            self.hops(&workshop, 0);
        }
    }

    fn hops(&self, workshop: &WorkshopId, receipts: u64) -> Vec<HopHealth> {
        let Some(Pipeline { health, mail, progress, stream, .. }) = self.pipelines().remove(workshop) else {
            return Vec::new();
        };
        let facts = Facts {
            health: health.now(),
            has_edge: self.context.edge().is_some(),
            redis: self.redis.clone(),
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
