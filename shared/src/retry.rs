//! Whether and when to try again.
//!
//! Exponential back-off with full jitter (a delay drawn between 0 and a bound that doubles; AWS Architecture
//! Blog, "Exponential Backoff And Jitter", 2015): five hundred clients that failed together do not come back
//! together.

use std::time::Duration;

use rand_core::RngCore;
use serde::{Deserialize, Serialize};

/// The first delay's upper bound.
pub const BASE: Duration = Duration::from_millis(100);
/// No delay is longer.
pub const CAP: Duration = Duration::from_secs(30);
/// No delay after a request without an answer is longer: it costs no server anything, and people wait for its
/// end.
pub const UNANSWERED_CAP: Duration = Duration::from_secs(2);
/// No delay after a failure on this machine is longer.
pub const LOCAL_CAP: Duration = Duration::from_secs(1);

/// Statuses below 500 that are asked again: see [`is_retried`].
pub const RETRIED_STATUSES: [u16; 4] = [408, 425, 428, 429];

/// Why a step failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Another connection holds SQLite's write lock.
    Busy,
    /// A table is locked by a reader of the same connection's cache.
    Locked,
    /// The disk is full.
    DiskFull,
    /// The disk failed to read or write.
    Io,
    /// The file cannot be written.
    ReadOnly,
    /// Redis does not answer.
    Redis,
    /// There is no connection, or it broke.
    Network,
    /// There was no answer in time.
    Timeout,
    /// An HTTP answer that is not a success.
    Http(u16),
    /// The message itself is at fault.
    Permanent,
}

impl Failure {
    /// Whether it may be over after some time: then it is tried for ever, and never counts against a message.
    pub fn is_transient(self) -> bool {
        match self {
            Self::Busy | Self::Locked | Self::DiskFull | Self::Io | Self::ReadOnly => true,
            Self::Redis | Self::Network | Self::Timeout => true,
            Self::Http(status) => is_retried(status),
            Self::Permanent => false,
        }
    }

    /// The longest delay before it is tried again: long for a server that answers with an error, short for
    /// all other failures.
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

/// Whether a request that was answered with this status is sent again: the server, or the network, was busy
/// or in trouble (408 Request Timeout, 425 Too Early, 429 Too Many Requests, all of 5xx), or asked for a
/// proof of work (428), which is solved and sent along.
///
/// ```
/// use rollcall_shared::retry::is_retried;
/// assert!(is_retried(503) && is_retried(429));
/// assert!(!is_retried(410) && !is_retried(422));
/// ```
pub fn is_retried(status: u16) -> bool {
    RETRIED_STATUSES.contains(&status) || (500..=599).contains(&status)
}

/// Decides after the `attempt`-th failure in a row, counted from 0: how long to wait before the next try.
/// `None` where trying the same again cannot help; what to do then is for the caller to know.
///
/// ```
/// use rollcall_shared::retry::{BASE, Failure, decide};
/// # let mut rng = rollcall_shared::testing::rng(1);
/// assert!(decide(0, Failure::Busy, &mut rng).is_some_and(|wait| wait < BASE));
/// assert!(decide(40, Failure::Http(503), &mut rng).is_some());
/// assert_eq!(decide(0, Failure::Http(410), &mut rng), None);
/// ```
pub fn decide(attempt: u32, failure: Failure, rng: &mut impl RngCore) -> Option<Duration> {
    failure.is_transient().then(|| delay(attempt, failure, rng))
}

/// How long to wait after the `attempt`-th failure in a row, counted from 0: full jitter up to the failure's
/// [cap](Failure::cap).
pub fn delay(attempt: u32, failure: Failure, rng: &mut impl RngCore) -> Duration {
    full_jitter(attempt, BASE, failure.cap(), rng.next_u32())
}

/// Full jitter: from nothing up to, and without, `base · 2^attempt`, at most `cap`; in whole milliseconds.
/// `random` are 32 random bits.
///
/// ```
/// use rollcall_shared::retry::{BASE, CAP, full_jitter};
/// assert_eq!(full_jitter(3, BASE, CAP, 0).as_millis(), 0);
/// assert_eq!(full_jitter(3, BASE, CAP, 1 << 31).as_millis(), 400);
/// assert_eq!(full_jitter(60, BASE, CAP, u32::MAX).as_millis(), 29_999);
/// ```
pub fn full_jitter(attempt: u32, base: Duration, cap: Duration, random: u32) -> Duration {
    let bound = base.saturating_mul(2_u32.saturating_pow(attempt)).min(cap);
    let bound = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
    let delay = (u128::from(bound) * u128::from(random)) >> 32;
    Duration::from_millis(u64::try_from(delay).unwrap_or(u64::MAX))
}

/// How long to wait after the `attempt`-th refusal in a row, whose reason somebody may have to remove: a
/// short time at first, for the refusal may have come from a network on the way, and [`CAP`] in the end.
///
/// ```
/// use rollcall_shared::retry::after_refusal;
/// assert_eq!([0, 1, 9].map(|attempt| after_refusal(attempt).as_millis()), [100, 200, 30_000]);
/// ```
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
                assert_eq!(next.is_some(), again, "{failure:?} {attempt}");
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
            assert!(longest < most && longest > most * 9 / 10, "{attempt} {failure:?}: {longest}");
            assert!(delays.iter().any(|d| *d < most / 10), "{attempt} {failure:?}");
        }
        let draws: Vec<Duration> = (0..5_000).map(|_| delay(0, busy, &mut rng)).collect();
        let most = BASE - Duration::from_millis(1);
        assert_eq!((draws.iter().min(), draws.iter().max()), (Some(&Duration::ZERO), Some(&most)));
    }
}
