//! The venue page against the design that it replaces: the same burst, in the same run, until all are stored.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use hyper::StatusCode;

use super::rounds::{ROUNDS, TEACHERS, middle, post_all};
use super::row::Row;
use crate::checkout::Checkout;
use crate::child::Process;
use crate::interrupt;
use crate::load::http::Answer;
use crate::load::{burst, http, teachers};
use crate::run::{self, Scene};
use crate::step::say;

/// How often people press again at most.
const PRESSES: usize = 200;

/// How much faster the venue page is at least.
const FACTOR: f64 = 8.0;

/// Measures the replaced design. `venue` is how long the venue page took.
pub(super) fn row(checkout: &Checkout, scene: &Scene, folder: &Path, venue: Duration) -> Result<Row> {
    let mut command = Command::new(run::build_host(checkout, run::Build::Bench)?);
    command.args(["replaced", "--data-dir"]).arg(folder).stdout(Stdio::piped());
    let mut server = Process::start("the design it replaces", &mut command)?;
    let stdout = server.child().stdout.take().context("its output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let address: SocketAddr = line.trim().strip_prefix("ready ").context("where it listens")?.parse()?;
    let (mut walls, mut failed) = (Vec::new(), 0);
    // The first round warms up and is not counted.
    for round in 0..=ROUNDS {
        interrupt::check()?;
        say(format!("the design it replaces, round {round} of {ROUNDS}"));
        let stored = until_all_are_stored(address, &scene.ready.invite_code)?;
        if round > 0 {
            walls.push(stored.wall);
            failed += stored.failed_at_first;
        }
    }
    server.stop();
    let replaced = middle(walls);
    let factor = replaced.as_secs_f64() / venue.as_secs_f64();
    Ok(Row {
        what: "the same against the design it replaces".to_owned(),
        target: format!("≥ {FACTOR} × faster until all are stored"),
        measured: format!(
            "{} ms against {} ms: {factor:.0} ×; of {} there {} failed at the first try, and tried again at \
             once",
            venue.as_millis(),
            replaced.as_millis(),
            TEACHERS as usize * ROUNDS,
            failed
        ),
        met: factor >= FACTOR,
    })
}

/// What one crowd came to there.
struct Stored {
    /// How long they took, all their tries added up.
    wall: Duration,
    failed_at_first: usize,
}

/// Most of them fail at once. A design is as fast as its last sign-up is stored: people who are refused press
/// again.
fn until_all_are_stored(address: SocketAddr, invite_code: &str) -> Result<Stored> {
    let runtime = http::runtime()?;
    let (mut left, mut wall, mut failed_at_first) = (teachers::crowd(TEACHERS), Duration::ZERO, None);
    for _ in 0..PRESSES {
        let burst =
            runtime.block_on(burst::fire(address, post_all(address, "/v1/signups", &left, invite_code)?));
        wall += burst.wall;
        let is_stored = |answer: &Result<Answer>| {
            answer.as_ref().is_ok_and(|answer| answer.status == StatusCode::CREATED)
        };
        let refused = left.into_iter().zip(&burst.answers).filter(|(_, answer)| !is_stored(answer));
        left = refused.map(|(teacher, _)| teacher).collect();
        let failed_at_first = *failed_at_first.get_or_insert(left.len());
        if left.is_empty() {
            return Ok(Stored { wall, failed_at_first });
        }
    }
    bail!("{} were not stored after {PRESSES} tries", left.len())
}
