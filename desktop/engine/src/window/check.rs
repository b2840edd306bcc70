//! The check from a phone: whether one reaches this laptop, and if not, where it most likely ends. Each verdict comes with what it
//! goes by, and what cannot be told apart is not told apart.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use rollcall_shared::Millis;
use rollcall_shared::workshop::WorkshopId;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::LanAddress;
use crate::Engine;
use crate::clock::now_ms;
use crate::engine::EngineError;
use crate::lan::{self, Neighbour as Seen};

/// How long a person takes to pick up a phone and scan: before that nothing is said against the network.
const PATIENCE: Millis = 20_000;
/// How long the laptop may take to reach itself.
const OWN: Duration = Duration::from_secs(2);

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Check {
    /// Since when arrivals count.
    pub since: Millis,
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
    /// Nothing, and this laptop sees nobody but the network's router: most likely the Wi-Fi keeps devices apart.
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
    pub at: Millis,
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
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OwnConnection {
    /// Whether the venue page answered.
    pub ok: bool,
    /// The system's words, where it did not.
    pub why: Option<String>,
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

impl Engine {
    /// How the check from a phone stands that began at `since`. Takes up to two seconds: the laptop tries its own address.
    ///
    /// # Errors
    /// [`EngineError::Workshop`] where there is no such workshop.
    pub fn check(&self, workshop: &WorkshopId, since: Millis) -> Result<Check, EngineError> {
        let desk = &self.desk;
        let addresses = self.addresses(workshop)?;
        let network = addresses.lan.into_iter().next();
        let place = desk.door.address().filter(|_| network.is_some());
        let own_ips: Vec<IpAddr> =
            desk.door.addresses().into_iter().map(|(_, address)| address.ip()).collect();
        let arrivals = desk.site.guests.since(since).into_iter().filter(|guest| !own_ips.contains(&guest.ip));
        let arrivals: Vec<Arrival> = arrivals
            .map(|guest| Arrival {
                ip: guest.ip.to_string(),
                at: guest.knocked_at,
                reached: if guest.checked_at.is_some_and(|at| at >= since) {
                    Reached::Check
                } else if guest.asked_at.is_some_and(|at| at >= since) {
                    Reached::Page
                } else {
                    Reached::Connected
                },
            })
            .collect();
        let own = place.map(|place| self.block_on(own_connection(place)));
        let neighbours = network.as_ref().and_then(|network| lan::neighbours(&network.interface));
        let evidence = Evidence {
            is_open: addresses.venue_open,
            is_on_network: network.is_some(),
            furthest: arrivals.iter().map(|arrival| arrival.reached).max(),
            own_ok: own.as_ref().is_none_or(|own| own.ok),
            others: neighbours.as_ref().map(|all| all.iter().filter(|one| !one.is_router).count()),
            waited: now_ms() - since,
        };
        let shown = |Seen { ip, is_router }: Seen| Neighbour { ip: ip.to_string(), is_router };
        Ok(Check {
            since,
            verdict: verdict(&evidence),
            url: place
                .and(network.as_ref())
                .map(|network| format!("{}/check", network.url.split("/j/").next().unwrap_or_default())),
            network,
            arrivals,
            own,
            neighbours: neighbours.map(|all| all.into_iter().map(shown).collect()),
        })
    }
}

/// What a verdict goes by.
struct Evidence {
    is_open: bool,
    is_on_network: bool,
    /// How far anybody came.
    furthest: Option<Reached>,
    own_ok: bool,
    /// Devices other than routers that are seen on the network.
    others: Option<usize>,
    waited: Millis,
}

fn verdict(evidence: &Evidence) -> Verdict {
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

async fn own_connection(place: SocketAddr) -> OwnConnection {
    let began = Instant::now();
    let tried = tokio::time::timeout(OWN, ask(place)).await;
    let why = match tried {
        Ok(Ok(true)) => return OwnConnection { ok: true, why: None },
        Ok(Ok(false)) => "something else answers there".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer in {} s", began.elapsed().as_secs()),
    };
    OwnConnection { ok: false, why: Some(why) }
}

/// Whether the venue page answers there; by hand, so that no proxy is asked.
async fn ask(place: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(place).await?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.take(4_096).read_to_string(&mut answer).await?;
    Ok(answer.starts_with("HTTP/1.1 200"))
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
