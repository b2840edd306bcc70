//! Where a file goes, or comes from: the person says so, in the system's own dialog.

use std::path::PathBuf;

use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;

/// Who says where files go.
#[derive(Debug, Clone)]
pub(crate) enum Files {
    /// The person.
    Dialog,
    /// A test: everything into this folder; what is chosen is what lies there under [`CHOSEN`].
    Folder(PathBuf),
}

/// What a test puts where a person would choose something.
const CHOSEN: &str = "chosen";

/// What a person is asked to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A file.
    File,
    /// A folder.
    Folder,
}

impl Files {
    /// The file or folder to read; `None` where the person thought better of it.
    pub(crate) async fn find(&self, app: AppHandle, wanted: Wanted) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.join(CHOSEN)).filter(|path| path.exists()),
            Self::Dialog => {
                let ask = move || match wanted {
                    Wanted::File => app.dialog().file().blocking_pick_file(),
                    Wanted::Folder => app.dialog().file().blocking_pick_folder(),
                };
                let chosen = tauri::async_runtime::spawn_blocking(ask).await.ok()??;
                chosen.into_path().ok()
            }
        }
    }

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
