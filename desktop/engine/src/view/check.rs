//! The check from a phone: whether one reaches this laptop, and if not, where it most likely ends. Each
//! verdict comes with what it goes by, and what cannot be told apart is not told apart.

use rollcall_shared::{Millis, Timestamp};
use serde::Serialize;

use super::LanAddress;

/// How long a person takes to pick up a phone and scan: before that nothing is said against the network.
const PATIENCE: Millis = 20_000;

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Check {
    /// Since when arrivals count.
    pub since: Timestamp,
    /// What it comes to.
    pub verdict: Verdict,
    /// The network that the code leads to.
    pub network: Option<LanAddress>,
    /// The address in the code: `http://192.168.1.20:7470/k7m2qx/check`.
    pub url: Option<String>,
    /// Who came to the venue page since then, this laptop itself left out; the latest first.
    pub arrivals: Vec<Arrival>,
    /// Whether the laptop reaches its own address on that network; `None` where there is nothing to try.
    pub own: Option<OwnConnection>,
    /// Other devices that this laptop has heard of on that network; `None` where the system does not say.
    pub neighbours: Option<Vec<Neighbour>>,
}

/// What the check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Verdict {
    /// The venue page is closed.
    Closed,
    /// This laptop is on no network.
    NoNetwork,
    /// A phone opened a page: the way is clear.
    Works,
    /// A phone connected and then said nothing: something on the way, or on this laptop, cuts in.
    Cut,
    /// This laptop does not even reach itself: a firewall, a VPN or security software on it.
    OwnFails,
    /// Nothing yet, and it is too early to say more.
    NothingYet,
    /// Nothing, though this laptop sees other devices on the network: most likely its own firewall.
    Firewall,
    /// Nothing, and this laptop sees nobody but the network's router: most likely the Wi-Fi keeps devices
    /// apart.
    Isolation,
    /// Nothing, and the system does not say whom it sees: firewall or Wi-Fi, which cannot be told apart here.
    CannotTell,
}

/// A device that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Arrival {
    /// Its address.
    pub ip: String,
    /// When, last.
    pub at: Timestamp,
    /// How far it came.
    pub reached: Reached,
}

/// How far a device came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Reached {
    /// It connected, and asked for nothing.
    Connected,
    /// It opened another page of the venue page's.
    Page,
    /// It opened the check's page.
    Check,
}

/// The laptop's connection to its own address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum OwnConnection {
    /// The venue page answered.
    Works,
    /// It did not.
    Fails {
        /// The system's words.
        why: String,
    },
}

/// Another device on the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Neighbour {
    /// Its address.
    pub ip: String,
    /// Whether it is the way out of the network: a router, no phone.
    pub is_router: bool,
}

/// What a verdict goes by.
pub(crate) struct Evidence {
    pub(crate) is_open: bool,
    pub(crate) is_on_network: bool,
    /// How far anybody came.
    pub(crate) furthest: Option<Reached>,
    pub(crate) own_ok: bool,
    /// Devices other than routers that are seen on the network.
    pub(crate) others: Option<usize>,
    pub(crate) waited: Millis,
}

pub(crate) fn verdict(evidence: &Evidence) -> Verdict {
    match evidence {
        Evidence { is_open: false, .. } => Verdict::Closed,
        Evidence { is_on_network: false, .. } => Verdict::NoNetwork,
        Evidence { furthest: Some(Reached::Page | Reached::Check), .. } => Verdict::Works,
        Evidence { furthest: Some(Reached::Connected), .. } => Verdict::Cut,
        Evidence { own_ok: false, .. } => Verdict::OwnFails,
        Evidence { waited, .. } if *waited < PATIENCE => Verdict::NothingYet,
        Evidence { others: None, .. } => Verdict::CannotTell,
        Evidence { others: Some(0), .. } => Verdict::Isolation,
        Evidence { others: Some(_), .. } => Verdict::Firewall,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verdict_goes_by_its_evidence() {
        let evidence = || Evidence {
            is_open: true,
            is_on_network: true,
            furthest: None,
            own_ok: true,
            others: Some(2),
            waited: PATIENCE,
        };
        let check = |change: fn(&mut Evidence), expected| {
            let mut evidence = evidence();
            change(&mut evidence);
            assert_eq!(verdict(&evidence), expected);
        };
        check(|e| e.is_open = false, Verdict::Closed);
        check(|e| e.is_on_network = false, Verdict::NoNetwork);
        check(|e| e.furthest = Some(Reached::Check), Verdict::Works);
        check(|e| (e.furthest, e.own_ok) = (Some(Reached::Page), false), Verdict::Works);
        check(|e| e.furthest = Some(Reached::Connected), Verdict::Cut);
        check(|e| e.own_ok = false, Verdict::OwnFails);
        check(|e| e.waited = PATIENCE - 1, Verdict::NothingYet);
        check(|e| e.others = None, Verdict::CannotTell);
        check(|e| e.others = Some(0), Verdict::Isolation);
        check(|_| (), Verdict::Firewall);
    }
}
