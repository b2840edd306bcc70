//! The mailbox: messages that wait, are leased, are acknowledged, and may be replayed.
//!
//! A message waits while `visible_at` has passed; a lease moves `visible_at` ahead. A lease is named
//! `{seq}-{generation}-{attempt}`: the drain key guards the mailbox, so a lease need not be unguessable. Late
//! acknowledgements count, for they follow a COMMIT. A replay begins a new generation, so that an
//! acknowledgement from before it cannot undo it.

use rollcall_shared::digest::Digest;
use rollcall_shared::mailbox::{
    AckRequest, AckResult, MAX_BATCH, MAX_DELAY_SECONDS, MAX_LEASE_MS, MessageMetadata, PullRequest,
    PullResult, PulledMessage,
};
use rollcall_shared::{Millis, Timestamp};
use serde::Deserialize;
use worker::{Result, SqlStorage};

use crate::sql;

pub(super) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS mail (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        digest TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL,
        deposited_at INTEGER NOT NULL,
        visible_at INTEGER NOT NULL,
        generation INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        acknowledged_at INTEGER
    ) STRICT;
    CREATE INDEX IF NOT EXISTS mail_waiting ON mail (seq) WHERE acknowledged_at IS NULL;
    CREATE INDEX IF NOT EXISTS mail_acknowledged ON mail (acknowledged_at) WHERE acknowledged_at IS NOT NULL;
    CREATE TABLE IF NOT EXISTS mail_revision (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        revision INTEGER NOT NULL
    ) STRICT;
";

/// The sign-up's id outside the box; NULL for what is not an envelope. `CASE` evaluates its parts in order,
/// which `AND` does not guarantee.
const ID: &str = "CASE WHEN json_valid(body) THEN json_extract(body, '$.id') END";

/// Inserts messages. One that is there already, byte for byte, changes nothing: the queue delivers at least
/// once. The sign-up's id is part of the bytes, so that the digest alone distinguishes messages. What comes
/// under an erased id is dropped.
pub(super) fn deposit(storage: &SqlStorage, messages: &[String], now: Timestamp) -> Result<()> {
    let statement = format!(
        "INSERT INTO mail (digest, body, deposited_at, visible_at)
         SELECT digest, body, deposited_at, visible_at
         FROM (SELECT ? AS digest, ? AS body, ? AS deposited_at, ? AS visible_at)
         WHERE NOT EXISTS (SELECT 1 FROM erased WHERE id = {ID})
         ON CONFLICT (digest) DO NOTHING"
    );
    for body in messages {
        storage.exec(
            &statement,
            vec![
                Digest::of(body.as_bytes()).to_string().into(),
                body.as_str().into(),
                now.as_millis().into(),
                now.as_millis().into(),
            ],
        )?;
    }
    raise_revision(storage)
}

/// Leases the oldest messages that wait.
pub(super) fn pull(storage: &SqlStorage, request: &PullRequest, now: Timestamp) -> Result<PullResult> {
    #[derive(Deserialize)]
    struct Row {
        seq: i64,
        body: String,
        deposited_at: Timestamp,
        generation: i64,
        attempts: u32,
    }
    let lease = Millis::from(request.visibility_timeout_ms.min(MAX_LEASE_MS));
    let batch = i64::from(request.batch_size.min(MAX_BATCH));
    let leased = storage.exec(
        "UPDATE mail SET attempts = attempts + 1, visible_at = ?
         WHERE seq IN (
             SELECT seq FROM mail WHERE acknowledged_at IS NULL AND visible_at <= ? ORDER BY seq LIMIT ?
         )
         RETURNING seq, body, deposited_at, generation, attempts",
        vec![(now + lease).as_millis().into(), now.as_millis().into(), batch.into()],
    )?;
    let mut rows: Vec<Row> = leased.to_array()?;
    rows.sort_unstable_by_key(|row| row.seq);
    let message = |row: Row| PulledMessage {
        id: row.seq.to_string(),
        body: row.body,
        timestamp_ms: row.deposited_at,
        attempts: row.attempts,
        metadata: MessageMetadata::default(),
        lease_id: Lease { seq: row.seq, generation: row.generation, attempt: row.attempts.into() }.id(),
    };
    let Standing { backlog, revision } = standing(storage)?;
    Ok(PullResult {
        message_backlog_count: backlog,
        revision,
        oldest_at: oldest(storage)?,
        messages: rows.into_iter().map(message).collect(),
    })
}

