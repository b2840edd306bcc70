//! Whose turn it is to learn of workshops from keys, and when to.

use tokio::sync::{Mutex, Notify};

/// Who learns of workshops, one at a time.
#[derive(Default)]
pub(crate) struct Learning {
    pub(super) turn: Mutex<()>,
    pub(super) asked: Notify,
}

impl Learning {
    /// Has the edge asked now: there are other keys, or another edge.
    pub(crate) fn ask(&self) {
        self.asked.notify_one();
    }
}
