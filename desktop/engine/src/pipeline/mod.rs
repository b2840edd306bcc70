//! One workshop's pipeline: publisher, collector with its wake-up calls, stream, drain, acknowledgements and receipts, each a loop of its own.

pub(crate) mod collector;
pub(crate) mod drain;
pub mod health;
pub(crate) mod leases;
mod planted;
pub(crate) mod progress;
pub(crate) mod publisher;
pub(crate) mod receipts;
pub(crate) mod stream;
pub(crate) mod takeover;
pub(crate) mod unsealer;
pub(crate) mod wake;

use std::collections::HashSet;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use rollcall_shared::signup::Digest;
use rollcall_shared::workshop::WorkshopId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::changes::Changes;
use crate::db::readers::Readers;
use crate::edge::client::EdgeClient;
use crate::folder::keys::Keys;
use crate::metrics::{BacklogShare, Hop, Metrics};
use crate::pipeline::collector::CollectorLoop;
use crate::pipeline::drain::Drain;
use crate::pipeline::health::{PipelineHealth, Publication};
use crate::pipeline::leases::{Acknowledger, Leases};
use crate::pipeline::progress::Progress;
use crate::pipeline::publisher::Publisher;
use crate::pipeline::receipts::ReceiptSender;
use crate::pipeline::stream::Stream;
use crate::pipeline::stream::direct::DirectStream;
use crate::pipeline::stream::redis::RedisStream;
use crate::pipeline::unsealer::Unsealer;
use crate::pipeline::wake::{Wake, WakeLoop};
use crate::workshops::Roster;
use crate::writer::Writer;

/// Before a loop that panicked is begun again.
const AFTER_PANIC: Duration = Duration::from_secs(1);

/// What every line is made of.
pub(crate) struct PipelineContext {
    /// The host may connect to one at any time.
    pub(crate) edge: RwLock<Option<Arc<EdgeClient>>>,
    pub(crate) redis: Option<redis::Client>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) writer: Writer,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) quarantine: Arc<HashSet<Digest>>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    pub(crate) changes: Changes,
    /// Where phones come in on the local network.
    pub(crate) venue: watch::Receiver<Option<SocketAddr>>,
}

/// A pipeline that runs.
#[derive(Clone)]
pub(crate) struct Pipeline {
    pub(crate) health: PipelineHealth,
    /// What waits in the mailbox.
    pub(crate) mail: BacklogShare,
    /// How fast that goes away.
    pub(crate) progress: Arc<Progress>,
    /// What waits in the stream.
    pub(crate) stream: BacklogShare,
    /// Has mail looked at now.
    pub(crate) wake: Arc<Wake>,
    run: Run,
}

/// What ends a pipeline's loops, and what waits for their end.
#[derive(Clone)]
struct Run {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Pipeline {
    /// Ends its loops: what was read is committed and acknowledged first. Whatever is left comes again.
    pub(crate) async fn end(&self) {
        self.run.stop.cancel();
        self.run.tasks.close();
        self.run.tasks.wait().await;
        self.mail.set(0);
        self.stream.set(0);
    }
}

impl PipelineContext {
    /// The edge that is used, where there is one.
    pub(crate) fn edge(&self) -> Option<Arc<EdgeClient>> {
        self.edge.read().clone()
    }

    /// Another edge, for the lines that are started from here on.
    pub(crate) fn use_edge(&self, edge: Arc<EdgeClient>) {
        *self.edge.write() = Some(edge);
    }

    /// Starts a workshop's pipeline.
    pub(crate) fn start_pipeline(&self, workshop: &WorkshopId) -> Pipeline {
        match &self.redis {
            Some(client) => self.start_with(workshop, RedisStream::new(client.clone(), workshop)),
            None => self.start_with(workshop, DirectStream::default()),
        }
    }

