//! Where phones reach a workshop's form.

use std::net::IpAddr;

use serde::Serialize;

use super::Wifi;

/// Where phones reach a workshop's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Addresses {
    /// The teacher's page on the internet, once the edge shows it: `https://signup.example.org/j/ABCD-23456`.
    pub edge: Option<String>,
    /// Whether a phone can get there: an edge on this very computer is for tests.
    pub edge_reach: Reach,
    /// The form on the local network, one address an interface, the one that the host chose or else the
    /// likeliest first. They are known while the venue page is closed as well, as long as its port is fixed.
    pub lan: Vec<LanAddress>,
    /// Whether the venue page is open.
    pub venue_open: bool,
    /// The network that the host chose, whether it is there or not.
    pub network: Option<String>,
    /// The Wi-Fi that phones join first, where the host gave it.
    pub wifi: Option<WifiCode>,
    /// Other devices that asked the venue page for something in the last five minutes.
    pub phones: u32,
}

/// A Wi-Fi and the text of the QR code by which a camera joins it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WifiCode {
    /// As the host gave it.
    pub wifi: Wifi,
    /// `WIFI:T:WPA;S:…;P:…;;`
    pub code: String,
}

/// One way to the laptop on the local network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LanAddress {
    /// As the operating system names it: `wlan0`, `en0`, `Wi-Fi`.
    pub interface: String,
    /// The laptop's address on it.
    pub ip: String,
    /// What it most likely is.
    pub kind: NetworkKind,
    /// The form: `http://192.168.1.20:7470/k7m2qx/j/ABCD-23456`.
    pub url: String,
    /// Whether a phone in the room can get there.
    pub reach: Reach,
}

/// Whether a phone in the room can reach an address, as far as the address itself tells. What is between the
/// two, a firewall or a guest network, only the check from a phone shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Reach {
    /// It can, on the same network.
    Phones,
    /// It leads back to whatever device opens it: only this computer gets here.
    ThisComputer,
    /// The computer gave itself this address, because no network gave it one.
    NoRouter,
    /// It is of a network of containers or virtual machines inside this computer.
    Containers,
    /// It is a tunnel's: its other end is not in the room.
    Tunnel,
    /// This computer is on no network.
    NoNetwork,
}

impl Reach {
    /// Tells it of an address by itself.
    pub fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            ip if ip.is_loopback() || ip.is_unspecified() => Self::ThisComputer,
            IpAddr::V4(ip) if ip.is_link_local() => Self::NoRouter,
            IpAddr::V6(ip) if ip.is_unicast_link_local() => Self::NoRouter,
            _ => Self::Phones,
        }
    }

    /// Tells it of the host in an edge's address: a name is looked up by the phone.
    pub(crate) fn of_host(host: &str) -> Self {
        let host = host.trim_matches(['[', ']']);
        let is_local = |name: &str| {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        };
        match host.parse() {
            Ok(ip) => Self::of(ip),
            Err(_) if is_local(host) => Self::ThisComputer,
            Err(_) => Self::Phones,
        }
    }
}

/// What a network most likely is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum NetworkKind {
    /// This laptop's own hotspot.
    Hotspot,
    /// A Wi-Fi that it joined.
    Wifi,
    /// A cable.
    Cable,
    /// A network of containers or virtual machines, which no phone reaches.
    Virtual,
    /// A VPN's, a proxy's, a modem's: its other end is not in the room.
    Tunnel,
    /// Something else: a Mac's, a phone's by cable.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_phone_reaches_is_known_by_its_address() {
        let check = |host: &str, expected| assert_eq!(Reach::of_host(host), expected, "{host}");
        for host in ["signup.example.org", "192.168.1.20", "10.0.0.7", "203.0.113.9", "[fd00::1]"] {
            check(host, Reach::Phones);
        }
        for host in ["127.0.0.1", "127.9.9.9", "localhost", "Localhost.", "a.localhost", "::1", "[::1]"] {
            check(host, Reach::ThisComputer);
        }
        for host in ["::ffff:127.0.0.1", "0.0.0.0", "[::]"] {
            check(host, Reach::ThisComputer);
        }
        for host in ["169.254.7.1", "fe80::1", "[fe80::1]", "::ffff:169.254.7.1"] {
            check(host, Reach::NoRouter);
        }
    }
}
