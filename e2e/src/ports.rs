//! Ports and addresses for what a test starts.

use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below what Linux (32768 to 60999), macOS and Windows (49152 and up) hand out to connections by themselves:
/// nobody's connection takes one between its being found free and its being listened on.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// Returns a port that nobody listens on at this moment, and that no other call in this process is given.
pub fn free_port() -> u16 {
    static NEXT: OnceLock<AtomicU16> = OnceLock::new();
    let next = NEXT.get_or_init(|| {
        // Programs that run at the same time begin far apart.
        let begin = std::process::id().wrapping_mul(2_654_435_761) >> 16;
        AtomicU16::new(u16::try_from(begin).expect("16 bits are left"))
    });
    (0..COUNT)
        .map(|_| FIRST + next.fetch_add(1, Ordering::Relaxed) % COUNT)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("a port that is free")
}

/// Returns this machine's address in its network; none where it is in no network.
pub fn network_address() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // This sends nothing: it finds the way to an address that is nobody's.
    socket.connect((Ipv4Addr::new(198, 51, 100, 1), 9)).ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(ip) if !ip.is_loopback() && !ip.is_unspecified() => Some(ip),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_port_is_given_out_twice() {
        let ports: Vec<u16> = (0..1_000).map(|_| free_port()).collect();
        assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), ports.len());
    }

    #[test]
    fn a_port_that_is_listened_on_is_passed_over() {
        let held: Vec<_> =
            (0..8).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).unwrap()).collect();
        let held: BTreeSet<u16> = held.iter().map(|socket| socket.local_addr().unwrap().port()).collect();
        assert!((0..64).all(|_| !held.contains(&free_port())));
    }
}
