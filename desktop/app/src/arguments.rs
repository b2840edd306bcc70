//! The command line. People start the window without any; `cargo xtask run` and tests say where things lie.

use std::path::PathBuf;

use clap::Parser;
use rollcall_engine::options::EngineOptions;

/// Rollcall's window.
#[derive(Debug, Clone, Parser)]
#[command(name = "rollcall-desktop", version, about = "Takes workshop sign-ups, in a window")]
pub(crate) struct Arguments {
    /// Where database, keys and Redis's files live; this account's own folder for data where it is not set
    #[arg(long, env = "ROLLCALL_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Opens the venue page at once, without waiting for the host to press a button
    #[arg(long)]
    pub(crate) venue_open: bool,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
    /// Writes files there without asking where; for tests, which cannot answer the system's dialogs
    #[arg(long, hide = true)]
    pub(crate) files_dir: Option<PathBuf>,
}
