//! `run --rehearse N`: N made-up teachers at one instant, through the real path, and what became of each.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hyper::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::scene::Scene;
use crate::load::burst::{self, Burst, Percentiles};
use crate::load::stored::{self, Stored};
use crate::load::{http, teachers};
use crate::step::{elapsed, say};

/// After this long, what has not arrived counts as lost: far beyond any time-out on the path.
const PATIENCE: Duration = Duration::from_secs(120);
const ASK_AGAIN: Duration = Duration::from_millis(100);
/// Receipts are looked up by so many at a time, as phones do that come back.
const LOOK_UPS_AT_ONCE: usize = 50;

/// What a rehearsal shows.
#[derive(Debug)]
pub(crate) struct Report {
    sent: usize,
    accepted: usize,
    first_failure: Option<String>,
    wall: Duration,
    answer: Percentiles,
    stored: Stored,
    registered: usize,
    /// Look-ups at the InviteCode object during the burst.
    authoritative: u64,
}

/// Sends the teachers and follows each to the database and back to their receipt.
pub(crate) fn rehearse(size: u32, scene: &Scene) -> Result<Report> {
    let crowd = teachers::crowd(size);
    let ids: Vec<Uuid> = crowd.iter().map(|teacher| teacher.id).collect();
    let requests = crowd
        .iter()
        .map(|teacher| http::post(scene.edge, "/v1/signups", &teacher.body(&scene.ready.invite_code)))
        .collect::<Result<Vec<_>>>()?;
    let runtime = http::runtime()?;
    let before = runtime.block_on(authoritative_look_ups(scene))?;

    say(format!("sending {size} made-up teachers at one instant"));
    let started = Instant::now();
    let deadline = started + PATIENCE;
    let db = scene.ready.db.clone();
    let watcher = std::thread::spawn(move || stored::wait(&db, &ids, started, deadline));
    let burst = runtime.block_on(burst::fire(scene.edge, requests));
    let stored = watcher.join().map_err(|_| anyhow::anyhow!("the watcher of the database panicked"))??;
    let authoritative = runtime.block_on(authoritative_look_ups(scene))?.saturating_sub(before);

    say("waiting until every receipt says registered");
    let registered = runtime.block_on(registered(scene.edge, &burst, deadline))?;
    Ok(Report {
        sent: crowd.len(),
        accepted: burst.count(StatusCode::ACCEPTED),
        first_failure: burst.first_other(StatusCode::ACCEPTED),
        wall: burst.wall,
        answer: burst.percentiles(),
        stored,
        registered,
        authoritative,
    })
}

/// Counts the receipts that say `registered` by the deadline.
async fn registered(edge: SocketAddr, burst: &Burst, deadline: Instant) -> Result<usize> {
    let mut open = Vec::new();
    for answer in burst.answers.iter().flatten().filter(|answer| answer.status == StatusCode::ACCEPTED) {
        let json = answer.json()?;
        let page = json["receipt"]["url"].as_str().context("a 202 without the receipt's url")?;
        // The page for people is /r/…; the same below /v1/receipts/ is for programs.
        let path = page
            .strip_prefix("/r/")
            .with_context(|| format!("a receipt's url that does not begin with /r/: {page}"))?;
        open.push(format!("/v1/receipts/{path}"));
    }
    let all = open.len();
    while !open.is_empty() && Instant::now() < deadline {
        let mut still = Vec::new();
        for some in open.chunks(LOOK_UPS_AT_ONCE) {
            let requests = some.iter().map(|path| http::get(edge, path, None)).collect::<Result<Vec<_>>>()?;
            let answers = burst::fire(edge, requests).await.answers;
            let states = answers.iter().map(|answer| state(answer.as_ref().ok()?.json().ok()?));
            still.extend(
                some.iter()
                    .zip(states)
                    .filter(|(_, state)| state.as_deref() != Some("registered"))
                    .map(|(path, _)| path.clone()),
            );
        }
        open = still;
        tokio::time::sleep(ASK_AGAIN).await;
    }
    Ok(all - open.len())
}

fn state(receipt: Value) -> Option<String> {
    Some(receipt["state"].as_str()?.to_owned())
}

/// Asks how often the edge has asked the InviteCode object since it started.
async fn authoritative_look_ups(scene: &Scene) -> Result<u64> {
    let answer =
        http::send(scene.edge, http::get(scene.edge, "/v1/host/stats", Some(&scene.publish_key))?).await?;
    if answer.status != StatusCode::OK {
        bail!("GET /v1/host/stats: {}", answer.status);
    }
    answer.json()?["cache"]["authoritative"]
        .as_u64()
        .context("the edge's stats do not count authoritative look-ups")
}

impl Report {
    /// Whether every teacher was told *received*, is stored in the database, and has a receipt that says so.
    pub(crate) fn nothing_lost(&self) -> bool {
        [self.accepted, self.stored.rows, self.registered] == [self.sent; 3]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sent, accepted, first_failure, wall, answer, stored, registered, authoritative } = self;
        writeln!(f, "Rehearsal of {sent} teachers at one instant")?;
        writeln!(
            f,
            "  answered 202        {accepted} of {sent} in {} ms, {} failed",
            wall.as_millis(),
            sent - accepted
        )?;
        if let Some(failure) = first_failure {
            writeln!(f, "  the first failure   {failure}")?;
        }
        writeln!(f, "  time to the answer  {answer}")?;
        match stored.all_after {
            Some(time) => writeln!(
                f,
                "  in the database     {} of {sent}, the last COMMIT {} ms after the first byte",
                stored.rows,
                time.as_millis()
            )?,
            None => {
                writeln!(f, "  in the database     {} of {sent} after {}", stored.rows, elapsed(PATIENCE))?
            }
        }
        writeln!(f, "  receipts            {registered} of {sent} say registered")?;
        writeln!(f, "  authoritative       {authoritative} look-ups after publishing")?;
        writeln!(f, "  {}", if self.nothing_lost() { "Nothing was lost." } else { "SOMETHING WAS LOST." })
    }
}
