//! Where phones reach a workshop's form.

use serde::Serialize;

use super::Wifi;

/// Where phones reach a workshop's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Addresses {
    /// The teacher's page on the internet, once the edge shows it: `https://signup.example.org/j/ABCD-23456`.
    pub edge: Option<String>,
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