    fn start_with<S: Stream>(&self, workshop: &WorkshopId, stream: S) -> Pipeline {
        let run = Run { stop: self.stop.child_token(), tasks: TaskTracker::new() };
        let stream = Arc::new(stream);
        let (leases, finished) = Leases::new();
        let edge = self.edge();
        let publication = match edge {
            Some(_) => Publication::Pending { why: None },
            None => Publication::NoEdge,
        };
        let health = PipelineHealth::new(publication);
        let pipeline = Pipeline {
            health: health.clone(),
            mail: self.metrics.backlog_share(Hop::Edge),
            stream: self.metrics.backlog_share(Hop::Stream),
            progress: Arc::default(),
            wake: Arc::default(),
            run: run.clone(),
        };
        if let Some(edge) = &edge {
            let acknowledger = Acknowledger {
                workshop: workshop.clone(),
                edge: Arc::clone(edge),
                backlog: pipeline.mail.clone(),
                progress: Arc::clone(&pipeline.progress),
                wake: Arc::clone(&pipeline.wake),
                metrics: Arc::clone(&self.metrics),
                health: health.clone(),
                stop: run.stop.clone(),
            };
            run.tasks.spawn(async move { acknowledger.run(finished).await });
        }
        let drain = Arc::new(Drain {
            stream: Arc::clone(&stream),
            unsealer: Unsealer::new(workshop.clone(), Arc::clone(&self.keys), Arc::clone(&self.quarantine)),
            writer: self.writer.clone(),
            leases: Arc::clone(&leases),
            metrics: Arc::clone(&self.metrics),
            backlog: pipeline.stream.clone(),
            health: health.clone(),
            stop: run.stop.clone(),
        });
        run.keep_going("drain", Arc::clone(&drain), |drain| async move { drain.run().await });
        run.keep_going("backlog", drain, |drain| async move { drain.watch_backlog().await });
        if let Some(edge) = &edge {
            self.start_edge(workshop, edge, stream, leases, &pipeline);
        }
        let (following, stop) = (self.changes.clone().follow(health.subscribe()), run.stop.clone());
        run.tasks.spawn(async move {
            tokio::select! { () = following => {}, () = stop.cancelled() => {} }
        });
        // The engine's end waits for the pipeline's.
        self.tasks.spawn(async move {
            run.stop.cancelled().await;
            run.tasks.close();
            run.tasks.wait().await;
        });
        pipeline
    }

    fn start_edge<S: Stream>(
        &self,
        workshop: &WorkshopId,
        edge: &Arc<EdgeClient>,
        stream: Arc<S>,
        leases: Arc<Leases>,
        pipeline: &Pipeline,
    ) {
        let Pipeline { health, mail, progress: _, stream: _, wake, run } = pipeline;
        let publisher = Publisher {
            workshop: workshop.clone(),
            edge: Arc::clone(edge),
            roster: Arc::clone(&self.roster),
            metrics: Arc::clone(&self.metrics),
            health: health.clone(),
            stop: run.stop.clone(),
            venue: self.venue.clone(),
        };
        run.keep_going("publisher", Arc::new(publisher), |publisher| async move { publisher.run().await });
        let collector = CollectorLoop {
            workshop: workshop.clone(),
            edge: Arc::clone(edge),
            stream,
            leases,
            readers: Arc::clone(&self.readers),
            writer: self.writer.clone(),
            keys: Arc::clone(&self.keys),
            roster: Arc::clone(&self.roster),
            metrics: Arc::clone(&self.metrics),
            backlog: mail.clone(),
            wake: Arc::clone(wake),
            health: health.clone(),
            stop: run.stop.clone(),
        };
        run.keep_going("collector", Arc::new(collector), |collector| async move { collector.run().await });
        let calls = WakeLoop {
            workshop: workshop.clone(),
            edge: Arc::clone(edge),
            roster: Arc::clone(&self.roster),
            wake: Arc::clone(wake),
            metrics: Arc::clone(&self.metrics),
            health: health.clone(),
            stop: run.stop.clone(),
        };
        run.keep_going("wake", Arc::new(calls), |calls| async move { calls.run().await });
        let receipts = ReceiptSender {
            workshop: workshop.clone(),
            edge: Arc::clone(edge),
            readers: Arc::clone(&self.readers),
            writer: self.writer.clone(),
            metrics: Arc::clone(&self.metrics),
            health: health.clone(),
            stop: run.stop.clone(),
        };
        run.keep_going("receipts", Arc::new(receipts), |receipts| async move { receipts.run().await });
    }
}

impl Run {
    /// Runs a loop until it ends by itself; one that panics is reported and begun again.
    fn keep_going<T, F>(&self, name: &'static str, part: Arc<T>, run: fn(Arc<T>) -> F)
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
