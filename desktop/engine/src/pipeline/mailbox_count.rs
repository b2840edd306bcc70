//! How much waits in the mailbox, by answers that overtake each other on their way.
//!
//! A pull is answered while an acknowledgement of what was pulled before is on its way, and either answer may
//! be the first to arrive. Each says as of which revision of the mailbox it speaks: one that is older than
//! what was heard changes nothing. Otherwise the figure would stand still on an old one until the next poll.

use parking_lot::Mutex;

use crate::metrics::BacklogShare;

/// What an answer of the edge says of the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Messages that were not acknowledged, leased ones included.
    pub(crate) waiting: u64,
    /// Counts up with every change of that number; always 0 where the edge is an older one.
    pub(crate) revision: u64,
}

/// One workshop's figure.
pub(crate) struct MailboxCount {
    share: BacklogShare,
    /// As of which revision the figure is.
    heard: Mutex<u64>,
}

impl MailboxCount {
    /// Makes it, with nothing waiting.
    pub(crate) fn new(share: BacklogShare) -> Self {
        Self { share, heard: Mutex::default() }
    }

    /// Takes over what an answer says, unless a later one was heard before; returns whether the figure
    /// changed.
    pub(crate) fn hear(&self, standing: Standing) -> bool {
        let mut heard = self.heard.lock();
        if standing.revision < *heard {
            return false;
        }
        *heard = standing.revision;
        self.share.set(standing.waiting)
    }

    /// Takes off what was acknowledged, where the edge does not say what is left.
    pub(crate) fn less(&self, gone: u64) -> bool {
        let _order = self.heard.lock();
        self.share.set(self.share.waiting().saturating_sub(gone))
    }

    /// Forgets what was heard: what comes next may be of a mailbox that was made anew.
    pub(crate) fn begin_anew(&self) {
        *self.heard.lock() = 0;
    }

    /// Notes that nobody looks any more.
    pub(crate) fn end(&self) {
        self.begin_anew();
        self.share.set(0);
    }

    /// Returns how much waits there.
    pub(crate) fn waiting(&self) -> u64 {
        self.share.waiting()
    }
}

#[cfg(test)]
mod tests {
    use rand_core::RngCore;
    use rollcall_shared::testing;

    use super::*;
    use crate::metrics::{Hop, Metrics};

    fn count() -> MailboxCount {
        MailboxCount::new(Metrics::new().backlog_share(Hop::Edge))
    }

    const fn standing(waiting: u64, revision: u64) -> Standing {
        Standing { waiting, revision }
    }

    #[test]
    fn a_pull_that_is_overtaken_by_the_acknowledgement_does_not_bring_the_old_figure_back() {
        let count = count();
        assert!(count.hear(standing(2, 2)));
        // The second pull found nothing new, while both were being acknowledged.
        assert!(count.hear(standing(0, 3)));
        assert!(!count.hear(standing(2, 2)));
        assert_eq!(count.waiting(), 0);
        // The same revision says the same.
        assert!(!count.hear(standing(0, 3)));
        assert!(count.hear(standing(1, 4)));
    }

    #[test]
    fn five_hundred_orders_of_arrival_end_at_what_the_mailbox_holds() {
        let mut random = testing::rng(13);
        for _ in 0..500 {
            let count = count();
            let (mut waiting, mut answers) = (0_u64, Vec::new());
            for revision in 1..=40 {
                waiting =
                    if random.next_u32().is_multiple_of(2) { waiting + 1 } else { waiting.saturating_sub(1) };
                answers.push(standing(waiting, revision));
            }
            // Up to four are on their way at once.
            for first in (0..answers.len()).step_by(4) {
                for other in (first + 1..first + 4).rev() {
                    answers.swap(other, first + random.next_u32() as usize % (other - first + 1));
                }
            }
            for answer in answers {
                count.hear(answer);
            }
            assert_eq!(count.waiting(), waiting);
        }
    }

    #[test]
    fn an_edge_of_before_is_counted_along_with() {
        let count = count();
        assert!(count.hear(standing(5, 0)) && count.less(2) && count.hear(standing(4, 0)));
        assert_eq!(count.waiting(), 4);
    }

    #[test]
    fn a_mailbox_that_was_made_anew_is_heard() {
        let count = count();
        count.hear(standing(5, 70));
        assert!(!count.hear(standing(1, 1)));
        count.begin_anew();
        assert!(count.hear(standing(1, 1)));
        count.end();
        assert_eq!(count.waiting(), 0);
    }
}
