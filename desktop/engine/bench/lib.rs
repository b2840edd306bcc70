//! Measures the drain: sealed messages in Redis, through the engine's own loop, into SQLite with FULL; and
//! each hop alone, to know what the loop could reach.
//!
//! It is a part of the library, so that it reaches what the engine is made of, but lies outside `src` and is
//! compiled with the feature `bench` alone: nothing here is in a program that people run.

mod list;
mod replaced;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand_core::OsRng;
use rayon::prelude::*;
use rollcall_shared::envelope::Envelope;
use rollcall_shared::signup::SignupForm;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::Workshop;
use serde::Serialize;

use crate::clock::now_ms;
use crate::config::RedisChoice;
use crate::db::readers::Readers;
use crate::db::{self, signups};
use crate::folder::Folder;
use crate::folder::keys::Keys;
use crate::folder::unsealer::{Opened, Unsealer};
use crate::message::Message;
use crate::metrics::Metrics;
use crate::pipeline::context::PipelineContext;
use crate::pipeline::drain::Drain;
use crate::pipeline::health::Publication;
use crate::pipeline::leases::Leases;
use crate::pipeline::stream::direct::DirectStream;
use crate::pipeline::stream::redis::RedisStream;
use crate::pipeline::stream::server_choice;
use crate::pipeline::stream::{Entry, Stream};
use crate::random::random_16;
use crate::workshops::context::Context;
use crate::workshops::demo;
use crate::writer::{MAX_BATCH, Writer};

pub use list::{Asked, ListReport, list};
pub use replaced::replaced;

/// What was measured.
#[derive(Debug, Clone, Serialize)]
pub struct DrainReport {
    /// How many messages.
    pub messages: u32,
    /// `redis` or `direct`.
    pub stream: &'static str,
    /// From the first read to the last acknowledgement in the stream, in seconds.
    pub seconds: f64,
    /// Messages a second.
    pub per_second: f64,
    /// Rows that stand in the database afterwards.
    pub rows: u64,
    /// Each hop alone, messages a second: opening boxes on all cores.
    pub open_per_second: f64,
    /// Reading and acknowledging, nothing in between.
    pub stream_per_second: f64,
    /// Committing messages that are open already.
    pub commit_per_second: f64,
    /// What the hops allow one after the other: the inverse of the sum of their times.
    pub allowed_per_second: f64,
}

/// Fills a stream with `messages` sealed sign-ups, and measures how fast they become rows. Everything is in a
/// folder of its own under `parent` (the system's folder for temporary files where none is given), and gone
/// afterwards.
///
/// # Errors
/// Where the folder, the database or Redis cannot be used.
pub fn drain(messages: u32, parent: Option<&Path>, with_redis: bool) -> anyhow::Result<DrainReport> {
    let place = Place(free_place(parent));
    let folder = Folder::take(&place.0)?;
    let choice = if with_redis { RedisChoice::Managed } else { RedisChoice::Direct };
    let redis = server_choice::open(&choice, &folder.join("redis"))?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(redis.settle())?;
    let run = Bench::prepare(&folder, messages);
    runtime.block_on(async {
        let mut bench = run.await?;
        match redis.client() {
            Some(client) => {
                let stream = RedisStream::new(client, &bench.workshop.id);
                bench.measure("redis", stream).await
            }
            None => bench.measure("direct", DirectStream::default()).await,
        }
    })
}

fn free_place(parent: Option<&Path>) -> PathBuf {
    let parent = parent.map_or_else(std::env::temp_dir, Path::to_owned);
    parent.join(format!("rollcall-bench-{}", hex::encode(random_16())))
}

struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

struct Bench {
    workshop: Workshop,
    bodies: Vec<String>,
    unsealer: Unsealer,
    context: Arc<Context>,
}

impl Bench {
    async fn prepare(folder: &Folder, messages: u32) -> anyhow::Result<Self> {
        let keys = Arc::new(Keys::open(folder.join("keys.json"))?);
        let db_path = folder.join("rollcall.db");
        let metrics = Arc::new(Metrics::new());
        let (writer, _thread) = Writer::start(db::open_writer(&db_path)?, Arc::clone(&metrics))?;
        let context = Arc::new(Context::open(Readers::new(db_path), writer, keys, metrics)?);
        let workshop = context.roster.put(demo::draft(now_ms())).await?.workshop.clone();
        let bodies =
            (0..messages).into_par_iter().map(|n| sealed(&workshop, n)).collect::<anyhow::Result<_>>()?;
        let unsealer = context.unsealer(&workshop.id);
        Ok(Self { workshop, bodies, unsealer, context })
    }

