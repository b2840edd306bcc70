//! A moment, told apart from a length of time.

use std::fmt;
use std::num::ParseIntError;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Millis;

/// Milliseconds since 1970-01-01T00:00:00Z, as `Date.now()` and the database have them. On the wire it is the
/// bare number.
///
/// The difference of two moments is a length, [`Millis`]; a moment and a length make a moment; two moments
/// cannot be added. Arithmetic saturates: what comes from outside may be any number.
///
/// ```
/// use rollcall_shared::Timestamp;
///
/// let doors_open = Timestamp::from_millis(1_795_539_000_000);
/// let later = doors_open + 90_000;
/// assert_eq!(later - doors_open, 90_000);
/// assert!(Timestamp::MAX + 1 == Timestamp::MAX);
/// ```
///
/// ```compile_fail
/// use rollcall_shared::Timestamp;
///
/// let sum = Timestamp::from_millis(1) + Timestamp::from_millis(2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "typescript", ts(type = "number"))]
pub struct Timestamp(i64);

impl Timestamp {
    /// Before everything.
    pub const MIN: Self = Self(i64::MIN);
    /// After everything.
    pub const MAX: Self = Self(i64::MAX);

    /// That many milliseconds after 1970-01-01T00:00:00Z.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// That many seconds after 1970-01-01T00:00:00Z, where that can be said in milliseconds.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        seconds.checked_mul(1_000).map(Self)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Timestamp {
    type Err = ParseIntError;

    fn from_str(digits: &str) -> Result<Self, ParseIntError> {
        digits.parse().map(Self)
    }
}

impl Add<Millis> for Timestamp {
    type Output = Self;

    fn add(self, length: Millis) -> Self {
        Self(self.0.saturating_add(length))
    }
}

impl AddAssign<Millis> for Timestamp {
    fn add_assign(&mut self, length: Millis) {
        *self = *self + length;
    }
}

impl Sub<Millis> for Timestamp {
    type Output = Self;

    fn sub(self, length: Millis) -> Self {
        Self(self.0.saturating_sub(length))
    }
}

impl Sub for Timestamp {
    type Output = Millis;

    fn sub(self, earlier: Self) -> Millis {
        self.0.saturating_sub(earlier.0)
    }
}
