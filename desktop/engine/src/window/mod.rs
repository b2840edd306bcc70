//! What the host's window reads and does: the types on the wire to it, one noun to a file, and the [`Engine`]'s methods
//! that answer with them.
//!
//! Everything here is plain data with stable words; which sentence a person reads is chosen by the window, in its language.
//! With the feature `typescript` the same types are written out for the window's front end (see `typescript.rs`).
//!
//! [`Engine`]: crate::Engine

mod addresses;
mod alarm;
mod case;
mod check;
mod connection_test;
mod desk;
mod doing;
mod export_format;
mod home;
mod hop;
mod keys_saved;
mod list;
mod reading;
mod refusal;
mod signup_view;
#[cfg(feature = "typescript")]
pub mod typescript;
mod undo;
mod wifi;
mod workshop_summary;

pub use addresses::{Addresses, LanAddress, NetworkKind, WifiCode};
pub use alarm::{Alarm, AlarmKind};
pub use case::{Case, DuplicateReason, ParkedReason, Resolution};
pub use check::{Arrival, Check, Neighbour, OwnConnection, Reached, Verdict};
pub use connection_test::{ConnectionCode, ConnectionTest};
pub use desk::{DeskDevice, DeskPanel, TakenEntry};
pub use export_format::ExportFormat;
pub use home::Home;
pub use hop::{Hop, HopCode, HopHealth, Level};
pub use keys_saved::KeysSaved;
pub use list::{ListPage, ListQuery, MAX_LIST_ROWS, Show};
pub use refusal::{Refusal, RefusalCode};
pub use signup_view::{SignupFlags, SignupState, SignupView};
pub(crate) use undo::KEPT;
pub use undo::{Act, Undo};
pub use wifi::{Wifi, WifiError, WifiSecurity};
pub use workshop_summary::{Counts, Phase, WorkshopSummary};
