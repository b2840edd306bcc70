//! Whether and when to try again.
//!
//! Exponential back-off with full jitter (a delay drawn between 0 and the cap; AWS Architecture Blog, "Exponential Backoff
//! And Jitter", 2015): five hundred clients that failed together do not come back together.

use std::time::Duration;

use rand_core::RngCore;
use serde::{Deserialize, Serialize};

/// The first delay's upper bound.
pub const BASE: Duration = Duration::from_millis(100);
/// No delay is longer.
pub const CAP: Duration = Duration::from_secs(30);

/// Why a step failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// SQLite's writer is held by someone else.
    Busy,
    /// A table is locked by a reader of the same connection's cache.
    Locked,
    /// No space left.
    DiskFull,
    /// The disk failed to read or write.
    Io,
    /// The file cannot be written.
    ReadOnly,
    /// Redis does not answer.
    Redis,
    /// No connection, or none any more.
    Network,
    /// No answer in time.
    Timeout,
    /// An HTTP answer that is not a success.
    Http(u16),
    /// The message itself is the reason.
    Permanent,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again after this time.
    RetryAfter(Duration),
    /// Trying again cannot help: park it, or tell the host.
    Park,
}

impl Failure {
    /// Whether time can mend it: then it is tried for ever, and never counts against a message.
    pub fn is_transient(self) -> bool {
        match self {
            Self::Busy | Self::Locked | Self::DiskFull | Self::Io | Self::ReadOnly => true,
            Self::Redis | Self::Network | Self::Timeout => true,
            Self::Http(status) => matches!(status, 408 | 429 | 500..=599),
            Self::Permanent => false,
        }
    }

    /// The word in figures and logs.
    pub fn cause(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Locked => "locked",
            Self::DiskFull => "disk_full",
            Self::Io => "io",
            Self::ReadOnly => "read_only",
            Self::Redis => "redis",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Http(_) => "http",
            Self::Permanent => "permanent",
        }
    }
}

/// Decides after the `attempt`-th failure in a row, counted from 0.
pub fn decide(attempt: u32, failure: Failure, rng: &mut impl RngCore) -> Next {
    if failure.is_transient() { Next::RetryAfter(delay(attempt, rng)) } else { Next::Park }
}

/// A delay between 0 and `BASE · 2^attempt`, at most [`CAP`].
pub fn delay(attempt: u32, rng: &mut impl RngCore) -> Duration {
    let most = BASE.saturating_mul(2_u32.saturating_pow(attempt)).min(CAP);
    let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(rng.next_u64() % (most + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    #[test]
    fn transient_failures_are_tried_for_ever_and_others_never() {
        let check = |failure: Failure, again| {
            for attempt in [0, 3, 1_000_000, u32::MAX] {
                let next = decide(attempt, failure, &mut rng(u64::from(attempt)));
                assert_eq!(matches!(next, Next::RetryAfter(_)), again, "{failure:?} {attempt}");
            }
        };
        [Failure::Busy, Failure::Locked, Failure::DiskFull, Failure::Io, Failure::ReadOnly, Failure::Redis]
            .into_iter()
            .chain([
                Failure::Network,
                Failure::Timeout,
                Failure::Http(408),
                Failure::Http(429),
                Failure::Http(503),
            ])
            .for_each(|failure| check(failure, true));
        [Failure::Permanent, Failure::Http(400), Failure::Http(401), Failure::Http(409)]
            .into_iter()
            .for_each(|failure| check(failure, false));
    }

    #[test]
    fn every_failure_has_one_word_in_figures_and_logs() {
        let words = [
            (Failure::Busy, "busy"),
            (Failure::Locked, "locked"),
            (Failure::DiskFull, "disk_full"),
            (Failure::Io, "io"),
            (Failure::ReadOnly, "read_only"),
            (Failure::Redis, "redis"),
            (Failure::Network, "network"),
            (Failure::Timeout, "timeout"),
            (Failure::Permanent, "permanent"),
        ];
        for (failure, word) in words {
            assert_eq!(failure.cause(), word);
            assert_eq!(serde_json::to_value(failure).unwrap(), word);
        }
        assert_eq!(Failure::Http(503).cause(), "http");
    }

    #[test]
    fn delays_grow_to_the_cap_and_use_all_of_it() {
        let mut rng = rng(1);
        for (attempt, most) in [(0, 100), (1, 200), (5, 3_200), (20, 30_000), (u32::MAX, 30_000)] {
            let delays: Vec<u128> = (0..500).map(|_| delay(attempt, &mut rng).as_millis()).collect();
            let longest = delays.iter().max().copied().unwrap_or_default();
            assert!(longest <= most && longest > most * 9 / 10, "{attempt}: {longest}");
            assert!(delays.iter().any(|d| *d < most / 10), "{attempt}");
        }
        let draws: Vec<Duration> = (0..5_000).map(|_| delay(0, &mut rng)).collect();
        assert_eq!((draws.iter().min(), draws.iter().max()), (Some(&Duration::ZERO), Some(&BASE)));
    }
}
