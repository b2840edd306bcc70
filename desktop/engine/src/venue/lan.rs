//! The addresses at which phones on the local network reach this laptop.

use std::net::{IpAddr, UdpSocket};

use crate::view::NetworkKind;

/// An address and the interface that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) name: String,
    pub(crate) ip: IpAddr,
}

impl Interface {
    /// Guesses what it most likely is, by its address and its name: no system says it in words that all
    /// share.
    pub(crate) fn kind(&self) -> NetworkKind {
        let name = self.name.to_ascii_lowercase();
        let begins = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
        if is_hotspot(self.ip) {
            NetworkKind::Hotspot
        } else if is_virtual(&self.name) {
            NetworkKind::Virtual
        } else if begins(&["wl", "wi-fi", "wifi", "wlan", "无线"]) {
            NetworkKind::Wifi
        } else if begins(&["eth", "en", "ethernet", "以太网"]) {
            // A Mac calls its Wi-Fi en0 as well.
            if cfg!(target_os = "macos") { NetworkKind::Other } else { NetworkKind::Cable }
        } else {
            NetworkKind::Other
        }
    }
}

/// Lists those at which a listener on `host` is reached, the likeliest first: the one that the host chose, a
/// hotspot of this laptop's own (nobody opens one but for phones), the interface that leads outside, then
/// private networks, then the rest. The loopback interface only where `host` is nothing else.
pub(crate) fn interfaces(host: IpAddr, choice: Option<&str>) -> Vec<Interface> {
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    let found = all.into_iter().map(|found| Interface { ip: found.ip(), name: found.name });
    chosen(host, choice, found.collect(), outside())
}

fn chosen(
    host: IpAddr,
    choice: Option<&str>,
    all: Vec<Interface>,
    outside: Option<IpAddr>,
) -> Vec<Interface> {
    if !host.is_unspecified() {
        let name = all.into_iter().find(|found| found.ip == host).map(|found| found.name);
        return vec![Interface { name: name.unwrap_or_default(), ip: host }];
    }
    // A phone types an IPv4 address; IPv6 ones of a local network change and need their zone.
    let mut fit: Vec<Interface> = all
        .into_iter()
        .filter(|found| matches!(found.ip, IpAddr::V4(ip) if !ip.is_loopback() && !ip.is_link_local()))
        .collect();
    let is_private = |ip: IpAddr| matches!(ip, IpAddr::V4(ip) if ip.is_private());
    fit.sort_by_key(|found| {
        (
            choice != Some(found.name.as_str()),
            !is_hotspot(found.ip),
            Some(found.ip) != outside,
            is_virtual(&found.name),
            !is_private(found.ip),
            found.name.clone(),
        )
    });
    fit
}

/// Knows the addresses that systems give themselves in hotspots of their own: Windows, NetworkManager on
/// Linux, macOS.
fn is_hotspot(ip: IpAddr) -> bool {
    ["192.168.137.1", "10.42.0.1", "192.168.2.1"].iter().any(|own| own.parse() == Ok(ip))
}

/// Knows networks that lead to containers and virtual machines on this laptop, and no phone.
fn is_virtual(name: &str) -> bool {
    ["docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "vEthernet"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// A device that this laptop has heard of on one of its networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) ip: IpAddr,
    /// Whether it is the way out of the network.
    pub(crate) is_router: bool,
}

/// Lists who answered this laptop on an interface of late, by the system's own table. `None` where it cannot
/// be read: of the systems that Rollcall runs on, only Linux hands it to every program.
pub(crate) fn neighbours(interface: &str) -> Option<Vec<Device>> {
    let arp = std::fs::read_to_string("/proc/net/arp").ok()?;
    let route = std::fs::read_to_string("/proc/net/route").ok()?;
    Some(answered(&arp, &route, interface))
}

/// Reads those of `/proc/net/arp` whose hardware address is known (flag 2, `ATF_COM`); routers by
/// `/proc/net/route`.
fn answered(arp: &str, route: &str, interface: &str) -> Vec<Device> {
    let routers: Vec<IpAddr> = route.lines().skip(1).filter_map(|line| router(line, interface)).collect();
    let of_line = |line: &str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let [ip, _, flags, .., device] = columns.as_slice() else { return None };
        let flags = u32::from_str_radix(flags.trim_start_matches("0x"), 16).ok()?;
        let ip: IpAddr = ip.parse().ok()?;
        let is_known = *device == interface && flags & 2 != 0;
        is_known.then(|| Device { ip, is_router: routers.contains(&ip) })
    };
    arp.lines().skip(1).filter_map(of_line).collect()
}

