//! The copy of the keys: saved once, under a passphrase that is asked for twice, and opened by another
//! program.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{self, Folder};
use rollcall_e2e::place;
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::window::{Options, Window};
use serde_json::{Value, json};

use crate::{speaks, with_workshop};

/// As a Mac types it: the accent by itself.
pub(crate) const TYPED: &str = "王芳 cafe\u{301} 2026";
/// As the copy is written.
const COMPOSED: &str = "王芳 caf\u{e9} 2026";

/// Fills the form that has been opened, and saves.
pub(crate) fn save_keys(window: &Window) {
    window.click("#save-keys");
    window.fill("#passphrase", TYPED);
    window.fill("#passphrase-again", TYPED);
    window.click("#passphrase-save");
    window.wait_until_gone("#keys-form");
}

/// Opens a copy by Go's `age`, which asks for the passphrase on a terminal.
pub(crate) fn opened_by_age(copy: &Path, passphrase: &str) -> Option<Value> {
    let (folder, out) = (tempfile::tempdir().unwrap(), "keys.json");
    std::fs::copy(copy, folder.path().join("copy.age")).unwrap();
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &format!("age -d -o {out} copy.age"), "/dev/null"]).current_dir(folder.path());
    let mut terminal = terminal.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut keyboard = terminal.stdin.take().unwrap();
    writeln!(keyboard, "{passphrase}").unwrap();
    // The keyboard stays there until age has ended.
    let ended = terminal.wait().unwrap();
    drop(keyboard);
    let text = std::fs::read(folder.path().join(out)).ok().filter(|_| ended.success())?;
    Some(serde_json::from_slice(&text).unwrap())
}

#[test]
fn saved_once_under_a_passphrase_and_asked_for_no_more() {
    let (folder, workshop) = with_workshop(json!({}));
    let edge = Edge::shared();
    let key = folder.path().join("publish-key");
    std::fs::write(&key, edge.publish_key()).unwrap();
    let arguments = ["--edge-url", edge.url(), "--publish-key-file", key.to_str().unwrap()];
    let window = Window::open(&folder, &Options { arguments: &arguments, ..Options::default() });
    window.wait_for("#count");
    speaks(&window, "zh");
    window.wait_for_text("#keys-banner", |text| text.contains("密钥还没有备份"));

    window.click("#save-keys");
    window.fill("#passphrase", "太短");
    window.fill("#passphrase-again", "太短");
    window.click("#passphrase-save");
    window.wait_for_text("#passphrase-wrong", |text| text.contains("至少要 10 个字"));
    window.picture("keys-zh");
    // What was typed stays when the language is another.
    window.click("#language");
    window.wait_for("html[lang=en]");
    window.click("#passphrase-save");
    window.wait_for_text("#passphrase-wrong", |text| text.contains("at least 10 characters"));
    window.fill("#passphrase", "哈哈哈哈哈哈哈哈哈哈哈哈");
    window.fill("#passphrase-again", "哈哈哈哈哈哈哈哈哈哈哈哈");
    window.click("#passphrase-save");
    window.wait_for_text("#passphrase-wrong", |text| text.contains("repeats itself"));
    // One that is offered is shown, to be written down, and typed again like any other.
    window.click("#passphrase-suggest");
    let offered = window.run("return document.getElementById('passphrase').value", json!([]));
    assert_eq!(offered.as_str().map(str::len), Some(23), "{offered}");
    window.wait_for("#passphrase[type=text]");
    window.click("#passphrase-save");
    window.wait_for_text("#passphrase-wrong", |text| text.contains("not the same"));
    window.picture("keys-en");
    window.fill("#passphrase", TYPED);
    window.fill("#passphrase-again", TYPED);
    window.click("#passphrase-save");
    window.wait_until_gone("#keys-banner");

    let copy = window.files().join("rollcall-keys.age");
    assert!(opened_by_age(&copy, "another passphrase").is_none());
    let opened = opened_by_age(&copy, COMPOSED).expect("age opens it");
    assert_eq!(opened["edge"], json!({ "url": edge.url(), "publish_key": edge.publish_key() }));
    assert!(opened["master_secrets"][0].is_string());
    assert!(opened["workshops"][workshop.id()]["secret_keys"][0].is_string());

    // A workshop that is made later is part of it: nobody is asked again.
    let mut draft = window.invoke("workshop", &json!({ "workshop": workshop.id() })).unwrap();
    draft["id"] = Value::Null;
    let later = window.invoke("put_workshop", &json!({ "draft": draft })).unwrap();
    assert_ne!(later, workshop.id());
    assert_eq!(window.invoke("keys_saved", &json!({})).unwrap()["complete"], true);
    // And it says where and when, in both languages.
    window.click("#to-connection");
    window.wait_for_text("#keys-where", |text| {
        text.starts_with("Saved ") && text.contains("rollcall-keys.age")
    });
    window.picture("keys-where-en");
    window.click("#language");
    window.wait_for_text("#keys-where", |text| {
        text.starts_with("上次保存：") && text.contains("rollcall-keys.age")
    });
}

#[test]
fn a_copy_brings_another_laptop_a_workshop_of_later() {
    let edge = Edge::shared();
    let (first, stick) = (Folder::new(), tempfile::tempdir().unwrap());
    let host = first.start(&host::Options { direct: true, ..host::Options::on(edge) });
    host.make_workshop(json!({}));
    let passphrase = stick.path().join("passphrase");
    std::fs::write(&passphrase, COMPOSED).unwrap();
    let copy = stick.path().join("rollcall-keys.age");
    let mut save = Command::new(place("ROLLCALL_HOST_BIN", "target/release/rollcall-host"));
    save.args(["keys", "--data-dir"]).arg(first.path()).arg("save").arg(&copy);
    assert!(save.arg("--passphrase-file").arg(&passphrase).output().unwrap().status.success());
    let title = json!({ "zh": "后来的工作坊", "en": "A Workshop of Later" });
    let later = host.make_workshop(json!({ "title": title }));
    assert!(host.stop().success());
    let receipt = Teacher::new().sign_up(edge.url(), later.invite_code(), 202);

    let second = Folder::new();
    let window = Window::open(&second, &Options::default());
    window.wait_for("#first-run");
    speaks(&window, "zh");
    std::fs::copy(&copy, window.files().join("chosen")).unwrap();
    window.click("#bring-keys");
    window.fill("#bring-passphrase", "王芳 cafe 2026");
    window.click("#bring-keys-go");
    window.wait_for_text(".note", |text| text.contains("口令不对"));
    window.fill("#bring-passphrase", TYPED);
    window.click("#bring-keys-go");
    window.wait_for("#count");
    // Its key is the saved one's: nobody is asked to save it again.
    assert!(window.find("#keys-banner").is_none());
    window.click("#to-connection");
    window.fill("#find-code", "ABCD-23456");
    window.click("#find");
    window.wait_for_text("#find-wrong", |text| text.contains("没有这个邀请码"));
    window.click("#language");
    window.wait_for("html[lang=en]");
    window.click("#find");
    window.wait_for_text("#find-wrong", |text| text.contains("No workshop has this code"));
    window.picture("keys-find");
    window.fill("#find-code", &later.invite_code().to_lowercase());
    window.click("#find");
    window.wait_for_text("#workshops", |text| text.contains("A Workshop of Later"));
    window.wait_for_text("#count", |count| count == "1");
    receipt.wait_for("registered");
}
