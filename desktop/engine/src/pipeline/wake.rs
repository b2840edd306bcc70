//! The edge's wake-up call: a socket over which it says *there is mail*, so that a teacher's *registered* does not wait for a poll.
//!
//! It carries nothing else and nothing depends on it: the collector polls behind it, faster where there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use rand_core::OsRng;
use reqwest_websocket::{Message, WebSocket};
use rollcall_shared::retry::{self, Failure};
use rollcall_shared::workshop::WorkshopId;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::clock::now_ms;
use crate::edge::client::EdgeClient;
use crate::metrics::{Metrics, SocketShare};
use crate::pipeline::health::{PipelineHealth, Publication};
use crate::workshops::Roster;

/// Shorter than what home routers and mobile networks let an idle connection live. Cloudflare does not charge for the protocol's
/// own pings, and answers them without waking the object.
const PING: Duration = Duration::from_secs(20);
/// How long a ping may take to leave.
const SEND: Duration = Duration::from_secs(10);
/// A socket that lived so long was a good one: the next is tried at once.
const LIVED: Duration = Duration::from_secs(60);
/// After a refusal: an edge that has no such address, a proxy that lets no socket through, a key that is not the one.
const REFUSED: Duration = Duration::from_secs(300);
/// Between two looks at whether a workshop is over for good: it may seem so only because the clock was wrong a moment ago.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// Calls for one workshop's collector.
#[derive(Default)]
pub(crate) struct Wake {
    mail: Notify,
    asked: Notify,
    connected: AtomicBool,
    /// Whether there may be more mail at the edge than when this was last looked at.
    grown: AtomicBool,
}

impl Wake {
    /// The edge called: something was deposited.
    fn called(&self) {
        self.grown.store(true, Ordering::Relaxed);
        self.mail();
    }

    /// Whether the mailbox may have grown since this was asked last. Without a socket nobody knows.
    pub(crate) fn may_have_grown(&self) -> bool {
        self.grown.swap(false, Ordering::Relaxed) || !self.is_connected()
    }

    /// There may be mail. A call while nobody waits is heard by whoever waits next.
    pub(crate) fn mail(&self) {
        self.mail.notify_one();
    }

    /// The host did something after which mail is worth another look, whatever the edge said before.
    pub(crate) fn asked(&self) {
        self.grown.store(true, Ordering::Relaxed);
        self.asked.notify_one();
    }

    /// Whether the edge will call.
    pub(crate) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// Waits for any call, at most so long; whether one came.
    pub(crate) async fn wait(&self, most: Duration) -> bool {
        tokio::select! {
            () = self.mail.notified() => true,
            () = self.asked.notified() => true,
            () = tokio::time::sleep(most) => false,
        }
    }

    /// Waits for the host, at most so long: while the edge says no, its calls are for somebody else.
    pub(crate) async fn wait_for_host(&self, most: Duration) {
        let _ = timeout(most, self.asked.notified()).await;
    }

    fn connected(&self, connected: bool) {
        self.connected.store(connected, Ordering::Relaxed);
        // What came before the socket was there, or since it broke, was not called out; and the pace changes.
        self.called();
    }
}

/// One workshop's socket.
pub(crate) struct WakeLoop {
    pub(crate) workshop: WorkshopId,
    pub(crate) edge: Arc<EdgeClient>,
    pub(crate) roster: Arc<Roster>,
    pub(crate) wake: Arc<Wake>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) health: PipelineHealth,
    pub(crate) stop: CancellationToken,
}

impl WakeLoop {
    /// Runs until `stop`.
    pub(crate) async fn run(&self) {
        tokio::select! {
            () = self.stay_connected() => {}
            () = self.stop.cancelled() => {}
        }
    }

    async fn stay_connected(&self) {
        let mut attempt = 0;
        loop {
            self.health
                .wait_for(|h| matches!(h.publication, Publication::Published | Publication::Retired))
                .await;
            if self.is_over() {
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            let wait = match self.edge.wake_socket(&self.workshop).await {
                Ok(socket) => {
                    let began = Instant::now();
                    self.listen(socket).await;
                    attempt = if began.elapsed() >= LIVED { 0 } else { attempt + 1 };
                    retry::delay(attempt, Failure::Network, &mut OsRng)
                }
                Err(error) if error.is_permanent() => {
                    tracing::info!(workshop = %self.workshop, %error, "no wake-up calls: mail is polled");
                    REFUSED
                }
                // Whether the edge can be reached is the collector's to say.
                Err(error) => {
                    attempt += 1;
                    retry::delay(attempt, error.failure(), &mut OsRng)
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Passes calls on until the socket ends, or is silent for two pings.
    async fn listen(&self, mut socket: WebSocket) {
        let _open = Open::new(&self.wake, self.metrics.socket_share());
        let mut pings = interval(PING);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut answered = true;
        loop {
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Text(_))) => {
                        answered = true;
                        self.metrics.wake_calls.inc();
                        self.wake.called();
                    }
                    Some(Ok(Message::Close { .. }) | Err(_)) | None => return,
                    Some(Ok(_)) => answered = true,
                },
                _ = pings.tick() => {
                    if !answered {
                        tracing::info!(workshop = %self.workshop, "the wake socket is silent");
                        return;
                    }
                    answered = false;
                    let sent = timeout(SEND, socket.send(Message::Ping(Vec::new().into()))).await;
                    if !matches!(sent, Ok(Ok(()))) {
                        return;
                    }
                }
            }
        }
    }

    /// Nothing comes any more.
    fn is_over(&self) -> bool {
        let row = self.roster.get(&self.workshop);
        row.is_some_and(|row| now_ms() > row.workshop.keeps_mail_until())
    }
}

/// As long as it lives, the edge will call.
struct Open<'a> {
    wake: &'a Wake,
    _counted: SocketShare,
}

impl<'a> Open<'a> {
    fn new(wake: &'a Wake, counted: SocketShare) -> Self {
        wake.connected(true);
        Self { wake, _counted: counted }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.wake.connected(false);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn a_call_while_nobody_waits_is_heard_once() {
        let wake = Wake::default();
        let called = || wake.wait(HOUR).now_or_never().is_some();
        let host_called = || wake.wait_for_host(HOUR).now_or_never().is_some();
        assert!(!called());
        wake.mail();
        wake.mail();
        assert!(called() && !called());
        wake.asked();
        assert!(called() && !called());
        wake.mail();
        assert!(!host_called(), "mail is not the host's call");
        wake.asked();
        assert!(host_called() && !host_called());
    }

    #[tokio::test]
    async fn the_mailbox_grows_by_calls_alone_while_there_is_a_socket() {
        let (wake, metrics) = (Wake::default(), Metrics::new());
        assert!(wake.may_have_grown() && wake.may_have_grown(), "nobody would say");
        let _open = Open::new(&wake, metrics.socket_share());
        assert!(wake.may_have_grown(), "before it was open");
        wake.mail();
        assert!(!wake.may_have_grown(), "what was given back was there before");
        wake.called();
        assert!(wake.may_have_grown() && !wake.may_have_grown());
    }

    #[tokio::test]
    async fn a_socket_that_comes_or_goes_has_the_mail_looked_at() {
        let (wake, metrics) = (Wake::default(), Metrics::new());
        let open = Open::new(&wake, metrics.socket_share());
        assert!(wake.is_connected() && metrics.text().contains("rollcall_wake_sockets 1"));
        wake.wait(HOUR).await;
        drop(open);
        assert!(!wake.is_connected() && metrics.text().contains("rollcall_wake_sockets 0"));
        wake.wait(HOUR).await;
    }
}
