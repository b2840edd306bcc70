//! The venue page's listener: opened at once or when the host asks, closed again, always at the same port.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::now_ms;
use crate::http::port_error::PortError;
use crate::http::server;
use crate::venue::context::VenueContext;
use crate::venue::{lan, reach};
use crate::view::Reach;

/// Opens and closes the venue page.
pub(crate) struct VenueListener {
    host: IpAddr,
    router: Router,
    venue: Arc<VenueContext>,
    /// Where phones come in, for those who tell others.
    place: watch::Sender<Option<SocketAddr>>,
    /// One at a time opens or closes.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<Inner>,
}

struct Inner {
    /// 0 until the operating system has chosen one.
    port: u16,
    open: Option<OpenListener>,
    /// Why it could not be opened the last time.
    refused: Option<String>,
}

struct OpenListener {
    stop: CancellationToken,
    ended: TaskTracker,
}

/// Whether phones come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListenerState {
    /// Closed.
    Closed,
    /// Phones come in.
    Open,
    /// It could not be opened.
    Refused(String),
}

impl VenueListener {
    /// Makes one that is closed until it is opened.
    pub(crate) fn new(address: SocketAddr, router: Router, venue: Arc<VenueContext>) -> Self {
        let state = Inner { port: address.port(), open: None, refused: None };
        let (turn, state) = (tokio::sync::Mutex::new(()), Mutex::new(state));
        let place = watch::Sender::new(None);
        Self { host: address.ip(), router, venue, place, turn, state }
    }

    /// Opens it, where it is not open.
    pub(crate) async fn open(&self) -> Result<(), PortError> {
        let _turn = self.turn.lock().await;
        if self.with(|state| state.open.is_some()) {
            return Ok(());
        }
        let address = SocketAddr::new(self.host, self.with(|state| state.port));
        let opened = match server::listen(address, "the venue page", "--lan-port").await {
            Ok(listener) => {
                let port = listener.local_addr().map_or(address.port(), |address| address.port());
                let context = &self.venue.context;
                let (stop, ended) = (context.stop.child_token(), TaskTracker::new());
                let venue = Arc::clone(&self.venue);
                let connected = move |ends| {
                    // Somebody new may be whom the check from a phone waits for.
                    if venue.visitors.connection_seen(ends, now_ms()) {
                        venue.context.changes.moved();
                    }
                };
                let serving = server::serve(listener, self.router.clone(), stop.clone(), connected);
                context.tasks.spawn(ended.track_future(serving));
                ended.close();
                self.with(|state| {
                    (state.port, state.refused) = (port, None);
                    state.open = Some(OpenListener { stop, ended });
                });
                Ok(())
            }
            Err(error) => {
                self.with(|state| state.refused = Some(error.to_string()));
                Err(error)
            }
        };
        self.look();
        opened
    }

    /// Closes it; returns once what was in hand is answered.
    pub(crate) async fn close(&self) {
        let _turn = self.turn.lock().await;
        let open = self.with(|state| {
            state.refused = None;
            state.open.take()
        });
        if let Some(OpenListener { stop, ended }) = open {
            stop.cancel();
            ended.wait().await;
        }
        self.look();
    }

    /// Returns its state.
    pub(crate) fn now(&self) -> ListenerState {
        self.with(|state| match (&state.open, &state.refused) {
            (Some(_), _) => ListenerState::Open,
            (None, Some(why)) => ListenerState::Refused(why.clone()),
            (None, None) => ListenerState::Closed,
        })
    }

    /// Lists the addresses where phones come in, or would: none while the port is not known.
    pub(crate) fn addresses(&self) -> Vec<(lan::Interface, SocketAddr)> {
        match self.with(|state| state.port) {
            0 => Vec::new(),
            port => lan::interfaces(self.host, self.venue.settings.now().network.as_deref())
                .into_iter()
                .map(|interface| (interface.clone(), SocketAddr::new(interface.ip, port)))
                .collect(),
        }
    }

    /// Returns the one address where phones come in; `None` while it is closed. A page that is open
    /// everywhere is shown at the network that the host chose, or else at the likeliest.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        let port = self.with(|state| state.open.is_some().then_some(state.port))?;
        let first = self.addresses().into_iter().next();
        Some(first.map_or(SocketAddr::new(IpAddr::from([127, 0, 0, 1]), port), |(_, address)| address))
    }

    /// Tells whether a phone can reach [`VenueListener::address`].
    pub(crate) fn reach(&self) -> Reach {
        let first = self.addresses().into_iter().next();
        first.map_or(Reach::NoNetwork, |(interface, _)| reach::of(&interface))
    }

    /// Looks where phones come in now, and tells those who follow.
    pub(crate) fn look(&self) {
        let now = self.address();
        self.place.send_if_modified(|place| std::mem::replace(place, now) != now);
        self.venue.context.changes.moved();
    }

    /// Tells of every change of where phones come in.
    pub(crate) fn follow(&self) -> watch::Receiver<Option<SocketAddr>> {
        self.place.subscribe()
    }

    fn with<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.state.lock())
    }
}
