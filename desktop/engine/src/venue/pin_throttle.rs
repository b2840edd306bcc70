//! How often a PIN may be tried: over all devices together, never by address (a hall may share one), and ever
//! more slowly. Six digits guessed at this pace take a year on average.

use rollcall_shared::{Millis, Timestamp};

/// Wrong ones that cost nothing: fingers slip.
const FREE: u32 = 5;
/// The first pause; each further mistake doubles it.
const FIRST_PAUSE: Millis = 1_000;
/// The longest pause: a helper who comes after a mischief-maker still gets in.
const LONGEST_PAUSE: Millis = 60_000;

/// The wrong attempts since the last right one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PinThrottle {
    wrong: u32,
    not_before: Timestamp,
}

impl PinThrottle {
    /// Returns the seconds until the next attempt may be made; `None` where it may be made now.
    pub(crate) fn pause(&self, now: Timestamp) -> Option<u32> {
        // A clock that was set back keeps nobody out for longer.
        let left = (self.not_before - now).min(LONGEST_PAUSE);
        u32::try_from(left).ok().filter(|left| *left > 0).map(|left| left.div_ceil(1_000))
    }

    /// Counts a wrong one.
    pub(crate) fn wrong(&mut self, now: Timestamp) {
        self.wrong = self.wrong.saturating_add(1);
        if let Some(over) = self.wrong.checked_sub(FREE) {
            let pause = FIRST_PAUSE.checked_shl(over.min(16)).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
            self.not_before = now + pause;
        }
    }

    /// Forgets the wrong ones after a right one.
    pub(crate) fn right(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_free_at_first_and_then_cost_ever_more() {
        let mut attempts = PinThrottle::default();
        for _ in 0..FREE - 1 {
            attempts.wrong(Timestamp::from_millis(0));
            assert_eq!(attempts.pause(Timestamp::from_millis(0)), None);
        }
        let pauses: Vec<Option<u32>> = (0..9)
            .map(|_| {
                attempts.wrong(Timestamp::from_millis(0));
                attempts.pause(Timestamp::from_millis(0))
            })
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60].map(Some));
        assert_eq!(attempts.pause(Timestamp::from_millis(LONGEST_PAUSE)), None, "it ends");
        assert_eq!(attempts.pause(Timestamp::from_millis(-1_000_000)), Some(60), "whatever the clock says");
        for _ in 0..100 {
            attempts.wrong(Timestamp::from_millis(0));
        }
        assert_eq!(attempts.pause(Timestamp::from_millis(0)), Some(60));
        attempts.right();
        assert_eq!(attempts, PinThrottle::default());
    }
}
