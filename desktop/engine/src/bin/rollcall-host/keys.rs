//! `rollcall-host keys`: the copy of the keys, under a passphrase that is asked for twice.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Subcommand;
use rollcall_engine::control::{Command, SaveKeys};
use rollcall_engine::passphrase::Passphrase;
use rollcall_engine::view::Durability;
use rollcall_engine::{key_file, offline};

use crate::ask::{answer, ask, load_keys, tell_unconfirmed, unless_one_runs};
use crate::out;

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Save a copy under a passphrase, in the format of `age`; once is enough for all workshops to come
    Save {
        /// The file, such as rollcall-keys.age on a memory stick
        file: PathBuf,
        /// A file whose first line is the passphrase, where nobody can be asked; `-` for standard input
        #[arg(long, env = "ROLLCALL_PASSPHRASE_FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Take over every workshop whose key is in a copy, by the running engine or without one
    Load {
        /// The copy that another laptop saved, or a backup's keys.json
        file: PathBuf,
        /// A file whose first line is the passphrase, where nobody can be asked; `-` for standard input
        #[arg(long, env = "ROLLCALL_PASSPHRASE_FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Find a workshop by its invite code that was made after the copy was saved; the engine must run
    Find {
        /// The workshop's invite code
        code: String,
    },
}

impl KeysCommand {
    /// Does it: by the engine that runs in the folder, or straight from its files where none does.
    pub(crate) fn run(self, data_dir: &Path) -> anyhow::Result<()> {
        let (file, passphrase_file) = match self {
            Self::Save { file, passphrase_file } => (file, passphrase_file),
            Self::Load { file, passphrase_file } => return load(data_dir, &file, passphrase_file.as_deref()),
            Self::Find { code } => return ask(data_dir, &Command::FindWorkshop(code)),
        };
        let to = std::path::absolute(&file).with_context(|| format!("{} is no path", file.display()))?;
        let typed = match passphrase_file {
            Some(file) => read(&file)?,
            None => ask_twice()?,
        };
        let passphrase = Passphrase::parse(&typed)?;
        let durability: Durability = match unless_one_runs(offline::save_keys(data_dir, &to, &passphrase))? {
            Some(durability) => durability,
            None => {
                let save = SaveKeys { to: to.clone(), passphrase: typed };
                serde_json::from_value(answer(data_dir, &Command::SaveKeys(save))?)?
            }
        };
        tell_unconfirmed(durability);
        out::line(&serde_json::json!({ "file": to, "durability": durability }).to_string())
    }
}

fn load(data_dir: &Path, file: &Path, passphrase_file: Option<&Path>) -> anyhow::Result<()> {
    let from = std::path::absolute(file).with_context(|| format!("{} is no path", file.display()))?;
    let bytes = key_file::read(&from).with_context(|| format!("{} cannot be read", from.display()))?;
    let passphrase = match (key_file::is_protected(&bytes), passphrase_file) {
        (false, _) => None,
        (true, Some(file)) => Some(read(file)?),
        (true, None) => Some(ask_once("Passphrase of the copy: ")?),
    };
    load_keys(data_dir, from, &bytes, passphrase)
}

/// Reads a passphrase from the first line of a file.
fn read(file: &Path) -> anyhow::Result<String> {
    let text = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin())?
    } else {
        std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?
    };
    let text = text.trim_start_matches('\u{feff}');
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Asks for a passphrase twice, without showing it; offers one where nothing is typed.
fn ask_twice() -> anyhow::Result<String> {
    let typed = ask_once("Passphrase for the copy (empty: one is drawn for you): ")?;
    if typed.is_empty() {
        let drawn = Passphrase::suggest();
        out::tell(&format!("the passphrase is: {drawn} — write it down, nobody can tell it to you again"));
        return Ok(drawn);
    }
    Passphrase::parse(&typed)?;
    let again = ask_once("Once more: ")?;
    ensure!(typed == again, "the two are not the same — nothing was saved; try again");
    Ok(typed)
}

/// Asks for one on the terminal, without showing it.
fn ask_once(words: &str) -> anyhow::Result<String> {
    if !std::io::stderr().is_terminal() {
        bail!("nobody can be asked for a passphrase here — give it by --passphrase-file");
    }
    Ok(rpassword::prompt_password(words)?)
}
