//! What nobody tells the engine: the laptop slept, joined another network, runs out of battery, stores
//! nothing for longer than a moment; a workshop's hour came.

use std::net::SocketAddr;

use parking_lot::Mutex;
use std::time::Duration;

use rollcall_shared::{Millis, Timestamp};

use crate::view::{Alarm, AlarmKind};

/// How often the laptop's networks and the clock are looked at.
pub(super) const LOOK_AROUND: Duration = Duration::from_secs(2);
/// A look that is this late means that the laptop stood still. No load alone delays one
/// for that long.
const STOOD_STILL_MS: Millis = 20_000;
/// Another program that looks into the file is soon done; what lasts this long is worth an alarm.
const UNWRITABLE_FOR_MS: Millis = 3_000;
/// An alarm at each of these, in per cent: in time to fetch the charger, and when it is the last chance.
const BATTERY_STEPS: [u8; 3] = [20, 10, 5];

/// Mail that waits at the edge is warned of when its third day begins, and each day anew: it is kept there
/// until 90 days after the workshop's end.
const MAIL_WAITS_MS: Millis = 2 * DAY_MS;
/// Mail that is on its way here since the laptop is back is no reason for an alarm.
const MAIL_COMES_MS: Millis = 5_000;
const DAY_MS: Millis = 24 * 60 * 60 * 1000;

/// The alarms that are shown.
#[derive(Default)]
pub(crate) struct Alarms(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    shown: Vec<Alarm>,
    /// Where the venue page was at the last look; none while it was closed or on no network.
    address: Option<SocketAddr>,
    /// When the last look was.
    looked_at: Option<Timestamp>,
    /// The lowest step of the battery that was told.
    battery_step: Option<u8>,
    /// Since when nothing can be stored, and whether that was told.
    unwritable: Option<(Timestamp, bool)>,
    /// Since when mail is known to wait for too long, and the day that was told.
    mail_waits: Option<(Timestamp, Option<u32>)>,
}

/// The battery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Battery {
    /// What is left, in per cent.
    pub(super) percent: u8,
    /// Whether nothing charges it.
    pub(super) discharging: bool,
}

impl Alarms {
    /// Returns those that are shown, the newest first.
    pub(crate) fn now(&self) -> Vec<Alarm> {
        self.with(|state| state.shown.clone())
    }

    /// Takes an alarm away that the host has seen.
    pub(crate) fn dismiss(&self, kind: AlarmKind) {
        self.with(|state| state.shown.retain(|alarm| alarm.kind != kind));
    }

    /// Looks at clock and network; `open` says whether somebody may be signing up. Returns whether an alarm
    /// is new.
    pub(super) fn look(&self, now: Timestamp, open: bool, address: Option<SocketAddr>) -> bool {
        self.with(|state| {
            let expected = Millis::try_from(LOOK_AROUND.as_millis()).unwrap_or(0);
            let still = state.looked_at.map_or(0, |before| now - before - expected);
            state.looked_at = Some(now);
            let woke = open && still >= STOOD_STILL_MS;
            if woke {
                state.raise(AlarmKind::Woke, now, u32::try_from(still / 1000).ok());
            }
            // A page that was just opened, closed or cut off has not moved; the hop's own health tells of
            // that.
            let before =
                if address.is_some() { std::mem::replace(&mut state.address, address) } else { None };
            let moved = before.is_some() && before != address;
            if moved {
                state.raise(AlarmKind::AddressChanged, now, None);
            }
            woke || moved
        })
    }

    /// Notes that the venue page was closed: where it opens next is no change.
    pub(super) fn closed(&self) {
        self.with(|state| {
            state.address = None;
            state.shown.retain(|alarm| alarm.kind != AlarmKind::AddressChanged);
        });
    }

    /// Looks at the database. Returns whether what is shown has changed.
    pub(super) fn storing(&self, now: Timestamp, unwritable: bool) -> bool {
        self.with(|state| {
            if !unwritable {
                let told = state.unwritable.take().is_some_and(|(_, told)| told);
                state.shown.retain(|alarm| alarm.kind != AlarmKind::NothingStored);
                return told;
            }
            let (since, told) = state.unwritable.get_or_insert((now, false));
            // Told once for as long as it lasts: the host may have seen it.
            let is_due = !*told && now - *since >= UNWRITABLE_FOR_MS;
            if is_due {
                *told = true;
                state.raise(AlarmKind::NothingStored, now, None);
            }
            is_due
        })
    }

