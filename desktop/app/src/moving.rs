//! What comes from another laptop: its keys, or a backup. The person chooses it, sees what it is, and says
//! yes; only then is anything done.

use std::path::Path;

use rollcall_engine::backup::{self, BackupFound, Restored};
use rollcall_engine::view::{KeysLoaded, Refusal, RefusalCode};
use rollcall_engine::{EngineError, key_file};
use serde::Serialize;
use tauri::{AppHandle, Manager, State};

use crate::files::Wanted;
use crate::shell::{Shell, refusal};

/// A key file that was chosen and not loaded yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub(crate) struct KeyFileChosen {
    /// The file.
    path: String,
    /// Whether a passphrase opens it.
    protected: bool,
}

/// Has the person choose a key file; nothing where they thought better of it.
#[tauri::command]
pub(crate) async fn choose_key_file(
    app: AppHandle,
    shell: State<'_, Shell>,
) -> Result<Option<KeyFileChosen>, Refusal> {
    let Some(path) = shell.files.find(app, Wanted::File).await else { return Ok(None) };
    let shown = path.display().to_string();
    let bytes = blocking(move || key_file::read(&path)).await?;
    let bytes = bytes.map_err(|error| refusal(RefusalCode::NoKeyFile, format!("{shown}: {error}")))?;
    let chosen = KeyFileChosen { path: shown, protected: key_file::is_protected(&bytes) };
    shell.chosen.lock().keys = Some(bytes);
    Ok(Some(chosen))
}

/// Takes the chosen file's keys in, and with them the workshops that the edge keeps.
#[tauri::command(rename_all = "snake_case")]
pub(crate) async fn load_keys(
    shell: State<'_, Shell>,
    passphrase: Option<String>,
) -> Result<KeysLoaded, Refusal> {
    let file = shell.chosen.lock().keys.clone();
    let file = file.ok_or_else(|| refusal(RefusalCode::NoKeyFile, "no file was chosen"))?;
    let loaded = shell.ask(move |engine| engine.load_keys(&file, passphrase.as_deref())).await?;
    shell.chosen.lock().keys = None;
    Ok(loaded)
}

/// Has the person choose a backup, which is looked through; nothing where they thought better of it.
#[tauri::command]
pub(crate) async fn choose_backup(
    app: AppHandle,
    shell: State<'_, Shell>,
) -> Result<Option<BackupFound>, Refusal> {
    let Some(path) = shell.files.find(app, Wanted::Folder).await else { return Ok(None) };
    let found = blocking(move || backup::look(&path)).await?.map_err(EngineError::Backup)?;
    shell.chosen.lock().backup = Some(found.folder.clone());
    Ok(Some(found))
}

/// Restores the chosen backup: ends the engine, sets aside what is there, and starts it again.
#[tauri::command]
pub(crate) async fn restore_backup(app: AppHandle, shell: State<'_, Shell>) -> Result<Restored, Refusal> {
    let from = shell.chosen.lock().backup.take();
    let from = from.ok_or_else(|| refusal(RefusalCode::NoBackup, "no folder was chosen"))?;
    let restored = blocking(move || {
        let restore = |data_dir: &Path| Ok(backup::restore(data_dir, &from).map_err(EngineError::Backup)?);
        app.state::<Shell>().between(&app, restore)
    });
    restored.await?
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    let done = tauri::async_runtime::spawn_blocking(work).await;
    done.map_err(|error| refusal(RefusalCode::Unknown, error))
}
