//! Taking turns: what keeps a processor busy by itself (a browser, a window) runs two at a time, however many
//! tests wait.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Development machines have two processors.
static FREE: Mutex<usize> = Mutex::new(2);
static FREED: Condvar = Condvar::new();

/// One of the places, which is free again once this is dropped. A test takes one at a time, or two of them
/// could wait for each other.
#[derive(Debug)]
#[must_use]
pub struct Turn(());

impl Turn {
    /// Waits for a place.
    pub fn take() -> Self {
        let mut free = FREED.wait_while(lock(), |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Self(())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *lock() += 1;
        FREED.notify_one();
    }
}

fn lock() -> MutexGuard<'static, usize> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}
