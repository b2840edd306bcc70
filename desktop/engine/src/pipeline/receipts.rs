//! Sends what receipts say, and before it who was erased, until the edge says 200.

use std::sync::Arc;
use std::time::Duration;

use rand_core::OsRng;
use rollcall_shared::mailbox::{EraseRequest, MAX_ENTRIES};
use rollcall_shared::retry::{self, Failure};
use rollcall_shared::workshop::WorkshopId;
use tokio_util::sync::CancellationToken;

use crate::db::readers::Readers;
use crate::db::{erased, receipts_out};
use crate::edge::client::{EdgeClient, EdgeError};
use crate::failpoints;
use crate::metrics::Metrics;
use crate::pipeline::health::{PipelineHealth, Publication};
use crate::writer::Writer;

/// How often the table is looked at; a look costs some microseconds, for unsent rows have an index of their own.
const LOOK: Duration = Duration::from_millis(200);

/// One workshop's sender.
pub(crate) struct ReceiptSender {
    pub(crate) workshop: WorkshopId,
    pub(crate) edge: Arc<EdgeClient>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) writer: Writer,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) health: PipelineHealth,
    pub(crate) stop: CancellationToken,
}

impl ReceiptSender {
    /// Runs until `stop`.
    pub(crate) async fn run(&self) {
        tokio::select! {
            () = self.send_all() => {}
            () = self.stop.cancelled() => {}
        }
    }

    async fn send_all(&self) {
        let mut attempt = 0;
        loop {
            self.health
                .wait_for(|h| matches!(h.publication, Publication::Published | Publication::Retired))
                .await;
            self.writer.writable().await;
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

    /// Sends up to [`MAX_ENTRIES`]; whether there were any.
    async fn send_some(&self) -> Result<bool, Unsent> {
        let (readers, workshop) = (Arc::clone(&self.readers), self.workshop.clone());
        let look = move || {
            readers.read(|conn| {
                Ok((
                    erased::unsent(conn, &workshop, MAX_ENTRIES)?,
                    receipts_out::unsent(conn, &workshop, MAX_ENTRIES)?,
                ))
            })
        };
        let (ids, receipts) = match tokio::task::spawn_blocking(look).await {
            Ok(Ok(unsent)) => unsent,
            Ok(Err(error)) => {
                tracing::warn!(%error, "receipts cannot be read");
                return Err(Unsent::Later(Failure::Io));
            }
            Err(_) => return Err(Unsent::Later(Failure::Io)),
        };
        if !ids.is_empty() {
            let told = self.edge.erase(&self.workshop, &EraseRequest::Ids(ids.clone())).await;
            told.map_err(|error| self.unsent(&error))?;
            let workshop = self.workshop.clone();
            let noted = self.writer.edit(move |tx| erased::sent(tx, &workshop, &ids)).await;
            noted.map_err(Unsent::Later)?;
        }
        if receipts.is_empty() {
            return Ok(false);
        }
        failpoints::reached("before_receipts");
        if failpoints::planted("planted_receipts_not_retried") {
            let (workshop, receipts) = (self.workshop.clone(), receipts.clone());
            let _ = self.writer.edit(move |tx| receipts_out::sent(tx, &workshop, &receipts)).await;
        }
        let sent = self.edge.send_receipts(&self.workshop, receipts.clone()).await;
        sent.map_err(|error| self.unsent(&error))?;
        let workshop = self.workshop.clone();
        // A receipt that is sent and not noted is sent again: the edge keeps the highest rev.
        match self.writer.edit(move |tx| receipts_out::sent(tx, &workshop, &receipts)).await {
            Ok(()) => Ok(true),
            Err(failure) => Err(Unsent::Later(failure)),
        }
    }
}

impl ReceiptSender {
    fn unsent(&self, error: &EdgeError) -> Unsent {
        if error.is_permanent() {
            tracing::warn!(workshop = %self.workshop, %error, "the edge refuses receipts");
            return Unsent::Refused;
        }
        self.metrics.retried(error.failure());
        Unsent::Later(error.failure())
    }
}

enum Unsent {
    Later(Failure),
    Refused,
}
