//! What a start gathers before anything runs, and the loops that run beside the pipelines.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use rollcall_shared::mailbox::Collector;
use serde::Serialize;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::acts::Acts;
use crate::changes::Changes;
use crate::config::settings_error::SettingsError;
use crate::config::{Config, VenueStart};
use crate::db::quarantine;
use crate::db::readers::Readers;
use crate::db::workshops::WorkshopRow;
use crate::edge::client::client;
use crate::edge::connection::{self, ConnectionLine};
use crate::engine::alarms::Alarms;
use crate::engine::control::{self, Control};
use crate::engine::edge_figures;
use crate::engine::hop_status::Since;
use crate::engine::host::Host;
use crate::engine::watch;
use crate::folder::Folder;
use crate::folder::keys::Keys;
use crate::http::server;
use crate::metrics::Metrics;
use crate::pipeline::PipelineContext;
use crate::pipeline::stream::server_choice::Redis;
use crate::venue::address::venue_url;
use crate::venue::context::VenueContext;
use crate::venue::listener::VenueListener;
use crate::venue::routes::{self, Venue};
use crate::venue::settings;
use crate::workshops::Roster;
use crate::workshops::demo;
use crate::writer::Writer;

/// How often it is noted how hops are, at most.
const NOTE_EVERY: Duration = Duration::from_millis(100);

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

impl Ready {
    /// The newest workshop's form.
    pub(crate) fn announce(&mut self, newest: Option<&Arc<WorkshopRow>>, lan: Option<SocketAddr>) {
        let Some(row) = newest else { return };
        self.lan = lan.map(|lan| venue_url(lan, row));
        self.invite_code = Some(row.workshop.invite_code.to_string());
    }
}

/// What a start has gathered before anything runs.
pub(crate) struct Start<'a> {
    pub(crate) config: Config,
    pub(crate) db_path: PathBuf,
    pub(crate) folder: &'a Folder,
    pub(crate) collector: Collector,
    pub(crate) keys: Arc<Keys>,
    pub(crate) redis: &'a Redis,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) writer: Writer,
    pub(crate) stop: CancellationToken,
}

impl Start<'_> {
    /// Runs everything; where sign-ups can be taken then.
    pub(crate) fn run(self, runtime: &Runtime) -> Result<(Arc<Host>, Ready), SettingsError> {
        let writer = self.writer.clone();
        let started = runtime.block_on(self.start());
        if started.is_err() {
            writer.stop();
        }
        started
    }

    async fn start(self) -> Result<(Arc<Host>, Ready), SettingsError> {
        let Self { config, db_path, folder, collector, keys, redis, metrics, writer, stop } = self;
        let unreadable =
            |e: rusqlite::Error| SettingsError::Database { path: db_path.clone(), why: e.to_string() };
        let readers = Arc::new(Readers::new(db_path.clone()));
        let quarantine = Arc::new(readers.read(quarantine::all).map_err(unreadable)?);
        let roster = Roster::read(&readers, writer.clone(), Arc::clone(&keys)).map_err(unreadable)?;
        let roster = Arc::new(roster);
        // Ports before anything runs: the likeliest thing to be set wrong.
        let changes = Changes::default();
        let tasks = TaskTracker::new();
        let venue_context =
            VenueContext::open(folder.join(settings::FILE), &readers, &writer).map_err(unreadable)?;
        let venue = Venue {
            roster: Arc::clone(&roster),
            writer: writer.clone(),
            readers: Arc::clone(&readers),
            keys: Arc::clone(&keys),
            venue: venue_context.clone(),
            changes: changes.clone(),
            quarantine: Arc::clone(&quarantine),
        };
        let lan = SocketAddr::new(config.lan_host, config.lan_port);
        let router = routes::router(venue);
        let listener = VenueListener::new(
            lan,
            router,
            stop.clone(),
            tasks.clone(),
            changes.clone(),
            venue_context.clone(),
        );
        if config.venue == VenueStart::AtOnce {
            listener.open().await?;
        }
        let loopback_address = SocketAddr::from(([127, 0, 0, 1], config.metrics_port));
        let loopback = server::listen(loopback_address, "metrics and control", "--metrics-port").await?;
        let loopback_address = loopback.local_addr().unwrap_or(loopback_address);
        if config.demo && roster.all().is_empty() {
            let made = roster.put(demo::draft(crate::clock::now_ms())).await;
            made.map_err(|e| SettingsError::Database { path: db_path.clone(), why: e.to_string() })?;
        }
        let edge = match config.edge {
            Some(edge) => Some(edge),
            None => {
                ConnectionLine::read(&folder.join(connection::FILE))?.map(|line| line.edge()).transpose()?
            }
        };
        let edge = edge.map(|edge| client(edge, &keys, &collector)).transpose()?;
        let context = PipelineContext {
            edge: RwLock::new(edge),
            redis: redis.client(),
            keys: Arc::clone(&keys),
            roster: Arc::clone(&roster),
            readers: Arc::clone(&readers),
            writer: writer.clone(),
            metrics,
            quarantine,
            stop: stop.clone(),
            tasks,
            changes: changes.clone(),
            venue: listener.follow(),
        };
        let control_url = format!("http://{loopback_address}");
        let control_note = folder.join("control.json");
        let token = control::note(&control_note, &control_url)
            .map_err(|e| SettingsError::Folder { path: control_note.clone(), why: e.to_string() })?;
        let host = Arc::new(Host {
            context,
            pipelines: Mutex::new(BTreeMap::new()),
            roster: Arc::clone(&roster),
            acts: Acts::new(writer.clone()),
            listener,
            venue: venue_context,
            since: Since::default(),
            alarms: Alarms::default(),
            redis: redis.describe(),
            collector,
            data_dir: folder.join(""),
            control_note,
        });
        host.start_pipelines();
        host.context.tasks.spawn(watch_roster(Arc::clone(&host)));
        host.context.tasks.spawn(watch_changes(Arc::clone(&host)));
        host.context.tasks.spawn(Arc::clone(&host).finish_erasures());
        host.context.tasks.spawn(edge_figures::watch(Arc::clone(&host)));
        let control = Control { host: Arc::clone(&host), token, port: loopback_address.port() };
        host.context.tasks.spawn(server::serve(loopback, control::router(control), stop, drop));
        let mut ready = Ready {
            edge: None,
            lan: None,
            invite_code: None,
            db: db_path,
            metrics: format!("{control_url}/metrics"),
            control: control_url,
        };
        ready.announce(roster.all().last(), host.listener.address());
        Ok((host, ready))
    }
}

/// New workshops get their line.
async fn watch_roster(host: Arc<Host>) {
    let mut changes = host.roster.changes();
    loop {
        host.start_pipelines();
        host.end_pipelines().await;
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = host.context.stop.cancelled() => return,
        }
    }
}

/// Moves the counter of changes with everything that is not a line's own, and keeps note of since when hops are as they are.
async fn watch_changes(host: Arc<Host>) {
    let changes = &host.context.changes;
    let noted = async {
        let mut seen = changes.subscribe();
        loop {
            host.note_hops();
            // A hall of sign-ups moves the counter with every commit; how hops are is not asked for each of them.
            tokio::time::sleep(NOTE_EVERY).await;
            if seen.changed().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = changes.clone().follow(host.context.writer.watch_commits()) => {}
        () = changes.clone().follow(host.context.writer.watch_unwritable()) => {}
        () = changes.clone().follow(host.roster.changes()) => {}
        () = noted => {}
        () = watch::watch(&host) => {}
        () = host.context.stop.cancelled() => {}
    }
}
