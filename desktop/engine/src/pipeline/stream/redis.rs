//! The stream in Redis: `signups:{workshop}`, group `writer`, one fixed consumer.
//!
//! The group is made at `0`, so that a backlog is never skipped. Nothing is ever trimmed: an entry leaves by
//! XACK and XDEL in one MULTI, after its COMMIT. Reading blocks, so it has a connection of its own.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex as SyncMutex;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError, Value};
use rollcall_shared::workshop::WorkshopId;
use tokio::sync::Mutex;

use super::{Delivered, Entry, Restarted, Stream, StreamError, reply};

/// The one group that reads.
pub(in crate::pipeline) const GROUP: &str = "writer";
const CONSUMER: &str = "writer";
/// How long a read waits for something new. Short, so that a stop is not waited for.
const BLOCK_MS: usize = 500;
/// Longest wait for an answer: a server that syncs every write to a slow disk may take seconds.
const RESPONSE: Duration = Duration::from_secs(10);
/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);

/// One workshop's stream.
pub(crate) struct RedisStream {
    client: Client,
    key: String,
    /// For everything that answers at once.
    quick: Slot,
    /// For the read that blocks.
    blocking: Slot,
    /// Where reading is.
    place: SyncMutex<ReadPosition>,
    /// Which interruptions are counted.
    counted: SyncMutex<Counted>,
}

/// A connection, made when it is first needed and again when it broke.
type Slot = Mutex<Option<MultiplexedConnection>>;

/// Whether the reader is still among its own unacknowledged entries.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ReadPosition {
    /// The group has to be looked at first.
    Unknown,
    /// Reading what was handed out before, after this id.
    Own(String),
    /// Reading what is new.
    New,
}

/// What earlier processes were handed and did not acknowledge was interrupted once more: once a process that
/// is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Counted {
    /// Up to this id.
    UpTo(String),
    /// All of it: whatever else is handed out is this process's own.
    All,
}

/// An entry that was handed out and not acknowledged.
struct Pending {
    id: String,
    /// How often it was handed out.
    deliveries: u32,
}

impl RedisStream {
    /// Makes the stream of a workshop. It connects when it is first used.
    pub(crate) fn new(client: Client, workshop: &WorkshopId) -> Self {
        Self {
            client,
            key: key(workshop),
            quick: Mutex::new(None),
            blocking: Mutex::new(None),
            place: SyncMutex::new(ReadPosition::Unknown),
            counted: SyncMutex::new(Counted::UpTo("0".to_owned())),
        }
    }

    /// Deletes the stream with everything in it.
    pub(crate) async fn delete(&self) -> Result<(), StreamError> {
        let mut pipeline = redis::pipe();
        pipeline.del(&self.key).ignore();
        self.query(&self.quick, &pipeline).await
    }

    async fn query<T: FromRedisValue>(
        &self,
        slot: &Slot,
        pipeline: &redis::Pipeline,
    ) -> Result<T, StreamError> {
        self.try_query(slot, pipeline).await.map_err(|error| match server_code(&error).as_deref() {
            // The second is what a reader hears that was waiting meanwhile, of Redis 7.
            Some("NOGROUP" | "UNBLOCKED") => StreamError::Lost,
            _ => StreamError::Away(error.to_string()),
        })
    }

    async fn try_query<T: FromRedisValue>(
        &self,
        slot: &Slot,
        pipeline: &redis::Pipeline,
    ) -> Result<T, RedisError> {
        let mut slot = slot.lock().await;
        let mut conn = match slot.take() {
            Some(conn) => conn,
            None => connect(&self.client).await?,
        };
        let result = pipeline.query_async(&mut conn).await;
        // An error that the server sent leaves the connection good; any other leaves it in an unknown state.
        if result.as_ref().err().is_none_or(|error| server_code(error).is_some()) {
            *slot = Some(conn);
        }
        result
    }

    fn place(&self) -> ReadPosition {
        self.place.lock().clone()
    }

    fn set_place(&self, place: ReadPosition) {
        *self.place.lock() = place;
    }

    /// Reads what this consumer was handed before and did not acknowledge, after the id `after`.
    ///
    /// What an earlier process left is claimed: of all ways to read it, this alone makes the server write
    /// down that it was handed out once more, so that the count outlives the server, too. What this process
    /// has counted or was itself the first to read is only looked up: a connection that broke interrupted
    /// nobody.
    async fn read_own(&self, after: &str, most: usize) -> Result<Vec<Delivered>, StreamError> {
        let mut pending = self.pending(after, most).await?;
        let Some(first) = pending.first() else {
            self.set_counted(Counted::All);
            return Ok(Vec::new());
        };
        let is_counted = self.is_counted(&first.id);
        pending.retain(|own| self.is_counted(&own.id) == is_counted);
        let ids: Vec<&String> = pending.iter().map(|own| &own.id).collect();
        let mut pipeline = redis::pipe();
        if is_counted {
            // Nothing else stands between them: what is acknowledged is deleted, what is new comes after
            // them.
            pipeline.cmd("XRANGE").arg(&self.key).arg(ids.first()).arg(ids.last());
        } else {
            pipeline.cmd("XCLAIM").arg(&self.key).arg(GROUP).arg(CONSUMER).arg(0).arg(&ids);
        }
        let (rows,): (Value,) = self.query(&self.quick, &pipeline).await?;
        let mut entries: HashMap<String, Entry> = reply::entries(rows)?.into_iter().collect();
        if let Some(last) = ids.last() {
            if !is_counted {
                self.set_counted(Counted::UpTo((*last).clone()));
            }
            self.set_place(ReadPosition::Own((*last).clone()));
        }
        let (mut own, mut gone) = (Vec::with_capacity(pending.len()), Vec::new());
        for Pending { id, deliveries } in pending {
            // This process's own delivery is none that was interrupted.
            let interruptions = if is_counted { deliveries.saturating_sub(1) } else { deliveries };
            match entries.remove(&id) {
                Some(entry) => own.push(Delivered { key: id, interruptions, entry }),
                None => gone.push(id),
            }
        }
        // Deleted by somebody else while it was ours: nothing is left to commit.
        self.acknowledge(gone).await?;
        Ok(own)
    }