    async fn measure<S: Stream>(&mut self, name: &'static str, stream: S) -> anyhow::Result<DrainReport> {
        let stream = Arc::new(stream);
        let open = self.open_alone().await;
        let read = self.stream_alone(&*stream).await?;
        let took = self.drain(&stream).await?;
        let rows = self.context.readers.read(signups::counts)?.into_iter().map(|(_, count)| count).sum();
        // Last: the same sign-ups under other ids and numbers would be another load, so these go into a list
        // of their own.
        let commit = self.commit_alone().await?;
        let rate = |took: Duration| self.bodies.len() as f64 / took.as_secs_f64();
        Ok(DrainReport {
            messages: u32::try_from(self.bodies.len()).unwrap_or(u32::MAX),
            stream: name,
            seconds: took.as_secs_f64(),
            per_second: rate(took),
            rows,
            open_per_second: rate(open),
            stream_per_second: rate(read),
            commit_per_second: rate(commit),
            allowed_per_second: rate(open + read + commit),
        })
    }

    /// The engine's own loop.
    async fn drain<S: Stream>(&self, stream: &Arc<S>) -> anyhow::Result<Duration> {
        self.fill(&**stream).await?;
        let (leases, mut finished) = Leases::new();
        let (context, workshop) = (Arc::clone(&self.context), self.workshop.id.clone());
        let pipeline = Arc::new(PipelineContext::new(context, workshop, Publication::NoEdge));
        let drain = Drain {
            pipeline: Arc::clone(&pipeline),
            unsealer: self.unsealer.clone(),
            stream: Arc::clone(stream),
            leases,
        };
        let start = Instant::now();
        let running = tokio::spawn(async move { drain.run().await });
        let mut committed = 0;
        while committed < self.bodies.len() {
            committed += finished.committed().await.ok_or_else(|| anyhow::anyhow!("the drain ended"))?;
        }
        let took = start.elapsed();
        pipeline.stop.cancel();
        running.await?;
        Ok(took)
    }

    async fn fill<S: Stream>(&self, stream: &S) -> anyhow::Result<()> {
        stream.restart().await?;
        for (batch, bodies) in self.bodies.chunks(100).enumerate() {
            let entries = bodies.iter().enumerate().map(|(n, body)| Entry {
                lease_id: format!("{batch}-{n}"),
                body: body.clone(),
                attempts: 1,
            });
            stream.add(entries.collect()).await?;
        }
        Ok(())
    }

    async fn open_alone(&self) -> Duration {
        let bodies = self.bodies.clone();
        let start = Instant::now();
        let opened = self.unsealer.open_all(bodies).await;
        debug_assert_eq!(opened.len(), self.bodies.len());
        start.elapsed()
    }

    async fn stream_alone<S: Stream>(&self, stream: &S) -> anyhow::Result<Duration> {
        self.fill(stream).await?;
        let start = Instant::now();
        let mut read = 0;
        while read < self.bodies.len() {
            let keys: Vec<String> = stream.read(MAX_BATCH).await?.into_iter().map(|d| d.key).collect();
            read += keys.len();
            stream.acknowledge(keys).await?;
        }
        Ok(start.elapsed())
    }

    /// On an empty list, as the drain had it.
    async fn commit_alone(&self) -> anyhow::Result<Duration> {
        self.context
            .writer
            .edit(|conn| {
                conn.execute_batch("DELETE FROM signups; DELETE FROM receipts_out; DELETE FROM events")
            })
            .await
            .map_err(|failure| anyhow::anyhow!("the list cannot be emptied: {}", failure.cause()))?;
        let opened = self.unsealer.open_all(self.bodies.clone()).await;
        let messages: Vec<Message> = opened
            .into_iter()
            .filter_map(|opened| match opened {
                Opened::Message(message) => Some(message),
                Opened::MissingKey(_) => None,
            })
            .collect();
        let start = Instant::now();
        for batch in messages.chunks(MAX_BATCH) {
            self.context.writer.admit(batch.to_vec()).await;
        }
        Ok(start.elapsed())
    }
}

fn sealed(workshop: &Workshop, n: u32) -> anyhow::Result<String> {
    const NUMERALS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let name = n
        .to_string()
        .chars()
        .filter_map(|c| c.to_digit(10))
        .map(|d| NUMERALS[d as usize])
        .collect::<String>();
    let form = SignupForm {
        id: SignupId::from_random(random_16()).to_string(),
        invite_code: workshop.invite_code.to_string(),
        name: format!("教师{name}"),
        phone: format!("138{n:08}"),
        ..SignupForm::default()
    };
    let signup =
        form.parse(workshop).map_err(|errors| anyhow::anyhow!("a made-up sign-up is wrong: {errors:?}"))?;
    Ok(Envelope::seal_signup(workshop, &signup, None, now_ms(), &mut OsRng)?.to_text())
}
