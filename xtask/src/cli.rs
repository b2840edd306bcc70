//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Sets up, starts, tests and measures Rollcall.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Starts the local edge, Redis and the host with a demo workshop; prints `ready {…}` when sign-ups can
    /// be taken
    Run(RunOptions),
    /// Runs every test there is; the last line reads `N passed, M failed`
    Test(TestOptions),
    /// Plays random runs of the phone's outbox on a line that fails in every way there is
    Offline(OfflineOptions),
    /// Does the worst to a host, its Redis, disk, clock and line while clients sign up; prints what was lost
    /// and doubled
    Faults(FaultsOptions),
    /// Has a fuzzer look for bytes that break what must hold for every parser of bytes from outside
    Fuzz(FuzzOptions),
    /// Prints every row of the targets that is measured so far; or compares with another commit
    Bench(BenchOptions),
    /// Counts what the source comes to: circles of files, imports against the order of wings, long functions
    Census(CensusOptions),
    /// Builds the worker into edge/build, unless nothing has changed
    Edge,
    /// Packs the phone page's script and style from edge/web into shared, to be committed
    Web,
    /// Installs what is missing on this machine and nothing else
    Setup,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct RunOptions {
    /// Without a window, as where there is no display
    #[arg(long)]
    pub(crate) headless: bool,
    /// Sends N made-up teachers at one instant through the real path, reports, and stops
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub(crate) rehearse: Option<u32>,
    /// Where the database, the keys and the local edge's state lie
    #[arg(long, value_name = "DIR", default_value = ".rollcall")]
    pub(crate) data_dir: PathBuf,
    /// The local edge's port on this machine
    #[arg(long, value_name = "PORT", default_value_t = 8787)]
    pub(crate) edge_port: u16,
    /// The venue page's port; fixed, so that a printed QR code stays right after a restart
    #[arg(long, value_name = "PORT", default_value_t = 7470)]
    pub(crate) lan_port: u16,
    /// Opens the venue page at once, on this address: 0.0.0.0 lets the phones on the local network in,
    /// 127.0.0.1 this machine alone. Where it is not given, the window offers the page as a released program
    /// does, and without a window it is 127.0.0.1
    #[arg(long, value_name = "IP")]
    pub(crate) lan_host: Option<IpAddr>,
    /// The port of the numbers to watch and of the control interface (this machine only)
    #[arg(long, value_name = "PORT", default_value_t = 7471)]
    pub(crate) metrics_port: u16,
    /// A Redis (6.2 or newer) or Valkey of your own instead of a private one
    #[arg(long, value_name = "URL", conflicts_with = "no_redis")]
    pub(crate) redis_url: Option<String>,
    /// Without Redis: from the edge's mailbox straight to the writer
    #[arg(long)]
    pub(crate) no_redis: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct TestOptions {
    /// Only the steps whose name contains this
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct OfflineOptions {
    /// How many runs, each from a seed of its own
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) runs: u64,
    /// The first run's seed; the others count up from it
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FaultsOptions {
    /// How many runs, each from a seed of its own
    #[arg(long, value_name = "N", required_unless_present_any = ["minutes", "planted", "backlogs"])]
    pub(crate) runs: Option<u64>,
    /// The first run's seed; the others count up from it
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Begins no further run after so long
    #[arg(long, value_name = "M")]
    pub(crate) minutes: Option<u64>,
    /// Plants a defect instead, or each of them (`all`), and expects that it is seen
    #[arg(long, value_name = "NAME", conflicts_with_all = ["runs", "minutes", "backlogs"])]
    pub(crate) planted: Option<String>,
    /// Measures instead how soon 500 sign-ups are stored once Redis, the disk or the edge is back
    #[arg(long, conflicts_with_all = ["runs", "minutes"])]
    pub(crate) backlogs: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct FuzzOptions {
    /// How long, for each property
    #[arg(long, value_name = "M", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_440))]
    pub(crate) minutes: u64,
    /// Takes what was found into the corpus, to be committed
    #[arg(long)]
    pub(crate) keep: bool,
    /// The properties, by the names of their folders under fuzz/corpus; all of them where none is named
    #[arg(value_name = "PROPERTY")]
    pub(crate) targets: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct BenchOptions {
    /// Builds the host of this commit as well, and measures its drain and its venue page in turn with ours
    #[arg(long, value_name = "COMMIT")]
    pub(crate) beside: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct CensusOptions {
    /// Another checkout than this one, to compare
    #[arg(long, value_name = "DIR")]
    pub(crate) checkout: Option<PathBuf>,
    /// Lists every import, a line each
    #[arg(long)]
    pub(crate) imports: bool,
}
