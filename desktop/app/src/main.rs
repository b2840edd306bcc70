//! Rollcall's window: a thin shell of Tauri over `rollcall-engine`.
//!
//! `commands` is the one table of what the page may ask (each a line over the engine), `shell` holds the
//! engine, `changed` tells the page that something moved, `files` asks the person where a file goes, `moving`
//! brings what another laptop had, `awake`
//! keeps the laptop from sleeping. There is no rule, no SQL and no Redis here.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod awake;
mod changed;
mod commands;
mod files;
mod moving;
mod shell;
mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    rollcall_engine::private::by_default();
    window::run()
}
