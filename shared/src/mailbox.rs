//! The messages between host and edge: Cloudflare's pull-consumer contract
//! (<https://developers.cloudflare.com/queues/configuration/pull-consumers/>), scoped to one workshop, and
//! what goes with it.

use serde::{Deserialize, Serialize};

use crate::cache::Counters;
use crate::receipt::ReceiptState;
use crate::signup_id::SignupId;
use crate::workshop::Workshop;
use crate::{Millis, Timestamp};

/// Most messages of one pull.
pub const MAX_BATCH: u32 = 100;
/// How long a lease lasts where the puller does not say: 60 s.
pub const LEASE_MS: u32 = 60_000;
/// Longest lease that can be asked for: 12 hours, as Cloudflare's.
pub const MAX_LEASE_MS: u32 = 12 * 60 * 60 * 1000;
/// Longest delay of a returned message: 12 hours, as Cloudflare's.
pub const MAX_DELAY_SECONDS: u32 = 12 * 60 * 60;
/// How long acknowledged messages are kept for replay: 14 days.
pub const KEEP_ACKED_MS: Millis = 14 * 24 * 60 * 60 * 1000;
/// Most bytes of a body on the host's routes: 1,000 acknowledgements or receipts.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// Most entries of one acknowledgement or of one delivery of receipts.
pub const MAX_ENTRIES: usize = 1_000;
/// Most characters of an installation's id and of its name.
pub const MAX_COLLECTOR_CHARS: usize = 64;

/// One installation of the host's program. Exactly one at a time collects a workshop's mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collector {
    /// Drawn once per installation; a restored copy gets a new one.
    pub id: String,
    /// What the host calls the machine, to be named to a second one.
    pub name: String,
}

impl Collector {
    /// Whether both texts are 1 to [`MAX_COLLECTOR_CHARS`] characters without controls.
    ///
    /// ```
    /// use rollcall_shared::mailbox::Collector;
    /// assert!(Collector { id: "a1".into(), name: "A laptop".into() }.is_valid());
    /// assert!(!Collector { id: String::new(), name: "A laptop".into() }.is_valid());
    /// ```
    pub fn is_valid(&self) -> bool {
        [&self.id, &self.name]
            .into_iter()
            .all(|t| !t.is_empty() && crate::language::is_plain(t, MAX_COLLECTOR_CHARS))
    }
}

/// `POST …/messages/pull`
///
/// ```
/// use rollcall_shared::mailbox::{LEASE_MS, MAX_BATCH, PullRequest};
/// let json = r#"{"collector":{"id":"a","name":"A laptop"}}"#;
/// let pull: PullRequest = serde_json::from_str(json).unwrap();
/// assert_eq!((pull.batch_size, pull.visibility_timeout_ms), (MAX_BATCH, LEASE_MS));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Who pulls.
    pub collector: Collector,
    /// How long the lease lasts; at most [`MAX_LEASE_MS`].
    #[serde(default = "lease")]
    pub visibility_timeout_ms: u32,
    /// How many messages to lease; at most [`MAX_BATCH`].
    #[serde(default = "batch")]
    pub batch_size: u32,
    /// Whether to end all existing leases first. Sent once, by a collector that has just started and does not
    /// know them: after a crash its mail comes again at once, not when the leases run out. Cloudflare's
    /// contract does not have it.
    #[serde(default)]
    pub release: bool,
}

fn lease() -> u32 {
    LEASE_MS
}

fn batch() -> u32 {
    MAX_BATCH
}

/// An answer in Cloudflare's shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer<T> {
    /// Always true: refusals are problem details.
    pub success: bool,
    /// Always empty, for the same reason.
    #[serde(default)]
    pub errors: Vec<String>,
    /// What was asked for.
    pub result: T,
}

impl<T> Answer<T> {
    /// A success.
    pub fn of(result: T) -> Self {
        Self { success: true, errors: Vec::new(), result }
    }
}

