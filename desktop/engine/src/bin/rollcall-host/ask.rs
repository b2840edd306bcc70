//! Asks the running engine: only the holder of the data folder's lock may touch it.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use rollcall_engine::backup;
use rollcall_engine::control::{BackUp, Client, Command, Erase, LoadKeys};
use rollcall_engine::offline::{self, OfflineError};
use rollcall_engine::view::{Durability, ExportFormat, KeysLoaded, ListWritten, TakenOver, Whom};
use rollcall_engine::{FolderError, WorkshopDraft};
use rollcall_shared::language::Language;
use serde_json::Value;

use crate::out;

/// Asks, and prints the answer as JSON.
pub(crate) fn ask(data_dir: &Path, command: &Command) -> anyhow::Result<()> {
    out::answer(&answer(data_dir, command)?)
}

/// Prints all workshops.
pub(crate) fn workshops(data_dir: &Path) -> anyhow::Result<()> {
    let status = answer(data_dir, &Command::Status)?;
    out::answer(status.get("workshops").unwrap_or(&Value::Null))
}

/// Exports a list: by the engine that runs in the folder, or straight from its database where none does.
pub(crate) fn export(data_dir: &Path, workshop: &str, file: &Path, language: Language) -> anyhow::Result<()> {
    let format = ExportFormat::of_file(file).context("the file's name ends neither in .xlsx nor in .csv")?;
    let written = match unless_one_runs(offline::export(data_dir, workshop, format, file, language))? {
        Some(written) => written,
        None => {
            let client = Client::find(data_dir)?;
            wait_for(client.export(workshop, format, file, language))??
        }
    };
    let ListWritten { rows, durability } = written;
    tell_unconfirmed(durability);
    out::line(&serde_json::json!({ "rows": rows, "file": file, "durability": durability }).to_string())
}

/// Backs up: by the engine that runs in the folder, or straight from its files where none does.
pub(crate) fn back_up(data_dir: &Path, to: &Path) -> anyhow::Result<()> {
    let to = std::path::absolute(to).with_context(|| format!("{} is no path", to.display()))?;
    let made = match unless_one_runs(offline::back_up(data_dir, &to))? {
        Some(made) => made,
        None => serde_json::from_value(answer(data_dir, &Command::BackUp(BackUp { to }))?)?,
    };
    tell_unconfirmed(made.durability);
    out::answer(&made)
}

/// Erases: by the engine that runs in the folder, or straight in its files where none does. Without `yes` it
/// says what would be erased.
pub(crate) fn erase(data_dir: &Path, workshop: &str, whom: Whom, yes: bool) -> anyhow::Result<()> {
    match unless_one_runs(offline::erase(data_dir, workshop, &whom, yes))? {
        Some(erased) => out::answer(&erased)?,
        None => ask(data_dir, &Command::Erase(workshop.to_owned(), Erase { whom, yes }))?,
    }
    if !yes {
        out::tell("nothing is erased yet: this is what would be, for good — add --yes to erase it");
    }
    Ok(())
}

/// Takes a workshop's mail over, and says what that means.
pub(crate) fn take_over(data_dir: &Path, workshop: String) -> anyhow::Result<()> {
    let taken = answer(data_dir, &Command::TakeOver(workshop))?;
    out::answer(&taken)?;
    let taken: TakenOver = serde_json::from_value(taken)?;
    if let Some(previous) = taken.previous {
        out::tell(&format!("{previous} no longer collects: its list stays there, and it says who took over"));
    }
    Ok(())
}

/// Takes a key file in, which has these bytes: by the engine that runs in the folder, or straight into its
/// files where none does.
pub(crate) fn load_keys(
    data_dir: &Path,
    from: PathBuf,
    bytes: &[u8],
    passphrase: Option<String>,
) -> anyhow::Result<()> {
    let loaded = match unless_one_runs(offline::load_keys(data_dir, bytes, passphrase.as_deref()))? {
        Some(loaded) => loaded,
        None => serde_json::from_value(answer(data_dir, &Command::LoadKeys(LoadKeys { from, passphrase }))?)?,
    };
    out::answer(&loaded)?;
    tell_keys(&loaded);
    Ok(())
}

/// Says what has still to be done for workshops that did not come.
fn tell_keys(loaded: &KeysLoaded) {
    match (&loaded.edge, loaded.pending) {
        (_, 0) => {}
        (None, _) => out::tell(
            "the file names no edge: start `rollcall-host run` with --edge-url, and the workshops come by \
             themselves",
        ),
        (Some(edge), count) => out::tell(&format!(
            "{count} workshops come by themselves once `rollcall-host run` runs and {edge} answers"
        )),
    }
    if let Some(other) = &loaded.other_edge {
        out::tell(&format!("the keys are for {other}, and this folder is connected to another edge"));
    }
}

/// Restores a backup into a folder that no engine uses.
pub(crate) fn restore(data_dir: &Path, from: &Path) -> anyhow::Result<()> {
    let restored = backup::restore(data_dir, from)?;
    tell_unconfirmed(restored.durability);
    out::answer(&restored)?;
    if let Some(why) = &restored.erasures_unknown {
        out::tell(&format!("who was erased since the backup is not known here ({why}): the edge is asked"));
    }
    out::tell(
        "the next `rollcall-host run` here takes over the mail, and what came since the backup comes again",
    );
    Ok(())
}

/// Says what one has to know of a drive that does not say what is on it.
pub(crate) fn tell_unconfirmed(durability: Durability) {
    if durability == Durability::Unconfirmed {
        out::tell(
            "note: it is written, but this file system does not confirm that it is on the disk — eject the \
             drive before you unplug it, or wait a minute",
        );
    }
}

/// Reads a draft from a file, or from standard input where that is `-`. `has_id` says whether it has to name
/// a workshop.
pub(crate) fn read_draft(file: &Path, has_id: bool) -> anyhow::Result<Command> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    let draft: Value = serde_json::from_slice(&bytes).context("the draft is no JSON")?;
    let names_one = draft.get("id").is_some_and(|id| !id.is_null());
    ensure!(names_one || !has_id, "the draft names no workshop — give it the `id` of the one to change");
    ensure!(!names_one || has_id, "the draft has an `id` — use `workshop change` to change that workshop");
    let draft: WorkshopDraft = serde_json::from_slice(&bytes).context("the draft is no workshop")?;
    Ok(Command::PutWorkshop(Box::new(draft)))
}

/// Reads a language's tag, for clap.
pub(crate) fn language(tag: &str) -> Result<Language, &'static str> {
    Language::from_tag(tag).ok_or("it is zh or en")
}

pub(crate) fn answer(data_dir: &Path, command: &Command) -> anyhow::Result<Value> {
    let client = Client::find(data_dir)?;
    Ok(wait_for(client.ask(command))??)
}

/// Returns what was done in a folder; `None` where an engine runs there, which has to be asked.
pub(crate) fn unless_one_runs<T>(done: Result<T, OfflineError>) -> Result<Option<T>, OfflineError> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(OfflineError::Folder(FolderError::Locked { .. })) => Ok(None),
        Err(error) => Err(error),
    }
}

fn wait_for<T>(future: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(future))
}
