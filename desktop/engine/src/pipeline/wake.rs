//! The edge's wake-up call: a socket over which it says *there is mail*, so that a teacher's *registered*
//! does not wait for a poll.
//!
//! It carries nothing else and nothing depends on it: the collector polls behind it, faster where there is
//! none.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

/// Between two looks at whether a workshop is over for good: it may seem so only because the clock was wrong
/// a moment ago.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// Why mail is looked at; each pull's is written to the log at the level `debug`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The loop has just begun, or goes on after a failure.
    Begin,
    /// The last pull was full, or was answered in part.
    More,
    /// The edge called, a socket came or went, or mail that was given back is due.
    Mail,
    /// The host did something after which mail may be there.
    Host,
    /// Nobody said anything for as long as a poll waits.
    Poll,
}

/// Calls for one workshop's collector.
#[derive(Default)]
pub(crate) struct Wake {
    mail: Notify,
    asked: Notify,
    connected: AtomicBool,
}

impl Wake {
    /// Says that there may be mail. A call while nobody waits is heard by the next one who does.
    pub(crate) fn mail(&self) {
        self.mail.notify_one();
    }

    /// Says that the host did something after which mail is worth another look, whatever the edge said
    /// before.
    pub(crate) fn asked(&self) {
        self.asked.notify_one();
    }

    /// Returns whether the edge will call.
    pub(crate) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// Waits for any call, at most that long; returns which came.
    pub(crate) async fn wait(&self, most: Duration) -> Option<Cause> {
        tokio::select! {
            () = self.mail.notified() => Some(Cause::Mail),
            () = self.asked.notified() => Some(Cause::Host),
            () = tokio::time::sleep(most) => None,
        }
    }

    /// Waits for the host, at most that long: while the edge says no, its calls are for somebody else.
    pub(crate) async fn wait_for_host(&self, most: Duration) {
        let _ = timeout(most, self.asked.notified()).await;
    }

    pub(super) fn connected(&self, connected: bool) {
        self.connected.store(connected, Ordering::Relaxed);
        // What came before the socket was there, or since it broke, was not called out; and the pace changes.
        self.mail();
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
}