/// The result of a pull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullResult {
    /// Undelivered messages that remain in the mailbox, leased ones included.
    pub message_backlog_count: u64,
    /// When the oldest of them was deposited. `None` where none remains, or the edge is of a version that
    /// does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_at: Option<Timestamp>,
    /// Counts up whenever the number above changes: of two answers about one mailbox, the one with the higher
    /// revision is the later one. Cloudflare's contract does not have it; 0 where the edge is an older one.
    #[serde(default)]
    pub revision: u64,
    /// Under a lease until acknowledged, returned, or timed out.
    pub messages: Vec<PulledMessage>,
}

/// One message under a lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PulledMessage {
    /// The mailbox's own number of the message.
    pub id: String,
    /// The message's text, as it came from the queue.
    pub body: String,
    /// When it was deposited.
    pub timestamp_ms: Timestamp,
    /// How often it has been delivered, this time included.
    pub attempts: u32,
    /// Describes the body.
    pub metadata: MessageMetadata,
    /// Acknowledges this delivery.
    pub lease_id: String,
}

/// Describes a message's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageMetadata {
    /// Always `text`.
    #[serde(rename = "CF-Content-Type")]
    pub content_type: String,
}

impl Default for MessageMetadata {
    fn default() -> Self {
        Self { content_type: "text".to_owned() }
    }
}

/// `POST …/messages/ack`
///
/// ```
/// use rollcall_shared::mailbox::AckRequest;
/// let json = r#"{"collector":{"id":"a","name":"b"},"retries":[{"lease_id":"7","delay_seconds":5}]}"#;
/// let request: AckRequest = serde_json::from_str(json).unwrap();
/// assert_eq!((request.acks.len(), request.retries[0].delay_seconds), (0, 5));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AckRequest {
    /// Who acknowledges.
    pub collector: Collector,
    /// Committed: may be forgotten.
    #[serde(default)]
    pub acks: Vec<Ack>,
    /// To be delivered again.
    #[serde(default)]
    pub retries: Vec<Retry>,
}

/// One delivery that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// Of the pulled message.
    pub lease_id: String,
}

/// One delivery that is given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// Of the pulled message.
    pub lease_id: String,
    /// Seconds before it is delivered again; at most [`MAX_DELAY_SECONDS`].
    #[serde(default)]
    pub delay_seconds: u32,
}

/// The result of an acknowledgement. A late acknowledgement counts: the message is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AckResult {
    /// Messages that are done now.
    pub ack_count: u32,
    /// Messages that were given back.
    pub retry_count: u32,
    /// Lease ids that are unknown.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// See [`PullResult::message_backlog_count`]; an older edge does not say it here.
    #[serde(default)]
    pub message_backlog_count: Option<u64>,
    /// See [`PullResult::revision`].
    #[serde(default)]
    pub revision: u64,
}

/// `POST …/messages/replay`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayRequest {
    /// Who replays.
    pub collector: Collector,
    /// Messages deposited at this time or later become deliverable again.
    pub since: Timestamp,
}

/// The result of a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayResult {
    /// Messages that are deliverable again.
    pub replayed: u64,
}

/// `POST …/takeover`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeoverRequest {
    /// Who collects from now on.
    pub collector: Collector,
}

/// The result of a take-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeoverResult {
    /// The collector before, if there was one.
    pub previous: Option<Collector>,
    /// Ids that were erased so far: the database of the new collector may be older.
    #[serde(default)]
    pub erased: Vec<SignupId>,
    /// The whole workshop was erased.
    #[serde(default)]
    pub workshop_erased: bool,
}

/// `POST …/erase`
///
/// ```
/// use rollcall_shared::mailbox::EraseRequest;
/// assert_eq!(serde_json::from_str::<EraseRequest>(r#""workshop""#).unwrap(), EraseRequest::Workshop);
/// assert_eq!(serde_json::from_str::<EraseRequest>(r#"{"ids":[]}"#).unwrap(), EraseRequest::Ids(vec![]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EraseRequest {
    /// Everything that came under these ids, and what will still come; at most [`MAX_ENTRIES`]. Their
    /// receipts stay and show what the laptop sends.
    Ids(Vec<SignupId>),
    /// The whole workshop: its codes, its record, its mail and its receipts.
    Workshop,
}

