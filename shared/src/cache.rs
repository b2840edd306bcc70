//! How the edge caches the public records: keys, lifetimes, and what a cached entry is still good for.
//!
//! The InviteCode object is the truth, KV the second level, a map in the isolate's memory the first. Time is
//! always a parameter.

use serde::{Deserialize, Serialize};

use crate::invite_code::InviteCode;
use crate::workshop::Workshop;
use crate::{Millis, Timestamp};

/// How long a record in memory is fresh: 10 s.
pub const MEMORY_TTL_MS: Millis = 10_000;
/// How long an unknown code is remembered, in memory only: 10 s.
pub const UNKNOWN_TTL_MS: Millis = 10_000;
/// How long a stale record is served at most, while one refresh runs: 60 s.
pub const STALE_MS: Millis = 60_000;
/// How many seconds KV's own edge cache holds a value: 30, the least that KV accepts.
pub const KV_CACHE_TTL_SECONDS: u64 = 30;
/// Seconds after which KV forgets an entry: 1 h.
pub const KV_ENTRY_TTL_SECONDS: u64 = 3_600;
/// How long KV's entry counts as fresh after it was written: 1 h less the time to read it once more.
pub const KV_FRESH_MS: Millis = 3_540_000;
/// Most entries of the memory level: an isolate has 128 MB, a record at most 64 KiB; real ones have 2.
pub const MEMORY_ENTRIES: usize = 512;
/// Time after which a refresh that never came back is given up: 5 s.
pub const REFRESH_TIMEOUT_MS: Millis = 5_000;

/// The KV key of a code's record.
pub fn kv_key(code: &InviteCode) -> String {
    format!("workshop:invite:{code}")
}

/// What is known about a code. The tag is outside in JSON: a tag inside would give the worker a second copy
/// of every deserializer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// A workshop has it.
    Published {
        /// The public record.
        workshop: Box<Workshop>,
    },
    /// A workshop had it: retired, or renewed to another code.
    Retired,
    /// No workshop has it.
    Unknown,
}

/// A cached answer with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What was known.
    pub known: Known,
    /// When the authority said so (KV) or when it was read (memory).
    pub stored_at: Timestamp,
}

/// How a cached entry may still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Serve it.
    Fresh,
    /// Serve it, and have one request refresh it.
    Stale,
    /// Fetch before answering.
    Expired,
}

impl Entry {
    /// How a memory entry may be used at `now`. A clock that went back makes it expired, never fresh for
    /// ever.
    ///
    /// ```
    /// use rollcall_shared::Timestamp;
    /// use rollcall_shared::cache::{Entry, Freshness, Known};
    /// let stored_at = Timestamp::from_millis(1_000);
    /// let unknown = Entry { known: Known::Unknown, stored_at };
    /// assert_eq!(unknown.freshness(stored_at + 9_999), Freshness::Fresh);
    /// assert_eq!(unknown.freshness(stored_at + 10_000), Freshness::Expired, "never served stale");
    /// ```
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        let (fresh_for, stale_for) = match self.known {
            Known::Published { .. } | Known::Retired => (MEMORY_TTL_MS, STALE_MS),
            Known::Unknown => (UNKNOWN_TTL_MS, 0),
        };
        freshness(now - self.stored_at, fresh_for, stale_for)
    }

    /// Whether an entry read from KV can be used at `now`.
    pub fn usable_from_kv(&self, now: Timestamp) -> bool {
        freshness(now - self.stored_at, KV_FRESH_MS, 0) == Freshness::Fresh && self.known != Known::Unknown
    }
}

/// Judges an age: fresh below `fresh_for`, stale for another `stale_for`, expired from there on. A negative
/// age is expired.
///
/// ```
/// use rollcall_shared::cache::{Freshness, freshness};
/// assert_eq!(freshness(9_999, 10_000, 60_000), Freshness::Fresh);
/// assert_eq!(freshness(10_000, 10_000, 60_000), Freshness::Stale);
/// assert_eq!(freshness(70_000, 10_000, 60_000), Freshness::Expired);
/// ```
pub fn freshness(age: Millis, fresh_for: Millis, stale_for: Millis) -> Freshness {
    match age {
        ..0 => Freshness::Expired,
        age if age < fresh_for => Freshness::Fresh,
        age if age < fresh_for + stale_for => Freshness::Stale,
        _ => Freshness::Expired,
    }
}

/// Hits and misses by level, since the isolate began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    /// Answered from memory, fresh.
    pub memory_hits: u64,
    /// Answered from memory, stale.
    pub memory_stale: u64,
    /// Not in memory, or expired there.
    pub memory_misses: u64,
    /// Answered from KV.
    pub kv_hits: u64,
    /// Not in KV, or too old there.
    pub kv_misses: u64,
    /// Asked of the InviteCode object.
    pub authoritative: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(known: Known) -> Entry {
        Entry { known, stored_at: Timestamp::from_millis(1_000_000) }
    }

    #[test]
    fn memory_is_fresh_then_stale_then_expired() {
        let check = |age: Millis, expected| {
            assert_eq!(
                entry(Known::Retired).freshness(Timestamp::from_millis(1_000_000 + age)),
                expected,
                "{age}"
            )
        };
        check(-1, Freshness::Expired);
        check(0, Freshness::Fresh);
        check(9_999, Freshness::Fresh);
        check(10_000, Freshness::Stale);
        check(69_999, Freshness::Stale);
        check(70_000, Freshness::Expired);
    }

    #[test]
    fn unknown_codes_are_never_served_stale_nor_from_kv() {
        assert_eq!(entry(Known::Unknown).freshness(Timestamp::from_millis(1_009_999)), Freshness::Fresh);
        assert_eq!(entry(Known::Unknown).freshness(Timestamp::from_millis(1_010_000)), Freshness::Expired);
        assert!(!entry(Known::Unknown).usable_from_kv(Timestamp::from_millis(1_000_000)));
    }

    #[test]
    fn kv_holds_for_an_hour_less_a_minute() {
        assert!(entry(Known::Retired).usable_from_kv(Timestamp::from_millis(1_000_000 + KV_FRESH_MS - 1)));
        assert!(!entry(Known::Retired).usable_from_kv(Timestamp::from_millis(1_000_000 + KV_FRESH_MS)));
        assert!(!entry(Known::Retired).usable_from_kv(Timestamp::from_millis(999_999)));
    }
}
