//! What the figures were since somebody took them last: what the window's plots are made of. A histogram of
//! Prometheus's only grows, and cannot be read back.

use std::collections::HashMap;
use std::mem;

use rollcall_shared::retry::Failure;

use super::hop::Hop;

/// How many of something were seen, their sum and the largest; in whatever unit they came.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Spread {
    /// How many.
    pub(crate) count: u64,
    /// All of them together.
    pub(crate) sum: f64,
    /// The largest.
    pub(crate) most: f64,
}

impl Spread {
    /// Counts one more in.
    pub(crate) fn note(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.most = self.most.max(value);
    }
}

/// How many waited at a hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Waited {
    /// Most at one moment.
    pub(crate) most: u64,
    /// In the end.
    pub(crate) left: u64,
}

/// Everything since it was taken last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recent {
    /// Milliseconds from the edge's or the venue's hand to COMMIT.
    pub(crate) queue_ms: Spread,
    /// Milliseconds from BEGIN to the end of COMMIT.
    pub(crate) commit_ms: Spread,
    /// Messages in one transaction.
    pub(crate) batch: Spread,
    /// Failures that are tried again.
    pub(crate) retries: HashMap<Failure, u64>,
    waited: [Waited; Hop::ALL.len()],
}

impl Recent {
    /// Takes everything, and begins anew with what waits at each hop still.
    pub(super) fn take(&mut self) -> Self {
        let waited = self.waited.map(|Waited { left, .. }| Waited { most: left, left });
        mem::replace(self, Self { waited, ..Self::default() })
    }

    /// Notes how many wait at a hop now, over all workshops.
    pub(super) fn wait(&mut self, hop: Hop, waiting: u64) {
        let waited = &mut self.waited[hop as usize];
        *waited = Waited { most: waited.most.max(waiting), left: waiting };
    }

    /// Returns how many waited at a hop.
    pub(crate) fn waited(&self, hop: Hop) -> Waited {
        self.waited[hop as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_is_gone_and_what_waits_stays() {
        let mut recent = Recent::default();
        recent.queue_ms.note(3.0);
        recent.queue_ms.note(5.0);
        recent.wait(Hop::Edge, 40);
        recent.wait(Hop::Edge, 2);
        let taken = recent.take();
        assert_eq!(taken.queue_ms, Spread { count: 2, sum: 8.0, most: 5.0 });
        assert_eq!(taken.waited(Hop::Edge), Waited { most: 40, left: 2 });
        assert_eq!(taken.waited(Hop::Stream), Waited::default());
        let taken = recent.take();
        assert_eq!(taken.queue_ms, Spread::default());
        assert_eq!(taken.waited(Hop::Edge), Waited { most: 2, left: 2 });
    }
}
