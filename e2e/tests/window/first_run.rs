//! From nothing to a code that a phone can scan.

use std::fs;
use std::process::Command;

use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, text};
use rollcall_e2e::place;
use rollcall_e2e::process::output;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::window::{Options, Window};
use serde_json::Value;

use crate::in_english;

fn first_step(folder: &Folder) -> Window {
    let window = Window::open(folder, &Options::default());
    window.wait_for("#first-run");
    in_english(&window);
    window.picture("first-run");
    // What is missing is said at its field.
    window.click("#save");
    window.wait_for("#title-zh[aria-invalid=true]");
    window.fill("#title-zh", "数学教研工作坊");
    window.fill("#title-en", "Maths Teaching Workshop");
    window.fill("#organisation-zh", "海淀教师进修学校");
    window.fill("#place-zh", "302 教室");
    window.click("#save");
    window
}

#[test]
fn without_an_edge() {
    let folder = Folder::new();
    let window = first_step(&folder);
    window.click("#way-venue");
    // Explained before the firewall asks; and until then nothing listens.
    window.wait_for_text("#first-run", |text| text.contains("firewall"));
    window.picture("first-run-venue");
    window.click("#open-venue");
    window.wait_for("#projector");
    window.wait_for_text("#projector .address", |text| text.contains("/j/"));
    window.picture("projector-venue");
    window.press("Escape");
    let url = window.wait_for("#qr").attribute("data-url").unwrap();
    assert_eq!(client().get(&url).send().unwrap().status(), 200);
    let (venue, code) = url.split_once("/j/").unwrap();
    Teacher::new().sign_up(venue, code, 201);
    window.wait_for_text("#count", |count| count == "1");
    // And closed again.
    window.click("#close-venue");
    window.wait_for("#open-venue");
    assert!(client().get(&url).send().is_err());
}

#[test]
fn with_an_edge() {
    let edge = Edge::shared();
    let folder = Folder::new();
    let window = first_step(&folder);
    window.click("#way-edge");
    window.fill("#connection-line", "rollcall:nonsense");
    window.click("#connection-try");
    window.wait_for("#connection-test [data-code=not_a_line]");
    window.fill("#connection-line", &format!("rollcall:{}#wrong", edge.url()));
    window.click("#connection-try");
    window.wait_for("#connection-test [data-code=key_refused]");
    // As whoever deploys has it printed and hands it over.
    window.fill("#connection-line", &printed_line(edge, &folder));
    window.click("#connection-try");
    window.wait_for("#connection-test [data-code=works]");
    // The key is saved before anything is published.
    window.wait_for("#connection-use:disabled");
    window.picture("first-run-edge");
    window.click("#save-keys");
    window.wait_for("#connection-use:not(:disabled)");
    let keys = fs::read(window.files().join("rollcall-keys.json")).unwrap();
    assert!(serde_json::from_slice::<Value>(&keys).is_ok());
    window.click("#connection-use");
    window.wait_for("#projector");
    window.wait_for_text("#projector .address", |text| text.contains("/j/"));
    window.picture("projector-edge");
    window.press("Escape");
    // An edge on this machine is for tests: its code says so, in either language.
    window.wait_for_text("[data-reach=this_computer]", |text| text.contains("No phone can open this"));
    window.press("g");
    window.wait_for_text("[data-reach=this_computer]", |text| text.contains("手机打不开"));
    window.press("g");
    let url = window.wait_for("#qr").attribute("data-url").unwrap();
    let (server, code) = url.split_once("/j/").unwrap();
    assert_eq!(server, edge.url());
    let receipt = Teacher::new().sign_up(server, code, 202);
    assert_eq!(text(&receipt.issued, "state"), "received");
    window.wait_for_text("#count", |count| count == "1");
    receipt.wait_for("registered");
}

/// The connection line, as `rollcall-host connection` prints it.
fn printed_line(edge: &Edge, folder: &Folder) -> String {
    let key = folder.path().join("publish-key");
    fs::write(&key, format!("{}\n", edge.publish_key())).unwrap();
    let mut print = Command::new(place("ROLLCALL_HOST_BIN", "target/release/rollcall-host"));
    print.args(["connection", "--edge-url", edge.url(), "--publish-key-file"]).arg(key);
    let printed = output(&mut print);
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    String::from_utf8(printed.stdout).unwrap().trim_end().to_owned()
}
