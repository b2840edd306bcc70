//! Waiting for a condition, never for a time; and the length of a fault, which is one.

use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take on a slow, busy machine before it counts as never: twice a lease, and some.
pub const DEADLINE: Duration = Duration::from_secs(150);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until there is an answer.
///
/// # Panics
/// With `what`, when there is none within [`DEADLINE`].
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(answer) = look() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited {DEADLINE:?} in vain: {what}");
        thread::sleep(LOOK_EVERY);
    }
}

/// Looks until `look` gives `expected`; says in the end what it gave instead.
///
/// # Panics
/// When it has not within [`DEADLINE`].
pub fn until_equal<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, mut look: impl FnMut() -> T) {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let seen = look();
        if seen == *expected {
            return;
        }
        assert!(Instant::now() < deadline, "{what}: waited {DEADLINE:?} for {expected:?}, there is {seen:?}");
        thread::sleep(LOOK_EVERY);
    }
}

/// Sleeps for as many milliseconds as a fault lasts. Not for waiting: whatever has a condition is waited for
/// by [`until`].
pub fn pause(ms: u64) {
    thread::sleep(Duration::from_millis(ms));
}
