//! A start, step by step: ports first, then whatever else can be set wrong, then the loops.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::acts::Acts;
use crate::config::{Config, EdgeConfig, VenueStart};
use crate::db::open_error::OpenError;
use crate::edge::client::{EdgeClient, client};
use crate::edge::connection::{self, ConnectionLine};
use crate::engine::alarms::Alarms;
use crate::engine::control::{self, Control, note};
use crate::engine::deleted_lists::DeletedLists;
use crate::engine::figures::history::History;
use crate::engine::foundation::Foundation;
use crate::engine::hop_status::Since;
use crate::engine::host::Host;
use crate::engine::learning_turn::Learning;
use crate::engine::loops;
use crate::engine::ready::Ready;
use crate::engine::start_error::StartError;
use crate::http::server;
use crate::pipeline::pipelines::Pipelines;
use crate::venue::context::VenueContext;
use crate::venue::listener::VenueListener;
use crate::venue::{routes, settings};
use crate::workshops::demo;

/// Starts everything; where sign-ups can be taken then.
///
/// # Errors
/// [`StartError`] where the host has to change something first.
pub(super) async fn start(config: Config, foundation: &Foundation) -> Result<(Arc<Host>, Ready), StartError> {
    let Foundation { context, collector, redis, folder, .. } = foundation;
    let venue = VenueContext::open(folder.join(settings::FILE), Arc::clone(context));
    let venue = Arc::new(venue.map_err(|e| OpenError::of(&foundation.database(), e))?);
    // Ports before anything runs: the likeliest thing to be set wrong.
    let listener = open_venue(&config, &venue).await?;
    let (loopback, loopback_address) = open_loopback(config.metrics_port).await?;
    if config.demo {
        make_demo(foundation).await?;
    }
    // Behind the venue page, which needs no Redis: people sign up there meanwhile.
    redis.settle().await?;
    let edge = find_edge(config.edge, foundation)?;
    if let Some(Err(error)) = edge.as_ref().map(|edge| context.keys.note_edge(edge.known())) {
        tracing::warn!(%error, "the key file cannot name the edge; it is tried again at the next start");
    }
    let control_url = format!("http://{loopback_address}");
    let token = note::write(folder, &control_url)?;
    let pipelines = Pipelines::new(Arc::clone(context), Arc::clone(redis), listener.follow(), edge);
    let host = Arc::new(Host {
        context: Arc::clone(context),
        redis: Arc::clone(redis),
        pipelines,
        venue,
        listener,
        acts: Acts::new(context.writer.clone()),
        since: Since::default(),
        alarms: Alarms::default(),
        deleted: DeletedLists::default(),
        history: History::default(),
        learning: Learning::default(),
        collector: collector.clone(),
        data_dir: folder.join(""),
    });
    loops::start(&host);
    let control = Control { host: Arc::clone(&host), token, port: loopback_address.port() };
    let served = server::serve(loopback, control::router(control), context.stop.clone(), drop);
    context.tasks.spawn(served);
    let mut ready = Ready {
        edge: None,
        edge_reach: None,
        lan: None,
        lan_reach: None,
        invite_code: None,
        db: foundation.database(),
        metrics: format!("{control_url}/metrics"),
        control: control_url,
    };
    let lan = host.listener.address().map(|lan| (lan, host.listener.reach()));
    ready.announce(context.roster.all().last(), lan);
    Ok((host, ready))
}

async fn open_venue(config: &Config, venue: &Arc<VenueContext>) -> Result<VenueListener, StartError> {
    let address = SocketAddr::new(config.lan_host, config.lan_port);
    let listener = VenueListener::new(address, routes::router(Arc::clone(venue)), Arc::clone(venue));
    if config.venue == VenueStart::AtOnce {
        listener.open().await?;
    }
    Ok(listener)
}

async fn open_loopback(port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let listener = server::listen(address, "metrics and control", "--metrics-port").await?;
    let address = listener.local_addr().unwrap_or(address);
    Ok((listener, address))
}

/// Makes a demo workshop where the folder has no workshop.
async fn make_demo(foundation: &Foundation) -> Result<(), StartError> {
    let roster = &foundation.context.roster;
    if roster.all().is_empty() {
        roster.put(demo::draft(crate::clock::now_ms())).await?;
    }
    Ok(())
}

/// Makes a client of the edge that is set, or else of the one that the host connected to earlier.
fn find_edge(
    set: Option<EdgeConfig>,
    foundation: &Foundation,
) -> Result<Option<Arc<EdgeClient>>, StartError> {
    let Foundation { context, collector, folder, .. } = foundation;
    let edge = match set {
        Some(edge) => Some(edge),
        None => ConnectionLine::read(&folder.join(connection::FILE))?.map(|line| line.edge()).transpose()?,
    };
    Ok(edge.map(|edge| client(edge, &context.keys, collector)).transpose()?)
}
