//! The addresses at which phones on the local network reach this laptop.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use crate::view::NetworkKind;

/// An address and the interface that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) name: String,
    pub(crate) ip: IpAddr,
    /// Whether there is one other end, as with tunnels, and no network.
    pub(crate) is_point_to_point: bool,
}

impl Interface {
    /// Guesses what it most likely is, by its address and its name: no system says it in words that all
    /// share.
    pub(crate) fn kind(&self) -> NetworkKind {
        let name = self.name.to_lowercase();
        let begins = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
        let holds = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        let is_wifi = begins(WIFI);
        // Before all names: a proxy may call its own as it likes.
        if is_of(self.ip, PROXIES) || self.is_point_to_point || begins(TUNNELS) || holds(TUNNEL_PRODUCTS) {
            NetworkKind::Tunnel
        } else if begins(VIRTUAL) || holds(VIRTUAL_PRODUCTS) {
            NetworkKind::Virtual
        } else if is_hotspot(self.ip) {
            NetworkKind::Hotspot
        } else if is_wifi {
            NetworkKind::Wifi
        } else if is_of(self.ip, CARRIERS) {
            NetworkKind::Tunnel
        } else if is_of(self.ip, TETHERS) || cfg!(target_os = "macos") {
            // A phone's, by cable. And a Mac calls its Wi-Fi en0 as well as its cable.
            NetworkKind::Other
        } else if begins(CABLE) {
            NetworkKind::Cable
        } else {
            NetworkKind::Other
        }
    }

    /// How likely it is that phones in the room are on it; 0 is the likeliest.
    fn distance(&self) -> u8 {
        match self.kind() {
            // Nobody opens one but for phones.
            NetworkKind::Hotspot => 0,
            NetworkKind::Wifi | NetworkKind::Cable => 1,
            NetworkKind::Other => 2,
            NetworkKind::Virtual => 3,
            NetworkKind::Tunnel => 4,
        }
    }
}

/// How the names of Wi-Fi begin, in lower case: Linux, Windows in both languages.
const WIFI: &[&str] = &["wl", "wi-fi", "wifi", "无线", "ath", "ra0"];
/// How the names of cables begin: Linux, Windows in both languages.
const CABLE: &[&str] = &["eth", "en", "em", "ethernet", "以太网", "本地连接"];
/// How the names of tunnels begin: VPNs, proxies and modems, whose other end is not in the room.
const TUNNELS: &[&str] = &[
    "tun",
    "tap",
    "utun",
    "wg",
    "ppp",
    "ipsec",
    "gpd",
    "zt",
    "tailscale",
    "nordlynx",
    "cscotun",
    "wwan",
    "wwp",
    "meta",
    "mihomo",
    "clash",
    "proton",
    "cni-tun",
    "he-ipv6",
    "sit",
    "gre",
    "ipip",
    "vti",
    "nebula",
    "ham",
];
/// What names of tunnels hold that their products chose.
const TUNNEL_PRODUCTS: &[&str] = &[
    "vpn",
    "wireguard",
    "wintun",
    "tap-windows",
    "zerotier",
    "tailscale",
    "mihomo",
    "clash",
    "singbox",
    "sing-tun",
    "sing-box",
    "v2ray",
    "xray",
    "nekoray",
    "hamachi",
    "anyconnect",
    "fortinet",
    "globalprotect",
];
/// How the names of networks begin that lead to containers and virtual machines on this laptop, and no phone.
const VIRTUAL: &[&str] = &[
    "docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxdbr", "lxcbr", "incusbr", "podman", "cni",
    "flannel", "cali", "kube", "mpqemubr", "waydroid", "anbox", "vnet", "xenbr", "nerdctl", "lima", "colima",
];
/// What such names hold: Windows names them so.
const VIRTUAL_PRODUCTS: &[&str] = &["virtualbox", "vmware", "hyper-v", "(wsl", "loopback"];
/// Networks of proxies that answer names with addresses of their own (RFC 2544's, for benchmarks).
const PROXIES: &[(Ipv4Addr, u32)] = &[(Ipv4Addr::new(198, 18, 0, 0), 15)];
/// Networks of carriers (RFC 6598), which VPNs use as well; a hall's Wi-Fi may be one.
const CARRIERS: &[(Ipv4Addr, u32)] = &[(Ipv4Addr::new(100, 64, 0, 0), 10)];
/// What iPhones and Androids give to a laptop by cable.
const TETHERS: &[(Ipv4Addr, u32)] =
    &[(Ipv4Addr::new(172, 20, 10, 0), 28), (Ipv4Addr::new(192, 168, 42, 0), 24)];

