//! What happens to the laptop itself.

use std::process::Command;
use std::time::{Duration, Instant};

use rollcall_e2e::process::{Process, child_of, end, go_on, stand_still};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use serde_json::json;

use crate::{open, with_workshop};

/// More than the engine takes for a busy machine's hiccup.
const ASLEEP: Duration = Duration::from_secs(24);

#[test]
fn a_laptop_that_slept_says_so_until_it_is_seen() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, _) = open(&folder, &workshop);
    let program = child_of(window.id(), "rollcall-deskto");
    stand_still(program);
    let woken = Instant::now() + ASLEEP;
    wait::until(("the laptop wakes", 90), || (Instant::now() > woken).then_some(()));
    go_on(program);
    window.wait_for_text("[data-alarm=woke]", |text| text.contains("asleep for about 1 min"));
    window.accessible("the laptop slept");
    window.picture("alarm-woke");
    window.click("#alarm-woke");
    window.wait_until_gone("[data-alarm=woke]");
}

#[test]
fn a_second_start_shows_the_window_that_is_there() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, venue) = open(&folder, &workshop);
    let program = child_of(window.id(), "rollcall-deskto");
    // As from the same desktop: the same program, folder, display and bus.
    let argv = std::fs::read(format!("/proc/{program}/cmdline")).unwrap();
    let environment = std::fs::read(format!("/proc/{program}/environ")).unwrap();
    let words = |bytes: &[u8]| -> Vec<String> {
        let parts = bytes.split(|byte| *byte == 0).filter(|part| !part.is_empty());
        parts.map(|part| String::from_utf8(part.to_vec()).unwrap()).collect()
    };
    let argv = words(&argv);
    let mut command = Command::new(&argv[0]);
    command.args(&argv[1..]).env_clear();
    command.envs(words(&environment).iter().filter_map(|pair| pair.split_once('=')));
    let mut second = Process::start(&command);
    assert!(second.ended().success());
    // The first is none the worse.
    Teacher::new().sign_up(&venue, workshop.invite_code(), 201);
    window.wait_for_text("#count", |count| count == "1");
}

#[test]
fn a_window_opens_where_it_was_closed() {
    let (folder, workshop) = with_workshop(json!({}));
    let (window, _) = open(&folder, &workshop);
    window.resize(1100, 700);
    // The driver kills what it closes; people do not.
    end(child_of(window.id(), "rollcall-deskto"));
    drop(window);
    let (window, _) = open(&folder, &workshop);
    assert_eq!(window.size(), (1100, 700));
}
