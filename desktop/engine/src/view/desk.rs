//! Desks as the host sees them: helpers' devices, and what became of an entry code.

use rollcall_shared::Timestamp;
use rollcall_shared::signup_id::SignupId;
use serde::Serialize;

use super::{Reach, SignupState};

/// The desks of one workshop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DeskPanel {
    /// Where a helper's device opens the desk; `None` while the venue page is closed or this laptop is on no
    /// network.
    pub url: Option<String>,
    /// Whether a helper's device can get there.
    pub reach: Reach,
    /// The digits that let a device in; `None` while no desk is open.
    pub pin: Option<String>,
    /// Every device that was let in, oldest first.
    pub desks: Vec<DeskDevice>,
    /// How many this computer itself has taken.
    pub here: u32,
}

/// A helper's device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DeskDevice {
    /// By which it is ended.
    pub id: String,
    /// What its helper calls it.
    pub name: String,
    /// When it was let in.
    pub opened_at: Timestamp,
    /// When it last asked for something or took somebody.
    pub seen_at: Timestamp,
    /// Whether its session goes on.
    pub open: bool,
    /// How many it has taken.
    pub taken: u32,
}

/// What became of an entry code. It names a person: it goes to the window and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TakenEntry {
    /// Under which it is stored, unless its number was on the list already.
    pub id: SignupId,
    /// As it was given.
    pub name: String,
    /// Six signs to read out.
    pub short_code: String,
    /// What its receipt says; `None` where it has to be looked at first.
    pub state: Option<SignupState>,
    /// Whether it had come before, by whatever way.
    pub again: bool,
}
