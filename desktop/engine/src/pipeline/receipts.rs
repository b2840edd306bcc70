//! Sends what receipts say, and before it who was erased, until the edge says 200.

use std::sync::Arc;
use std::time::Duration;

use rand_core::OsRng;
use rollcall_shared::mailbox::{EraseRequest, MAX_ENTRIES, ReceiptUpdate};
use rollcall_shared::retry::{self, Failure};
use rollcall_shared::signup_id::SignupId;
use rusqlite::Connection;

use crate::db::tx::Tx;
use crate::db::{erased, receipts_out};
use crate::edge::client::{EdgeClient, EdgeError};
use crate::failpoints;
use crate::pipeline::context::PipelineContext;

/// How often the table is looked at; a look costs some microseconds, for unsent rows have an index of their
/// own.
const LOOK: Duration = Duration::from_millis(200);

/// One workshop's sender.
pub(crate) struct ReceiptSender {
    pub(crate) pipeline: Arc<PipelineContext>,
    pub(crate) edge: Arc<EdgeClient>,
}

impl ReceiptSender {
    /// Runs until `stop`.
    pub(crate) async fn run(&self) {
        tokio::select! {
            () = self.send_all() => {}
            () = self.pipeline.stop.cancelled() => {}
        }
    }

    async fn send_all(&self) {
        let mut attempt = 0;
        loop {
            self.pipeline.published().await;
            self.pipeline.context.writer.writable().await;
            let wait = match self.send_some().await {
                Ok(true) => {
                    attempt = 0;
                    continue;
                }
                Ok(false) => LOOK,
                Err(Unsent::Refused) => {
                    attempt += 1;
                    retry::after_refusal(attempt - 1)
                }
                Err(Unsent::Later(failure)) => {
                    attempt += 1;
                    retry::delay(attempt - 1, failure, &mut OsRng)
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Sends who was erased, then what receipts say, up to [`MAX_ENTRIES`] of each; whether there were
    /// receipts.
    async fn send_some(&self) -> Result<bool, Unsent> {
        let workshop = self.pipeline.workshop.clone();
        let look = move |conn: &Connection| {
            let ids = erased::unsent(conn, &workshop, MAX_ENTRIES)?;
            Ok((ids, receipts_out::unsent(conn, &workshop, MAX_ENTRIES)?))
        };
        let (ids, receipts) = self.pipeline.context.read(look).await.map_err(|error| {
            tracing::warn!(%error, "receipts cannot be read");
            Unsent::Later(Failure::Io)
        })?;
        if !ids.is_empty() {
            self.send_erased(ids).await?;
        }
        if receipts.is_empty() {
            return Ok(false);
        }
        failpoints::reached("before_receipts");
        let sent = self.edge.send_receipts(&self.pipeline.workshop, receipts.clone()).await;
        sent.map_err(|error| self.unsent(&error))?;
        // A receipt that is sent and not noted is sent again: the edge keeps the highest rev.
        self.note_sent(receipts).await.map_err(Unsent::Later)?;
        Ok(true)
    }

    async fn send_erased(&self, ids: Vec<SignupId>) -> Result<(), Unsent> {
        let workshop = self.pipeline.workshop.clone();
        let told = self.edge.erase(&workshop, &EraseRequest::Ids(ids.clone())).await;
        told.map_err(|error| self.unsent(&error))?;
        let note = move |tx: &Tx<'_>| erased::sent(tx, &workshop, &ids);
        self.pipeline.context.writer.edit(note).await.map_err(Unsent::Later)
    }

    async fn note_sent(&self, receipts: Vec<ReceiptUpdate>) -> Result<(), Failure> {
        let workshop = self.pipeline.workshop.clone();
        let note = move |tx: &Tx<'_>| receipts_out::sent(tx, &workshop, &receipts);
        self.pipeline.context.writer.edit(note).await
    }

    fn unsent(&self, error: &EdgeError) -> Unsent {
        if error.is_permanent() {
            tracing::warn!(workshop = %self.pipeline.workshop, %error, "the edge refuses receipts");
            return Unsent::Refused;
        }
        self.pipeline.context.metrics.retried(error.failure());
        Unsent::Later(error.failure())
    }
}

enum Unsent {
    Later(Failure),
    Refused,
}
