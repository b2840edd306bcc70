//! `rollcall-bench`: the engine's own loops, measured, and the design that Rollcall replaces. `cargo xtask
//! bench` runs it; each command prints JSON, or where it listens.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use rollcall_engine::bench;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(name = "rollcall-bench", about = "Measures what rollcall-host is made of")]
enum Command {
    /// Measure the drain from Redis to SQLite
    Drain {
        /// How many sealed messages
        #[arg(long, default_value_t = 20_000)]
        messages: u32,
        /// The folder for the database and Redis's files while it runs
        #[arg(long)]
        data_dir: Option<PathBuf>,
        /// Use the direct channel instead of Redis
        #[arg(long)]
        no_redis: bool,
    },
    /// Measure pages and searches of a long list
    List {
        /// How many rows
        #[arg(long, default_value_t = 50_000)]
        rows: u32,
        /// The folder for the database while it runs
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
    /// Serve sign-ups as the design did that Rollcall replaces, until Ctrl-C or SIGTERM
    Replaced {
        /// The folder for the database while it runs
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    match Command::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Command {
    fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Drain { messages, data_dir, no_redis } => {
                print(&bench::drain(messages, data_dir.as_deref(), !no_redis)?)
            }
            Self::List { rows, data_dir } => print(&bench::list(rows, data_dir.as_deref())?),
            Self::Replaced { data_dir } => {
                let stop = CancellationToken::new();
                let asked = stop.clone();
                ctrlc::set_handler(move || asked.cancel())?;
                let serving =
                    bench::replaced(data_dir.as_deref(), |address| println!("ready {address}"), stop);
                tokio::runtime::Runtime::new()?.block_on(serving)
            }
        }
    }
}

fn print(report: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(report)?);
    Ok(())
}
