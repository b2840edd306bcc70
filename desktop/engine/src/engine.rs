//! The engine: everything that runs on the host's laptop but the window.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rollcall_shared::Millis;
use rollcall_shared::mailbox::Collector;
use rollcall_shared::workshop::WorkshopId;
use serde::Serialize;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::control::{self, Control};
use crate::db::readers::Readers;
use crate::db::workshops::WorkshopRow;
use crate::db::{self, suspects};
use crate::demo;
use crate::edge_client::EdgeClient;
use crate::folder::Folder;
use crate::health::{LineHealth, Publication};
use crate::keys::Keys;
use crate::line::Parts;
use crate::metrics::Metrics;
use crate::redis_choice::{self, Redis};
use crate::server;
use crate::settings_error::SettingsError;
use crate::status::{Desk, Status};
use crate::venue::{self, Venue};
use crate::workshops::{Roster, RosterError, WorkshopDraft};
use crate::writer::Writer;

/// How long a start waits for the edge to show the workshops. After it the venue page goes ahead alone.
const WAIT_FOR_EDGE: Duration = Duration::from_secs(30);
/// How long the loops may take to end.
const WAIT_FOR_END: Duration = Duration::from_secs(8);

/// A running engine. Dropped or stopped, it finishes what is in hand and gives the data folder free.
pub struct Engine {
    desk: Arc<Desk>,
    ready: Ready,
    writer_thread: Option<JoinHandle<()>>,
    runtime: Option<Runtime>,
    // Last, in this order: the server ends after everything that talks to it, the lock after everything that writes.
    _redis: Redis,
    _folder: Folder,
}

/// Where sign-ups can be taken now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// The edge's address, once it shows the workshop; `None` where there is no edge or it cannot be reached yet.
    pub edge: Option<String>,
    /// The newest workshop's form on the local network.
    pub lan: Option<String>,
    /// Its invite code.
    pub invite_code: Option<String>,
    /// The database file.
    pub db: PathBuf,
    /// Numbers to watch.
    pub metrics: String,
    /// The control routes.
    pub control: String,
}

