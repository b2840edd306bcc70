//! The one event, `changed`: something that the window shows may have moved.

use std::sync::Arc;
use std::time::Duration;

use rollcall_engine::Engine;
use rollcall_engine::view::Phase;
use tauri::{AppHandle, Emitter};

use crate::awake::Awake;

/// Its name.
pub(crate) const CHANGED: &str = "changed";
/// At most ten a second: no eye reads faster, and five hundred sign-ups in one second shall not draw five
/// hundred times.
const PAUSE: Duration = Duration::from_millis(100);

/// Tells the page of changes, and keeps the laptop awake while a workshop is open; for as long as the engine
/// runs.
pub(crate) async fn forward(app: AppHandle, engine: Arc<Engine>) {
    let awake = Awake::new();
    let mut changes = engine.subscribe();
    let engine = {
        let weak = Arc::downgrade(&engine);
        drop(engine);
        weak
    };
    loop {
        let number = *changes.borrow_and_update();
        let Some(running) = engine.upgrade() else { return };
        let open = tauri::async_runtime::spawn_blocking(move || {
            running.workshops().is_ok_and(|all| all.iter().any(|one| one.phase == Phase::Open))
        });
        awake.keep(open.await.unwrap_or(false));
        if let Err(error) = app.emit(CHANGED, number) {
            tracing::warn!(%error, "the window cannot be told of a change");
        }
        tokio::time::sleep(PAUSE).await;
        if changes.changed().await.is_err() {
            return;
        }
    }
}
