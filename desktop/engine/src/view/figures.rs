//! How the engine has fared in the last minutes, over all workshops: what the window draws as small plots.

use rollcall_shared::Timestamp;
use rollcall_shared::retry::Failure;
use serde::Serialize;

use super::Level;

/// The figures of the last minutes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Figures {
    /// When they were read.
    pub now: Timestamp,
    /// How long a slot is.
    pub slot_seconds: u32,
    /// How long slots are kept.
    pub kept_seconds: u32,
    /// Whether there is an edge; without one, what it says is none of the figures.
    pub has_edge: bool,
    /// What was seen, oldest first. None in the first seconds.
    pub slots: Vec<FigureSlot>,
    /// Every figure with its judgement, each once.
    pub readings: Vec<Reading>,
}

/// What was seen in some seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FigureSlot {
    /// When they ended.
    pub at: Timestamp,
    /// Milliseconds from being received to being stored; `None` where nothing was stored.
    pub queue_ms: Option<Span>,
    /// Milliseconds of a transaction, from BEGIN to the end of COMMIT; `None` where nothing was written.
    pub commit_ms: Option<Span>,
    /// Messages in one transaction; `None` where nothing was written.
    pub batch: Option<Span>,
    /// What waited at each hop.
    pub backlog: Backlog,
    /// Failures that are tried again, by cause; those alone that there were.
    pub retries: Vec<Retries>,
    /// Messages that wait for a person's look.
    pub parked: u64,
    /// What the edge said last of mail that went astray there; `None` where it has not said so lately.
    pub lost: Option<Lost>,
    /// What the edge said last of its cache; `None` where it has not said so lately.
    pub look_ups: Option<LookUps>,
}

/// How a quantity was spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Span {
    /// How many there were.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// The largest.
    pub most: f64,
}

/// What waited at each hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Backlog {
    /// In the edge's mailbox, as it said last.
    pub edge: Waiting,
    /// Pulled, not yet acknowledged in the stream.
    pub stream: Waiting,
    /// Before the writer.
    pub writer: Waiting,
    /// Receipts that the edge has not confirmed.
    pub receipts: Waiting,
}

/// How many waited at one hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Waiting {
    /// Most at one moment.
    pub most: u64,
    /// In the end.
    pub left: u64,
}

/// Failures of one cause that are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Retries {
    /// Why.
    pub cause: Cause,
    /// How many.
    pub count: u64,
}

/// Why something failed that is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Cause {
    /// No connection to the edge, or it broke.
    Network,
    /// No answer in time.
    Timeout,
    /// The edge answered that it cannot just now.
    Http,
    /// Redis does not answer.
    Redis,
    /// Another program holds the database, or the writer has more before it than it takes.
    Busy,
    /// The disk is full.
    DiskFull,
    /// The file cannot be written.
    ReadOnly,
    /// The disk failed.
    Io,
    /// Trying it again could not help, and it was tried again all the same.
    Permanent,
}

impl From<Failure> for Cause {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy | Failure::Locked => Self::Busy,
            Failure::DiskFull => Self::DiskFull,
            Failure::Io => Self::Io,
            Failure::ReadOnly => Self::ReadOnly,
            Failure::Redis => Self::Redis,
            Failure::Network => Self::Network,
            Failure::Timeout => Self::Timeout,
            Failure::Http(_) => Self::Http,
            Failure::Permanent => Self::Permanent,
        }
    }
}

/// Mail that went astray at the edge, for the time that the edge remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Lost {
    /// Messages that were put into a mailbox only after all regular attempts had failed.
    pub dead_letters: u64,
    /// Messages that name no workshop: kept there, delivered to nobody.
    pub unaddressed: u64,
}

/// Where one of the edge's machines found workshops since it began: the one that was asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LookUps {
    /// In its memory.
    pub memory: u64,
    /// In KV.
    pub kv: u64,
    /// With the InviteCode object, which knows.
    pub authority: u64,
}

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Figure {
    /// How long from being received to being stored.
    Queue,
    /// How long a transaction takes.
    Commit,
    /// How many messages are written at once.
    Batch,
    /// How many wait at each hop.
    Backlog,
    /// How many cannot be read, or went astray at the edge.
    Failures,
    /// How often something was tried again, by cause.
    Retries,
    /// Where the edge finds workshops.
    Cache,
}

/// A figure's judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Reading {
    /// Which.
    pub figure: Figure,
    /// How the last minute was. Waiting: out of the ordinary, and it recovers by itself.
    pub level: Level,
    /// From where on it is out of the ordinary, in the figure's own unit (milliseconds, messages, failures;
    /// seconds that something waits; per cent that were not found nearby). `None` where nothing is.
    pub limit: Option<u32>,
}
