//! Rollcall on the host's laptop: collects sign-ups from the edge and from the venue's network and keeps them in SQLite.
//!
//! In the order of the path: [`config`] what the host sets · `folder`, `keys` what the data folder holds · `publisher` the
//! edge learns of a workshop · `collector` pulls mail under leases, called by `wake`, into a `stream` (Redis, or a direct channel) · `drain`
//! reads it, has the `unsealer` open the boxes and the `writer` commit them, then acknowledges backwards · `receipts` tells the
//! edge what receipts say · `venue` takes sign-ups on the local network · `control` answers the host's commands, [`window`]
//! and `acts` the host's window.
//!
//! Acknowledgement runs backwards from COMMIT, so that everything before the database may be lost at any moment.
//! There is no window here: `rollcall-host` runs this headless, and the window is a shell over the same [`Engine`].

mod acts;
pub mod bench;
mod changes;
mod clock;
mod codes;
pub mod config;
mod db;
mod edge;
mod engine;
mod erasure;
mod export;
mod failpoints;
mod folder;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod message;
mod metrics;
mod pipeline;
mod random;
#[cfg(test)]
mod testing;
mod venue;
pub mod view;
pub mod window;
mod workshops;
mod writer;

pub use acts::ActError;
pub use config::{Config, EdgeConfig, RedisChoice, VenueStart};
pub use config::{options, settings_error::SettingsError};
pub use db::signups::SignupRow;
pub use db::workshops::WorkshopRow;
pub use engine::{Backlog, Counts, EngineHealth, Status, WorkshopStatus};
pub use engine::{Engine, EngineError, Ready};
pub use engine::{control, offline};
pub use export::ExportError;
pub use folder::backup;
pub use message::Path;
pub use pipeline::health;
pub use pipeline::stream::server_choice::RedisKind;
pub use venue::entry::EntryError;
pub use workshops::RosterError;
pub use workshops::draft::WorkshopDraft;
