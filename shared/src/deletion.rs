//! When a workshop's list is erased, as its pages promise: announced a week ahead, and never by a clock that
//! is wrong for a moment (ADR 33).

use crate::{Millis, Timestamp};

const DAY_MS: Millis = 24 * 60 * 60 * 1000;

/// How long before the promised day an erasure is announced: a week.
pub const ANNOUNCED_BEFORE_MS: Millis = 7 * DAY_MS;
/// The least time between announcement and erasure, however late the announcement: a day. Also how long
/// before the erasure it is announced for the last time.
pub const LEAST_NOTICE_MS: Millis = DAY_MS;
/// An announcement of this age, 300 days, is made anew. A list is due a week after it: either nobody had the
/// program open in all that time, or the clock is wrong by years.
pub const STALE_MS: Millis = 300 * DAY_MS;
/// How long a clock has to go evenly before anything is erased by it: half a minute. By then a machine that
/// has just started has asked the network for the time.
pub const SETTLED_MS: Millis = 30_000;
/// How long it has to go evenly after it leapt while the program ran: ten minutes. The laptop slept, or
/// somebody set the clock.
pub const SETTLED_AFTER_LEAP_MS: Millis = 10 * 60_000;
/// By how much the clock may differ from the time that the program ran between two looks: 5 s.
const LEAP_MS: Millis = 5_000;

/// An erasure that was announced where the host sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announcement {
    /// The day that pages promised then.
    pub delete_by: Timestamp,
    /// When it was announced.
    pub made_at: Timestamp,
}

/// How near an announced erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// More than a day is left.
    Week,
    /// A day or less is left.
    Day,
    /// Its time has come.
    Due,
}

/// What is to be done about a workshop's promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing yet.
    Wait,
    /// Announce it, or announce it anew: what was announced holds no more.
    Announce,
    /// Take the announcement back: the day is far.
    Withdraw,
    /// Erase the list.
    Erase,
}

impl Announcement {
    /// The list is erased from then on: on the promised day, and no sooner than a day after the announcement.
    pub fn erased_at(&self) -> Timestamp {
        self.delete_by.max(self.made_at + LEAST_NOTICE_MS)
    }

    /// How near the erasure is.
    pub fn nearness(&self, now: Timestamp) -> Nearness {
        match self.erased_at() - now {
            left if left <= 0 => Nearness::Due,
            left if left <= LEAST_NOTICE_MS => Nearness::Day,
            _ => Nearness::Week,
        }
    }
}

/// Decides what is to be done at `now` about a list that pages promise to delete by `delete_by`. An
/// announcement of another day, from the future, or of an age that only a wrong clock explains, counts for
/// nothing.
///
/// ```
/// use rollcall_shared::Timestamp;
/// use rollcall_shared::deletion::{ANNOUNCED_BEFORE_MS, Announcement, Step, step};
/// let delete_by = Timestamp::from_millis(2_000_000_000_000);
/// let a_week_before = delete_by - ANNOUNCED_BEFORE_MS;
/// assert_eq!(step(delete_by, None, a_week_before), Step::Announce);
/// let announced = Some(Announcement { delete_by, made_at: a_week_before });
/// assert_eq!(step(delete_by, announced, delete_by - 1), Step::Wait);
/// assert_eq!(step(delete_by, announced, delete_by), Step::Erase);
/// ```
pub fn step(delete_by: Timestamp, announced: Option<Announcement>, now: Timestamp) -> Step {
    if now < delete_by - ANNOUNCED_BEFORE_MS {
        return if announced.is_some() { Step::Withdraw } else { Step::Wait };
    }
    let Some(announced) = announced else { return Step::Announce };
    let holds =
        announced.delete_by == delete_by && announced.made_at <= now && now - announced.made_at < STALE_MS;
    match (holds, announced.nearness(now)) {
        (false, _) => Step::Announce,
        (true, Nearness::Due) => Step::Erase,
        (true, _) => Step::Wait,
    }
}

/// For how long a clock must go evenly; the tests' is shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// After the start.
    pub at_start: Millis,
    /// After a leap.
    pub after_leap: Millis,
}

