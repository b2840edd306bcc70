//! The window's life: it opens at once, the engine starts beside it, and both end together.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use rollcall_engine::options::EngineOptions;
use rollcall_engine::{StartError, VenueStart, system_language};
use rollcall_shared::language::Language;
use tauri::{AppHandle, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder};
use tracing_subscriber::EnvFilter;

use crate::arguments::Arguments;
use crate::files::Files;
use crate::shell::Shell;
use crate::{changed, commands};

/// The one window; its capabilities name it, too.
const MAIN: &str = "main";

/// The venue page is for every phone on the local network; it is opened when the host opens it, not before.
const LAN_HOST: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// Opens the window and stays until it is closed.
pub(crate) fn run() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    log.log_internal_errors(false).init();
    match open(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A window has no reader behind it more often than not.
            let (said, todo) = match system_language() {
                Language::Zh => ("错误", "窗口打不开——没有屏幕时请用 rollcall-host run"),
                Language::En => {
                    ("error", "the window cannot be opened — without a display use rollcall-host run")
                }
            };
            let _ = writeln!(std::io::stderr(), "{said}: {todo} ({error:#})");
            ExitCode::FAILURE
        }
    }
}

fn open(arguments: Arguments) -> anyhow::Result<()> {
    let venue = if arguments.venue_open { VenueStart::AtOnce } else { VenueStart::WhenAsked };
    let files = arguments.files_dir.clone().map_or(Files::Dialog, Files::Folder);
    let app = tauri::Builder::default()
        // First of all plugins, so that a second start ends before it touches anything.
        .plugin(single_instance(arguments.data_dir.as_deref()))
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .manage(Shell::new(files))
        .invoke_handler(commands::handler())
        .setup(move |app| {
            make_window(app.handle())?;
            let handle = app.handle().clone();
            let data_dir = match arguments.data_dir {
                Some(folder) => folder,
                None => app.path().app_data_dir()?,
            };
            tauri::async_runtime::spawn(end_on_signal(handle.clone()));
            std::thread::Builder::new()
                .name("start".to_owned())
                .spawn(move || start_engine(&handle, arguments.engine, data_dir, venue))?;
            Ok(())
        })
        .build(tauri::generate_context!())
        .context("the window cannot be opened")?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            app.state::<Shell>().stop();
        }
    });
    Ok(())
}

fn make_window(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Rollcall")
        .inner_size(1280.0, 800.0)
        .min_inner_size(960.0, 640.0)
        // Nothing but the pages that the program carries is ever shown.
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"))
        .disable_drag_drop_handler()
        .build()
        .map(drop)
}

/// Blocks until the engine runs, then tells whoever waits for the line on standard output, as `rollcall-host`
/// does.
fn start_engine(app: &AppHandle, options: EngineOptions, data_dir: PathBuf, venue: VenueStart) {
    let shell = app.state::<Shell>();
    let started = options
        .config(data_dir, LAN_HOST, venue)
        .map_err(StartError::from)
        .inspect_err(|error| shell.fail(error))
        .and_then(|config| shell.run(config));
    let engine = match started {
        Ok(engine) => engine,
        Err(error) => {
            tracing::error!(error = error.told(system_language()), "the engine cannot be started");
            return;
        }
    };
    tauri::async_runtime::spawn(changed::forward(app.clone(), std::sync::Arc::clone(&engine)));
    let ready = engine.settled().inspect_err(|error| tracing::error!(%error, "the edge refuses"));
    let ready = ready.unwrap_or_else(|_| engine.ready().clone());
    if let Ok(ready) = serde_json::to_string(&ready) {
        let mut stdout = std::io::stdout().lock();
        // Nobody may be reading.
        let _ = writeln!(stdout, "ready {ready}").and_then(|()| stdout.flush());
    }
}

/// A second start shows the window that is there. Another data folder is another desk.
fn single_instance(data_dir: Option<&Path>) -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let show = |app: &AppHandle, _: Vec<String>, _: String| {
        if let Some(window) = app.get_webview_window(MAIN) {
            // Failing means that the window is closing just now.
            let _ = window.unminimize().and_then(|()| window.set_focus());
        }
    };
    let builder = tauri_plugin_single_instance::Builder::new().callback(show);
    match data_dir {
        None => builder.build(),
        Some(folder) => {
            let mut hasher = DefaultHasher::new();
            std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()).hash(&mut hasher);
            builder.dbus_id(format!("org.rollcall.desktop.folder{:x}", hasher.finish())).build()
        }
    }
}

/// Ctrl-C, and what service managers and `cargo xtask run` send.
#[cfg(unix)]
async fn end_on_signal(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = (terminate, interrupt) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    app.exit(0);
}

#[cfg(not(unix))]
async fn end_on_signal(app: AppHandle) {
    if tokio::signal::ctrl_c().await.is_ok() {
        app.exit(0);
    }
}