/// Acknowledges leases and gives others back. Every acknowledged message stays for replay.
pub(super) fn acknowledge(storage: &SqlStorage, request: &AckRequest, now: Timestamp) -> Result<AckResult> {
    let (mut ack_count, mut retry_count, mut warnings) = (0, 0, Vec::new());
    for ack in &request.acks {
        let done = match Lease::parse(&ack.lease_id) {
            // The first acknowledgement's time counts; the same one again is counted as done.
            Some(lease) => lease.update(storage, "acknowledged_at = coalesce(acknowledged_at, ?)", now)?,
            None => false,
        };
        if done { ack_count += 1 } else { warnings.push(ack.lease_id.clone()) }
    }
    for retry in &request.retries {
        let visible_at = now + Millis::from(retry.delay_seconds.min(MAX_DELAY_SECONDS)) * 1_000;
        let done = match Lease::parse(&retry.lease_id) {
            Some(lease) => lease.update(storage, "visible_at = ?", visible_at)?,
            None => false,
        };
        if done { retry_count += 1 } else { warnings.push(retry.lease_id.clone()) }
    }
    if ack_count > 0 {
        raise_revision(storage)?;
    }
    let Standing { backlog, revision } = standing(storage)?;
    Ok(AckResult { ack_count, retry_count, warnings, message_backlog_count: Some(backlog), revision })
}

/// Makes acknowledged messages wait again that were deposited at `since` or later. Returns how many.
pub(super) fn replay(storage: &SqlStorage, since: Timestamp, now: Timestamp) -> Result<u64> {
    let replayed = sql::changed(
        storage,
        "UPDATE mail SET acknowledged_at = NULL, generation = generation + 1, visible_at = ?
         WHERE acknowledged_at IS NOT NULL AND deposited_at >= ? RETURNING 1",
        [now.as_millis().into(), since.as_millis().into()],
    )?;
    raise_revision(storage)?;
    Ok(replayed)
}

/// Ends every lease: what was leased waits again.
pub(super) fn release_leases(storage: &SqlStorage, now: Timestamp) -> Result<()> {
    storage.exec(
        "UPDATE mail SET visible_at = ? WHERE acknowledged_at IS NULL AND visible_at > ?",
        vec![now.as_millis().into(), now.as_millis().into()],
    )?;
    Ok(())
}

/// Deletes messages that were acknowledged before `limit`.
pub(super) fn forget_acknowledged(storage: &SqlStorage, limit: Timestamp) -> Result<()> {
    storage.exec("DELETE FROM mail WHERE acknowledged_at <= ?", vec![limit.as_millis().into()])?;
    Ok(())
}

/// Deletes what came under an id. Returns how many messages that were. It is a full scan, but nobody waits
/// for it.
pub(super) fn erase_of(storage: &SqlStorage, id: &str) -> Result<u64> {
    let statement = format!("DELETE FROM mail WHERE {ID} = ? RETURNING 1");
    let erased = sql::changed(storage, &statement, [id.into()])?;
    if erased > 0 {
        raise_revision(storage)?;
    }
    Ok(erased)
}

/// Deletes everything. Returns how many messages that were.
pub(super) fn erase(storage: &SqlStorage) -> Result<u64> {
    let erased = sql::changed(storage, "DELETE FROM mail RETURNING 1", [])?;
    raise_revision(storage)?;
    Ok(erased)
}