impl Default for Patience {
    fn default() -> Self {
        Self { at_start: SETTLED_MS, after_leap: SETTLED_AFTER_LEAP_MS }
    }
}

/// How far the clock is trusted, from the looks that were taken at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// It has just leapt: nothing is done by it.
    Nothing,
    /// It may say what is announced, which can be taken back.
    Announcing,
    /// It has gone evenly for long enough to erase by it.
    Erasing,
}

/// Looks at a clock and at the time that the program has run, which nobody can set. Where one goes on without
/// the other, the clock has leapt.
#[derive(Debug, Clone)]
pub struct ClockWatch {
    patience: Patience,
    first: Option<Millis>,
    last: Option<(Timestamp, Millis)>,
    /// When the clock leapt last, by the time that the program had run.
    leapt: Option<Millis>,
}

impl ClockWatch {
    /// Has not looked yet.
    pub fn new(patience: Patience) -> Self {
        Self { patience, first: None, last: None, leapt: None }
    }

    /// Takes a look: `now` by the clock, after the program has run for `running`, which never goes back.
    pub fn look(&mut self, now: Timestamp, running: Millis) -> Trust {
        let first = *self.first.get_or_insert(running);
        if let Some((before, ran)) = self.last.replace((now, running))
            && (now - before).saturating_sub(running.saturating_sub(ran)).saturating_abs() > LEAP_MS
        {
            self.leapt = Some(running);
        }
        let Patience { at_start, after_leap } = self.patience;
        match self.leapt.map(|leapt| running.saturating_sub(leapt)) {
            Some(even) if even < at_start => Trust::Nothing,
            Some(even) if even < after_leap => Trust::Announcing,
            _ if running.saturating_sub(first) < at_start => Trust::Announcing,
            _ => Trust::Erasing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Millis = DAY_MS;

    fn at(day: Millis) -> Timestamp {
        Timestamp::from_millis(20_000 * DAY + day)
    }

    fn announced(delete_by: Millis, made_at: Millis) -> Option<Announcement> {
        Some(Announcement { delete_by: at(delete_by), made_at: at(made_at) })
    }

    #[test]
    fn it_is_announced_a_week_ahead_and_erased_on_the_day() {
        let check = |announced, now, expected| assert_eq!(step(at(30 * DAY), announced, at(now)), expected);
        check(None, 23 * DAY - 1, Step::Wait);
        check(None, 23 * DAY, Step::Announce);
        let in_time = announced(30 * DAY, 23 * DAY);
        check(in_time, 23 * DAY, Step::Wait);
        check(in_time, 30 * DAY - 1, Step::Wait);
        check(in_time, 30 * DAY, Step::Erase);
        // Off on the day, and for months after it: at the next start.
        check(in_time, 200 * DAY, Step::Erase);
    }

    #[test]
    fn what_was_announced_late_is_erased_a_day_later_at_the_earliest() {
        let check = |announced, now, expected| assert_eq!(step(at(30 * DAY), announced, at(now)), expected);
        check(None, 90 * DAY, Step::Announce);
        check(announced(30 * DAY, 90 * DAY), 91 * DAY - 1, Step::Wait);
        check(announced(30 * DAY, 90 * DAY), 91 * DAY, Step::Erase);
        check(announced(30 * DAY, 30 * DAY - 1), 30 * DAY, Step::Wait);
    }

    #[test]
    fn another_day_is_announced_anew_or_not_at_all() {
        let check = |announced, now, expected| assert_eq!(step(at(30 * DAY), announced, at(now)), expected);
        // The days were made more: the next week is far, or near.
        check(announced(20 * DAY, 14 * DAY), 20 * DAY, Step::Withdraw);
        check(announced(29 * DAY, 22 * DAY), 28 * DAY, Step::Announce);
        // They were made fewer: nobody has seen that day.
        check(announced(60 * DAY, 53 * DAY), 55 * DAY, Step::Announce);
    }

    #[test]
    fn what_a_wrong_clock_announced_counts_for_nothing() {
        let years = 5 * 365 * DAY;
        let check = |announced, now, expected| assert_eq!(step(at(30 * DAY), announced, at(now)), expected);
        check(None, years, Step::Announce);
        check(announced(30 * DAY, years), years, Step::Wait);
        // Right again, far from the day and near to it.
        check(announced(30 * DAY, years), 0, Step::Withdraw);
        check(announced(30 * DAY, years), 25 * DAY, Step::Announce);
        // Wrong otherwise, or wrong for the first time after an announcement.
        check(announced(30 * DAY, years), 2 * years, Step::Announce);
        check(announced(30 * DAY, 24 * DAY), years, Step::Announce);
        check(announced(30 * DAY, years), -years, Step::Withdraw);
    }

    #[test]
    fn nearness_follows_the_erasure_not_the_promise() {
        let check = |announced: Option<Announcement>, now, expected| {
            assert_eq!(announced.unwrap().nearness(at(now)), expected);
        };
        check(announced(30 * DAY, 23 * DAY), 29 * DAY - 1, Nearness::Week);
        check(announced(30 * DAY, 23 * DAY), 29 * DAY, Nearness::Day);
        check(announced(30 * DAY, 23 * DAY), 30 * DAY, Nearness::Due);
        check(announced(30 * DAY, 40 * DAY), 40 * DAY, Nearness::Day);
        check(announced(30 * DAY, 40 * DAY), 41 * DAY, Nearness::Due);
    }

    #[test]
    fn no_time_there_is_overflows() {
        let ends = [Timestamp::MIN, Timestamp::MAX, at(0)];
        for delete_by in ends {
            for made_at in ends {
                for now in ends {
                    let _ = step(delete_by, Some(Announcement { delete_by, made_at }), now);
                    let _ = ClockWatch::new(Patience::default()).look(now, Millis::MAX);
                }
            }
        }
        let mut clock = ClockWatch::new(Patience::default());
        clock.look(Timestamp::MIN, 0);
        assert_eq!(clock.look(Timestamp::MAX, 1), Trust::Nothing);
        assert_eq!(clock.look(Timestamp::MIN, 2), Trust::Nothing);
    }

    #[test]
    fn a_clock_is_trusted_once_it_has_gone_evenly() {
        let mut clock = ClockWatch::new(Patience::default());
        let mut look = |now, running| clock.look(Timestamp::from_millis(now), running);
        assert_eq!(look(1_000_000, 0), Trust::Announcing);
        assert_eq!(look(1_000_000 + SETTLED_MS - 1, SETTLED_MS - 1), Trust::Announcing);
        assert_eq!(look(1_000_000 + SETTLED_MS, SETTLED_MS), Trust::Erasing);
        // The network corrects it by a second or two.
        assert_eq!(look(1_000_000 + SETTLED_MS + 4_000, SETTLED_MS + 2_000), Trust::Erasing);
    }

    #[test]
    fn a_clock_that_leaps_is_not_trusted_for_a_while() {
        let years = 5 * 365 * DAY;
        for leap in [years, -years, LEAP_MS + 1, -LEAP_MS - 1] {
            let mut clock = ClockWatch::new(Patience::default());
            let mut look = |now, running| clock.look(Timestamp::from_millis(now), running);
            look(0, 0);
            assert_eq!(look(SETTLED_MS, SETTLED_MS), Trust::Erasing);
            let at = SETTLED_MS + 2_000;
            assert_eq!(look(at + leap, at), Trust::Nothing, "{leap}");
            assert_eq!(look(at + leap + SETTLED_MS - 1, at + SETTLED_MS - 1), Trust::Nothing);
            assert_eq!(look(at + leap + SETTLED_MS, at + SETTLED_MS), Trust::Announcing);
            let even = at + SETTLED_AFTER_LEAP_MS;
            assert_eq!(look(leap + even - 1, even - 1), Trust::Announcing);
            assert_eq!(look(leap + even, even), Trust::Erasing);
            // And back.
            assert_eq!(look(even + 1, even + 1), Trust::Nothing);
        }
    }

    #[test]
    fn a_clock_that_leaps_again_and_again_is_never_trusted() {
        let mut clock = ClockWatch::new(Patience::default());
        clock.look(at(0), 0);
        for look in 1..1_000 {
            let leaps = (look % 2) * 365 * DAY;
            assert_eq!(clock.look(at(leaps + look * 2_000), look * 2_000), Trust::Nothing);
        }
    }
}
