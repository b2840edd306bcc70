//! The pipelines of all workshops: started with them, ended with them, restarted with another edge.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use rollcall_shared::Timestamp;
use rollcall_shared::workshop::WorkshopId;
use tokio::sync::watch;

use crate::edge::client::EdgeClient;
use crate::pipeline::collector::CollectorLoop;
use crate::pipeline::context::PipelineContext;
use crate::pipeline::drain::Drain;
use crate::pipeline::health::Publication;
use crate::pipeline::leases::{Acknowledger, Leases};
#[cfg(feature = "failpoints")]
use crate::pipeline::planted;
use crate::pipeline::publisher::Publisher;
use crate::pipeline::receipts::ReceiptSender;
use crate::pipeline::stream::direct::DirectStream;
use crate::pipeline::stream::redis::RedisStream;
use crate::pipeline::stream::server_choice::Redis;
use crate::pipeline::stream::{Stream, StreamError};
use crate::pipeline::wake_socket::WakeLoop;
use crate::workshops::context::Context;

/// Every workshop's pipeline, and what they are made with.
pub(crate) struct Pipelines {
    context: Arc<Context>,
    redis: Arc<Redis>,
    /// Where phones come in on the local network.
    venue: watch::Receiver<Option<SocketAddr>>,
    /// The host may connect to one at any time.
    edge: RwLock<Option<Arc<EdgeClient>>>,
    running: Mutex<BTreeMap<WorkshopId, Arc<PipelineContext>>>,
    /// Held by whoever ends a pipeline and starts it again, so that no workshop ever has two.
    turn: tokio::sync::Mutex<()>,
}

impl Pipelines {
    /// Prepares for them; none runs yet.
    pub(crate) fn new(
        context: Arc<Context>,
        redis: Arc<Redis>,
        venue: watch::Receiver<Option<SocketAddr>>,
        edge: Option<Arc<EdgeClient>>,
    ) -> Self {
        let (edge, running, turn) = (RwLock::new(edge), Mutex::default(), tokio::sync::Mutex::default());
        Self { context, redis, venue, edge, running, turn }
    }

    /// Returns the edge that is used, where there is one.
    pub(crate) fn edge(&self) -> Option<Arc<EdgeClient>> {
        self.edge.read().clone()
    }

    /// Uses another edge from here on.
    pub(crate) async fn connect(&self, edge: Arc<EdgeClient>) {
        *self.edge.write() = Some(edge);
        self.restart_all().await;
    }

    /// Ends every pipeline and starts it again with what is there now. Safe at any moment, as a restart of
    /// the engine is.
    pub(crate) async fn restart_all(&self) {
        let _turn = self.take_turn().await;
        for (id, pipeline) in self.all() {
            // It stays in the map until it has ended, so that nobody starts a second one meanwhile.
            pipeline.end().await;
            self.restart(&id);
        }
        self.context.changes.moved();
    }

    /// Waits until nobody else ends pipelines to start them again.
    pub(crate) async fn take_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Returns a workshop's pipeline.
    pub(crate) fn get(&self, workshop: &WorkshopId) -> Option<Arc<PipelineContext>> {
        self.running.lock().get(workshop).cloned()
    }

    /// Returns all of them.
    pub(crate) fn all(&self) -> BTreeMap<WorkshopId, Arc<PipelineContext>> {
        self.running.lock().clone()
    }

    /// Returns when the oldest mail was deposited that waits at the edge, over all workshops.
    pub(crate) fn oldest_mail_at(&self) -> Option<Timestamp> {
        self.running.lock().values().filter_map(|pipeline| pipeline.health.now().oldest_mail_at).min()
    }

    /// Starts those of workshops that have none.
    pub(crate) fn start_missing(&self) {
        let mut running = self.running.lock();
        for row in self.context.roster.all() {
            let id = &row.workshop.id;
            if !running.contains_key(id) {
                running.insert(id.clone(), self.start(id));
            }
        }
    }

    /// Ends those of workshops that are gone.
    pub(crate) async fn end_gone(&self) {
        for (id, pipeline) in self.all() {
            if self.context.roster.get(&id).is_none() {
                pipeline.end().await;
                self.forget(&id);
            }
        }
    }

    /// Starts one again that has ended.
    pub(crate) fn restart(&self, workshop: &WorkshopId) {
        let started = self.start(workshop);
        self.running.lock().insert(workshop.clone(), started);
    }

