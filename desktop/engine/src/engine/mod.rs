//! The engine: everything that runs on the host's laptop but the window.

mod alarms;
pub mod control;
mod edge_figures;
mod erasing;
mod error;
pub(crate) mod hop_status;
pub(crate) mod host;
pub mod offline;
mod pipelines;
mod start;
mod status;
mod watch;

pub use error::EngineError;
pub use start::Ready;
pub use status::{Backlog, Counts, EngineHealth, Status, WorkshopStatus};

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rollcall_shared::Millis;
use rollcall_shared::mailbox::Collector;
use rollcall_shared::workshop::WorkshopId;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::config::settings_error::SettingsError;
use crate::db;
use crate::db::workshops::WorkshopRow;
use crate::edge::client::EdgeClient;
use crate::engine::host::Host;
use crate::engine::start::Start;
use crate::folder::Folder;
use crate::folder::backup::{self, Backup};
use crate::folder::keys::Keys;
use crate::http::server;
use crate::metrics::Metrics;
use crate::pipeline::health::Publication;
use crate::pipeline::stream::server_choice::{self, Redis};
use crate::view::{Erasure, Whom};
use crate::workshops::draft::WorkshopDraft;
use crate::writer::Writer;

/// How long a start waits for the edge to show the workshops. After it the venue page goes ahead alone.
const WAIT_FOR_EDGE: Duration = Duration::from_secs(30);
/// How long the loops may take to end.
const WAIT_FOR_END: Duration = Duration::from_secs(8);

/// A running engine, headless or under a window (see [`crate::view`] for what that asks). Dropped or stopped, it finishes what is in hand and gives the data folder free.
pub struct Engine {
    pub(crate) host: Arc<Host>,
    ready: Ready,
    waits_for_edge: bool,
    writer_thread: Option<JoinHandle<()>>,
    runtime: Option<Runtime>,
    // Last, in this order: the server ends after everything that talks to it, the lock after everything that writes.
    _redis: Redis,
    _folder: Folder,
}

impl Engine {
    /// Starts everything; returns once sign-ups can be taken. Blocks, up to 30 s while an edge cannot be reached; must not
    /// be called on a thread that drives asynchronous tasks.
    ///
    /// # Errors
    /// [`SettingsError`] where the host has to change something first. A network that is away is none.
    pub fn start(config: Config) -> Result<Self, SettingsError> {
        let mut engine = Self::launch(config)?;
        engine.ready = engine.settled()?;
        Ok(engine)
    }

    /// The same, without waiting for the edge: the venue page takes sign-ups, and the edge shows the workshops when it can
    /// be reached. What is wrong with it is told by each workshop's health.
    ///
    /// # Errors
    /// [`SettingsError`] where the host has to change something first.
    pub fn launch(config: Config) -> Result<Self, SettingsError> {
        server::make_room();
        let folder = Folder::take(&config.data_dir)?;
        backup::forget_interrupted(&folder);
        let collector = folder.installation()?;
        let keys = Arc::new(Keys::open(folder.join("keys.json"))?);
        let db_path = folder.join("rollcall.db");
        let conn = db::open_writer(&db_path)?;
        let redis = server_choice::open(&config.redis, &folder.join("redis"))?;
        let metrics = Arc::new(Metrics::new());
        let (writer, writer_thread) = Writer::start(conn, Arc::clone(&metrics))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("engine")
            .build()
            .map_err(|e| SettingsError::Thread(e.to_string()))?;
        let stop = CancellationToken::new();
        // One that the host connected to earlier is no setting of this start: a wrong key is shown, and keeps nobody waiting.
        let waits_for_edge = config.edge.is_some();
        Start { config, db_path, folder: &folder, collector, keys, redis: &redis, metrics, writer, stop }
            .run(&runtime)
            .map(|(host, ready)| (host, ready, writer_thread))
            .map(|(host, ready, thread)| Self {
                host,
                ready,
                waits_for_edge,
                writer_thread: Some(thread),
                runtime: Some(runtime),
                _redis: redis,
                _folder: folder,
            })
    }

