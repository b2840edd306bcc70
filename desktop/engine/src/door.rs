//! The venue page's door: opened at once or when the host asks, closed again, always at the same port.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::Router;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::changes::Changes;
use crate::lan;
use crate::server;
use crate::settings_error::SettingsError;

/// Opens and closes the venue page.
pub(crate) struct Door {
    host: IpAddr,
    router: Router,
    stop: CancellationToken,
    tasks: TaskTracker,
    changes: Changes,
    /// One at a time opens or closes.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    /// 0 until the operating system has chosen one.
    port: u16,
    open: Option<Open>,
    /// Why it could not be opened the last time.
    refused: Option<String>,
}

struct Open {
    stop: CancellationToken,
    ended: TaskTracker,
}

/// How the door is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DoorState {
    /// Closed.
    Closed,
    /// Phones come in.
    Open,
    /// It could not be opened.
    Refused(String),
}

impl Door {
    /// Closed, for now.
    pub(crate) fn new(
        address: SocketAddr,
        router: Router,
        stop: CancellationToken,
        tasks: TaskTracker,
        changes: Changes,
    ) -> Self {
        let state = State { port: address.port(), open: None, refused: None };
        let (turn, state) = (tokio::sync::Mutex::new(()), Mutex::new(state));
        Self { host: address.ip(), router, stop, tasks, changes, turn, state }
    }

    /// Opens it, where it is not open.
    pub(crate) async fn open(&self) -> Result<(), SettingsError> {
        let _turn = self.turn.lock().await;
        if self.with(|state| state.open.is_some()) {
            return Ok(());
        }
        let address = SocketAddr::new(self.host, self.with(|state| state.port));
        let opened = match server::listen(address, "the venue page", "--lan-port").await {
            Ok(listener) => {
                let port = listener.local_addr().map_or(address.port(), |address| address.port());
                let (stop, ended) = (self.stop.child_token(), TaskTracker::new());
                let serving = ended.track_future(server::serve(listener, self.router.clone(), stop.clone()));
                self.tasks.spawn(serving);
                ended.close();
                self.with(|state| {
                    (state.port, state.refused) = (port, None);
                    state.open = Some(Open { stop, ended });
                });
                Ok(())
            }
            Err(error) => {
                self.with(|state| state.refused = Some(error.to_string()));
                Err(error)
            }
        };
        self.changes.moved();
        opened
    }

    /// Closes it; returns once what was in hand is answered.
    pub(crate) async fn close(&self) {
        let _turn = self.turn.lock().await;
        let open = self.with(|state| {
            state.refused = None;
            state.open.take()
        });
        if let Some(Open { stop, ended }) = open {
            stop.cancel();
            ended.wait().await;
        }
        self.changes.moved();
    }

    /// How it is.
    pub(crate) fn now(&self) -> DoorState {
        self.with(|state| match (&state.open, &state.refused) {
            (Some(_), _) => DoorState::Open,
            (None, Some(why)) => DoorState::Refused(why.clone()),
            (None, None) => DoorState::Closed,
        })
    }

    /// The addresses where phones come in, or would: none while the port is not known.
    pub(crate) fn addresses(&self) -> Vec<(lan::Interface, SocketAddr)> {
        match self.with(|state| state.port) {
            0 => Vec::new(),
            port => lan::interfaces(self.host)
                .into_iter()
                .map(|interface| (interface.clone(), SocketAddr::new(interface.ip, port)))
                .collect(),
        }
    }

    /// The one address where phones come in; `None` while it is closed. A door that is open everywhere is shown at the
    /// interface that leads outside.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        let port = self.with(|state| state.open.is_some().then_some(state.port))?;
        let ip = if self.host.is_unspecified() {
            lan::outside().unwrap_or(IpAddr::from([127, 0, 0, 1]))
        } else {
            self.host
        };
        Some(SocketAddr::new(ip, port))
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
