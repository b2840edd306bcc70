//! Who came to the venue page lately, by address: what the check from a phone goes by, and how many phones
//! are connected. In memory only, and bounded.

use std::collections::BTreeMap;
use std::net::IpAddr;

use parking_lot::Mutex;
use rollcall_shared::{Millis, Timestamp};

use crate::http::ends::Ends;

/// Most addresses that are remembered: a hall and its neighbours.
const MAX_VISITORS: usize = 2_048;
/// Those who asked for something in this time count as connected: a phone that is put away asks for nothing.
pub(crate) const CONNECTED_FOR: Millis = 5 * 60 * 1_000;

/// An address from which somebody came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Visitor {
    pub(crate) ip: IpAddr,
    /// The laptop's address that it came to.
    pub(crate) here: IpAddr,
    /// When it last connected, whether or not it then said anything.
    pub(crate) connected_at: Timestamp,
    /// When it last asked for a page.
    pub(crate) asked_at: Option<Timestamp>,
    /// When it last opened the check's page.
    pub(crate) checked_at: Option<Timestamp>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Visitors(Mutex<BTreeMap<IpAddr, Visitor>>);

impl Visitors {
    /// Notes a connection; returns whether it is somebody new.
    pub(crate) fn connection_seen(&self, ends: Ends, now: Timestamp) -> bool {
        self.note(ends, now, |_| ())
    }

    /// Notes a request, for the check's page or another.
    pub(crate) fn ask(&self, ends: Ends, is_check: bool, now: Timestamp) {
        self.note(ends, now, |visitor| {
            visitor.asked_at = Some(now);
            if is_check {
                visitor.checked_at = Some(now);
            }
        });
    }

    /// Returns who came since then, the latest first.
    pub(crate) fn since(&self, then: Timestamp) -> Vec<Visitor> {
        let visitors = self.0.lock();
        let mut found: Vec<Visitor> =
            visitors.values().filter(|visitor| visitor.connected_at >= then).copied().collect();
        found.sort_by_key(|visitor| std::cmp::Reverse(visitor.connected_at));
        found
    }

    /// Counts the other devices that have asked for something lately. `own` says which addresses are this
    /// laptop's.
    pub(crate) fn connected(&self, now: Timestamp, own: impl Fn(IpAddr) -> bool) -> u32 {
        let count = self
            .since(now - CONNECTED_FOR)
            .iter()
            .filter(|visitor| {
                visitor.asked_at.is_some_and(|at| at >= now - CONNECTED_FOR) && !own(visitor.ip)
            })
            .count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn note(&self, ends: Ends, now: Timestamp, note: impl FnOnce(&mut Visitor)) -> bool {
        let (ip, here) = (ends.there.ip().to_canonical(), ends.here.ip().to_canonical());
        let mut visitors = self.0.lock();
        let is_new = !visitors.contains_key(&ip);
        if is_new && visitors.len() >= MAX_VISITORS {
            let oldest =
                visitors.values().min_by_key(|visitor| visitor.connected_at).map(|visitor| visitor.ip);
            oldest.map(|oldest| visitors.remove(&oldest));
        }
        let visitor = visitors.entry(ip).or_insert(Visitor {
            ip,
            here,
            connected_at: now,
            asked_at: None,
            checked_at: None,
        });
        (visitor.here, visitor.connected_at) = (here, now);
        note(visitor);
        is_new
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn ends(n: u16) -> Ends {
        let [high, low] = n.to_be_bytes();
        let there = SocketAddr::from(([10, 0, high, low], 40_000));
        Ends { there, here: SocketAddr::from(([10, 9, 9, 9], 7_470)) }
    }

    #[test]
    fn connected_are_others_who_asked_lately() {
        let visitors = Visitors::default();
        assert!(visitors.connection_seen(ends(1), Timestamp::from_millis(0)));
        visitors.ask(ends(2), false, Timestamp::from_millis(0));
        visitors.ask(ends(3), true, Timestamp::from_millis(5));
        assert!(!visitors.connection_seen(ends(3), Timestamp::from_millis(6)));
        let nobody = |_| false;
        assert_eq!(
            visitors.connected(Timestamp::from_millis(6), nobody),
            2,
            "who only connected does not count"
        );
        assert_eq!(visitors.connected(Timestamp::from_millis(6), |ip| ip == ends(2).there.ip()), 1);
        assert_eq!(visitors.connected(Timestamp::from_millis(CONNECTED_FOR + 1), nobody), 1);
        let latest = visitors.since(Timestamp::from_millis(1))[0];
        assert_eq!((latest.ip, latest.checked_at), (ends(3).there.ip(), Some(Timestamp::from_millis(5))));
    }

    #[test]
    fn a_flood_of_addresses_forgets_the_oldest() {
        let visitors = Visitors::default();
        for n in 0..3_000_u16 {
            visitors.ask(ends(n), false, Timestamp::from_millis(Millis::from(n)));
        }
        let known = visitors.since(Timestamp::from_millis(0));
        assert_eq!((known.len(), known[0].ip), (MAX_VISITORS, ends(2_999).there.ip()));
    }
}
