//! The addresses at which phones on the local network reach this laptop.

use std::net::{IpAddr, UdpSocket};

/// An address and the interface that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interface {
    pub(crate) name: String,
    pub(crate) ip: IpAddr,
}

/// Those at which a listener on `host` is reached, the likeliest first: the interface that leads outside, then private
/// networks, then the rest. The loopback interface only where `host` is nothing else.
pub(crate) fn interfaces(host: IpAddr) -> Vec<Interface> {
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    let found = all.into_iter().map(|found| Interface { ip: found.ip(), name: found.name });
    chosen(host, found.collect(), outside())
}

fn chosen(host: IpAddr, all: Vec<Interface>, outside: Option<IpAddr>) -> Vec<Interface> {
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
        (Some(found.ip) != outside, is_virtual(&found.name), !is_private(found.ip), found.name.clone())
    });
    fit
}

/// Networks that lead to containers and virtual machines on this laptop, and no phone.
fn is_virtual(name: &str) -> bool {
    ["docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "vEthernet"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// The address of the interface that leads outside; no packet is sent to find it.
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
    fn the_likeliest_address_comes_first() {
        let all = || {
            vec![
                interface("lo", "127.0.0.1"),
                interface("docker0", "172.17.0.1"),
                interface("eth0", "10.0.0.5"),
                interface("wlan0", "192.168.1.20"),
                interface("wlan0", "fe80::1"),
                interface("en5", "169.254.7.7"),
            ]
        };
        let check = |host: &str, outside: Option<&str>, expected: &[&str]| {
            let outside = outside.map(|ip| ip.parse().unwrap());
            let names: Vec<String> =
                chosen(host.parse().unwrap(), all(), outside).into_iter().map(|found| found.name).collect();
            assert_eq!(names, expected, "{host} {outside:?}");
        };
        check("0.0.0.0", Some("192.168.1.20"), &["wlan0", "eth0", "docker0"]);
        check("0.0.0.0", None, &["eth0", "wlan0", "docker0"]);
        check("127.0.0.1", Some("192.168.1.20"), &["lo"]);
        check("10.9.9.9", None, &[""]);
    }
}
