//! A workshop's first view: who is there, who is coming, how every hop is doing.

use serde::Serialize;

use super::{Addresses, Alarm, HopHealth, SignupView, ToldEarlier, WorkshopSummary};

/// A workshop at one glance.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Home {
    /// Which, with its counts.
    pub workshop: WorkshopSummary,
    /// Seats; without limit where it is not set.
    pub capacity: Option<u32>,
    /// Sign-ups stored in each of the last 300 seconds, oldest first; the last is the second that is running.
    pub arrivals: Vec<u32>,
    /// The newest 20 sign-ups.
    pub newest: Vec<SignupView>,
    /// Every hop, in the order of a sign-up's path.
    pub hops: Vec<HopHealth>,
    /// What happened to the laptop, the newest first.
    pub alarms: Vec<Alarm>,
    /// Who signed up when the pages promised to delete earlier than they do now.
    pub told_earlier: Option<ToldEarlier>,
    /// Where phones reach the form.
    pub addresses: Addresses,
}
