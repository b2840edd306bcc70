//! The command line.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use rollcall_engine::backup::BackupError;
use rollcall_engine::control::{self, Replay};
use rollcall_engine::options::{EdgeOptions, EngineOptions};
use rollcall_engine::view::Whom;
use rollcall_engine::{Engine, SettingsError, StartError, VenueStart, connection_line, system_language};
use rollcall_shared::Timestamp;
use rollcall_shared::language::Language;
use tracing_subscriber::EnvFilter;

use crate::ask::{ask, back_up, erase, export, language, read_draft, restore, workshops};
use crate::out;
use crate::signals::Signals;

/// What the host has to change; as clap's own for a command line that it cannot read.
const EXIT_SETTINGS: u8 = 2;

/// Where the venue page listens unless told otherwise: whoever runs this program by hand opens the network on
/// purpose.
const LAN_HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[derive(Parser)]
#[command(
    name = "rollcall-host",
    version,
    about = "Takes workshop sign-ups and keeps them in a database on this machine"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the engine until Ctrl-C or SIGTERM
    Run(Run),
    /// Make, change, list or end workshops of the running engine
    Workshop {
        #[command(flatten)]
        folder: DataDir,
        #[command(subcommand)]
        command: WorkshopCommand,
    },
    /// Let helpers' devices sign people up on the venue page
    Desk {
        #[command(flatten)]
        folder: DataDir,
        #[command(subcommand)]
        command: DeskCommand,
    },
    /// Make this installation the collector of a workshop's mail
    Takeover {
        #[command(flatten)]
        folder: DataDir,
        /// The workshop's id
        id: String,
    },
    /// Have a workshop's mail delivered again
    Replay {
        #[command(flatten)]
        folder: DataDir,
        /// The workshop's id
        id: String,
        /// Only what was deposited since then, in milliseconds since 1970 UTC
        #[arg(long, default_value_t = 0)]
        since: i64,
    },
    /// Write a workshop's list to a file for a spreadsheet, by the running engine or without one
    Export {
        #[command(flatten)]
        folder: DataDir,
        /// The workshop's id or invite code
        workshop: String,
        /// The file: .xlsx, or .csv, which cannot tell texts from numbers and holds no second sheet
        file: PathBuf,
        /// Headings and words: zh or en
        #[arg(long, default_value = "zh", value_parser = language)]
        language: Language,
    },
    /// Copy the database and the keys to a new folder, by the running engine or without one
    Backup {
        #[command(flatten)]
        folder: DataDir,
        /// The folder to make; keep it as secret as the data folder
        to: PathBuf,
    },
    /// Put a backup in the place of the database, which is set aside; the engine must not run
    Restore {
        #[command(flatten)]
        folder: DataDir,
        /// The folder that `backup` made
        from: PathBuf,
    },
    /// Erase a person or a workshop everywhere, for good
    Erase {
        #[command(flatten)]
        folder: DataDir,
        #[command(subcommand)]
        command: EraseCommand,
    },
    /// Print the line by which a host's window connects to a deployment; it holds the publish key
    Connection {
        #[command(flatten)]
        edge: EdgeOptions,
    },
    /// How the running engine is doing, as JSON
    Status {
        #[command(flatten)]
        folder: DataDir,
    },
}

#[derive(Args)]
struct DataDir {
    /// The running engine's data folder
    #[arg(long, env = "ROLLCALL_DATA_DIR")]
    data_dir: PathBuf,
}

#[derive(Subcommand)]
enum WorkshopCommand {
    /// All workshops, as JSON
    List,
    /// Make a workshop from a JSON file
    Make {
        /// The file; `-` for standard input
        file: PathBuf,
    },
    /// Change a workshop to what a JSON file says, which names it by its id
    Change {
        /// The file; `-` for standard input
        file: PathBuf,
    },
    /// End a workshop's intake
    Retire {
        /// The workshop's id
        id: String,
    },
    /// Take the end of a workshop back
    Resume {
        /// The workshop's id
        id: String,
    },
    /// Give a workshop a new invite code; the old one ends
    Renew {
        /// The workshop's id
        id: String,
    },
}

#[derive(Subcommand)]
enum EraseCommand {
    /// A sign-up, with all that corrects it or is corrected by it
    Person {
        /// The workshop's id or invite code
        workshop: String,
        /// The sign-up's id
        id: String,
        /// Erase; without it, only what would be erased is said
        #[arg(long)]
        yes: bool,
    },
    /// A message that could not be read
    Parked {
        /// The workshop's id or invite code
        workshop: String,
        /// The message's number
        seq: i64,
        /// Erase; without it, only what would be erased is said
        #[arg(long)]
        yes: bool,
    },
    /// A workshop with everything in it
    Workshop {
        /// The workshop's id or invite code
        workshop: String,
        /// Erase; without it, only what would be erased is said
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Subcommand)]
enum DeskCommand {
    /// The address, the PIN and the devices, as JSON
    Show {
        /// The workshop's id
        id: String,
    },
    /// Draw a PIN that lets devices in; whoever came in by the last one is out
    Open {
        /// The workshop's id
        id: String,
    },
    /// Let no device in any more
    Shut {
        /// The workshop's id
        id: String,
    },
}

#[derive(Args)]
struct Run {
    /// Where database, keys and Redis's files live
    #[arg(long, env = "ROLLCALL_DATA_DIR")]
    data_dir: PathBuf,
    #[command(flatten)]
    options: EngineOptions,
}

