//! `cargo xtask run --headless --rehearse`: what a newcomer starts with one command.

use std::io::{BufRead, BufReader};
use std::process::Command;
use std::sync::{Arc, Mutex};

use rollcall_e2e::edge::client;
use rollcall_e2e::host::text;
use rollcall_e2e::ports::free_port;
use rollcall_e2e::process::{Process, keep, output};
use rollcall_e2e::{checkout, place, wait};
use serde_json::Value;

fn xtask(folder: &std::path::Path, ports: [u16; 3]) -> Command {
    let mut command = Command::new(place("ROLLCALL_XTASK", "target/release/xtask"));
    command.current_dir(checkout()).args(["run", "--headless", "--data-dir"]).arg(folder);
    for (flag, port) in ["--edge-port", "--lan-port", "--metrics-port"].into_iter().zip(ports) {
        command.args([flag, &port.to_string()]);
    }
    command
}

#[test]
fn five_hundred_teachers_rehearse_and_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let ports = [free_port(), free_port(), free_port()];
    let output = output(xtask(folder.path(), ports).args(["--rehearse", "500"]));
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    assert_eq!(stdout.lines().filter(|line| line.starts_with("ready ")).count(), 1, "{stdout}");
    let report = format!("{stdout}{stderr}");
    for figure in ["p50", "p95", "p99", "500"] {
        assert!(report.contains(figure), "no {figure} in the report:\n{report}");
    }
    assert!(report.contains("authoritative       0 look-ups after publishing"), "{report}");
}

#[test]
fn run_is_ready_with_one_line_and_stops_everything() {
    let folder = tempfile::tempdir().unwrap();
    let ports = [free_port(), free_port(), free_port()];
    let mut process = Process::start(&xtask(folder.path(), ports));
    let (stdout, stderr) = process.outputs();
    let log = Arc::new(Mutex::new(String::new()));
    keep(stderr, Arc::clone(&log));
    let line = BufReader::new(stdout).lines().next();
    let line = line.unwrap_or_else(|| panic!("ended:\n{}", log.lock().unwrap())).unwrap();
    let ready: Value = serde_json::from_str(line.strip_prefix("ready ").unwrap()).unwrap();
    assert_eq!(client().get(format!("{}/healthz", text(&ready, "edge"))).send().unwrap().status(), 200);
    assert_eq!(client().get(text(&ready, "lan")).send().unwrap().status(), 200);
    assert!(
        client()
            .get(text(&ready, "metrics"))
            .send()
            .unwrap()
            .text()
            .unwrap()
            .contains("rollcall_commits_total")
    );
    assert!(std::path::Path::new(text(&ready, "db")).is_file());
    assert!(process.stop().success());
    for port in ports {
        wait::until(("the port is free again", 20), || std::net::TcpListener::bind(("127.0.0.1", port)).ok());
    }
}
