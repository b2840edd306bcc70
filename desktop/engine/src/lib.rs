//! Rollcall on the host's laptop: collects sign-ups from the edge and from the venue's network and keeps them
//! in SQLite.
//!
//! In wings, from the ground up; a wing imports only what lies before it (`cargo xtask test` checks that):
//! the ground (`clock`, `random`, `changes`, `metrics`, `failpoints`, `message`) · [`config`] what the host
//! sets · [`view`] plain types that the window reads · `codes` QR codes drawn, and read from pictures · `http`
//! what both ports share · `db` all SQL · `writer`
//! the one thread that writes · `folder` the data folder, its keys and backups · `workshops` the roster, and
//! what every part works with · `edge` its HTTP client · `pipeline` from the mailbox into the database, and
//! acknowledgements back · `venue` the page on the local network · `acts`, `export`, `erasure` what the host
//! does with rows · `engine` all of it together, with its [`control`] routes · [`window`] what the host's
//! window asks.
//!
//! Acknowledgement runs backwards from COMMIT, so that everything before the database may be lost at any
//! moment. There is no window here: `rollcall-host` runs this headless, and the window is a shell over the
//! same [`Engine`].

mod acts;
#[cfg(feature = "bench")]
#[doc(hidden)]
#[path = "../bench/lib.rs"]
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

pub use config::language::system_language;
pub use config::settings_error::SettingsError;
pub use config::{Config, EdgeConfig, RedisChoice, VenueStart, options};
pub use db::open_error::OpenError;
pub use edge::connection::connection_line;
pub use engine::{Engine, EngineError, Ready, RefusedKey, StartError, Status, control, offline};
pub use folder::{backup, error::FolderError};
pub use http::port_error::PortError;
pub use workshops::RosterError;
pub use workshops::draft::WorkshopDraft;
