//! How each hop of a sign-up's path is doing, in stable words. Every word is in this file.

use rollcall_shared::Timestamp;
use serde::Serialize;

/// How a hop is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HopHealth {
    /// Which.
    pub hop: Hop,
    /// Whether somebody has to look.
    pub level: Level,
    /// What is the case.
    pub code: HopCode,
    /// Since when; `None` before it was looked at twice.
    pub since: Option<Timestamp>,
    /// How much waits there.
    pub waiting: u64,
    /// Seconds until what waits there has come in, as far as that can be told.
    pub remaining_seconds: Option<u32>,
    /// Somebody else's words (the network's, the edge's, another laptop's name), for whoever repairs it.
    pub detail: Option<String>,
}

/// A hop, in the order of a sign-up's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Hop {
    /// From the laptop to the edge: publishing, and receipts on their way. `waiting`: receipts.
    Internet,
    /// From the edge's mailbox. `waiting`: what lies in it.
    Collection,
    /// The stream before the database. `waiting`: what lies in it.
    Redis,
    /// The page on the local network.
    Venue,
    /// The list itself. `waiting`: what the writer has before it.
    Database,
}

/// Whether somebody has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Level {
    /// All well.
    Ok,
    /// It recovers by itself, and nothing is lost meanwhile.
    Waiting,
    /// Nothing is lost, and a person has to do something.
    Trouble,
}

/// What is the case at a hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum HopCode {
    /// Internet, collection: no edge is connected; the workshop is the venue's alone.
    NoEdge,
    /// Internet: the edge shows the workshop as it is here.
    Published,
    /// Internet: the edge takes no more sign-ups for it, as the host wanted.
    Retired,
    /// Internet: on its way to the edge.
    Publishing,
    /// Internet, collection: the edge cannot be reached.
    EdgeAway,
    /// Internet: the edge refuses the publish key.
    PublishKeyRefused,
    /// Internet, collection: the edge refuses this folder's drain key.
    DrainKeyRefused,
    /// Internet: the edge refuses the workshop's record.
    RecordRefused,
    /// Collection: mail comes in.
    Collecting,
    /// Collection: it begins once the workshop is published.
    NotYet,
    /// Collection: another installation collects. `detail` is its name.
    OwnedElsewhere,
    /// Collection: mail is sealed to a key that is not here. `detail` is the key's id.
    KeyMissing,
    /// Redis: it works.
    RedisWorks,
    /// Redis: none is used, which is as safe.
    Direct,
    /// Redis: it is older than the oldest that is used, so that none is, which is as safe. `detail` names it.
    RedisTooOld,
    /// Redis: the private one does not start. It is tried again; until it has, none is used, which is as
    /// safe.
    RedisNotStarted,
    /// Redis: the private one is away and is started again.
    RedisRestarting,
    /// Redis: the host's own cannot be used.
    RedisAway,
    /// Venue: closed, as the host left it.
    VenueClosed,
    /// Venue: open.
    VenueOpen,
    /// Venue: open, and this laptop is on no network.
    NoNetwork,
    /// Venue: it could not be opened.
    VenueRefused,
    /// Database: it takes writes.
    Writable,
    /// Database: another program holds it.
    DatabaseBusy,
    /// Database: the disk is full.
    DiskFull,
    /// Database: it may not be written.
    ReadOnly,
    /// Database: the disk or the file fails.
    DatabaseFailing,
}

impl HopCode {
    /// Returns whether somebody has to look: one table for all hops.
    pub fn level(self) -> Level {
        match self {
            Self::NoEdge
            | Self::Published
            | Self::Retired
            | Self::Collecting
            | Self::RedisWorks
            | Self::Direct
            | Self::RedisTooOld
            | Self::VenueClosed
            | Self::VenueOpen
            | Self::Writable => Level::Ok,
            Self::Publishing
            | Self::EdgeAway
            | Self::NotYet
            | Self::RedisNotStarted
            | Self::RedisRestarting
            | Self::NoNetwork
            | Self::DatabaseBusy => Level::Waiting,
            Self::PublishKeyRefused
            | Self::DrainKeyRefused
            | Self::RecordRefused
            | Self::OwnedElsewhere
            | Self::KeyMissing
            | Self::RedisAway
            | Self::VenueRefused
            | Self::DiskFull
            | Self::ReadOnly
            | Self::DatabaseFailing => Level::Trouble,
        }
    }
}