    /// Forgets one that has ended.
    pub(crate) fn forget(&self, workshop: &WorkshopId) {
        self.running.lock().remove(workshop);
    }

    /// Deletes a workshop's stream with everything in it. Its pipeline must have ended.
    ///
    /// # Errors
    /// Redis's own, where there is one.
    pub(crate) async fn delete_stream(&self, workshop: &WorkshopId) -> Result<(), StreamError> {
        match self.redis.client() {
            Some(client) => RedisStream::new(client, workshop).delete().await,
            None => Ok(()),
        }
    }

    fn start(&self, workshop: &WorkshopId) -> Arc<PipelineContext> {
        match self.redis.client() {
            Some(client) => self.start_with(workshop, RedisStream::new(client, workshop)),
            None => self.start_with(workshop, DirectStream::default()),
        }
    }

    fn start_with<S: Stream>(&self, workshop: &WorkshopId, stream: S) -> Arc<PipelineContext> {
        let edge = self.edge();
        let publication = match edge {
            Some(_) => Publication::Pending { why: None },
            None => Publication::NoEdge,
        };
        let pipeline =
            Arc::new(PipelineContext::new(Arc::clone(&self.context), workshop.clone(), publication));
        // Held by the drain and the collector alone: the acknowledger's last words are said once both have
        // ended.
        let (leases, finished) = Leases::new();
        #[cfg(feature = "failpoints")]
        let stream = self.spoil(stream, &pipeline, &leases);
        let stream = Arc::new(stream);
        let drain = Arc::new(Drain {
            pipeline: Arc::clone(&pipeline),
            unsealer: self.context.unsealer(workshop),
            stream: Arc::clone(&stream),
            leases: Arc::clone(&leases),
        });
        pipeline.keep_going("drain", Arc::clone(&drain), |drain| async move { drain.run().await });
        pipeline.keep_going("backlog", drain, |drain| async move { drain.watch_backlog().await });
        if let Some(edge) = edge {
            let acknowledger = Acknowledger { pipeline: Arc::clone(&pipeline), edge: Arc::clone(&edge) };
            pipeline.spawn(async move { acknowledger.run(finished).await });
            self.start_edge(&pipeline, &edge, stream, leases);
        }
        let (following, stop) =
            (self.context.changes.clone().follow(pipeline.health.subscribe()), pipeline.stop.clone());
        pipeline.spawn(async move {
            tokio::select! { () = following => {}, () = stop.cancelled() => {} }
        });
        pipeline
    }

    /// Plants what the environment asks for.
    #[cfg(feature = "failpoints")]
    fn spoil<S: Stream>(
        &self,
        honest: S,
        pipeline: &Arc<PipelineContext>,
        leases: &Arc<Leases>,
    ) -> planted::Unfaithful<S> {
        let receipts = Arc::clone(pipeline);
        pipeline.spawn(async move { planted::forget_receipts(&receipts).await });
        let (pipeline, leases, redis) = (Arc::clone(pipeline), Arc::clone(leases), self.redis.client());
        planted::Unfaithful { honest, pipeline, edge: self.edge(), leases, redis }
    }

    /// Starts the loops that talk to the edge.
    fn start_edge<S: Stream>(
        &self,
        pipeline: &Arc<PipelineContext>,
        edge: &Arc<EdgeClient>,
        stream: Arc<S>,
        leases: Arc<Leases>,
    ) {
        let publisher =
            Publisher { pipeline: Arc::clone(pipeline), edge: Arc::clone(edge), venue: self.venue.clone() };
        pipeline.keep_going(
            "publisher",
            Arc::new(publisher),
            |publisher| async move { publisher.run().await },
        );
        let collector =
            CollectorLoop { pipeline: Arc::clone(pipeline), edge: Arc::clone(edge), stream, leases };
        pipeline.keep_going(
            "collector",
            Arc::new(collector),
            |collector| async move { collector.run().await },
        );
        let calls = WakeLoop { pipeline: Arc::clone(pipeline), edge: Arc::clone(edge) };
        pipeline.keep_going("wake", Arc::new(calls), |calls| async move { calls.run().await });
        let receipts = ReceiptSender { pipeline: Arc::clone(pipeline), edge: Arc::clone(edge) };
        pipeline.keep_going("receipts", Arc::new(receipts), |receipts| async move { receipts.run().await });
    }
}
