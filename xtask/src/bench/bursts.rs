//! Many at one instant: at the edge, on the venue page, and on the venue page while the edge's mail drains.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hyper::StatusCode;
use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::rounds::{ROUNDS, TEACHERS, middle, post_all};
use super::row::Row;
use crate::interrupt;
use crate::load::burst::{self, Burst};
use crate::load::teachers::{self, Teacher};
use crate::load::{http, stored};
use crate::run::{Ready, Scene, System};
use crate::step::say;

const PATIENCE: Duration = Duration::from_secs(60);
/// What the burst may cost in the time of the route that only sends one queue message.
const EDGE_FACTOR: f64 = 1.5;
const LAST_COMMIT: Duration = Duration::from_secs(2);
const VENUE_WALL: Duration = Duration::from_millis(75);
/// What waits at the edge while a hall comes to the venue page.
#[cfg(unix)]
const MAIL: u32 = 10_000;

/// Measures the burst at the edge, in turn with the same burst on a route that only sends one queue message.
pub(super) fn edge_rows(scene: &Scene) -> Result<Vec<Row>> {
    let runtime = http::runtime()?;
    let (mut bare, mut real, mut commits, mut failed) = (Vec::new(), Vec::new(), Vec::new(), 0);
    // The first round of each warms up and is not counted.
    for round in 0..=ROUNDS {
        interrupt::check()?;
        say(format!("edge burst, round {round} of {ROUNDS}"));
        let crowd = teachers::crowd(TEACHERS);
        let baseline = post_all(scene.edge, "/v1/bench/queue-only", &crowd, &scene.ready.invite_code)?;
        let baseline = runtime.block_on(burst::fire(scene.edge, baseline));
        expect_all(&baseline, StatusCode::ACCEPTED)?;

        let crowd = teachers::crowd(TEACHERS);
        let requests = post_all(scene.edge, "/v1/signups", &crowd, &scene.ready.invite_code)?;
        let started = Instant::now();
        let watcher = watch(scene, &crowd, started);
        let burst = runtime.block_on(burst::fire(scene.edge, requests));
        let stored =
            watcher.join().map_err(|_| anyhow::anyhow!("the watcher of the database panicked"))??;
        if round > 0 {
            bare.push(baseline.wall);
            real.push(burst.wall);
            commits.push(stored.all_after.unwrap_or(PATIENCE));
            failed += crowd.len() - burst.count(StatusCode::ACCEPTED).min(stored.rows);
        }
    }
    let (bare, real, commit) = (middle(bare), middle(real), middle(commits));
    let factor = real.as_secs_f64() / bare.as_secs_f64();
    Ok(vec![
        Row {
            what: format!("{TEACHERS} sign-ups in one instant, local edge"),
            target: format!("0 failed; wall ≤ {EDGE_FACTOR} × a route that only sends"),
            measured: format!(
                "{failed} failed; {} ms against {} ms: {factor:.2} ×",
                real.as_millis(),
                bare.as_millis()
            ),
            met: failed == 0 && factor <= EDGE_FACTOR,
        },
        Row {
            what: format!("the same, until the {TEACHERS}th row is committed"),
            target: format!("≤ {} ms after the first byte", LAST_COMMIT.as_millis()),
            measured: format!("{} ms", commit.as_millis()),
            met: commit <= LAST_COMMIT,
        },
    ])
}

/// Measures the burst on the venue page's own route.
pub(super) fn venue_row(scene: &Scene) -> Result<(Row, Duration)> {
    let runtime = http::runtime()?;
    let (mut walls, mut failed) = (Vec::new(), 0);
    for round in 0..=ROUNDS {
        interrupt::check()?;
        say(format!("venue burst, round {round} of {ROUNDS}"));
        let burst = venue_burst(&runtime, &scene.ready)?;
        if round > 0 {
            walls.push(burst.wall);
            failed += burst.failed;
        }
    }
    let wall = middle(walls);
    let row = Row {
        what: format!("{TEACHERS} in one instant on the venue page"),
        target: format!("0 failed, all committed with FULL, ≤ {} ms wall", VENUE_WALL.as_millis()),
        measured: format!("{failed} failed; {} ms", wall.as_millis()),
        met: failed == 0 && wall <= VENUE_WALL,
    };
    Ok((row, wall))
}

/// What one burst on a venue page came to.
pub(super) struct VenueBurst {
    pub(super) wall: Duration,
    pub(super) failed: usize,
}