    /// Returns what this consumer was handed and did not acknowledge, after the id `after`, oldest first.
    async fn pending(&self, after: &str, most: usize) -> Result<Vec<Pending>, StreamError> {
        let start = if after == "0" { "-".to_owned() } else { format!("({after}") };
        let mut pipeline = redis::pipe();
        pipeline.cmd("XPENDING").arg(&self.key).arg(GROUP).arg(start).arg("+").arg(most).arg(CONSUMER);
        let (rows,): (Vec<(String, String, u64, u32)>,) = self.query(&self.quick, &pipeline).await?;
        Ok(rows.into_iter().map(|(id, _, _, deliveries)| Pending { id, deliveries }).collect())
    }

    fn set_counted(&self, counted: Counted) {
        *self.counted.lock() = counted;
    }

    fn is_counted(&self, id: &str) -> bool {
        match &*self.counted.lock() {
            Counted::All => true,
            Counted::UpTo(last) => order(id) <= order(last),
        }
    }
}

impl Stream for RedisStream {
    async fn add(&self, entries: Vec<Entry>) -> Result<(), StreamError> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut pipeline = redis::pipe();
        for entry in &entries {
            let command = pipeline.cmd("XADD").arg(&self.key);
            command
                .arg("*")
                .arg("lease")
                .arg(&entry.lease_id)
                .arg("attempts")
                .arg(entry.attempts)
                .arg("body")
                .arg(&entry.body)
                .ignore();
        }
        self.query(&self.quick, &pipeline).await
    }

    async fn read(&self, most: usize) -> Result<Vec<Delivered>, StreamError> {
        loop {
            match self.place() {
                ReadPosition::Unknown => {
                    self.restart().await?;
                }
                ReadPosition::Own(after) => {
                    let own = self.read_own(&after, most).await?;
                    if !own.is_empty() {
                        return Ok(own);
                    }
                    if self.place() == ReadPosition::Own(after) {
                        self.set_place(ReadPosition::New);
                    }
                }
                ReadPosition::New => {
                    let mut pipeline = redis::pipe();
                    let command = pipeline.cmd("XREADGROUP").arg("GROUP").arg(GROUP).arg(CONSUMER);
                    command.arg("COUNT").arg(most).arg("BLOCK").arg(BLOCK_MS);
                    command.arg("STREAMS").arg(&self.key).arg(">");
                    let (rows,): (Value,) = self.query(&self.blocking, &pipeline).await?;
                    let new = reply::of_stream(rows)?.into_iter();
                    return Ok(new.map(|(key, entry)| Delivered { key, interruptions: 0, entry }).collect());
                }
            }
        }
    }

    async fn acknowledge(&self, keys: Vec<String>) -> Result<(), StreamError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut pipeline = redis::pipe();
        // XDEL alone would leave the id in the pending list for ever.
        pipeline.atomic();
        pipeline.cmd("XACK").arg(&self.key).arg(GROUP).arg(&keys).ignore();
        pipeline.cmd("XDEL").arg(&self.key).arg(&keys).ignore();
        self.query(&self.quick, &pipeline).await
    }

    async fn restart(&self) -> Result<Restarted, StreamError> {
        let mut pipeline = redis::pipe();
        pipeline.cmd("XGROUP").arg("CREATE").arg(&self.key).arg(GROUP).arg("0").arg("MKSTREAM").ignore();
        let made: Result<(), RedisError> = self.try_query(&self.quick, &pipeline).await;
        let restarted = match made {
            Ok(()) => {
                // No earlier process left anything in it.
                self.set_counted(Counted::All);
                Restarted::MadeAnew
            }
            Err(error) if server_code(&error).as_deref() == Some("BUSYGROUP") => Restarted::Same,
            Err(error) => return Err(StreamError::Away(error.to_string())),
        };
        // Whatever broke the one connection has broken the other.
        *self.blocking.lock().await = None;
        self.set_place(ReadPosition::Own("0".to_owned()));
        Ok(restarted)
    }

    async fn waiting(&self) -> Result<u64, StreamError> {
        let mut pipeline = redis::pipe();
        pipeline.cmd("XLEN").arg(&self.key);
        let (length,): (u64,) = self.query(&self.quick, &pipeline).await?;
        Ok(length)
    }
}

/// Where a workshop's stream lies in Redis.
pub(in crate::pipeline) fn key(workshop: &WorkshopId) -> String {
    format!("signups:{workshop}")
}

/// Opens a connection whose answers may take their time.
pub(crate) async fn connect(client: &Client) -> Result<MultiplexedConnection, RedisError> {
    let config = AsyncConnectionConfig::new()
        .set_response_timeout(Some(RESPONSE))
        .set_connection_timeout(Some(CONNECT));
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// Returns the first word of the server's own error, alone or as one answer of several.
pub(super) fn server_code(error: &RedisError) -> Option<String> {
    let first =
        error.clone().into_server_errors().and_then(|all| all.first().map(|(_, e)| e.code().to_owned()));
    first.or_else(|| error.code().map(str::to_owned))
}

/// Ids are `milliseconds-sequence`, which do not sort as text.
fn order(id: &str) -> (u64, u64) {
    let (ms, seq) = id.split_once('-').unwrap_or((id, "0"));
    (ms.parse().unwrap_or(0), seq.parse().unwrap_or(0))
}
