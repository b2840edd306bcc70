//! Which address is projected, with real networks: each test runs the program in a network namespace of its
//! own, where this machine allows one.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "fixtures of tests; a failure is what they are for")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Makes an interface of that kind of name with an address. Its other end, where it has one, is in the same
/// namespace, and has none.
const MAKE: &str = r#"
set -e
make() {
  ip link add "$1" type veth peer name "$1-x"
  ip addr add "$2" dev "$1"
  ip link set "$1-x" up
  ip link set "$1" up
}
bridge() { ip link add "$1" type bridge; ip addr add "$2" dev "$1"; ip link set "$1" up; }
tunnel() { ip tuntap add dev "$1" mode tun; ip addr add "$2" dev "$1"; ip link set "$1" up; }
ip link set lo up
"#;

/// Says so where `cargo xtask test` reads it for its summary.
fn skip(what: &str, why: &str) {
    eprintln!("SKIPPED: {what}: {why}");
    let Some(file) = std::env::var_os("ROLLCALL_SKIPPED") else { return };
    let mut file = std::fs::File::options().create(true).append(true).open(file).unwrap();
    writeln!(file, "{what}: {why}").unwrap();
}

/// Returns the address that the program projects where the networks are as a script makes them; `None` where
/// this machine allows no such thing.
fn projected(networks: &str) -> Option<String> {
    let probe = format!("{MAKE}\nmake p0 10.0.0.1/24; bridge p1 10.0.1.1/24; tunnel p2 10.0.2.1/24");
    let allowed = Command::new("unshare").args(["-rn", "sh", "-c", &probe]).stderr(Stdio::null()).status();
    if !allowed.is_ok_and(|status| status.success()) {
        skip("which address is projected", "this machine makes no networks for a test");
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let host = env!("CARGO_BIN_EXE_rollcall-host");
    let run = format!(
        "{MAKE}\n{networks}\nexec {host} run --demo --no-redis --lan-host 0.0.0.0 --lan-port 0 \
         --metrics-port 0 --data-dir {}",
        dir.path().display()
    );
    let mut command = Command::new("unshare");
    command.args(["-rn", "sh", "-c", &run]).env("RUST_LOG", "off").stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let ready = lines.find_map(|line| line.strip_prefix("ready ").map(str::to_owned));
    child.kill().unwrap();
    child.wait().unwrap();
    let ready: serde_json::Value = serde_json::from_str(&ready.unwrap()).unwrap();
    let place = ready["lan"].as_str().unwrap().to_owned();
    let place = place.strip_prefix("http://").unwrap();
    Some(place.split(':').next().unwrap().to_owned())
}

#[track_caller]
fn check(networks: &str, expected: &str) {
    if let Some(projected) = projected(networks) {
        assert_eq!(projected, expected, "{networks}");
    }
}

#[test]
fn a_default_route_through_a_tunnel() {
    check(
        "tunnel tun0 10.8.0.2/24; make wlan0 192.168.1.20/24; bridge docker0 172.17.0.1/16
         ip route add default dev tun0",
        "192.168.1.20",
    );
}

#[test]
fn a_proxy_that_takes_everything() {
    check(
        "tunnel Meta 198.18.0.1/30; make eth0 192.168.8.5/24
         ip route add default via 192.168.8.1 dev eth0 metric 600; ip route add 0.0.0.0/1 dev Meta",
        "192.168.8.5",
    );
}

#[test]
fn no_default_route_at_all() {
    check(
        "bridge lxdbr0 10.11.12.1/24; bridge docker0 172.17.0.1/16; make wlp3s0 192.168.1.20/24",
        "192.168.1.20",
    );
}

#[test]
fn two_networks_under_a_tunnel() {
    check(
        "tunnel wg0 10.9.0.2/24; make eth0 10.20.30.40/24; make wlan0 192.168.1.20/24
         ip route add default via 10.20.30.1 dev eth0 metric 100; ip route add default dev wg0",
        "10.20.30.40",
    );
}
