//! One counter that moves when anything changes that the window may show.

use std::sync::Arc;

use tokio::sync::watch;

/// The counter. Cheap to clone; moving it costs next to nothing, for those who watch decide how often to
/// look.
#[derive(Clone, Default)]
pub(crate) struct Changes(Arc<watch::Sender<u64>>);

impl Changes {
    /// Moves it: something changed.
    pub(crate) fn moved(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Watches it.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }

    /// Moves whenever that channel does, until its sender is gone.
    pub(crate) async fn follow<T>(self, mut channel: watch::Receiver<T>) {
        while channel.changed().await.is_ok() {
            self.moved();
        }
    }
}
