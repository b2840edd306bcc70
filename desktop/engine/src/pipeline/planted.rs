//! Defects of a pipeline that tests plant, to prove that they would see them. Compiled with the feature
//! `failpoints` alone.

use std::sync::Arc;
use std::time::Duration;

use rollcall_shared::envelope::Envelope;
use rollcall_shared::mailbox::{MAX_ENTRIES, ReceiptUpdate};
use rollcall_shared::receipt::ReceiptState;
use rollcall_shared::retry::Failure;

use crate::clock::now_ms;
use crate::db::receipts_out;
use crate::edge::client::EdgeClient;
use crate::failpoints::planted;
use crate::pipeline::context::PipelineContext;
use crate::pipeline::leases::Leases;
use crate::pipeline::stream::redis::{GROUP, connect, key};
use crate::pipeline::stream::{Delivered, Entry, Restarted, Stream, StreamError};

/// What `planted_maxlen` leaves in the stream.
const MAXLEN: usize = 20;
/// When `planted_receipts_not_retried` takes a receipt for sent.
const SENT_AFTER_MS: u64 = 1_000;

/// A stream around an honest one: it forgets, skips or says things too early, as the environment asks.
pub(super) struct Unfaithful<S> {
    pub(super) honest: S,
    pub(super) pipeline: Arc<PipelineContext>,
    pub(super) edge: Option<Arc<EdgeClient>>,
    pub(super) leases: Arc<Leases>,
    pub(super) redis: Option<redis::Client>,
}

impl<S: Stream> Stream for Unfaithful<S> {
    async fn add(&self, entries: Vec<Entry>) -> Result<(), StreamError> {
        // Receipts are sent before the COMMIT: *registered*, of mail that has only been pulled.
        if planted("planted_receipts_before_commit") {
            self.promise(&entries).await;
        }
        self.honest.add(entries).await?;
        // The stream is trimmed.
        if planted("planted_maxlen") {
            let mut trim = redis::cmd("XTRIM");
            self.tamper(trim.arg(key(&self.pipeline.workshop)).arg("MAXLEN").arg(MAXLEN)).await;
        }
        Ok(())
    }

    async fn read(&self, most: usize) -> Result<Vec<Delivered>, StreamError> {
        let mut delivered = self.honest.read(most).await?;
        // Interrupted deliveries are counted in the memory of a Redis that ends with the host.
        if planted("planted_interruptions_forgotten") {
            delivered.iter_mut().for_each(|delivered| delivered.interruptions = 0);
        }
        // What a killed host had read is not read again.
        if planted("planted_pending_not_reclaimed") {
            delivered.retain(|delivered| delivered.interruptions == 0);
        }
        // Stream and lease are acknowledged before the COMMIT.
        if planted("planted_acknowledge_before_commit") && !delivered.is_empty() {
            let both = delivered.iter().map(|d| (d.key.clone(), d.entry.lease_id.clone()));
            let (keys, lease_ids) = both.unzip();
            self.honest.acknowledge(keys).await?;
            self.leases.committed(lease_ids);
        }
        Ok(delivered)
    }

    async fn acknowledge(&self, keys: Vec<String>) -> Result<(), StreamError> {
        self.honest.acknowledge(keys).await
    }

    async fn restart(&self) -> Result<Restarted, StreamError> {
        let mut create = redis::cmd("XGROUP");
        create.arg("CREATE").arg(key(&self.pipeline.workshop)).arg(GROUP).arg("$").arg("MKSTREAM");
        // The group is made at the end, past what waits. Redis refuses where there is one.
        let made = planted("planted_group_at_end") && self.tamper(&create).await;
        let restarted = self.honest.restart().await?;
        Ok(if made { Restarted::MadeAnew } else { restarted })
    }

    async fn waiting(&self) -> Result<u64, StreamError> {
        self.honest.waiting().await
    }
}

impl<S> Unfaithful<S> {
    async fn promise(&self, entries: &[Entry]) {
        let Some(edge) = &self.edge else { return };
        let (state, see_desk, rev) = (ReceiptState::Registered, false, 1);
        let ids = entries.iter().filter_map(|entry| Envelope::parse(&entry.body).ok());
        let receipts = ids.map(|envelope| ReceiptUpdate { id: envelope.id, state, see_desk, rev }).collect();
        let _ = edge.send_receipts(&self.pipeline.workshop, receipts).await;
    }

    /// Sends a command behind the honest stream's back; whether Redis did it.
    async fn tamper(&self, command: &redis::Cmd) -> bool {
        let Some(client) = &self.redis else { return false };
        let Ok(mut conn) = connect(client).await else { return false };
        command.query_async::<()>(&mut conn).await.is_ok()
    }
}

/// Notes receipts as sent that the edge had a second to take, whatever it said.
pub(super) async fn forget_receipts(pipeline: &PipelineContext) {
    while planted("planted_receipts_not_retried") && !pipeline.stop.is_cancelled() {
        let _ = forget_once(pipeline).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn forget_once(pipeline: &PipelineContext) -> Result<(), Failure> {
    let (workshop, now) = (pipeline.workshop.clone(), now_ms().as_millis().unsigned_abs());
    let forget = move |tx: &crate::db::tx::Tx<'_>| {
        let mut unsent = receipts_out::unsent(tx, &workshop, MAX_ENTRIES)?;
        unsent.retain(|receipt| receipt.rev + SENT_AFTER_MS < now);
        receipts_out::sent(tx, &workshop, &unsent)
    };
    pipeline.context.writer.edit(forget).await
}
