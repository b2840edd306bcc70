//! The socket over which the edge calls, kept open as long as there may be mail.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use rand_core::OsRng;
use reqwest_websocket::{Message, WebSocket};
use rollcall_shared::retry::{self, Failure};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::clock::now_ms;
use crate::edge::client::EdgeClient;
use crate::metrics::SocketShare;
use crate::pipeline::context::PipelineContext;
use crate::pipeline::wake::{LOOK_AGAIN, Wake};

/// Shorter than what home routers and mobile networks let an idle connection live. Cloudflare does not charge
/// for the protocol's own pings, and answers them without waking the object.
const PING: Duration = Duration::from_secs(20);
/// How long a ping may take to leave.
const SEND: Duration = Duration::from_secs(10);
/// A socket that lasted this long was healthy: the next is tried at once.
const HEALTHY: Duration = Duration::from_secs(60);
/// After a refusal: an edge that has no such address, a proxy that lets no socket through, a key that is not
/// the one.
const REFUSED: Duration = Duration::from_secs(300);

/// One workshop's socket.
pub(crate) struct WakeLoop {
    pub(crate) pipeline: Arc<PipelineContext>,
    pub(crate) edge: Arc<EdgeClient>,
}

impl WakeLoop {
    /// Runs until `stop`.
    pub(crate) async fn run(&self) {
        tokio::select! {
            () = self.stay_connected() => {}
            () = self.pipeline.stop.cancelled() => {}
        }
    }

    async fn stay_connected(&self) {
        let mut attempt = 0;
        loop {
            self.pipeline.published().await;
            if self.is_over() {
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            let wait = match self.edge.wake_socket(&self.pipeline.workshop).await {
                Ok(socket) => {
                    let began = Instant::now();
                    self.listen(socket).await;
                    attempt = if began.elapsed() >= HEALTHY { 0 } else { attempt + 1 };
                    retry::delay(attempt, Failure::Network, &mut OsRng)
                }
                Err(error) if error.is_permanent() => {
                    let workshop = &self.pipeline.workshop;
                    tracing::info!(%workshop, %error, "no wake-up calls: mail is polled");
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
        let PipelineContext { workshop, context, wake, .. } = &*self.pipeline;
        let _open = OpenSocket::new(wake, context.metrics.socket_share());
        let mut pings = interval(PING);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut answered = true;
        loop {
            tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(Message::Text(_))) => {
                        answered = true;
                        tracing::debug!(%workshop, "the edge calls");
                        context.metrics.wake_calls.inc();
                        wake.mail();
                    }
                    Some(Ok(Message::Close { .. }) | Err(_)) | None => return,
                    Some(Ok(_)) => answered = true,
                },
                _ = pings.tick() => {
                    if !answered {
                        tracing::info!(%workshop, "the wake socket is silent");
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

    /// Returns whether the workshop is over for good.
    fn is_over(&self) -> bool {
        let row = self.pipeline.context.roster.get(&self.pipeline.workshop);
        row.is_some_and(|row| now_ms() > row.workshop.keeps_mail_until())
    }
}

/// As long as it lives, the edge will call.
struct OpenSocket<'a> {
    wake: &'a Wake,
    _counted: SocketShare,
}

impl<'a> OpenSocket<'a> {
    fn new(wake: &'a Wake, counted: SocketShare) -> Self {
        wake.connected(true);
        Self { wake, _counted: counted }
    }
}

impl Drop for OpenSocket<'_> {
    fn drop(&mut self) {
        self.wake.connected(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn a_socket_that_comes_or_goes_has_the_mail_looked_at() {
        let (wake, metrics) = (Wake::default(), Metrics::new());
        let open = OpenSocket::new(&wake, metrics.socket_share());
        assert!(wake.is_connected() && metrics.text().contains("rollcall_wake_sockets 1"));
        wake.wait(HOUR).await;
        drop(open);
        assert!(!wake.is_connected() && metrics.text().contains("rollcall_wake_sockets 0"));
        wake.wait(HOUR).await;
    }
}
