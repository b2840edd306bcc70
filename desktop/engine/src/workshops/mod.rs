//! The workshops of this laptop: their roster, what a host fills in for one, and what every part of the
//! engine works with.

pub(crate) mod context;
pub(crate) mod demo;
pub(crate) mod draft;
mod roster;
pub(crate) mod summary;
pub(crate) mod venue_url;

pub use roster::RosterError;
pub(crate) use roster::{CodeRenewed, Roster, new_id};