/// The time of the oldest acknowledgement that is still stored.
pub(super) fn first_acknowledged(storage: &SqlStorage) -> Result<Option<Timestamp>> {
    number(storage, "SELECT min(acknowledged_at) AS number FROM mail WHERE acknowledged_at IS NOT NULL")
        .map(|millis| millis.map(Timestamp::from_millis))
}

/// When the newest message came.
pub(super) fn last_deposit(storage: &SqlStorage) -> Result<Option<Timestamp>> {
    number(storage, "SELECT max(deposited_at) AS number FROM mail")
        .map(|millis| millis.map(Timestamp::from_millis))
}

/// How much waits, and as of which revision. Both change together or not at all.
#[derive(Default, Deserialize)]
struct Standing {
    /// Messages that were not acknowledged, leased ones included.
    backlog: u64,
    /// Counts every change of that number: answers may overtake each other on their way to the laptop.
    revision: u64,
}

fn standing(storage: &SqlStorage) -> Result<Standing> {
    let query = "SELECT (SELECT count(*) FROM mail WHERE acknowledged_at IS NULL) AS backlog,
                        coalesce((SELECT revision FROM mail_revision), 0) AS revision";
    Ok(sql::first(storage, query, [])?.unwrap_or_default())
}

fn raise_revision(storage: &SqlStorage) -> Result<()> {
    let statement = "INSERT INTO mail_revision (one, revision) VALUES (1, 1)
                     ON CONFLICT (one) DO UPDATE SET revision = revision + 1";
    storage.exec(statement, None)?;
    Ok(())
}

/// When the oldest message came that nobody has acknowledged.
fn oldest(storage: &SqlStorage) -> Result<Option<Timestamp>> {
    // The index of what waits is by number, and so is the order of deposits.
    let query = "SELECT deposited_at AS number FROM mail WHERE acknowledged_at IS NULL ORDER BY seq LIMIT 1";
    number(storage, query).map(|millis| millis.map(Timestamp::from_millis))
}

fn number(storage: &SqlStorage, query: &str) -> Result<Option<i64>> {
    #[derive(Deserialize)]
    struct Row {
        number: Option<i64>,
    }
    Ok(sql::first::<Row>(storage, query, [])?.and_then(|row| row.number))
}

/// One delivery of one message.
#[derive(Debug, PartialEq, Eq)]
struct Lease {
    seq: i64,
    generation: i64,
    attempt: i64,
}

impl Lease {
    fn id(&self) -> String {
        format!("{}-{}-{}", self.seq, self.generation, self.attempt)
    }

    fn parse(id: &str) -> Option<Self> {
        let mut parts = id.splitn(3, '-').map(|part| part.parse::<u32>().ok().map(i64::from));
        let (seq, generation, attempt) = (parts.next()??, parts.next()??, parts.next()??);
        (attempt > 0).then_some(Self { seq, generation, attempt })
    }

    /// Changes the leased message if the lease was ever granted, also where it has timed out since.
    fn update(&self, storage: &SqlStorage, change: &str, time: Timestamp) -> Result<bool> {
        let statement = format!(
            "UPDATE mail SET {change} WHERE seq = ? AND generation = ? AND attempts >= ? RETURNING 1"
        );
        let values = [time.as_millis().into(), self.seq.into(), self.generation.into(), self.attempt.into()];
        Ok(sql::changed(storage, &statement, values)? > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_are_written_and_read() {
        let lease = Lease { seq: 7, generation: 1, attempt: 3 };
        assert_eq!(Lease::parse(&lease.id()), Some(lease));
        for bad in ["", "7", "7-1", "7-1-0", "7-1-3-1", "-1-1-1", "a-b-c", "99999999999999999999-0-1"] {
            assert_eq!(Lease::parse(bad), None, "{bad}");
        }
    }
}
