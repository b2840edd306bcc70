//! What happened to the laptop itself, and wants a person's eye.

use rollcall_shared::Timestamp;
use serde::{Deserialize, Serialize};

/// An alarm. It stays until the host has seen it, or until it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Alarm {
    /// What happened.
    pub kind: AlarmKind,
    /// When it was noticed.
    pub at: Timestamp,
    /// How much: seconds that the laptop stood still, what is left of the battery in per cent, or the days
    /// that mail has waited.
    pub amount: Option<u32>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum AlarmKind {
    /// The laptop slept, or stood still, while a workshop was open.
    Woke,
    /// The venue page has another address: what was printed or is still on a wall leads nowhere.
    AddressChanged,
    /// The battery runs out.
    BatteryLow,
    /// Nothing can be stored: the venue page sends people away, and nothing is fetched from the edge. The
    /// database's hop says why and what to do. Gone once something can be stored.
    NothingStored,
    /// Sign-ups have waited at the edge since the day before yesterday or longer. Gone once they are here.
    MailWaits,
}