/// Reads the router of a line of `/proc/net/route`: addresses in hexadecimal, in the order of this machine's
/// bytes.
fn router(line: &str, interface: &str) -> Option<IpAddr> {
    let mut columns = line.split_whitespace();
    let (device, _, gateway) = (columns.next()?, columns.next()?, columns.next()?);
    let gateway = u32::from_str_radix(gateway, 16).ok().filter(|gateway| *gateway != 0)?;
    (device == interface).then(|| IpAddr::from(gateway.to_ne_bytes()))
}

/// Finds the address of the interface that leads outside; no packet is sent to find it.
pub(crate) fn outside() -> Option<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    // An address of documentation (RFC 5737): "connecting" a datagram socket only looks up the route.
    socket.connect(("192.0.2.1", 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(name: &str, ip: &str) -> Interface {
        Interface { name: name.to_owned(), ip: ip.parse().unwrap() }
    }

    #[test]
    fn what_a_network_is_shows_in_its_name_and_address() {
        let check =
            |name: &str, ip: &str, expected| assert_eq!(interface(name, ip).kind(), expected, "{name}");
        check("wlan0", "192.168.1.20", NetworkKind::Wifi);
        check("wlp3s0", "10.42.0.1", NetworkKind::Hotspot);
        check("Wi-Fi", "192.168.1.20", NetworkKind::Wifi);
        check("vEthernet (WSL)", "172.20.0.1", NetworkKind::Virtual);
        check("docker0", "172.17.0.1", NetworkKind::Virtual);
        check("tun0", "10.8.0.2", NetworkKind::Other);
        #[cfg(not(target_os = "macos"))]
        check("eth0", "10.0.0.5", NetworkKind::Cable);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn neighbours_are_those_who_answered() {
        let arp = "IP address       HW type     Flags       HW address            Mask     Device
192.168.1.1      0x1         0x2         aa:bb:cc:dd:ee:01     *        wlan0
192.168.1.30     0x1         0x2         aa:bb:cc:dd:ee:02     *        wlan0
192.168.1.31     0x1         0x0         00:00:00:00:00:00     *        wlan0
10.0.0.9         0x1         0x2         aa:bb:cc:dd:ee:03     *        eth0
";
        let route = "Iface\tDestination\tGateway \tFlags
wlan0\t00000000\t0101A8C0\t0003
wlan0\t0001A8C0\t00000000\t0001
";
        let found: Vec<(String, bool)> =
            answered(arp, route, "wlan0").iter().map(|one| (one.ip.to_string(), one.is_router)).collect();
        assert_eq!(found, [("192.168.1.1".to_owned(), true), ("192.168.1.30".to_owned(), false)]);
        assert_eq!(answered(arp, route, "lo"), []);
        assert_eq!(answered("", "", "wlan0"), []);
    }

    #[test]
    fn the_likeliest_address_comes_first() {
        let all = || {
            vec![
                interface("lo", "127.0.0.1"),
                interface("docker0", "172.17.0.1"),
                interface("eth0", "10.0.0.5"),
                interface("wlan0", "192.168.1.20"),
                interface("wlp2s0", "10.42.0.1"),
                interface("wlan0", "fe80::1"),
                interface("en5", "169.254.7.7"),
            ]
        };
        let check = |host: &str, choice: Option<&str>, outside: Option<&str>, expected: &[&str]| {
            let outside = outside.map(|ip| ip.parse().unwrap());
            let found = chosen(host.parse().unwrap(), choice, all(), outside);
            let names: Vec<String> = found.into_iter().map(|found| found.name).collect();
            assert_eq!(names, expected, "{host} {choice:?} {outside:?}");
        };
        let everywhere = "0.0.0.0";
        check(everywhere, None, Some("192.168.1.20"), &["wlp2s0", "wlan0", "eth0", "docker0"]);
        check(everywhere, None, None, &["wlp2s0", "eth0", "wlan0", "docker0"]);
        check(everywhere, Some("eth0"), Some("192.168.1.20"), &["eth0", "wlp2s0", "wlan0", "docker0"]);
        // One that is gone is no choice.
        check(everywhere, Some("usb0"), None, &["wlp2s0", "eth0", "wlan0", "docker0"]);
        check("127.0.0.1", None, Some("192.168.1.20"), &["lo"]);
        check("10.9.9.9", None, None, &[""]);
    }
}
