//! Where phones reach a workshop's form.

use serde::Serialize;

/// Where phones reach a workshop's form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Addresses {
    /// The teacher's page on the internet, once the edge shows it: `https://signup.example.org/j/ABCD-23456`.
    pub edge: Option<String>,
    /// The form on the local network, one address an interface, the likeliest first. They are known while the venue page is
    /// closed as well, as long as its port is fixed.
    pub lan: Vec<LanAddress>,
    /// Whether the venue page is open.
    pub venue_open: bool,
}

/// One way to the laptop on the local network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LanAddress {
    /// As the operating system names it: `wlan0`, `en0`, `Wi-Fi`.
    pub interface: String,
    /// The laptop's address on it.
    pub ip: String,
    /// The form: `http://192.168.1.20:7470/k7m2qx/j/ABCD-23456`.
    pub url: String,
}
