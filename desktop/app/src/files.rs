//! Where a file goes: the person says so, in the system's own dialog.

use std::path::PathBuf;

use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;

/// Who says where files go.
#[derive(Debug, Clone)]
pub(crate) enum Files {
    /// The person.
    Dialog,
    /// A test: everything into this folder.
    Folder(PathBuf),
}

impl Files {
    /// The path to write to; `None` where the person thought better of it.
    pub(crate) async fn choose(&self, app: AppHandle, name: String) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.join(name)),
            Self::Dialog => {
                let ask = move || app.dialog().file().set_file_name(name).blocking_save_file();
                let chosen = tauri::async_runtime::spawn_blocking(ask).await.ok()??;
                chosen.into_path().ok()
            }
        }
    }
}
