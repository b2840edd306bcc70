//! Waiting for a condition, never for a time; and the length of a fault, which is one.
//!
//! Every wait says what for and how long: a thing that takes half a minute instead of three seconds has
//! failed, and a test that waits for it longer would not tell.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

/// How long a connection or a lock may take before it counts as dead: twice a lease, and some. Not for
/// waiting: whatever is waited for has a limit of its own.
pub const DEADLINE: Duration = Duration::from_secs(150);
/// Where a wait does not say how long: what happens at once, on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is waited for, and how long at most: `("rows", 5)`, in seconds.
#[derive(Debug, Clone)]
pub struct Wait {
    what: String,
    limit: Duration,
}

impl Wait {
    /// The moment at which it has failed, were it begun now.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.limit
    }
}

impl<T: Into<String>> From<(T, u64)> for Wait {
    fn from((what, seconds): (T, u64)) -> Self {
        Self { what: what.into(), limit: Duration::from_secs(seconds) }
    }
}

impl From<&str> for Wait {
    fn from(what: &str) -> Self {
        Self { what: what.to_owned(), limit: AT_ONCE }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, limit } = self;
        write!(f, "{what}: waited {limit:?} in vain")
    }
}

/// Looks until there is an answer.
///
/// # Panics
/// When there is none within the wait's limit.
pub fn until<T>(wait: impl Into<Wait>, mut look: impl FnMut() -> Option<T>) -> T {
    let wait = wait.into();
    let deadline = wait.deadline();
    loop {
        // Before the look: one that begins in time and takes long has not failed.
        let is_over = Instant::now() > deadline;
        if let Some(answer) = look() {
            return answer;
        }
        assert!(!is_over, "{wait}");
        thread::sleep(LOOK_EVERY);
    }
}

/// Looks until `look` gives `expected`; says in the end what it gave instead.
///
/// # Panics
/// When it has not within the wait's limit.
pub fn until_equal<T: PartialEq + fmt::Debug>(
    wait: impl Into<Wait>,
    expected: &T,
    mut look: impl FnMut() -> T,
) {
    let wait = wait.into();
    let deadline = wait.deadline();
    loop {
        let is_over = Instant::now() > deadline;
        let seen = look();
        if seen == *expected {
            return;
        }
        assert!(!is_over, "{wait} for {expected:?}, there is {seen:?}");
        thread::sleep(LOOK_EVERY);
    }
}

/// Sleeps for as many milliseconds as a fault lasts. Not for waiting: whatever has a condition is waited for
/// by [`until`].
pub fn pause(ms: u64) {
    thread::sleep(Duration::from_millis(ms));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_at_its_own_limit_and_says_what_it_waited_for() {
        let began = Instant::now();
        let failed = std::panic::catch_unwind(|| until_equal(("the row", 0), &1, || 2)).unwrap_err();
        let said = failed.downcast_ref::<String>().unwrap();
        assert_eq!(said, "the row: waited 0ns in vain for 1, there is 2");
        assert!(began.elapsed() < AT_ONCE);
        until_equal(("what is there", 0), &1, || 1);
    }
}
