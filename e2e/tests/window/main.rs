//! The real window over the real engine: buttons are pressed, names are typed, pictures are taken (into
//! `ROLLCALL_PICTURES`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod accessible;
mod another_laptop;
mod big_list;
mod cases;
mod desk;
mod erasing;
mod export;
mod figures;
mod first_run;
mod health;
mod keys;
mod languages;
mod laptop;
mod live;
mod locked_down;
mod site;
mod with_edge;

use rollcall_e2e::host::{Folder, Workshop};
use rollcall_e2e::window::{Options, Window};
use serde_json::Value;

/// A folder with one workshop, made by the program without a window.
fn with_workshop(with: Value) -> (Folder, Workshop) {
    let folder = Folder::new();
    let host = folder.start(&rollcall_e2e::host::Options { direct: true, ..Default::default() });
    let workshop = host.make_local_workshop(with);
    assert!(host.stop().success());
    (folder, workshop)
}

/// The window on it, in English, with its venue page open; and that page's address.
fn open(folder: &Folder, workshop: &Workshop) -> (Window, String) {
    at_its_venue(Window::open(folder, &Options { venue: true, ..Options::default() }), workshop)
}

/// The same while no other window is open.
fn open_alone(folder: &Folder, workshop: &Workshop) -> (Window, String) {
    at_its_venue(Window::open_alone(folder, &Options { venue: true, ..Options::default() }), workshop)
}

fn at_its_venue(window: Window, workshop: &Workshop) -> (Window, String) {
    window.wait_for("#count");
    in_english(&window);
    let venue = window.venue(workshop.invite_code());
    (window, venue)
}

fn in_english(window: &Window) {
    speaks(window, "en");
}

fn speaks(window: &Window, language: &str) {
    if window.run("return document.documentElement.lang", serde_json::json!([])) != language {
        // By hand: a key would go into a form that has the focus.
        window.click("#language");
    }
    window.wait_for(&format!("html[lang={language}]"));
}
