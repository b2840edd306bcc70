//! How long a server that is to end is waited for.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a server may take to end when it is asked to.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// Between two looks at a server that is to end.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Waits for the supervisor of a server that was asked to end: `grace` long politely, then it has the server
/// killed, and after `grace` once more it waits no longer. A program that cannot be killed, as one that waits
/// for a disk, or one that the system does not come to an end of starting, keeps nobody from quitting: its
/// files are synced with every write. Returns whether it has ended.
pub(super) fn has_ended(supervisor: &JoinHandle<()>, grace: Duration, kill: impl Fn()) -> bool {
    let asked = Instant::now();
    while !supervisor.is_finished() {
        if asked.elapsed() > grace * 2 {
            return false;
        }
        if asked.elapsed() > grace {
            kill();
        }
        std::thread::sleep(LOOK_EVERY.min(grace));
    }
    true
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn who_does_not_end_is_not_waited_for_for_ever() {
        let (end, asked) = channel::<()>();
        let supervisor = std::thread::spawn(move || {
            let _ = asked.recv();
        });
        let killed = Cell::new(0);
        assert!(!has_ended(&supervisor, Duration::from_millis(20), || killed.set(killed.get() + 1)));
        assert!(killed.get() > 0, "it was tried");
        drop(end);
        assert!(has_ended(&supervisor, GRACE, || {}));
    }
}
