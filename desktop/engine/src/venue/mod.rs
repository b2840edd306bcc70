//! The page on the venue's own network: its listener, who came by, the helpers' desks, and what its routes
//! answer.

pub(crate) mod context;
pub(crate) mod desks;
pub(crate) mod entry;
pub(crate) mod lan;
pub(crate) mod listener;
pub(crate) mod pin_throttle;
pub(crate) mod reach;
pub(crate) mod routes;
pub(crate) mod settings;
pub(crate) mod store;
pub(crate) mod visitors;