/// Why something asked of the engine was not done. The text is for the host.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A workshop was not made or changed.
    #[error(transparent)]
    Workshop(#[from] RosterError),
    /// There is no edge.
    #[error("no edge is set")]
    NoEdge,
    /// The edge did not do it.
    #[error("{0}")]
    Edge(String),
    /// The database cannot be read.
    #[error("the database cannot be read ({0})")]
    Database(#[from] rusqlite::Error),
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
        let folder = Folder::take(&config.data_dir)?;
        let collector = folder.installation()?;
        let keys = Arc::new(Keys::open(folder.join("keys.json"))?);
        let db_path = folder.join("rollcall.db");
        let conn = db::open_writer(&db_path)?;
        let redis = redis_choice::open(&config.redis, &folder.join("redis"))?;
        let metrics = Arc::new(Metrics::new());
        let (writer, writer_thread) = Writer::start(conn, Arc::clone(&metrics))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("engine")
            .build()
            .map_err(|e| SettingsError::Thread(e.to_string()))?;
        let stop = CancellationToken::new();
        Start { config, db_path, folder: &folder, collector, keys, redis: &redis, metrics, writer, stop }
            .run(&runtime)
            .map(|(desk, ready)| (desk, ready, writer_thread))
            .map(|(desk, ready, thread)| Self {
                desk,
                ready,
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
        let Some(edge) = self.desk.parts.edge.clone() else { return Ok(self.ready.clone()) };
        let lines = self.desk.lines();
        let settled = async {
            for health in lines.values() {
                let settled =
                    health.wait_for(|h| !matches!(h.publication, Publication::Pending { .. })).await;
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
        ready.announce(self.desk.roster.all().last(), self.desk.lan);
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
        Ok(self.block_on(self.desk.roster.put(draft))?)
    }

    /// Ends a workshop's intake.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn retire(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.desk.roster.retire(workshop))?)
    }

    /// Gives a workshop a new invite code.
    ///
    /// # Errors
    /// As [`Engine::put_workshop`].
    pub fn renew_code(&self, workshop: &WorkshopId) -> Result<Arc<WorkshopRow>, EngineError> {
        Ok(self.block_on(self.desk.roster.renew_code(workshop))?)
    }

    /// Makes this installation the collector of a workshop's mail, and has all of it delivered again. Who collected
    /// before, and how many messages come.
    ///
    /// # Errors
    /// [`EngineError::NoEdge`], [`EngineError::Edge`].
    pub fn take_over(&self, workshop: &WorkshopId) -> Result<(Option<Collector>, u64), EngineError> {
        self.block_on(self.desk.take_over(workshop))
    }

    /// Has a workshop's mail delivered again that was deposited since then. How much that is.
    ///
    /// # Errors
    /// [`EngineError::NoEdge`], [`EngineError::Edge`].
    pub fn replay(&self, workshop: &WorkshopId, since: Millis) -> Result<u64, EngineError> {
        self.block_on(self.desk.replay(workshop, since))
    }

    /// How everything is doing.
    ///
    /// # Errors
    /// [`EngineError::Database`] where it cannot be read.
    pub fn status(&self) -> Result<Status, EngineError> {
        self.desk.status()
    }

    /// Finishes what is in hand and ends. Dropping does the same.
    pub fn stop(self) {}

    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        match &self.runtime {
            Some(runtime) => runtime.block_on(future),
            // Taken in `drop` only.
            None => unreachable!("the runtime lives as long as the engine"),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let parts = &self.desk.parts;
        parts.stop.cancel();
        parts.tasks.close();
        if let Some(runtime) = self.runtime.take() {
            let ended =
                runtime.block_on(async { tokio::time::timeout(WAIT_FOR_END, parts.tasks.wait()).await });
            if ended.is_err() {
                tracing::warn!("some loops did not end in time");
            }
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
        // After everything that sends to it.
        parts.writer.stop();
        if let Some(thread) = self.writer_thread.take() {
            let _ = thread.join();
        }
        control::remove_note(&self.desk.control_note);
    }
}

/// What a start has gathered before anything runs.
struct Start<'a> {
    config: Config,
    db_path: PathBuf,
    folder: &'a Folder,
    collector: Collector,
    keys: Arc<Keys>,
    redis: &'a Redis,
    metrics: Arc<Metrics>,
    writer: Writer,
    stop: CancellationToken,
}

impl Start<'_> {
    fn run(self, runtime: &Runtime) -> Result<(Arc<Desk>, Ready), SettingsError> {
        let writer = self.writer.clone();
        let started = runtime.block_on(self.start());
        if started.is_err() {
            writer.stop();
        }
        started
    }

    async fn start(self) -> Result<(Arc<Desk>, Ready), SettingsError> {
        let Self { config, db_path, folder, collector, keys, redis, metrics, writer, stop } = self;
        let unreadable =
            |e: rusqlite::Error| SettingsError::Database { path: db_path.clone(), why: e.to_string() };
        let readers = Arc::new(Readers::new(db_path.clone()));
        let killers = Arc::new(readers.read(suspects::all).map_err(unreadable)?);
        let roster = Roster::read(&readers, writer.clone(), Arc::clone(&keys)).map_err(unreadable)?;
        let roster = Arc::new(roster);
        // Ports before anything runs: the likeliest thing to be set wrong.
        let lan = SocketAddr::new(config.lan_host, config.lan_port);
        let lan = server::listen(lan, "the venue page", "--lan-port").await?;
        let loopback = SocketAddr::from(([127, 0, 0, 1], config.metrics_port));
        let loopback = server::listen(loopback, "metrics and control", "--metrics-port").await?;
        let (lan_address, loopback_address) = (address(&lan, &config), address(&loopback, &config));
        if config.demo && roster.all().is_empty() {
            let made = roster.put(demo::draft(crate::clock::now_ms())).await;
            made.map_err(|e| SettingsError::Database { path: db_path.clone(), why: e.to_string() })?;
        }
        let edge = match config.edge {
            Some(edge) => {
                let url = edge.url().to_owned();
                let client = EdgeClient::new(edge, Arc::clone(&keys), collector);
                Some(Arc::new(client.map_err(|e| SettingsError::EdgeUrl { url, why: e.to_string() })?))
            }
            None => None,
        };
        let parts = Parts {
            edge,
            redis: redis.client(),
            keys: Arc::clone(&keys),
            roster: Arc::clone(&roster),
            readers: Arc::clone(&readers),
            writer: writer.clone(),
            metrics,
            killers,
            stop: stop.clone(),
            tasks: TaskTracker::new(),
        };
        let control_url = format!("http://{loopback_address}");
        let control_note = folder.join("control.json");
        let token = control::note(&control_note, &control_url)
            .map_err(|e| SettingsError::Folder { path: control_note.clone(), why: e.to_string() })?;
        let desk = Arc::new(Desk {
            parts,
            lines: Mutex::new(BTreeMap::new()),
            roster: Arc::clone(&roster),
            lan: lan_address,
            redis: redis.describe(),
            control_note,
        });
        desk.start_lines();
        desk.parts.tasks.spawn(watch_roster(Arc::clone(&desk)));
        let venue = Venue { roster: Arc::clone(&roster), writer, readers, keys };
        desk.parts.tasks.spawn(server::serve(lan, venue::router(venue), stop.clone()));
        let control = Control { desk: Arc::clone(&desk), token, port: loopback_address.port() };
        desk.parts.tasks.spawn(server::serve(loopback, control::router(control), stop));
        let mut ready = Ready {
            edge: None,
            lan: None,
            invite_code: None,
            db: db_path,
            metrics: format!("{control_url}/metrics"),
            control: control_url,
        };
        ready.announce(roster.all().last(), lan_address);
        Ok((desk, ready))
    }
}

impl Ready {
    fn announce(&mut self, newest: Option<&Arc<WorkshopRow>>, lan: SocketAddr) {
        let Some(row) = newest else { return };
        self.lan = Some(venue_url(lan, row));
        self.invite_code = Some(row.workshop.invite_code.to_string());
    }
}

/// The address of a workshop's form on the local network.
pub(crate) fn venue_url(lan: SocketAddr, row: &WorkshopRow) -> String {
    format!("http://{lan}/{}/j/{}", row.venue_token, row.workshop.invite_code)
}

/// New workshops get their line.
async fn watch_roster(desk: Arc<Desk>) {
    let mut changes = desk.roster.changes();
    loop {
        desk.start_lines();
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = desk.parts.stop.cancelled() => return,
        }
    }
}

impl Desk {
    /// Starts the lines of workshops that have none.
    fn start_lines(&self) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for row in self.roster.all() {
            let id = &row.workshop.id;
            if !lines.contains_key(id) {
                lines.insert(id.clone(), self.parts.start_line(id));
            }
        }
    }

    fn lines(&self) -> BTreeMap<WorkshopId, LineHealth> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

/// The address that others reach a listener at. One that listens everywhere is reached at the address of the interface
/// that leads outside; no packet is sent to find it.
fn address(listener: &tokio::net::TcpListener, config: &Config) -> SocketAddr {
    let fallback = SocketAddr::new(config.lan_host, config.lan_port);
    let mut address = listener.local_addr().unwrap_or(fallback);
    if address.ip().is_unspecified() {
        address.set_ip(outside().unwrap_or(IpAddr::from([127, 0, 0, 1])));
    }
    address
}

fn outside() -> Option<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    // An address of documentation (RFC 5737): "connecting" a datagram socket only looks up the route.
    socket.connect(("192.0.2.1", 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}