fn is_of(ip: IpAddr, networks: &[(Ipv4Addr, u32)]) -> bool {
    let IpAddr::V4(ip) = ip else { return false };
    networks.iter().any(|(network, bits)| (u32::from(ip) ^ u32::from(*network)) >> (32 - bits) == 0)
}

/// What the system's table of routes tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Routes {
    /// The address of the interface that leads outside: a tunnel's, where everything goes through one.
    outside: Option<IpAddr>,
    /// Interfaces that have a router, whichever leads outside.
    with_router: Vec<String>,
}

/// Lists those at which a listener on `host` is reached, the likeliest first: the one that the host chose, a
/// hotspot of this laptop's own, Wi-Fi and cables, then the rest, then what leads to no phone in the room,
/// whatever leads outside. The loopback interface only where `host` is nothing else.
pub(crate) fn interfaces(host: IpAddr, choice: Option<&str>) -> Vec<Interface> {
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    let found = all.into_iter().map(|found| Interface {
        ip: found.ip(),
        is_point_to_point: found.is_p2p(),
        name: found.name,
    });
    chosen(host, choice, found.collect(), &routes())
}

fn routes() -> Routes {
    // Only Linux hands it to every program.
    let table = std::fs::read_to_string("/proc/net/route").unwrap_or_default();
    Routes { outside: outside(), with_router: with_router(&table) }
}

