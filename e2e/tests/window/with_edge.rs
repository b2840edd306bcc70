//! What the window shows of the way over the internet: messages that cannot be read, Redis killed, the edge
//! stopped.

use std::fs;

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Workshop};
use rollcall_e2e::process::kill_child;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::window::{Options, Window};
use serde_json::{Value, json};

use crate::{in_english, with_workshop};

/// The window on a workshop that the edge shows.
fn open_on(edge: &Edge, folder: &Folder, redis: bool) -> Window {
    let key = folder.path().join("publish-key");
    fs::write(&key, edge.publish_key()).unwrap();
    let arguments = ["--edge-url", edge.url(), "--publish-key-file", key.to_str().unwrap()];
    let window = Window::open(folder, &Options { redis, arguments: &arguments, ..Options::default() });
    window.wait_for("#count");
    in_english(&window);
    window.wait_for("#hop-internet[data-code=published]");
    window
}

fn sign_up(edge: &Edge, workshop: &Workshop) {
    Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202);
}

#[test]
fn what_cannot_be_read_is_put_aside_and_taken_back() {
    let edge = Edge::shared();
    let (folder, workshop) = with_workshop(json!({}));
    let window = open_on(edge, &folder, false);
    let garbage = json!({ "workshop": workshop.id(), "what": "<b>not an envelope</b>" });
    assert_eq!(edge.deposit_raw(&garbage.to_string()).status(), 202);
    window.wait_for_text("#needs-look", |text| text == "1");
    window.press("n");
    window.wait_for_text("#look pre", |text| text.contains("<b>not an envelope</b>"));
    window.accessible("what cannot be read");
    // Tried again it is as unreadable as before, and the host is told so.
    window.click("[data-act=retry_parked]");
    window.wait_for_text(".note", |text| text.contains("still cannot be read"));
    window.click("[data-act=dismiss_parked]");
    window.wait_until_gone("#needs-look");
    window.wait_for("#undo");
    window.press("Ctrl+z");
    window.wait_for_text("#needs-look", |text| text == "1");
    sign_up(edge, &workshop);
    window.wait_for_text("#count", |count| count == "1");
}

#[test]
fn redis_and_the_edge_fail_and_come_back() {
    let edge = Edge::start();
    let (folder, workshop) = with_workshop(json!({}));
    let window = open_on(&edge, &folder, true);
    window.wait_for("#hop-redis[data-code=redis_works]");
    sign_up(&edge, &workshop);
    window.wait_for_text("#count", |count| count == "1");

    let note: Value = serde_json::from_slice(&fs::read(folder.path().join("control.json")).unwrap()).unwrap();
    kill_child(u32::try_from(note["pid"].as_u64().unwrap()).unwrap(), "redis-server");
    sign_up(&edge, &workshop);
    window.wait_for_text("#count", |count| count == "2");
    window.wait_for("#hop-redis[data-code=redis_works]");

    // The emulator's queue is empty: both are on the list.
    edge.stop();
    window.wait_for("#hop-collection[data-code=edge_away]");
    window.click("#hop-collection");
    window.wait_for_text("#hop-open", |text| text.contains("comes in by itself"));
    window.picture("edge-away");
    edge.start_again();
    window.wait_for("#hop-collection[data-code=collecting]");
    sign_up(&edge, &workshop);
    window.wait_for_text("#count", |count| count == "3");
}
