//! One workshop's line: publisher, collector, stream, drain, acknowledgements and receipts, each a loop of its own.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use rollcall_shared::signup::Digest;
use rollcall_shared::workshop::WorkshopId;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::collector::CollectorLoop;
use crate::db::readers::Readers;
use crate::drain::Drain;
use crate::edge_client::EdgeClient;
use crate::health::{LineHealth, Publication};
use crate::keys::Keys;
use crate::leases::{Leases, acknowledge_all};
use crate::metrics::{Hop, Metrics};
use crate::opener::Opener;
use crate::publisher::Publisher;
use crate::receipts::ReceiptSender;
use crate::stream::Stream;
use crate::stream::direct::DirectStream;
use crate::stream::redis::RedisStream;
use crate::workshops::Roster;
use crate::writer::Writer;

/// Before a loop that panicked is begun again.
const AFTER_PANIC: Duration = Duration::from_secs(1);

/// What every line is made of.
pub(crate) struct Parts {
    pub(crate) edge: Option<Arc<EdgeClient>>,
    pub(crate) redis: Option<redis::Client>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) writer: Writer,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) killers: Arc<HashSet<Digest>>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl Parts {
    /// Starts a workshop's line.
    pub(crate) fn start_line(&self, workshop: &WorkshopId) -> LineHealth {
        match &self.redis {
            Some(client) => self.start_with(workshop, RedisStream::new(client.clone(), workshop)),
            None => self.start_with(workshop, DirectStream::default()),
        }
    }

    fn start_with<S: Stream>(&self, workshop: &WorkshopId, stream: S) -> LineHealth {
        let stream = Arc::new(stream);
        let (leases, finished) = Leases::new();
        let publication = match self.edge {
            Some(_) => Publication::Pending { why: None },
            None => Publication::NoEdge,
        };
        let health = LineHealth::new(publication);
        let (metrics, stop) = (Arc::clone(&self.metrics), self.stop.clone());
        self.tasks.spawn(acknowledge_all(finished, self.edge.clone(), workshop.clone(), metrics, stop));
        let drain = Arc::new(Drain {
            stream: Arc::clone(&stream),
            opener: Opener::new(workshop.clone(), Arc::clone(&self.keys), Arc::clone(&self.killers)),
            writer: self.writer.clone(),
            leases: Arc::clone(&leases),
            metrics: Arc::clone(&self.metrics),
            backlog: self.metrics.backlog_share(Hop::Stream),
            health: health.clone(),
            stop: self.stop.clone(),
        });
        self.keep_running("drain", Arc::clone(&drain), |drain| async move { drain.run().await });
        self.keep_running("backlog", drain, |drain| async move { drain.watch_backlog().await });
        if let Some(edge) = &self.edge {
            self.start_edge(workshop, edge, stream, leases, &health);
        }
        health
    }

    fn start_edge<S: Stream>(
        &self,
        workshop: &WorkshopId,
        edge: &Arc<EdgeClient>,
        stream: Arc<S>,
        leases: Arc<Leases>,
        health: &LineHealth,
    ) {
        let publisher = Publisher {
            workshop: workshop.clone(),
            edge: Arc::clone(edge),
            roster: Arc::clone(&self.roster),
            metrics: Arc::clone(&self.metrics),
            health: health.clone(),
            stop: self.stop.clone(),
        };
        self.keep_running("publisher", Arc::new(publisher), |publisher| async move { publisher.run().await });
        let collector = CollectorLoop {
            workshop: workshop.clone(),
            edge: Arc::clone(edge),
            stream,
            leases,
            writer: self.writer.clone(),
            keys: Arc::clone(&self.keys),
            roster: Arc::clone(&self.roster),
            metrics: Arc::clone(&self.metrics),
            backlog: self.metrics.backlog_share(Hop::Edge),
            health: health.clone(),
            stop: self.stop.clone(),
        };
        self.keep_running("collector", Arc::new(collector), |collector| async move { collector.run().await });
        let receipts = ReceiptSender {
            workshop: workshop.clone(),
            edge: Arc::clone(edge),
            readers: Arc::clone(&self.readers),
            writer: self.writer.clone(),
            metrics: Arc::clone(&self.metrics),
            health: health.clone(),
            stop: self.stop.clone(),
        };
        self.keep_running("receipts", Arc::new(receipts), |receipts| async move { receipts.run().await });
    }

    /// Runs a loop until it ends by itself; one that panics is reported and begun again.
    fn keep_running<T, F>(&self, name: &'static str, part: Arc<T>, run: fn(Arc<T>) -> F)
    where
        T: Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            while let Err(error) = tokio::spawn(run(Arc::clone(&part))).await {
                tracing::error!(part = name, %error, "a loop ended by a panic and is begun again");
                if tokio::time::timeout(AFTER_PANIC, stop.cancelled()).await.is_ok() {
                    return;
                }
            }
        });
    }
}
