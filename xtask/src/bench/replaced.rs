//! The venue page against the design that it replaces: the same burst, in the same run.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use hyper::StatusCode;

use super::{ROUNDS, Row, TEACHERS, middle, post_all};
use crate::checkout::Checkout;
use crate::child::Process;
use crate::interrupt;
use crate::load::{burst, http, teachers};
use crate::run::{self, Scene};
use crate::step::say;

/// How much faster the venue page is at least.
const FACTOR: f64 = 8.0;

/// `venue` is what the venue page took.
pub(super) fn row(checkout: &Checkout, scene: &Scene, folder: &Path, venue: Duration) -> Result<Row> {
    let mut command = Command::new(run::build_host(checkout, run::Build::Plain)?);
    command.args(["bench-replaced", "--data-dir"]).arg(folder).stdout(Stdio::piped());
    let mut server = Process::start("the design it replaces", &mut command)?;
    let stdout = server.child().stdout.take().context("its output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let address: SocketAddr = line.trim().strip_prefix("ready ").context("where it listens")?.parse()?;
    let runtime = http::runtime()?;
    let (mut walls, mut failed) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        interrupt::check()?;
        say(format!("the design it replaces, round {round} of {ROUNDS}"));
        let requests = post_all(address, "/v1/signups", &teachers::crowd(TEACHERS), scene)?;
        let burst = runtime.block_on(burst::fire(address, requests));
        if round > 0 {
            walls.push(burst.wall);
            failed.push(TEACHERS as usize - burst.count(StatusCode::CREATED));
        }
    }
    server.stop();
    let replaced = middle(walls);
    let factor = replaced.as_secs_f64() / venue.as_secs_f64();
    Ok(Row {
        what: "the same against the design it replaces".to_owned(),
        target: format!("≥ {FACTOR} × faster"),
        measured: format!(
            "{} ms against {} ms: {factor:.0} ×; of {} there {} failed",
            venue.as_millis(),
            replaced.as_millis(),
            TEACHERS as usize * ROUNDS,
            failed.iter().sum::<usize>()
        ),
        met: factor >= FACTOR,
    })
}
