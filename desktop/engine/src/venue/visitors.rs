//! Who came to the venue page lately, by address: what the check from a phone goes by, and how many phones are connected. In
//! memory only, and bounded.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use rollcall_shared::Millis;

use crate::http::ends::Ends;

/// Most addresses that are remembered: a hall and its neighbours.
const MAX_GUESTS: usize = 2_048;
/// Whoever asked for something in this time counts as connected: a phone that is put away asks for nothing.
pub(crate) const CONNECTED_FOR: Millis = 5 * 60 * 1_000;

/// An address from which somebody came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guest {
    pub(crate) ip: IpAddr,
    /// The laptop's address that it came to.
    pub(crate) here: IpAddr,
    /// When it last connected, whether or not it then said anything.
    pub(crate) knocked_at: Millis,
    /// When it last asked for a page.
    pub(crate) asked_at: Option<Millis>,
    /// When it last opened the check's page.
    pub(crate) checked_at: Option<Millis>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Guests(Mutex<BTreeMap<IpAddr, Guest>>);

impl Guests {
    /// Somebody connected. Whether it is somebody new.
    pub(crate) fn knock(&self, ends: Ends, now: Millis) -> bool {
        self.note(ends, now, |_| ())
    }

    /// Somebody asked for something, or for the check's page.
    pub(crate) fn ask(&self, ends: Ends, is_check: bool, now: Millis) {
        self.note(ends, now, |guest| {
            guest.asked_at = Some(now);
            if is_check {
                guest.checked_at = Some(now);
            }
        });
    }

    /// Who came since then, the latest first.
    pub(crate) fn since(&self, then: Millis) -> Vec<Guest> {
        let guests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<Guest> =
            guests.values().filter(|guest| guest.knocked_at >= then).copied().collect();
        found.sort_by_key(|guest| std::cmp::Reverse(guest.knocked_at));
        found
    }

    /// How many other devices have asked for something lately. `own` says which addresses are this laptop's.
    pub(crate) fn connected(&self, now: Millis, own: impl Fn(IpAddr) -> bool) -> u32 {
        let count = self
            .since(now - CONNECTED_FOR)
            .iter()
            .filter(|guest| guest.asked_at.is_some_and(|at| at >= now - CONNECTED_FOR) && !own(guest.ip))
            .count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn note(&self, ends: Ends, now: Millis, note: impl FnOnce(&mut Guest)) -> bool {
        let (ip, here) = (ends.there.ip().to_canonical(), ends.here.ip().to_canonical());
        let mut guests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !guests.contains_key(&ip);
        if is_new && guests.len() >= MAX_GUESTS {
            let oldest = guests.values().min_by_key(|guest| guest.knocked_at).map(|guest| guest.ip);
            oldest.map(|oldest| guests.remove(&oldest));
        }
        let guest =
            guests.entry(ip).or_insert(Guest { ip, here, knocked_at: now, asked_at: None, checked_at: None });
        (guest.here, guest.knocked_at) = (here, now);
        note(guest);
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(n: u16) -> Ends {
        let [high, low] = n.to_be_bytes();
        let there = SocketAddr::from(([10, 0, high, low], 40_000));
        Ends { there, here: SocketAddr::from(([10, 9, 9, 9], 7_470)) }
    }

    #[test]
    fn connected_are_others_who_asked_lately() {
        let guests = Guests::default();
        assert!(guests.knock(ends(1), 0));
        guests.ask(ends(2), false, 0);
        guests.ask(ends(3), true, 5);
        assert!(!guests.knock(ends(3), 6));
        let nobody = |_| false;
        assert_eq!(guests.connected(6, nobody), 2, "who only knocked does not count");
        assert_eq!(guests.connected(6, |ip| ip == ends(2).there.ip()), 1);
        assert_eq!(guests.connected(CONNECTED_FOR + 1, nobody), 1);
        let latest = guests.since(1)[0];
        assert_eq!((latest.ip, latest.checked_at), (ends(3).there.ip(), Some(5)));
    }

    #[test]
    fn a_flood_of_addresses_forgets_the_oldest() {
        let guests = Guests::default();
        for n in 0..3_000_u16 {
            guests.ask(ends(n), false, Millis::from(n));
        }
        let known = guests.since(0);
        assert_eq!((known.len(), known[0].ip), (MAX_GUESTS, ends(2_999).there.ip()));
    }
}
