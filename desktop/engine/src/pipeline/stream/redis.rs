//! The stream in Redis: `signups:{workshop}`, group `writer`, one fixed consumer.
//!
//! The group is made at `0`, so that a backlog is never skipped. Nothing is ever trimmed: an entry leaves by
//! XACK and XDEL in one MULTI, after its COMMIT. Reading blocks, so it has a connection of its own.

use std::collections::HashMap;

use parking_lot::Mutex as SyncMutex;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError, Value};
use rollcall_shared::workshop::WorkshopId;
use tokio::sync::Mutex;

use super::{Delivered, Entry, Restarted, Stream, StreamError};

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

impl RedisStream {
    /// Makes the stream of a workshop. It connects when it is first used.
    pub(crate) fn new(client: Client, workshop: &WorkshopId) -> Self {
        Self {
            client,
            key: key(workshop),
            quick: Mutex::new(None),
            blocking: Mutex::new(None),
            place: SyncMutex::new(ReadPosition::Unknown),
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
            Some("NOGROUP") => StreamError::Lost,
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

    /// Reads what this consumer was handed before and did not acknowledge, after the id `after`; with how
    /// often.
    async fn read_own(&self, after: &str, most: usize) -> Result<Vec<Delivered>, StreamError> {
        let mut pipeline = redis::pipe();
        // Asked before the read, which counts as one more delivery.
        let range_start = if after == "0" { "-".to_owned() } else { format!("({after}") };
        pipeline.cmd("XPENDING").arg(&self.key).arg(GROUP).arg(range_start).arg("+").arg(most).arg(CONSUMER);
        read_group(&mut pipeline, &self.key, most, None, after);
        let (pending, rows): (Vec<(String, String, u64, u32)>, Value) =
            self.query(&self.quick, &pipeline).await?;
        let interruptions: HashMap<String, u32> = pending.into_iter().map(|(id, _, _, n)| (id, n)).collect();
        let (entries, gone) = parse(rows)?;
        if let Some(last) = entries.iter().map(|(id, _)| id).chain(&gone).max_by_key(|id| order(id)) {
            self.set_place(ReadPosition::Own(last.clone()));
        }
        if !gone.is_empty() {
            // Deleted by somebody else while it was ours: nothing is left to commit.
            self.acknowledge(gone).await?;
        }
        Ok(delivered(entries, |id| interruptions.get(id).copied().unwrap_or(1)))
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
                    read_group(&mut pipeline, &self.key, most, Some(BLOCK_MS), ">");
                    let (rows,): (Value,) = self.query(&self.blocking, &pipeline).await?;
                    return Ok(delivered(parse(rows)?.0, |_| 0));
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
            Ok(()) => Restarted::MadeAnew,
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
fn server_code(error: &RedisError) -> Option<String> {
    let first =
        error.clone().into_server_errors().and_then(|all| all.first().map(|(_, e)| e.code().to_owned()));
    first.or_else(|| error.code().map(str::to_owned))
}

fn read_group(pipeline: &mut redis::Pipeline, key: &str, most: usize, block_ms: Option<usize>, after: &str) {
    let command = pipeline.cmd("XREADGROUP").arg("GROUP").arg(GROUP).arg(CONSUMER).arg("COUNT").arg(most);
    if let Some(block_ms) = block_ms {
        command.arg("BLOCK").arg(block_ms);
    }
    command.arg("STREAMS").arg(key).arg(after);
}

type Rows = Vec<(String, Entry)>;

/// Reads entries, and the ids of entries that were deleted while they were pending (their fields are nil).
/// Parsed by hand: the client's own reply type copies the whole answer before it looks at it.
fn parse(reply: Value) -> Result<(Rows, Vec<String>), StreamError> {
    let odd = || StreamError::Away("an answer of an unknown shape".to_owned());
    let (mut rows, mut gone) = (Rows::new(), Vec::new());
    let streams = match reply {
        Value::Nil => return Ok((rows, gone)),
        Value::Array(streams) => streams,
        _ => return Err(odd()),
    };
    for stream in streams {
        let Value::Array(stream) = stream else { return Err(odd()) };
        let Some(Value::Array(entries)) = stream.into_iter().nth(1) else { return Err(odd()) };
        for entry in entries {
            let Value::Array(entry) = entry else { return Err(odd()) };
            let mut context = entry.into_iter();
            let id = context.next().and_then(text).ok_or_else(odd)?;
            match context.next() {
                Some(Value::Array(fields)) => rows.push((id, entry_of(fields))),
                _ => gone.push(id),
            }
        }
    }
    Ok((rows, gone))
}

/// Makes an entry of whatever the stream holds: one without a body is parked like any other that cannot be
/// read.
fn entry_of(fields: Vec<Value>) -> Entry {
    let mut entry = Entry { lease_id: String::new(), body: String::new(), attempts: 1 };
    let mut fields = fields.into_iter().filter_map(text);
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        match name.as_str() {
            "lease" => entry.lease_id = value,
            "body" => entry.body = value,
            "attempts" => entry.attempts = value.parse().unwrap_or(1),
            _ => {}
        }
    }
    entry
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => Some(
            String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()),
        ),
        Value::SimpleString(text) => Some(text),
        _ => None,
    }
}

fn delivered(rows: Rows, interruptions: impl Fn(&str) -> u32) -> Vec<Delivered> {
    rows.into_iter()
        .map(|(key, entry)| Delivered { interruptions: interruptions(&key), key, entry })
        .collect()
}

/// Ids are `milliseconds-sequence`, which do not sort as text.
fn order(id: &str) -> (u64, u64) {
    let (ms, seq) = id.split_once('-').unwrap_or((id, "0"));
    (ms.parse().unwrap_or(0), seq.parse().unwrap_or(0))
}
