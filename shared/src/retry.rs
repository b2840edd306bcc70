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
/// No delay after what nobody has answered is longer: it costs no server anything, and people wait for its end.
pub const UNANSWERED_CAP: Duration = Duration::from_secs(2);
/// No delay after what failed on this machine is longer.
pub const LOCAL_CAP: Duration = Duration::from_secs(1);

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

    /// The longest delay before it is tried again. A server that answers with an error is spared; the rest is back the sooner.
    pub fn cap(self) -> Duration {
        match self {
            Self::Busy | Self::Locked | Self::DiskFull | Self::Io | Self::ReadOnly | Self::Redis => LOCAL_CAP,
            Self::Network | Self::Timeout => UNANSWERED_CAP,
            Self::Http(_) | Self::Permanent => CAP,
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
    if failure.is_transient() { Next::RetryAfter(delay(attempt, failure, rng)) } else { Next::Park }
}

/// A delay between 0 and `BASE · 2^attempt`, at most the failure's [cap](Failure::cap).
pub fn delay(attempt: u32, failure: Failure, rng: &mut impl RngCore) -> Duration {
    let most = BASE.saturating_mul(2_u32.saturating_pow(attempt)).min(failure.cap());
    let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(rng.next_u64() % (most + 1))
}

/// How long to wait after the `attempt`-th refusal in a row, which somebody may have to mend: soon at first, for what refused may
/// have been a network on the way, and [`CAP`] in the end.
pub fn after_refusal(attempt: u32) -> Duration {
    BASE.saturating_mul(2_u32.saturating_pow(attempt)).min(CAP)
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
    fn a_refusal_is_tried_again_soon_and_then_seldom() {
        let seconds = [0, 1, 2, 9, u32::MAX].map(|attempt| after_refusal(attempt).as_secs_f64());
        assert_eq!(seconds, [0.1, 0.2, 0.4, 30.0, 30.0]);
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
        let busy = Failure::Http(503);
        for (attempt, failure, most) in [
            (0, busy, 100),
            (1, busy, 200),
            (5, busy, 3_200),
            (20, busy, 30_000),
            (u32::MAX, busy, 30_000),
            (1, Failure::Network, 200),
            (u32::MAX, Failure::Network, 2_000),
            (u32::MAX, Failure::Redis, 1_000),
        ] {
            let delays: Vec<u128> = (0..500).map(|_| delay(attempt, failure, &mut rng).as_millis()).collect();
            let longest = delays.iter().max().copied().unwrap_or_default();
            assert!(longest <= most && longest > most * 9 / 10, "{attempt} {failure:?}: {longest}");
            assert!(delays.iter().any(|d| *d < most / 10), "{attempt} {failure:?}");
        }
        let draws: Vec<Duration> = (0..5_000).map(|_| delay(0, busy, &mut rng)).collect();
        assert_eq!((draws.iter().min(), draws.iter().max()), (Some(&Duration::ZERO), Some(&BASE)));
    }
}
