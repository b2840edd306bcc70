//! Rollcall on the host's laptop: collects sign-ups from the edge and from the venue's network and keeps them in SQLite.
//!
//! In the order of the path: [`config`] what the host sets · `folder`, `keys` what the data folder holds · `publisher` the
//! edge learns of a workshop · `collector` pulls mail under leases, called by `wake`, into a `stream` (Redis, or a direct channel) · `drain`
//! reads it, has the `opener` open the boxes and the `writer` commit them, then acknowledges backwards · `receipts` tells the
//! edge what receipts say · `venue` takes sign-ups on the local network · `control` answers the host's commands, [`window`]
//! and `acts` the host's window.
//!
//! Acknowledgement runs backwards from COMMIT, so that everything before the database may be lost at any moment.
//! There is no window here: `rollcall-host` runs this headless, and the window is a shell over the same [`Engine`].

pub mod backup;
pub mod bench;
pub mod config;
pub mod control;
mod engine;
pub mod erasure;
pub mod export;
pub mod health;
mod message;
pub mod options;
mod settings_error;
mod status;
pub mod window;
mod workshop_draft;
mod workshops;

mod acts;
mod attempts;
mod changes;
mod clock;
mod collector;
mod connection;
mod db;
mod demo;
mod desks;
mod door;
mod drain;
mod edge_client;
mod edge_figures;
mod entry;
mod failpoints;
mod folder;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod guests;
mod hops;
mod keys;
mod keys_copy;
mod lan;
mod leases;
mod line;
mod lines;
mod metrics;
mod opener;
mod progress;
mod publisher;
mod receipts;
mod redis_choice;
#[cfg(unix)]
mod redis_server;
mod server;
mod site;
mod start;
mod stream;
mod surroundings;
#[cfg(test)]
mod testing;
mod venue;
mod venue_settings;
mod wake;
mod writer;

pub use acts::ActError;
pub use config::{Config, EdgeConfig, RedisChoice, VenueStart};
pub use db::signups::SignupRow;
pub use db::workshops::WorkshopRow;
pub use engine::{Engine, EngineError, Ready};
pub use entry::EntryError;
pub use message::Path;
pub use redis_choice::RedisKind;
pub use settings_error::SettingsError;
pub use status::{Backlog, Counts, EngineHealth, Status, WorkshopStatus};
pub use workshop_draft::WorkshopDraft;
pub use workshops::RosterError;
