//! The engine: everything that runs on the host's laptop but the window.
//!
//! [`Engine`] is what other programs hold: it starts, waits and ends. Behind it `host` has what the host can
//! see and do, each subject in a file of its own, for the window as for the control routes.

mod addresses;
mod alarms;
pub mod control;
mod deleted_lists;
mod deleting;
mod desks;
mod edge_figures;
mod erasing;
mod error;
mod figures;
mod files;
mod foundation;
mod home;
mod hop_status;
mod host;
mod learning;
mod learning_turn;
mod loops;
mod mail;
pub mod offline;
mod ready;
mod setting_before;
mod start;
mod start_error;
mod start_words;
mod status;
mod undo;
mod watch;

pub use error::EngineError;
pub(crate) use host::Host;
pub use ready::Ready;
pub use start_error::{RefusedKey, StartError};
pub use status::Status;

use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::edge::client::EdgeClient;
use crate::engine::foundation::Foundation;
use crate::http::server;
use crate::pipeline::health::Publication;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long a start waits for the edge to show the workshops. After it the venue page goes ahead alone.
const WAIT_FOR_EDGE: Duration = Duration::from_secs(30);

/// A running engine, headless or under a window (see [`crate::window`] for what that asks). Dropped or
/// stopped, it finishes what is in hand and releases the data folder.
pub struct Engine {
    host: Arc<Host>,
    ready: Ready,
    waits_for_edge: bool,
    foundation: Foundation,
    ended: CancellationToken,
    /// Last: it says that all of the above has ended.
    _end: DropGuard,
}

impl Engine {
    /// Starts everything; returns once sign-ups can be taken. Blocks, up to 30 s while an edge cannot be
    /// reached; must not be called on a thread that drives asynchronous tasks.
    ///
    /// # Errors
    /// [`StartError`] where the host has to change something first. A network that is away is none.
    pub fn start(config: Config) -> Result<Self, StartError> {
        let mut engine = Self::launch(config)?;
        engine.ready = engine.settled()?;
        Ok(engine)
    }

    /// Starts everything without waiting for the edge: the venue page takes sign-ups, and the edge shows the
    /// workshops when it can be reached. What is wrong with it is told by each workshop's health.
    ///
    /// # Errors
    /// [`StartError`] where the host has to change something first.
    pub fn launch(config: Config) -> Result<Self, StartError> {
        server::make_room();
        // One that the host connected to earlier is no setting of this start: a wrong key is shown, and keeps
        // nobody waiting.
        let waits_for_edge = config.edge.is_some();
        let foundation = Foundation::open(&config)?;
        let (host, ready) = foundation.block_on(start::start(config, &foundation))?;
        let ended = CancellationToken::new();
        let _end = ended.clone().drop_guard();
        Ok(Self { host, ready, waits_for_edge, foundation, ended, _end })
    }

    /// Waits until the edge shows the workshops, up to 30 s, and says where sign-ups can be taken then.
    /// Blocks.
    ///
    /// # Errors
    /// [`StartError`] where the edge refuses a key or a record.
    pub fn settled(&self) -> Result<Ready, StartError> {
        let edge = self.host.pipelines.edge().filter(|_| self.waits_for_edge);
        let Some(edge) = edge else { return Ok(self.ready.clone()) };
        let mut ready = self.ready.clone();
        let settled = async { tokio::time::timeout(WAIT_FOR_EDGE, published(&self.host, &edge)).await };
        match self.block_on(settled) {
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
        ready.edge_reach = Some(edge.reach());
        let lan = self.host.listener.address().map(|lan| (lan, self.host.listener.reach()));
        ready.announce(self.host.context.roster.all().last(), lan);
        Ok(ready)
    }

    /// Says where sign-ups can be taken.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Finishes what is in hand and ends. Dropping does the same.
    pub fn stop(self) {}

    /// Returns what is done once the engine has ended and released its data folder: whoever shares it has
    /// let go of it, and what was in hand is finished.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        self.ended.clone().cancelled_owned()
    }

    /// Returns what can be asked of it.
    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.foundation.block_on(future)
    }
}

/// Returns once the edge shows every workshop, or refuses one.
async fn published(host: &Host, edge: &EdgeClient) -> Result<(), StartError> {
    for pipeline in host.pipelines.all().values() {
        let settled =
            pipeline.health.wait_for(|h| !matches!(h.publication, Publication::Pending { .. })).await;
        match settled.publication {
            Publication::Unauthorized { known } => return Err(wrong_key(edge, known)),
            Publication::Refused { why } => {
                return Err(StartError::Refused { url: edge.url().to_owned(), why });
            }
            _ => {}
        }
    }
    Ok(())
}

fn wrong_key(edge: &EdgeClient, known: bool) -> StartError {
    let key = if known { RefusedKey::Drain } else { RefusedKey::Publish };
    StartError::WrongKey { url: edge.url().to_owned(), key }
}