/// Does what the command line says.
pub(crate) fn run() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    // A log that nobody reads any more is nothing to stop for.
    log.log_internal_errors(false).init();
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            out::tell(&told(&error, system_language()));
            // What the host has to change first.
            let is_setting = error.is::<StartError>() || error.is::<BackupError>();
            if is_setting { ExitCode::from(EXIT_SETTINGS) } else { ExitCode::FAILURE }
        }
    }
}

/// Tells an error in the system's language, as far as it is one of a start or a restore: they are what
/// whoever sets this up reads first.
fn told(error: &anyhow::Error, language: Language) -> String {
    let known = error.downcast_ref::<StartError>().map(|error| error.told(language));
    let known = known.or_else(|| error.downcast_ref::<BackupError>().map(|error| error.told(language)));
    let line = known.unwrap_or_else(|| in_a_line(error));
    match language {
        Language::Zh => format!("错误：{line}"),
        Language::En => format!("error: {line}"),
    }
}

/// Tells an error with its causes, each once: many a text has its cause in it.
fn in_a_line(error: &anyhow::Error) -> String {
    error.chain().skip(1).fold(error.to_string(), |line, cause| {
        let cause = cause.to_string();
        if line.contains(&cause) { line } else { format!("{line}: {cause}") }
    })
}

impl Command {
    fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Run(run) => run.run(),
            Self::Workshop { folder, command } => command.run(&folder.data_dir),
            Self::Desk { folder, command } => ask(&folder.data_dir, &command.into()),
            Self::Takeover { folder, id } => ask(&folder.data_dir, &control::Command::TakeOver(id)),
            Self::Replay { folder, id, since } => ask(
                &folder.data_dir,
                &control::Command::Replay(id, Replay { since: Timestamp::from_millis(since) }),
            ),
            Self::Export { folder, workshop, file, language } => {
                export(&folder.data_dir, &workshop, &file, language)
            }
            Self::Backup { folder, to } => back_up(&folder.data_dir, &to),
            Self::Restore { folder, from } => restore(&folder.data_dir, &from),
            Self::Erase { folder, command } => command.run(&folder.data_dir),
            Self::Connection { edge } => print_connection(edge),
            Self::Status { folder } => ask(&folder.data_dir, &control::Command::Status),
        }
    }
}

fn print_connection(edge: EdgeOptions) -> anyhow::Result<()> {
    let edge = edge.config().and_then(|edge| edge.ok_or(SettingsError::NoEdge));
    let line = edge.and_then(|edge| connection_line(&edge)).map_err(StartError::from)?;
    out::line(&line)
}

impl WorkshopCommand {
    fn run(self, data_dir: &Path) -> anyhow::Result<()> {
        let command = match self {
            Self::List => return workshops(data_dir),
            Self::Make { file } => read_draft(&file, false)?,
            Self::Change { file } => read_draft(&file, true)?,
            Self::Retire { id } => control::Command::Retire(id),
            Self::Resume { id } => control::Command::Resume(id),
            Self::Renew { id } => control::Command::RenewCode(id),
        };
        ask(data_dir, &command)
    }
}

impl EraseCommand {
    fn run(self, data_dir: &Path) -> anyhow::Result<()> {
        let (workshop, whom, yes) = match self {
            Self::Person { workshop, id, yes } => {
                let id = id.trim().parse().context("a sign-up is named by its id")?;
                (workshop, Whom::Person(id), yes)
            }
            Self::Parked { workshop, seq, yes } => (workshop, Whom::Parked(seq), yes),
            Self::Workshop { workshop, yes } => (workshop, Whom::Workshop, yes),
        };
        erase(data_dir, &workshop, whom, yes)
    }
}

impl From<DeskCommand> for control::Command {
    fn from(command: DeskCommand) -> Self {
        match command {
            DeskCommand::Show { id } => Self::DeskPanel(id),
            DeskCommand::Open { id } => Self::RenewDeskPin(id),
            DeskCommand::Shut { id } => Self::ShutDesks(id),
        }
    }
}

impl Run {
    fn run(self) -> anyhow::Result<()> {
        // Before anything starts, so that a signal always ends it cleanly.
        #[cfg(feature = "failpoints")]
        let _failpoints = fail::FailScenario::setup();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the operating system refuses what a runtime needs")?;
        let mut asked_to_stop = runtime.block_on(async { Signals::listen() })?;
        let config = self.options.config(self.data_dir, LAN_HOST, VenueStart::AtOnce);
        let engine = Engine::start(config.map_err(StartError::from)?)?;
        let ready = serde_json::to_string(engine.ready())?;
        if let Some(note) = engine.ready().unreachable(system_language()) {
            out::tell(&note);
        }
        out::line(&format!("ready {ready}"))?;
        runtime.block_on(asked_to_stop.wait());
        tracing::info!("stopping");
        engine.stop();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_cause_that_the_text_has_in_it_is_told_once() {
        let check = |error: anyhow::Error, expected: &str| assert_eq!(in_a_line(&error), expected);
        check(anyhow!("the disk is full"), "the disk is full");
        check(
            anyhow!("no such file").context("list.csv cannot be read"),
            "list.csv cannot be read: no such file",
        );
        check(
            anyhow!("denied").context("x cannot be written (denied) — choose another folder"),
            "x cannot be written (denied) — choose another folder",
        );
    }
}
