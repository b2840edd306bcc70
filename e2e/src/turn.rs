//! Taking turns: what keeps a processor busy by itself (a browser, a window) runs two at a time, however many
//! tests wait.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Development machines have two processors.
const PLACES: usize = 2;
static FREE: Mutex<usize> = Mutex::new(PLACES);
static FREED: Condvar = Condvar::new();

/// One of the places, or all of them, free again once this is dropped. A test has one turn at a time, or two
/// of them could wait for each other.
#[derive(Debug)]
#[must_use]
pub struct Turn(usize);

impl Turn {
    /// Waits for a place.
    pub fn take() -> Self {
        Self::of(1)
    }

    /// Waits until nobody has a place, and takes all of them: for what is measured.
    pub fn alone() -> Self {
        Self::of(PLACES)
    }

    fn of(places: usize) -> Self {
        let mut free =
            FREED.wait_while(lock(), |free| *free < places).unwrap_or_else(PoisonError::into_inner);
        *free -= places;
        Self(places)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *lock() += self.0;
        FREED.notify_all();
    }
}

fn lock() -> MutexGuard<'static, usize> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}