fn chosen(host: IpAddr, choice: Option<&str>, all: Vec<Interface>, routes: &Routes) -> Vec<Interface> {
    if !host.is_unspecified() {
        let own = all.into_iter().find(|found| found.ip == host);
        let unnamed = || Interface { name: String::new(), ip: host, is_point_to_point: false };
        return vec![own.unwrap_or_else(unnamed)];
    }
    // A phone types an IPv4 address; IPv6 ones of a local network change and need their zone.
    let mut fit: Vec<Interface> = all
        .into_iter()
        .filter(|found| matches!(found.ip, IpAddr::V4(ip) if !ip.is_loopback() && !ip.is_link_local()))
        .collect();
    let is_private = |ip: IpAddr| matches!(ip, IpAddr::V4(ip) if ip.is_private());
    fit.sort_by_cached_key(|found| {
        (
            choice != Some(found.name.as_str()),
            found.distance(),
            Some(found.ip) != routes.outside,
            !routes.with_router.contains(&found.name),
            !is_private(found.ip),
            // Phones are on a Wi-Fi.
            found.kind() != NetworkKind::Wifi,
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

/// Lists the interfaces of `/proc/net/route` that have a router for everything.
fn with_router(route: &str) -> Vec<String> {
    let of_line = |line: &str| {
        let mut columns = line.split_whitespace();
        let (device, destination) = (columns.next()?, columns.next()?);
        (destination == "00000000").then(|| router(line, device)).flatten().map(|_| device.to_owned())
    };
    route.lines().skip(1).filter_map(of_line).collect()
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
        Interface { name: name.to_owned(), ip: ip.parse().unwrap(), is_point_to_point: false }
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
        for name in
            ["tun0", "tap0", "wg0", "wg-home", "utun4", "ppp0", "Meta", "tailscale0", "ztabc", "Clash"]
        {
            check(name, "10.8.0.2", NetworkKind::Tunnel);
        }
        for name in ["OpenVPN TAP-Windows6", "WireGuard Tunnel", "Mihomo", "本地连接* VPN", "wwan0"] {
            check(name, "10.8.0.2", NetworkKind::Tunnel);
        }
        for name in ["lxdbr0", "virbr0", "br-0a1b2c", "podman0", "VMware Network Adapter VMnet8", "cni0"] {
            check(name, "10.42.0.1", NetworkKind::Virtual);
        }
        // A proxy's network tells by its addresses, whatever it is called.
        for ip in ["198.18.0.1", "198.19.255.254"] {
            check("eth7", ip, NetworkKind::Tunnel);
        }
        check("unnamed", "100.100.1.2", NetworkKind::Tunnel);
        check("wlan0", "100.100.1.2", NetworkKind::Wifi);
        check("wlan0", "172.20.10.4", NetworkKind::Wifi);
        check("usb0", "192.168.42.129", NetworkKind::Other);
        check("enx02", "172.20.10.4", NetworkKind::Other);
        let tunnel = Interface { is_point_to_point: true, ..interface("company", "10.1.1.1") };
        assert_eq!(tunnel.kind(), NetworkKind::Tunnel);
        #[cfg(not(target_os = "macos"))]
        for name in ["eth0", "enp3s0", "以太网 2", "Ethernet"] {
            check(name, "10.0.0.5", NetworkKind::Cable);
        }
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
            let routes = Routes { outside: outside.map(|ip| ip.parse().unwrap()), ..Routes::default() };
            let found = chosen(host.parse().unwrap(), choice, all(), &routes);
            let names: Vec<String> = found.into_iter().map(|found| found.name).collect();
            assert_eq!(names, expected, "{host} {choice:?} {routes:?}");
        };
        let everywhere = "0.0.0.0";
        check(everywhere, None, Some("192.168.1.20"), &["wlp2s0", "wlan0", "eth0", "docker0"]);
        check(everywhere, None, Some("10.0.0.5"), &["wlp2s0", "eth0", "wlan0", "docker0"]);
        check(everywhere, None, None, &["wlp2s0", "wlan0", "eth0", "docker0"]);
        check(everywhere, Some("eth0"), Some("192.168.1.20"), &["eth0", "wlp2s0", "wlan0", "docker0"]);
        // One that is gone is no choice.
        check(everywhere, Some("usb0"), None, &["wlp2s0", "wlan0", "eth0", "docker0"]);
        check("127.0.0.1", None, Some("192.168.1.20"), &["lo"]);
        check("10.9.9.9", None, None, &[""]);
    }

    #[test]
    fn whatever_leads_outside_phones_are_on_a_wifi_or_a_cable() {
        let check = |all: &[(&str, &str)], outside: Option<&str>, with_router: &[&str], expected: &[&str]| {
            let all = all.iter().map(|(name, ip)| interface(name, ip)).collect();
            let routes = Routes {
                outside: outside.map(|ip| ip.parse().unwrap()),
                with_router: with_router.iter().map(|name| (*name).to_owned()).collect(),
            };
            let found = chosen("0.0.0.0".parse().unwrap(), None, all, &routes);
            let names: Vec<String> = found.into_iter().map(|found| found.name).collect();
            assert_eq!(names, expected, "{routes:?}");
        };
        let (wifi, cable) = (("wlan0", "192.168.1.20"), ("eth0", "192.168.8.5"));
        let (vpn, proxy) = (("tun0", "10.8.0.2"), ("Meta", "198.18.0.1"));
        let (docker, lxd) = (("docker0", "172.17.0.1"), ("lxdbr0", "10.11.12.1"));
        for outside in [None, Some(vpn.1), Some(wifi.1)] {
            check(&[vpn, docker, wifi], outside, &[], &["wlan0", "docker0", "tun0"]);
            check(&[docker, lxd, wifi], outside, &[], &["wlan0", "docker0", "lxdbr0"]);
        }
        check(&[proxy, wifi], Some(proxy.1), &[], &["wlan0", "Meta"]);
        check(&[proxy, ("en0", "192.168.1.20")], Some(proxy.1), &[], &["en0", "Meta"]);
        // Under a tunnel the table still knows which of two has a router.
        check(&[vpn, wifi, cable], Some(vpn.1), &["eth0"], &["eth0", "wlan0", "tun0"]);
        check(&[vpn, wifi, cable], Some(vpn.1), &["wlan0", "eth0"], &["wlan0", "eth0", "tun0"]);
        // The phone's by cable gives the internet, the hall's Wi-Fi the phones.
        let tether = ("enx0255", "172.20.10.4");
        check(&[tether, wifi], Some(tether.1), &["enx0255"], &["wlan0", "enx0255"]);
        // A hall whose Wi-Fi has a carrier's addresses.
        check(&[("wlan0", "100.72.3.4"), vpn], Some(vpn.1), &[], &["wlan0", "tun0"]);
        // Where there is nothing else they are offered all the same.
        check(&[vpn, docker], Some(vpn.1), &[], &["docker0", "tun0"]);
        // k3s' bridge has the address of a hotspot.
        check(&[("cni0", "10.42.0.1"), wifi], None, &[], &["wlan0", "cni0"]);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn interfaces_with_a_router_are_known() {
        let route = "Iface\tDestination\tGateway \tFlags
tun0\t00000000\t00000000\t0001
wlan0\t00000000\t0101A8C0\t0003
eth0\t0008A8C0\t00000000\t0001
";
        assert_eq!(with_router(route), ["wlan0"]);
        assert_eq!(with_router(""), Vec::<String>::new());
    }
}
