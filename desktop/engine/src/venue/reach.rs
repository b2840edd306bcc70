//! Whether phones in the room can reach one of this laptop's addresses.

use crate::venue::lan::Interface;
use crate::view::{NetworkKind, Reach};

/// Tells it of an interface's address: by the address itself, and by what the interface most likely is.
pub(crate) fn of(interface: &Interface) -> Reach {
    match (Reach::of(interface.ip), interface.kind()) {
        (Reach::Phones, NetworkKind::Virtual) => Reach::Containers,
        (Reach::Phones, NetworkKind::Tunnel) => Reach::Tunnel,
        (reach, _) => reach,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_phone_reaches_is_said() {
        let check = |name: &str, ip: &str, expected| {
            let ip = ip.parse().unwrap();
            let interface = Interface { name: name.to_owned(), ip, is_point_to_point: false };
            assert_eq!(of(&interface), expected, "{name} {ip}");
        };
        check("wlan0", "192.168.1.20", Reach::Phones);
        check("eth0", "10.0.0.7", Reach::Phones);
        check("Wi-Fi", "192.168.137.1", Reach::Phones);
        check("lo", "127.0.0.1", Reach::ThisComputer);
        check("", "127.0.0.1", Reach::ThisComputer);
        check("eth0", "169.254.3.4", Reach::NoRouter);
        check("docker0", "172.17.0.1", Reach::Containers);
        check("br-8c1f", "172.18.0.1", Reach::Containers);
        check("virbr0", "192.168.122.1", Reach::Containers);
        check("vEthernet (WSL (Hyper-V firewall))", "172.20.0.1", Reach::Containers);
        check("tun0", "10.8.0.2", Reach::Tunnel);
        check("utun3", "198.18.0.1", Reach::Tunnel);
    }
}