    /// Waits until the edge shows the workshops, up to 30 s, and says where sign-ups can be taken then. Blocks.
    ///
    /// # Errors
    /// [`SettingsError`] where the edge refuses a key or a record.
    pub fn settled(&self) -> Result<Ready, SettingsError> {
        let edge = self.host.context.edge().filter(|_| self.waits_for_edge);
        let Some(edge) = edge else { return Ok(self.ready.clone()) };
        let pipelines = self.host.pipelines();
        let settled = async {
            for pipeline in pipelines.values() {
                let settled =
                    pipeline.health.wait_for(|h| !matches!(h.publication, Publication::Pending { .. })).await;
                match settled.publication {
                    Publication::Unauthorized { known } => return Err(wrong_key(&edge, known)),
                    Publication::Refused { why } => {
                        return Err(SettingsError::Refused { url: edge.url().to_owned(), why });
                    }
                    _ => {}
                }
            }
            Ok(())
        };
        let mut ready = self.ready.clone();
        match self.block_on(async { tokio::time::timeout(WAIT_FOR_EDGE, settled).await }) {
            Ok(settled) => settled?,
            Err(_) => {
                tracing::warn!(
                    edge = edge.url(),
                    "the edge cannot be reached: the venue page goes ahead alone"
                );
                return Ok(ready);
            }
        }
        // Only now does its address lead anywhere; and a taken code was replaced on the way.
        ready.edge = Some(edge.url().to_owned());
        ready.announce(self.host.roster.all().last(), self.host.listener.address());
        Ok(ready)
    }

    /// Where sign-ups can be taken.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Makes a workshop, or changes the one that the draft names. It is published by itself.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where a rule is broken, or nothing can be written just now.
    pub fn put_workshop(&self, draft: WorkshopDraft) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host.roster.put(draft))?)
    }

    /// Ends a workshop's intake.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn retire(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host.roster.retire(workshop))?)
    }

    /// Gives a workshop a new invite code.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn renew_code(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.host.roster.renew_code(workshop))?)
    }

    /// Makes this installation the collector of a workshop's mail, and has all of it delivered again. Who collected
    /// before, and how many messages come.
    ///
    /// # Errors
    /// [`EngineError::NoEdge`], [`EngineError::Edge`].
    pub fn take_over(&self, workshop: &WorkshopId) -> Result<(Option<Collector>, u64), EngineError> {
        self.block_on(self.host.take_over(workshop))
    }

    /// Has a workshop's mail delivered again that was deposited since then. How much that is.
    ///
    /// # Errors
    /// [`EngineError::NoEdge`], [`EngineError::Edge`].
    pub fn replay(&self, workshop: &WorkshopId, since: Millis) -> Result<u64, EngineError> {
        self.block_on(self.host.replay(workshop, since))
    }

    /// Erases a person, a message or a whole workshop.
    ///
    /// # Errors
    /// [`EngineError::Act`] where there is nothing to erase or nothing can be written just now; nothing was changed then.
    pub fn erase(&self, workshop: &WorkshopId, whom: &Whom) -> Result<Erasure, EngineError> {
        self.block_on(self.host.erase(workshop, whom))
    }

    /// What [`Engine::erase`] would erase; nothing is written. Blocks.
    ///
    /// # Errors
    /// [`EngineError::Act`] where there is nothing to erase, [`EngineError::Database`] where it cannot be read.
    pub fn would_erase(&self, workshop: &WorkshopId, whom: &Whom) -> Result<Erasure, EngineError> {
        self.host.would_erase(workshop, whom)
    }

    /// Copies the database and the keys to a new folder, while sign-ups go on. Blocks.
    ///
    /// # Errors
    /// [`EngineError::Backup`] where the folder is not new or cannot be written.
    pub fn backup(&self, to: &Path) -> Result<Backup, EngineError> {
        self.host.back_up(to)
    }

    /// How everything is doing.
    ///
    /// # Errors
    /// [`EngineError::Database`] where it cannot be read.
    pub fn status(&self) -> Result<Status, EngineError> {
        self.host.status()
    }

    /// Finishes what is in hand and ends. Dropping does the same.
    pub fn stop(self) {}

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        match &self.runtime {
            Some(runtime) => runtime.block_on(future),
            // Taken in `drop` only.
            None => unreachable!("the runtime lives as long as the engine"),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let context = &self.host.context;
        context.stop.cancel();
        context.tasks.close();
        if let Some(runtime) = self.runtime.take() {
            let ended =
                runtime.block_on(async { tokio::time::timeout(WAIT_FOR_END, context.tasks.wait()).await });
            if ended.is_err() {
                tracing::warn!("some loops did not end in time");
            }
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
        // After everything that sends to it.
        context.writer.stop();
        if let Some(thread) = self.writer_thread.take() {
            let _ = thread.join();
        }
        control::remove_note(&self.host.control_note);
    }
}

fn wrong_key(edge: &EdgeClient, known: bool) -> SettingsError {
    let (key, remedy) = if known {
        (
            "this folder's drain key",
            "put back the keys.json that belongs to this data folder, or check --edge-url",
        )
    } else {
        (
            "to publish a new workshop with the publish key given",
            "save the deployment's PUBLISH_KEY in a file and name it with --publish-key-file",
        )
    };
    SettingsError::WrongKey { url: edge.url().to_owned(), key, remedy }
}