/// The result of an erasure. The same erasure again erases nothing and succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EraseResult {
    /// Messages that were deleted from the mailbox.
    pub messages: u64,
}

/// `POST …/receipts`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptsRequest {
    /// Who says so. The collector's word stands, whatever others send later; programs of before say nothing
    /// here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collector: Option<Collector>,
    /// At most [`MAX_ENTRIES`].
    pub receipts: Vec<ReceiptUpdate>,
}

/// What a receipt says from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptUpdate {
    /// Whose.
    pub id: SignupId,
    /// The state.
    pub state: ReceiptState,
    /// Whether the teacher should see the desk.
    #[serde(default)]
    pub see_desk: bool,
    /// Counts up with every change; the highest one wins, in any order of arrival.
    pub rev: u64,
}

/// The result of a delivery of receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptsResult {
    /// How many receipts are stored as sent, or newer.
    pub stored: u64,
}

/// `GET …/host/stats`, for the holder of the publish key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeFigures {
    /// The cache of the isolate that answered, since the isolate began. A deployment has many.
    pub cache: Counters,
    /// The deployment's alarms, for the time that lost mail is kept.
    pub alarms: Alarms,
}

/// What an administrator should look into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Alarms {
    /// Messages that could not be deposited within all their attempts, and were delivered by the dead-letter
    /// queue.
    pub dead_letters: u64,
    /// Messages that name no workshop.
    pub unaddressed: u64,
}

/// `GET …/workshops/{workshop}`, for the holder of the drain key: by it a laptop that has the key alone
/// learns of the workshop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedWorkshop {
    /// The public record, as it was published last.
    pub workshop: Workshop,
    /// Whether its intake was ended by hand.
    pub retired: bool,
    /// Who collects its mail, once somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collector: Option<Collector>,
}

/// `PUT …/workshops/{workshop}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// The public record.
    pub workshop: Workshop,
    /// SHA-256 of the drain key, hexadecimal: counts when the workshop is new and cannot be changed later.
    pub drain_key_sha256: String,
}

impl Publication {
    /// Whether the hash is 64 hexadecimal digits in lower case.
    pub fn has_valid_hash(&self) -> bool {
        let hash = self.drain_key_sha256.as_bytes();
        hash.len() == 64 && hash.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wire_is_cloudflares() {
        let pulled = Answer::of(PullResult {
            message_backlog_count: 1,
            oldest_at: None,
            revision: 3,
            messages: vec![PulledMessage {
                id: "7".into(),
                body: "{}".into(),
                timestamp_ms: Timestamp::from_millis(5),
                attempts: 1,
                metadata: MessageMetadata::default(),
                lease_id: "l".into(),
            }],
        });
        assert_eq!(
            serde_json::to_string(&pulled).unwrap(),
            concat!(
                r#"{"success":true,"errors":[],"result":{"message_backlog_count":1,"revision":3,"#,
                r#""messages":[{"id":"7","body":"{}","timestamp_ms":5,"attempts":1,"#,
                r#""metadata":{"CF-Content-Type":"text"},"lease_id":"l"}]}}"#
            )
        );
        let acked = Answer::of(AckResult {
            ack_count: 1,
            retry_count: 0,
            warnings: vec![],
            message_backlog_count: Some(0),
            revision: 4,
        });
        assert_eq!(
            serde_json::to_string(&acked).unwrap(),
            concat!(
                r#"{"success":true,"errors":[],"result":{"ackCount":1,"retryCount":0,"warnings":[],"#,
                r#""messageBacklogCount":0,"revision":4}}"#
            )
        );
        let older: AckResult = serde_json::from_str(r#"{"ackCount":1,"retryCount":0}"#).unwrap();
        assert_eq!((older.message_backlog_count, older.revision), (None, 0));
        let pull: PullRequest = serde_json::from_str(r#"{"collector":{"id":"a","name":"b"}}"#).unwrap();
        assert_eq!((pull.batch_size, pull.visibility_timeout_ms, pull.release), (MAX_BATCH, LEASE_MS, false));
    }
}
