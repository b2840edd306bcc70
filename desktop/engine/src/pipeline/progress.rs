//! How fast what waits goes away, and so how long it takes: an estimate for people, from the last seconds.

use std::collections::VecDeque;

use parking_lot::Mutex;
use std::time::{Duration, Instant};

/// The pace is that of these last seconds.
const LOOK_BACK: Duration = Duration::from_secs(10);
/// Fewer are gone before anybody has read how long they take.
const WORTH_SAYING: u64 = 200;

/// The count of what one workshop's mailbox gave.
#[derive(Default)]
pub(crate) struct Progress(Mutex<VecDeque<(Instant, u64)>>);

impl Progress {
    /// Notes how many have gone.
    pub(crate) fn gone(&self, count: u64, now: Instant) {
        let mut gone = self.0.lock();
        forget_old(&mut gone, now);
        gone.push_back((now, count));
    }

    /// Returns the seconds until `waiting` have gone, at the pace of the last ones; `None` where there is no
    /// pace or little to say.
    pub(crate) fn remaining_seconds(&self, waiting: u64, now: Instant) -> Option<u32> {
        let mut gone = self.0.lock();
        forget_old(&mut gone, now);
        let (first, first_count) = *gone.front()?;
        let took = now.duration_since(first).as_secs_f64();
        // What the first reported had taken its time before it.
        let count = gone.iter().map(|(_, count)| count).sum::<u64>() - first_count;
        if waiting < WORTH_SAYING || count == 0 || took <= 0.0 {
            return None;
        }
        let seconds = (waiting as f64 * took / count as f64).ceil();
        Some(seconds.min(f64::from(u32::MAX)) as u32)
    }
}

fn forget_old(gone: &mut VecDeque<(Instant, u64)>, now: Instant) {
    while gone.front().is_some_and(|(at, _)| now.duration_since(*at) > LOOK_BACK) {
        gone.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_of_the_last_seconds_says_how_long_it_takes() {
        let (progress, start) = (Progress::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(progress.remaining_seconds(10_000, start), None);
        progress.gone(100, at(0));
        assert_eq!(progress.remaining_seconds(10_000, at(0)), None, "one report is no pace");
        (1..=4).for_each(|second| progress.gone(500, at(second)));
        assert_eq!(progress.remaining_seconds(10_000, at(4)), Some(20));
        assert_eq!(progress.remaining_seconds(WORTH_SAYING - 1, at(4)), None);
        // It slows down with every second in which nothing comes, and then there is none.
        assert_eq!(progress.remaining_seconds(10_000, at(8)), Some(40));
        assert_eq!(progress.remaining_seconds(10_000, at(60)), None);
    }
}
