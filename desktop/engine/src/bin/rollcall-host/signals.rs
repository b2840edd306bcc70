//! Signals that end the program.

#[cfg(unix)]
use anyhow::Context as _;

/// Ctrl-C, and what service managers send.
pub(crate) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from here on.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let context = "the operating system refuses a signal handler";
        Ok(Self {
            terminate: signal(SignalKind::terminate()).context(context)?,
            interrupt: signal(SignalKind::interrupt()).context(context)?,
        })
    }

    /// Returns once one has come.
    pub(crate) async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Listens from here on.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        Ok(Self {})
    }

    /// Returns once one has come.
    pub(crate) async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