/// Sends one crowd to the venue page of a running host.
pub(super) fn venue_burst(runtime: &Runtime, host: &Ready) -> Result<VenueBurst> {
    let (venue, path) = venue(host.lan.as_deref())?;
    let crowd = teachers::crowd(TEACHERS);
    let requests = post_all(venue, &path, &crowd, &host.invite_code)?;
    let burst = runtime.block_on(burst::fire(venue, requests));
    // 201 is said after COMMIT: nothing is waited for here.
    let ids: Vec<Uuid> = crowd.iter().map(|teacher| teacher.id).collect();
    let stored = stored::wait(&host.db, &ids, Instant::now(), Instant::now())?;
    Ok(VenueBurst {
        wall: burst.wall,
        failed: crowd.len() - burst.count(StatusCode::CREATED).min(stored.rows),
    })
}

/// Measures the same burst while the host fetches what the edge took in its absence.
#[cfg(unix)]
pub(super) fn venue_while_draining_row(system: &mut System, scene: &Scene) -> Result<Row> {
    say(format!("venue burst while {MAIL} messages drain"));
    let (venue, path) = venue(scene.ready.lan.as_deref())?;
    let runtime = http::runtime()?;
    let mail = teachers::crowd(MAIL);
    system.freeze_host(true)?;
    let deposited = mail.chunks(TEACHERS as usize).try_for_each(|crowd| {
        interrupt::check()?;
        let requests = post_all(scene.edge, "/v1/signups", crowd, &scene.ready.invite_code)?;
        let burst = runtime.block_on(burst::fire(scene.edge, requests));
        expect_all(&burst, StatusCode::ACCEPTED)
    });
    system.freeze_host(false)?;
    deposited?;
    let began = Instant::now();
    let first: Vec<Uuid> = mail.iter().take(TEACHERS as usize).map(|teacher| teacher.id).collect();
    stored::wait(&scene.ready.db, &first, began, began + PATIENCE)?;
    let crowd = teachers::crowd(TEACHERS);
    let requests = post_all(venue, &path, &crowd, &scene.ready.invite_code)?;
    let burst = runtime.block_on(burst::fire(venue, requests));
    let ids = |crowd: &[Teacher]| crowd.iter().map(|teacher| teacher.id).collect::<Vec<Uuid>>();
    let hall = stored::wait(&scene.ready.db, &ids(&crowd), Instant::now(), Instant::now())?;
    let drained = stored::wait(&scene.ready.db, &ids(&mail), began, began + PATIENCE)?;
    let failed = crowd.len() - burst.count(StatusCode::CREATED).min(hall.rows);
    let lost = mail.len() - drained.rows;
    let drain = drained.all_after.unwrap_or(PATIENCE);
    Ok(Row {
        what: format!("{TEACHERS} in one instant on the venue page while {MAIL} edge messages drain"),
        target: "0 failed, all committed".to_owned(),
        measured: format!(
            "{failed} failed; {} ms ({}); {lost} of the edge's missing, drained in {:.1} s",
            burst.wall.as_millis(),
            burst.percentiles(),
            drain.as_secs_f64()
        ),
        met: failed == 0 && lost == 0,
    })
}

fn watch(
    scene: &Scene,
    crowd: &[Teacher],
    started: Instant,
) -> std::thread::JoinHandle<Result<stored::Stored>> {
    let ids: Vec<Uuid> = crowd.iter().map(|teacher| teacher.id).collect();
    let db = scene.ready.db.clone();
    std::thread::spawn(move || stored::wait(&db, &ids, started, started + PATIENCE))
}

fn expect_all(burst: &Burst, status: StatusCode) -> Result<()> {
    burst
        .first_other(status)
        .map_or(Ok(()), |other| bail!("the baseline was not answered {status} throughout: {other}"))
}

/// `http://IP:PORT/TOKEN/j/CODE` → where it listens, and `/TOKEN/v1/signups`.
fn venue(lan: Option<&str>) -> Result<(SocketAddr, String)> {
    let parts = lan.and_then(|lan| lan.strip_prefix("http://")).and_then(|rest| {
        let (address, path) = rest.split_once('/')?;
        let (token, _) = path.split_once('/')?;
        Some((address.parse().ok()?, format!("/{token}/v1/signups")))
    });
    parts.with_context(|| format!("not a venue page's address: {}", json!(lan)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_venue_api_lies_beside_its_page() {
        let (address, path) = venue(Some("http://127.0.0.1:7470/k7/j/ABCD-23456")).unwrap();
        assert_eq!((address.port(), path.as_str()), (7470, "/k7/v1/signups"));
        assert!(venue(Some("https://example.org")).is_err());
    }
}