    /// Looks at the oldest mail that waits at the edge. Returns whether what is shown has changed.
    pub(super) fn mail(&self, now: Timestamp, oldest: Option<Timestamp>) -> bool {
        self.with(|state| {
            let Some(age) = oldest.map(|at| now - at).filter(|age| *age >= MAIL_WAITS_MS) else {
                let was_told = state.mail_waits.take().is_some_and(|(_, told)| told.is_some());
                state.shown.retain(|alarm| alarm.kind != AlarmKind::MailWaits);
                return was_told;
            };
            let day = u32::try_from(age / DAY_MS).unwrap_or(u32::MAX);
            let (since, told) = state.mail_waits.get_or_insert((now, None));
            // Told once a day: the host may have seen it.
            let is_due = told.is_none_or(|told| told < day) && now - *since >= MAIL_COMES_MS;
            if is_due {
                *told = Some(day);
                state.raise(AlarmKind::MailWaits, now, Some(day));
            }
            is_due
        })
    }

    /// Looks at the battery. Returns whether what is shown has changed.
    pub(super) fn battery(&self, now: Timestamp, battery: Option<Battery>) -> bool {
        self.with(|state| {
            let low = battery.filter(|battery| battery.discharging && battery.percent <= BATTERY_STEPS[0]);
            let Some(Battery { percent, .. }) = low else {
                state.battery_step = None;
                let before = state.shown.len();
                state.shown.retain(|alarm| alarm.kind != AlarmKind::BatteryLow);
                return state.shown.len() != before;
            };
            let step = BATTERY_STEPS.into_iter().filter(|step| percent <= *step).min();
            let is_new = state.battery_step.is_none_or(|told| step.is_some_and(|step| step < told));
            if is_new {
                state.battery_step = step;
                state.raise(AlarmKind::BatteryLow, now, Some(percent.into()));
            }
            is_new
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Seen) -> T) -> T {
        work(&mut self.0.lock())
    }
}

impl Seen {
    fn raise(&mut self, kind: AlarmKind, at: Timestamp, amount: Option<u32>) {
        tracing::warn!(?kind, amount, "the laptop needs a look");
        self.shown.retain(|alarm| alarm.kind != kind);
        self.shown.insert(0, Alarm { kind, at, amount });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Millis = 2_000;

    fn kinds(alarms: &Alarms) -> Vec<AlarmKind> {
        alarms.now().into_iter().map(|alarm| alarm.kind).collect()
    }

    #[test]
    fn a_laptop_that_stood_still_says_for_how_long() {
        let alarms = Alarms::default();
        assert!(!alarms.look(Timestamp::from_millis(0), true, None));
        assert!(!alarms.look(Timestamp::from_millis(EVERY + STOOD_STILL_MS - 1), true, None));
        let woken = 2 * EVERY + 2 * STOOD_STILL_MS + 600_000;
        assert!(alarms.look(Timestamp::from_millis(woken), true, None));
        assert_eq!(
            alarms.now(),
            [Alarm { kind: AlarmKind::Woke, at: Timestamp::from_millis(woken), amount: Some(620) }]
        );
        alarms.dismiss(AlarmKind::Woke);
        assert!(!alarms.look(Timestamp::from_millis(woken + EVERY), true, None) && alarms.now().is_empty());
        // Nobody could have signed up.
        assert!(!alarms.look(Timestamp::from_millis(woken + 10 * STOOD_STILL_MS), false, None));
        // The clock was set back.
        assert!(!alarms.look(Timestamp::from_millis(0), true, None));
    }

    #[test]
    fn an_address_that_changes_is_told_and_a_page_that_opens_is_not() {
        let alarms = Alarms::default();
        let [home, hall] = ["192.168.1.2:8080", "192.168.137.1:8080"].map(|a| a.parse().unwrap());
        assert!(
            !alarms.look(Timestamp::from_millis(0), true, Some(home))
                && !alarms.look(Timestamp::from_millis(1), true, Some(home))
        );
        // Wi-Fi that is gone for a moment and comes back as it was.
        assert!(
            !alarms.look(Timestamp::from_millis(2), true, None)
                && !alarms.look(Timestamp::from_millis(3), true, Some(home))
        );
        assert!(alarms.look(Timestamp::from_millis(4), true, Some(hall)));
        assert_eq!(kinds(&alarms), [AlarmKind::AddressChanged]);
        alarms.closed();
        assert!(alarms.now().is_empty() && !alarms.look(Timestamp::from_millis(5), true, Some(home)));
    }

    #[test]
    fn a_database_that_takes_nothing_is_told_once_until_it_does() {
        let alarms = Alarms::default();
        assert!(
            !alarms.storing(Timestamp::from_millis(0), false)
                && !alarms.storing(Timestamp::from_millis(1), true)
                && !alarms.storing(Timestamp::from_millis(2_000), true)
        );
        // Another program was done with it.
        alarms.storing(Timestamp::from_millis(2_001), false);
        assert!(
            !alarms.storing(Timestamp::from_millis(2_002), true)
                && alarms.storing(Timestamp::from_millis(5_002), true)
        );
        assert_eq!(
            alarms.now(),
            [Alarm { kind: AlarmKind::NothingStored, at: Timestamp::from_millis(5_002), amount: None }]
        );
        alarms.dismiss(AlarmKind::NothingStored);
        assert!(!alarms.storing(Timestamp::from_millis(9_000), true) && alarms.now().is_empty());
        assert!(
            alarms.storing(Timestamp::from_millis(9_001), false)
                && !alarms.storing(Timestamp::from_millis(9_002), true)
                && alarms.storing(Timestamp::from_millis(12_002), true)
        );
        assert!(alarms.storing(Timestamp::from_millis(12_003), false) && alarms.now().is_empty());
    }

    #[test]
    fn mail_that_waits_is_told_when_its_third_day_begins_and_each_day_anew() {
        let alarms = Alarms::default();
        let deposited = Timestamp::from_millis(1_700_000_000_000);
        let at = |days: Millis, more: Millis| alarms.mail(deposited + days * DAY_MS + more, Some(deposited));
        assert!(!at(0, 0) && !at(1, 0) && !at(2, -1), "two days");
        assert!(!at(2, 0) && !at(2, MAIL_COMES_MS - 1) && alarms.now().is_empty(), "it may be on its way");
        assert!(at(2, MAIL_COMES_MS) && !at(2, MAIL_COMES_MS + 1));
        let [Alarm { kind: AlarmKind::MailWaits, amount: Some(2), .. }] = alarms.now()[..] else {
            panic!("{:?}", alarms.now())
        };
        alarms.dismiss(AlarmKind::MailWaits);
        assert!(!at(3, -1) && alarms.now().is_empty());
        assert!(at(3, 0) && alarms.now()[0].amount == Some(3));
        // It is here.
        assert!(alarms.mail(deposited + 4 * DAY_MS, None) && alarms.now().is_empty());
        // What is newer is another mail's age, a clock that is behind none at all.
        assert!(!alarms.mail(deposited + 4 * DAY_MS, Some(deposited + 3 * DAY_MS)));
        assert!(!alarms.mail(deposited - 9 * DAY_MS, Some(deposited)) && alarms.now().is_empty());
    }

    #[test]
    fn a_battery_is_told_at_each_step_and_forgotten_when_it_charges() {
        let alarms = Alarms::default();
        let at = |percent, discharging| {
            alarms.battery(Timestamp::from_millis(7), Some(Battery { percent, discharging }))
        };
        assert!(!at(21, true) && !at(4, false) && alarms.now().is_empty());
        assert!(at(20, true) && !at(19, true));
        assert_eq!(
            alarms.now(),
            [Alarm { kind: AlarmKind::BatteryLow, at: Timestamp::from_millis(7), amount: Some(20) }]
        );
        alarms.dismiss(AlarmKind::BatteryLow);
        assert!(!at(11, true) && alarms.now().is_empty());
        assert!(at(10, true) && !at(9, true) && at(3, true));
        assert_eq!(alarms.now()[0].amount, Some(3));
        assert!(at(3, false) && alarms.now().is_empty() && at(3, true));
        assert!(
            alarms.battery(Timestamp::from_millis(8), None)
                && !alarms.battery(Timestamp::from_millis(9), None)
        );
    }
}
